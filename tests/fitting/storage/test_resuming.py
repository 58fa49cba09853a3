"""Ten epochs and ten more are twenty, to the last bit, whatever is learnt how."""

import warnings

import numpy as np
import pytest
import recurrent_tasks
from resumed_fits import SETTINGS, assert_same_fit
from sklearn.exceptions import ConvergenceWarning
from tasks import TASKS

from skbackprop.engine.schedules import SPANNING, Custom, OneCycle

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.filterwarnings("ignore:Got `batch_size`:UserWarning"),
]
TASK = TASKS["multiclass"]
# What ends before its last epoch does not go on when it is told to.
ENDLESS = {"n_iter_no_change": np.inf}
# Of named schedules that span a fit each fit is a whole, which is tested below.
GOING_ON = {
    name: settings
    for name, settings in SETTINGS.items()
    if settings.get("learning_rate") not in SPANNING
}
each_setting = pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)


def through_file(estimator, folder):
    estimator.save(folder / "net")
    return type(estimator).load(folder / "net")


@pytest.mark.parametrize("settings", GOING_ON.values(), ids=GOING_ON)
@pytest.mark.parametrize("is_stored", [False, True])
def test_two_halves_are_a_whole(settings, is_stored, tmp_path):
    rate = settings.get("learning_rate")
    if is_stored and (callable(rate) or isinstance(rate, Custom)):
        pytest.skip("a schedule that is code is refused by save, which runs no code")
    settings = {**settings, **ENDLESS, "warm_start": True}
    halves = TASK.ours(**{**settings, "max_iter": 10}).fit(TASK.X, TASK.y)
    halves = through_file(halves, tmp_path) if is_stored else halves
    halves.fit(TASK.X, TASK.y)
    whole = TASK.ours(**{**settings, "max_iter": 20}).fit(TASK.X, TASK.y)
    assert halves.n_iter_ == 10
    assert_same_fit(halves, whole, but=["n_iter_", "max_iter"])


@each_setting
def test_twenty_times_partial_fit_is_a_whole(settings):
    if settings.get("early_stopping"):
        pytest.skip("partial_fit refuses early_stopping, as scikit-learn's does")
    settings = {**settings, **ENDLESS, "warm_start": True, "max_iter": 20}
    parts, whole = TASK.ours(**settings), TASK.ours(**settings)
    for _ in range(20):
        parts.partial_fit(TASK.X, TASK.y, classes=[0, 1, 2])
    whole.fit(TASK.X, TASK.y)
    # Parts count towards no end.
    assert_same_fit(parts, whole, but=["n_iter_", "criterion", "is_over"])


@pytest.mark.parametrize("name", sorted(SPANNING))
def test_each_fit_goes_through_a_named_schedule_once(name):
    settings = {**ENDLESS, "learning_rate": name, "warm_start": True}
    net = TASK.ours(**settings, max_iter=10)
    with warnings.catch_warnings():
        if name != "step":  # which has no end
            warnings.simplefilter("error", ConvergenceWarning)
        rates = [net.fit(TASK.X, TASK.y).history_["learning_rate"][-10:] for _ in "12"]
    np.testing.assert_array_equal(*rates)
    assert rates[0][-1] < 0.02 * net.learning_rate_init
    assert max(rates[0]) > 0.9 * net.learning_rate_init


def test_a_schedule_that_was_given_goes_on_through_several_fits():
    settings = {**ENDLESS, "learning_rate": OneCycle(20), "warm_start": True}
    halves = TASK.ours(**settings, max_iter=10).fit(TASK.X, TASK.y)
    halves.fit(TASK.X, TASK.y)
    whole = TASK.ours(**settings, max_iter=20).fit(TASK.X, TASK.y)
    assert_same_fit(halves, whole, but=["n_iter_", "max_iter"])


@pytest.mark.parametrize("early_stopping", [False, True])
def test_two_halves_with_a_validation_set_are_a_whole(early_stopping):
    settings = {**ENDLESS, "early_stopping": early_stopping, "warm_start": True}
    validation = {"X_val": TASK.X[:40], "y_val": TASK.y[:40]}
    halves, whole = (TASK.ours(**settings, max_iter=n) for n in (10, 20))
    for estimator, n_fits in ((halves, 2), (whole, 1)):
        for _ in range(n_fits):
            estimator.fit(TASK.X[40:], TASK.y[40:], **validation)
    assert_same_fit(halves, whole, but=["n_iter_", "max_iter"])


@pytest.mark.parametrize("settings", [{}, {"early_stopping": True}], ids=str)
@pytest.mark.parametrize("sequences", ["X", "RAGGED"])
def test_two_halves_of_a_recurrent_network_are_a_whole(sequences, settings):
    X = getattr(recurrent_tasks, sequences)
    y = recurrent_tasks.targets_for("multiclass", X, by_steps=False)
    fits = []
    for n_halves in (2, 1):
        ours = recurrent_tasks.estimator_for(
            "multiclass", warm_start=True, max_iter=8 // n_halves, **settings
        )
        for _ in range(n_halves):
            ours.fit(X, y)
        fits.append(ours)
    assert_same_fit(*fits, but=["n_iter_", "max_iter"])
