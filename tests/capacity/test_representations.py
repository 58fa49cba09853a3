"""The measured capacity of this package's own representations and networks."""

import numpy as np
import pandas as pd
import pytest
from jit_marks import needs_jit
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from skbackprop import (
    DrLIM,
    FeaturePooling,
    LinearSeparator,
    MLPClassifier,
    MonomialFeatures,
    SparseRandomExpansion,
    n_output_features,
)
from skbackprop.capacity import capacity, capacity_curve, empirical_capacity
from skbackprop.separability.certificates import proved_weights


@needs_jit
def test_capacity_of_monomials_is_two_points_for_each():
    found = empirical_capacity(MonomialFeatures(2), n_features=5, random_state=0)
    assert found.curve["n_dimensions"].unique() == [n_output_features(5, 2)] == [21]
    assert found.lower <= 2 * 21 <= found.upper
    assert found.upper - found.lower <= 6
    assert capacity(5, affine=True, degree=2) == 2 * 21


@needs_jit
@pytest.mark.parametrize(
    ("activation", "bias_scale", "n_units", "n_dimensions"),
    [
        ("relu", 0, 30, 30),
        ("relu", 1, 30, 30),
        ("abs", 0, 30, 30),
        # What is linear spans the inputs, and the constant if there are biases;
        # what is quadratic their products, C(7, 2) = 21 and, with biases, 28.
        ("identity", 0, 30, 6),
        ("identity", 1, 30, 7),
        ("square", 0, 30, 21),
        ("square", 1, 40, 28),
    ],
)
def test_capacity_of_an_expansion_is_two_points_for_each_dimension(
    activation, bias_scale, n_units, n_dimensions
):
    expansion = SparseRandomExpansion(
        n_units,
        n_inputs=4,
        weights="gaussian",
        activation=activation,
        bias_scale=bias_scale,
    )
    found = empirical_capacity(
        expansion, n_features=6, max_trials=500, confidence_level=0.99, random_state=0
    )
    assert found.curve["n_dimensions"].unique() == [n_dimensions]
    assert found.lower <= 2 * n_dimensions <= found.upper


@needs_jit
def test_few_units_that_only_tell_signs_have_less():
    # Points in the same cell have the same signs: no general position.
    signs = SparseRandomExpansion(
        6, n_inputs=4, weights="gaussian", activation="sign", bias_scale=1
    )
    found = empirical_capacity(signs, n_features=6, random_state=0)
    assert found.curve["n_dimensions"].unique() == [6]
    assert found.upper < 2 * 6


def test_pooling_within_a_linear_map_has_the_capacity_of_its_groups(rng):
    curve = capacity_curve(
        FeaturePooling("sum", group_size=2),
        n_features=6,
        n_points=[3, 6, 9],
        n_trials=200,
        random_state=0,
    )
    assert (curve["n_dimensions"] == 3).all()
    assert curve.loc[0, "fraction"] == 1
    assert abs(curve.loc[1, "fraction"] - 0.5) < 4 * 0.0354


def test_a_linear_classifier_that_never_errs_has_covers_capacity():
    separator = LinearSeparator(on_inseparable="soft")
    found = empirical_capacity(
        separator, n_features=2, max_trials=100, random_state=0, confidence_level=0.99
    )
    assert found.lower <= 2 * 3 <= found.upper


POINTS = np.random.default_rng(0).standard_normal((200, 4))
LABELS = (POINTS[:, 0] > 0).astype(int)
SHORT = {"max_iter": 5, "tol": None, "random_state": 0}
NETS = {
    "classifier": MLPClassifier(3, activation="tanh", **SHORT),
    "map": DrLIM(3, hidden_layer_sizes=(5,), activation="tanh", **SHORT),
    "in_a_pipeline": make_pipeline(
        StandardScaler(), MLPClassifier(3, activation="tanh", **SHORT)
    ),
}


@needs_jit
@pytest.mark.parametrize("name", NETS)
def test_a_frozen_network_is_a_representation(name):
    """Of what it was fitted to before, and not fitted to the labels of trials."""
    fitted = clone(NETS[name]).fit(POINTS, LABELS)
    frozen = FrozenEstimator(fitted)
    settings = {"n_points": [3, 4, 8, 12], "n_trials": 50, "random_state": 0}
    curve = capacity_curve(frozen, n_features=4, affine=True, **settings)
    assert (curve["n_dimensions"] == 4).all()  # three units, and the constant
    assert curve["fraction"].to_list()[:2] == [1, 1]
    assert curve["fraction"].iloc[2] > 0.2 > curve["fraction"].iloc[3]
    by_transform = fitted[-1] if name == "in_a_pipeline" else fitted
    function = FunctionTransformer(by_transform.transform)
    if name == "in_a_pipeline":
        function = make_pipeline(FrozenEstimator(fitted[0]), function)
    found = capacity_curve(function, n_features=4, affine=True, **settings)
    pd.testing.assert_frame_equal(
        curve.drop(columns="seconds"), found.drop(columns="seconds")
    )


@needs_jit
def test_the_capacity_of_a_frozen_network_is_two_points_for_each_dimension():
    frozen = FrozenEstimator(clone(NETS["classifier"]).fit(POINTS, LABELS))
    found = empirical_capacity(frozen, data=POINTS, affine=True, random_state=0)
    assert found.lower <= 2 * 4 <= found.upper
    within = make_pipeline(StandardScaler(), frozen)
    found = empirical_capacity(within, data=POINTS, affine=True, random_state=0)
    assert found.curve["n_dimensions"].unique() == [4]


@needs_jit
def test_any_hidden_layer_is_a_representation():
    net = MLPClassifier((2, 6), activation="tanh", max_iter=5, tol=None)
    transform = net.fit(POINTS, LABELS).transform
    settings = {"n_features": 4, "n_points": [2], "n_trials": 5, "random_state": 0}
    for layer, n_units in enumerate(net.hidden_layer_sizes):
        function = FunctionTransformer(transform, kw_args={"layer": layer})
        curve = capacity_curve(function, **settings)
        assert curve["n_dimensions"].to_list() == [n_units]


def test_what_is_frozen_and_only_predicts_is_no_representation():
    frozen = FrozenEstimator(LinearSeparator().fit(POINTS, LABELS))
    with pytest.raises(ValueError, match="estimator must be a transformer"):
        empirical_capacity(frozen, n_features=4)


@needs_jit
def test_more_hidden_units_fit_more_labelings():
    fractions = []
    for n_hidden in (1, 8):
        mlp = MLPClassifier(
            (n_hidden,),
            activation="tanh",
            learning_rate_init=0.1,
            max_iter=1000,
            n_iter_no_change=1000,
        )
        curve = capacity_curve(
            mlp, n_features=2, n_points=[12], n_trials=20, random_state=0
        )
        fractions.append(curve.loc[0, "fraction"])
    assert fractions[0] < 0.5 < fractions[1]


def test_sparse_rows_have_a_proof_that_needs_no_elimination(rng):
    # Rectified units are zero at all points of some cells; see `_certificates`.
    rows = rng.standard_normal((11, 11))
    rows = np.vstack([rows, -rng.uniform(0.5, 1, 11) @ rows])
    with_zeros = np.insert(rows, [0, 3, 11], 0.0, axis=1)
    weights = proved_weights(with_zeros)
    np.testing.assert_array_equal(weights, proved_weights(rows))
    assert (weights > 0).all()
    np.testing.assert_allclose(weights @ with_zeros, 0, atol=1e-12)
