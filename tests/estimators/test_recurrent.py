"""Recurrent estimators: what they predict, from what, of what length."""

import numpy as np
import pandas as pd
import pytest
from recurrent_tasks import (
    RAGGED,
    X,
    each_cell,
    each_form,
    each_task,
    estimator_for,
    outputs_of,
    predictions_of,
    sums,
    targets_for,
)
from sklearn.metrics import accuracy_score, r2_score
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from unrolled import READOUTS

from skbackprop import RecurrentClassifier
from skbackprop.engine import make_executor
from skbackprop.estimators.sequences import Sequences
from skbackprop.fitting import prediction, session

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


# What they predict


@each_task
@each_form
def test_one_output_per_sequence(task, sequences):
    y = targets_for(task, sequences, by_steps=False)
    ours = estimator_for(task).fit(sequences, y)
    predicted = ours.predict(sequences)
    assert predicted.shape == y.shape
    assert ours.n_features_per_step_ == ours.n_features_in_ == 2
    metric = accuracy_score if hasattr(ours, "classes_") else r2_score
    assert ours.score(sequences, y) == metric(y, predicted)
    if hasattr(ours, "classes_"):
        n_classes = 2 if task == "multilabel" else len(ours.classes_)
        assert ours.predict_proba(sequences).shape == (40, n_classes)


@each_task
@each_form
def test_one_output_per_step(task, sequences):
    y = targets_for(task, sequences, by_steps=True)
    ours = estimator_for(task, return_sequences=True).fit(sequences, y)
    predicted = ours.predict(sequences)
    assert (predicted.dtype == object) == (sequences is RAGGED)
    for values, steps in zip(predicted, y, strict=True):
        assert values.shape == steps.shape
        assert values.dtype.kind == np.asarray(steps).dtype.kind
    metric = accuracy_score if hasattr(ours, "classes_") else r2_score
    flat = [np.concatenate(list(values)) for values in (y, predicted)]
    assert ours.score(sequences, y) == metric(*flat)
    weights = np.arange(40) % 3.0
    by_step = np.repeat(weights, [len(x) for x in sequences])
    assert ours.score(sequences, y, weights) == metric(*flat, sample_weight=by_step)
    if hasattr(ours, "classes_"):
        probabilities = ours.predict_proba(sequences)
        logarithms = ours.predict_log_proba(sequences)
        for p, log_p, steps in zip(probabilities, logarithms, y, strict=True):
            assert p.shape == (len(steps), ours.predict_proba(X).shape[-1])
            np.testing.assert_allclose(np.exp(log_p), p)
            if task != "multilabel":
                np.testing.assert_allclose(p.sum(axis=1), 1)


@each_cell
def test_each_cell_learns_to_remember(cell):
    """Was the first step of six positive? No later step tells."""
    rng = np.random.default_rng(0)
    sequences = rng.normal(size=(200, 6, 1))
    y = np.where(sequences[:, 0, 0] > 0, "up", "down")
    ours = RecurrentClassifier(
        8,
        cell=cell,
        learning_rate_init=0.02,
        max_iter=40,
        batch_size=20,
        random_state=0,
    )
    assert ours.fit(sequences, y).score(sequences, y) > 0.95


@pytest.mark.parametrize("readout", READOUTS[:3])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_each_readout_learns(readout, bidirectional):
    y = np.array([x[0, 0] > 0 for x in RAGGED])
    ours = RecurrentClassifier(
        (6, 6),
        readout=readout,
        bidirectional=bidirectional,
        solver="lbfgs",
        random_state=0,
    )
    assert ours.fit(RAGGED, y).score(RAGGED, y) == 1


# Ways to say the same


