"""The layers of networks, of pipelines, and of what else there is."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.frozen import FrozenEstimator
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from skbackprop import (
    DrLIM,
    MLPClassifier,
    MLPRanker,
    NetworkClassifier,
    RecurrentClassifier,
    SparseRandomExpansion,
    TabularClassifier,
)
from skbackprop.inspection import layer_report
from skbackprop.inspection.representations import read_layers
from skbackprop.network import Add, Graph, Input, Linear, Tanh

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

RNG = np.random.default_rng(0)
y = np.repeat(np.arange(3), 20)
X = RNG.normal(size=(60, 4)) + 2 * RNG.normal(size=(3, 4))[y]
MLP = MLPClassifier((6, 5), activation="tanh", max_iter=20, tol=None, random_state=0)
MLP.fit(X, y)


def layers_of(estimator, X=X):
    rows = np.arange(len(X) if X is not None else 60)
    return read_layers(estimator, X, rows)


def test_of_an_mlp_they_are_the_activations_by_hand():
    found = layers_of(MLP)
    first = np.tanh(X @ MLP.coefs_[0] + MLP.intercepts_[0])
    second = np.tanh(first @ MLP.coefs_[1] + MLP.intercepts_[1])
    logits = second @ MLP.coefs_[2] + MLP.intercepts_[2]
    assert list(found) == ["input", "layer 0", "layer 1", "output"]
    for values, expected in zip(
        found.values(), [X, first, second, logits], strict=True
    ):
        assert_allclose(values, expected, rtol=1e-9, atol=1e-12)


def test_of_any_graph_they_are_what_linear_modules_read():
    def residual(n_features, n_outputs):
        x = Input(n_features)
        h = Tanh()(Linear(5)(x))
        return Graph(Linear(n_outputs)(Add()(h, Tanh()(Linear(5)(h)))))

    clf = NetworkClassifier(residual, max_iter=3, random_state=0).fit(X, y)
    found = layers_of(clf)
    assert list(found) == ["input", "layer 0", "layer 1", "output"]
    for k in (0, 1):
        assert_array_equal(found[f"layer {k}"], clf.transform(X, layer=k))
    logits = clf.transform(X, layer=f"z[{len(clf.graph_.wires)}]")
    assert_array_equal(found["output"], logits)


def test_the_output_of_a_map_and_of_a_ranker_is_what_they_return():
    drlim = DrLIM(2, hidden_layer_sizes=(5,), max_iter=3, random_state=0).fit(X)
    found = layers_of(drlim)
    assert list(found) == ["input", "layer 0", "output"]
    assert_array_equal(found["output"], drlim.transform(X))
    ranker = MLPRanker(hidden_layer_sizes=(5,), max_iter=3, random_state=0).fit(X, y)
    assert_array_equal(layers_of(ranker)["output"][:, 0], ranker.predict(X))


def test_of_a_recurrent_network_they_are_what_is_read_of_its_states():
    sequences = X.reshape(60, 2, 2)
    clf = RecurrentClassifier((5, 3), max_iter=3, random_state=0).fit(sequences, y)
    found = layers_of(clf, sequences)
    assert list(found) == ["input", "layer 0", "layer 1", "output"]
    for k in (0, 1):
        assert_array_equal(found[f"layer {k}"], clf.transform(sequences, layer=k))
    unequal = [s[: 1 + i % 2] for i, s in enumerate(sequences)]
    report = layer_report(clf.fit(unequal, y), unequal, y, measures="cka")
    assert report.table["n_units"].to_list()[1:] == [5, 3, 3]


@pytest.mark.parametrize("lengths", ["equal", "unequal"])
def test_values_of_steps_are_no_layers(lengths):
    sequences = list(X.reshape(60, 2, 2))
    if lengths == "unequal":
        sequences[0] = sequences[0][:1]
    labels = [s[:, 0] > 0 for s in sequences]
    clf = RecurrentClassifier((5,), return_sequences=True, max_iter=3)
    clf.fit(sequences, labels)
    with pytest.raises(ValueError, match="'layer 0' must have one row.*return_seq"):
        layer_report(clf, sequences, y)


def test_of_an_ensemble_they_are_those_of_its_networks_side_by_side():
    clf = TabularClassifier(
        n_estimators=2, hidden_layer_sizes=(5, 3), max_iter=3, random_state=0
    ).fit(X, y)
    found = layers_of(clf)
    assert list(found) == ["input", "layer 0", "layer 1", "layer 2", "output"]
    rows = found["input"]
    for k in range(3):
        expected = [net.transform(rows, layer=k) for net in clf.estimators_]
        assert_array_equal(found[f"layer {k}"], np.hstack(expected))


def test_of_a_pipeline_they_are_its_steps_and_the_layers_of_the_last():
    pipeline = make_pipeline(StandardScaler(), "passthrough", MLP).fit(X, y)
    found = layers_of(pipeline)
    names = ["layer 0", "layer 1", "output"]
    names = [f"mlpclassifier: {name}" for name in names]
    assert list(found) == ["input", "standardscaler", *names]
    scaled = pipeline[0].transform(X)
    assert_array_equal(found["standardscaler"], scaled)
    expected = list(layers_of(pipeline[-1], scaled).values())[1:]
    for name, values in zip(names, expected, strict=True):
        assert_array_equal(found[name], values)


def test_what_only_predicts_makes_no_representation():
    pipeline = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, y)
    assert list(layers_of(pipeline)) == ["input", "standardscaler"]


def test_a_network_within_a_pipeline_is_a_step():
    frozen = FrozenEstimator(MLP)
    pipeline = make_pipeline(frozen, StandardScaler()).fit(X)
    found = layers_of(pipeline)
    assert list(found) == ["input", "frozenestimator", "standardscaler"]
    assert_array_equal(found["frozenestimator"], MLP.transform(X))


@pytest.mark.parametrize(
    "wrap", [FrozenEstimator, lambda e: make_pipeline(e).fit(X, y)]
)
def test_a_frozen_estimator_has_the_layers_of_what_is_in_it(wrap):
    frozen = wrap(FrozenEstimator(MLP))
    for values, expected in zip(
        layers_of(frozen).values(), layers_of(MLP).values(), strict=True
    ):
        assert_array_equal(values, expected)


def test_a_transformer_has_input_and_output():
    expansion = SparseRandomExpansion(9, random_state=0).fit(X)
    found = layers_of(expansion)
    assert list(found) == ["input", "output"]
    assert_array_equal(found["output"], expansion.transform(X))


def test_raw_input_that_is_not_of_numbers_is_left_out():
    words = np.array(["a", "b", "c"], object)[y][:, np.newaxis]
    found = layers_of(
        make_pipeline(OneHotEncoder(), StandardScaler(with_mean=False)).fit(words),
        words,
    )
    assert list(found) == ["onehotencoder", "standardscaler"]
    assert_array_equal(found["onehotencoder"], np.eye(3)[y])  # which was sparse
    gaps = np.where(RNG.random(X.shape) < 0.1, np.nan, X)
    found = layers_of(make_pipeline(SimpleImputer(), StandardScaler()).fit(gaps), gaps)
    assert list(found) == ["simpleimputer", "standardscaler"]


@pytest.mark.parametrize(
    "convert", [pd.DataFrame, sparse.csr_array, np.ndarray.tolist, np.float32]
)
def test_containers_make_no_difference(convert):
    expected = layer_report(MLP, X, y, measures="participation_ratio").table
    found = layer_report(MLP, convert(X), y, measures="participation_ratio").table
    pd.testing.assert_frame_equal(found, expected, rtol=1e-5)


def test_arrays_are_layers_by_name_or_in_order():
    named = layer_report({"a": X, "b": X[:, :3]}, y=y, measures="cka")
    listed = layer_report([X, X[:, :3]], y=y, measures="cka")
    assert list(named.table.index) == list(named.similarity) == ["a", "b"]
    assert list(listed.table.index) == ["layer 0", "layer 1"]
    assert_array_equal(named.table, listed.table)
