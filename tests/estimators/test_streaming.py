"""Predicting step by step, with a state that is kept."""

import numpy as np
import pytest
from recurrent_tasks import RAGGED, X, each_cell, each_task, estimator_for, targets_for
from unrolled import READOUTS

from skbackprop import RecurrentRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def regressor(**settings):
    """Return a regressor fitted to the sums of sequences."""
    y = targets_for("regression", X, settings.get("return_sequences", False))
    return RecurrentRegressor((5, 4), max_iter=2, random_state=0, **settings).fit(X, y)


def step_by_step(estimator, steps):
    """Return the predictions after each of the steps of an array."""
    found, state = [], None
    for t in range(steps.shape[1]):
        predicted, state = estimator.predict_step(steps[:, t], state)
        found.append(predicted)
    return found


@each_cell
@pytest.mark.parametrize("readout", READOUTS[:3])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_each_step_predicts_what_the_prefix_does(cell, readout, dtype):
    ours = regressor(cell=cell, readout=readout, dtype=dtype)
    close = {"rtol": 1e-4, "atol": 1e-5} if dtype == "float32" else {"rtol": 1e-10}
    for t, predicted in enumerate(step_by_step(ours, X), start=1):
        np.testing.assert_allclose(predicted, ours.predict(X[:, :t]), **close)


@each_task
@pytest.mark.parametrize("by_steps", [False, True])
def test_each_task_is_decoded(task, by_steps):
    y = targets_for(task, X, by_steps)
    ours = estimator_for(task, return_sequences=by_steps, dropout=0.2).fit(X, y)
    for t, predicted in enumerate(step_by_step(ours, X), start=1):
        expected = ours.predict(X[:, :t])
        expected = expected[:, -1] if by_steps else expected
        assert predicted.dtype == expected.dtype
        assert predicted.shape == expected.shape
        if predicted.dtype.kind == "f":
            np.testing.assert_allclose(predicted, expected, rtol=1e-10)
        else:
            np.testing.assert_array_equal(predicted, expected)


def test_sequences_may_end_one_after_the_other():
    ours, state = regressor(), None
    alive = np.arange(len(RAGGED))
    for t in range(6):
        alive_still = [i for i in alive if len(RAGGED[i]) > t]
        state = None if state is None else state[np.isin(alive, alive_still)]
        alive = np.array(alive_still)
        x = np.array([RAGGED[i][t] for i in alive])
        predicted, state = ours.predict_step(x, state)
    expected = ours.predict([RAGGED[i] for i in alive])
    np.testing.assert_allclose(predicted, expected, rtol=1e-10)


def test_a_state_can_be_gone_on_with_twice():
    ours = regressor()
    _, state = ours.predict_step(X[:, 0])
    kept = state.copy()
    first = ours.predict_step(X[:, 1], state)
    second = ours.predict_step(X[:, 1], state)
    np.testing.assert_array_equal(state, kept)
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_fit_in_between_changes_what_comes():
    ours = regressor(warm_start=True)
    before, _ = ours.predict_step(X[:, 0])
    ours.fit(X, targets_for("regression", X, False))
    after, _ = ours.predict_step(X[:, 0])
    np.testing.assert_allclose(after, ours.predict(X[:, :1]), rtol=1e-10)
    assert (before != after).any()


def test_what_cannot_be_gone_on_with_is_refused():
    ours = regressor()
    _, state = ours.predict_step(X[:, 0])
    with pytest.raises(ValueError, match=r"of shape \(3, 10\), got shape \(40, 10\)"):
        ours.predict_step(X[:3, 1], state)
    with pytest.raises(ValueError, match="x has 1 features, but RecurrentRegressor"):
        ours.predict_step(X[:, 0, :1])
    with pytest.raises(ValueError, match="x contains NaN"):
        ours.predict_step(np.full((1, 2), np.nan))
    with pytest.raises(ValueError, match="state contains NaN"):
        ours.predict_step(X[:, 0], np.full_like(state, np.nan))
    with pytest.raises(ValueError, match="does not support bidirectional=True"):
        regressor(bidirectional=True).predict_step(X[:, 0])