@each_task
@pytest.mark.parametrize("by_steps", [False, True])
def test_arrays_lists_rows_and_layouts_say_the_same(task, by_steps):
    y = targets_for(task, X, by_steps)
    settings = {"return_sequences": by_steps}
    expected = outputs_of(estimator_for(task, **settings).fit(X, y), X)
    turned = X.transpose(0, 2, 1)
    frame = pd.DataFrame(X.reshape(40, 12)).add_prefix("column")
    for held, options in (
        (list(X), {}),
        (X.tolist(), {}),
        (X.reshape(40, 12), {"n_timesteps": 6}),
        (frame, {"n_timesteps": 6}),
        (turned, {"layout": "NFT"}),
        (list(turned), {"layout": "NFT"}),
        (turned.reshape(40, 12), {"layout": "NFT", "n_timesteps": 6}),
    ):
        ours = estimator_for(task, **settings, **options).fit(held, y)
        found = outputs_of(ours, held)
        for a, b in zip(found, expected, strict=True):
            np.testing.assert_array_equal(a, b)
    assert ours.n_features_in_ == 12
    assert ours.n_features_per_step_ == 2


def test_names_of_columns_are_kept():
    frame = pd.DataFrame(X.reshape(40, 12)).add_prefix("column")
    y = targets_for("regression", X, False)
    ours = estimator_for("regression", n_timesteps=6).fit(frame, y)
    np.testing.assert_array_equal(ours.feature_names_in_, frame.columns)
    assert not hasattr(ours.fit(X, y), "feature_names_in_")


def test_without_a_number_of_steps_each_column_is_one():
    univariate, y = X[:, :, 0], targets_for("regression", X, False)
    ours = estimator_for("regression").fit(univariate, y)
    other = estimator_for("regression").fit(univariate[:, :, np.newaxis], y)
    assert ours.n_features_per_step_ == 1
    np.testing.assert_array_equal(
        ours.predict(univariate), other.predict(univariate[:, :, np.newaxis])
    )


def test_rows_pass_through_a_scaler():
    rows, y = X.reshape(40, 12) * 1e3 + 5, targets_for("binary", X, False)
    pipeline = make_pipeline(StandardScaler(), estimator_for("binary", n_timesteps=6))
    pipeline.fit(rows, y)
    scaled = StandardScaler().fit_transform(rows).reshape(40, 6, 2)
    alone = estimator_for("binary").fit(scaled, y)
    np.testing.assert_array_equal(
        pipeline.predict_proba(rows), alone.predict_proba(scaled)
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("form", [lambda x: x, list, lambda x: x.reshape(40, 12)])
def test_the_dtype_is_kept(form, dtype):
    held, y = form(X.astype(dtype)), targets_for("regression", X, False)
    ours = estimator_for("regression", n_timesteps=6).fit(held, y)
    assert ours.predict(held).dtype == dtype
    assert ours._parameters.dtype == dtype


def test_a_dtype_can_be_chosen():
    y = targets_for("regression", X, True)
    ours = estimator_for("regression", dtype="float32", return_sequences=True)
    assert ours.fit(X, y).predict(X).dtype == np.float32
    exact = estimator_for("regression", return_sequences=True).fit(X, y).predict(X)
    np.testing.assert_allclose(ours.predict(X), exact, atol=1e-4)


# Sequences of other lengths


@each_cell
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("readout", READOUTS)
def test_sequences_of_any_length_can_be_predicted(cell, bidirectional, readout):
    by_steps = readout == "steps"
    ours = estimator_for(
        "regression",
        (4, 3),
        cell=cell,
        bidirectional=bidirectional,
        return_sequences=by_steps,
        **({} if by_steps else {"readout": readout}),
    )
    rng = np.random.default_rng(0)
    eight = rng.normal(size=(20, 8, 2))
    ours.fit(eight, targets_for("regression", eight, by_steps))
    longest = rng.normal(size=(3, 13, 2))
    mixed = [longest[0], longest[1][:5], longest[2][:1]]
    together = ours.predict(mixed)
    for sequence, found in zip(mixed, together, strict=True):
        np.testing.assert_allclose(ours.predict(sequence[np.newaxis])[0], found)
    assert len(ours.predict(longest[:, :5])) == len(ours.predict(longest)) == 3


def many_lengths():
    """Return sequences of which some are much longer than most."""
    rng = np.random.default_rng(0)
    lengths = rng.permutation([2, 3] * 700 + [40, 41])
    return [rng.normal(size=(length, 2)) for length in lengths]


@each_task
@pytest.mark.parametrize("by_steps", [False, True])
def test_sequences_among_others_are_predicted_as_those_of_their_length(task, by_steps):
    ours = estimator_for(task, return_sequences=by_steps)
    ours.fit(RAGGED, targets_for(task, RAGGED, by_steps))
    held = many_lengths()
    together = [*predictions_of(ours, held), ours.transform(held)]
    for length in (2, 3, 40, 41):
        alike = [i for i, x in enumerate(held) if len(x) == length]
        array = np.array([held[i] for i in alike])
        alone = [*predictions_of(ours, array), ours.transform(array)]
        for found, expected in zip(together, alone, strict=True):
            assert len(found) == len(held)
            found = np.stack([found[i] for i in alike])
            if expected.dtype.kind == "f":
                np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)
            else:
                np.testing.assert_array_equal(found, expected)


def test_a_long_sequence_pads_no_short_ones(monkeypatch):
    y = targets_for("regression", RAGGED, True)
    ours = estimator_for("regression", return_sequences=True).fit(RAGGED, y)
    held, make_rows, sizes = many_lengths(), Sequences.rows, []

    def recording(*args):
        rows = make_rows(*args)
        sizes.append(rows.size)
        return rows

    monkeypatch.setattr(Sequences, "rows", recording)
    for run in (ours.predict, ours.transform, lambda x: ours.score(x, sums(x))):
        run(held)
        # Two features, and whether the step exists.
        assert sum(sizes) < 1.5 * 3 * sum(map(len, held))
        sizes.clear()


@each_task
def test_cross_validation_predicts_steps_of_unequal_sequences(task):
    y = np.empty(40, object)
    y[:] = targets_for(task, RAGGED, True)
    ours = estimator_for(task, return_sequences=True)
    folds = KFold(3)
    predicted = cross_val_predict(ours, RAGGED, y, cv=folds)
    for train, test in folds.split(y):
        ours.fit([RAGGED[i] for i in train], y[train])
        expected = ours.predict([RAGGED[i] for i in test])
        for i, values in zip(test, expected, strict=True):
            np.testing.assert_array_equal(predicted[i], values)


@pytest.fixture
def workspaces(monkeypatch):
    """The sizes, in bytes, of the workspaces that executors are given."""
    sizes = []

    def recording(program, parameters, loss=None, batch_size=512, *rest, **options):
        sizes.append(program.workspace_width * batch_size * parameters.itemsize)
        return make_executor(program, parameters, loss, batch_size, *rest, **options)

    for module in (prediction, session):
        monkeypatch.setattr(module, "make_executor", recording)
    return sizes


@pytest.mark.slow
def test_a_thousand_steps_are_predicted_in_little_memory(workspaces):
    y = targets_for("binary", X, False)
    ours = estimator_for("binary", 64, max_iter=1).fit(X, y)
    long = np.random.default_rng(0).normal(size=(70, 1000, 2))
    predicted = ours.predict_proba(long)
    assert workspaces[-1] <= 2**27
    np.testing.assert_allclose(ours.predict_proba(long[-3:]), predicted[-3:])


@pytest.mark.slow
def test_lbfgs_goes_through_long_sequences_in_little_memory(workspaces):
    long = np.random.default_rng(0).normal(size=(150, 300, 2))
    y = targets_for("binary", long, False)
    estimator_for("binary", 64, solver="lbfgs", max_iter=1, max_fun=1).fit(long, y)
    assert workspaces[-1] <= 2**27
