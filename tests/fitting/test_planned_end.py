"""``tol=None``: training ends after ``max_iter`` epochs, by plan."""

import warnings

import numpy as np
import pytest
from resumed_fits import assert_same_fit
from sklearn.exceptions import ConvergenceWarning
from tasks import TASKS

from skbackprop import NetworkRegressor
from skbackprop.engine.schedules import Plateau, Warmup
from skbackprop.engine.training import Outcome
from skbackprop.fitting import session
from skbackprop.fitting.state import has_come_to_its_end

TASK = TASKS["multiclass"]


@pytest.fixture(autouse=True)
def no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def fit(**settings):
    return TASK.ours(**{"tol": None, **settings}).fit(TASK.X, TASK.y)


@pytest.mark.parametrize("task", TASKS.values(), ids=str)
@pytest.mark.parametrize("n_iter_no_change", [1, np.inf])
def test_all_epochs_are_done_and_nothing_is_warned_of(task, n_iter_no_change):
    model = task.ours(tol=None, n_iter_no_change=n_iter_no_change, solver="sgd")
    model.set_params(learning_rate_init=1e-9)  # nothing improves
    assert model.fit(task.X, task.y).n_iter_ == len(model.loss_curve_) == 10


def test_the_epochs_are_those_of_a_rule_that_never_applies():
    with pytest.warns(ConvergenceWarning):
        patient = fit(tol=0.0, n_iter_no_change=np.inf)
    assert_same_fit(fit(), patient, but={"tol", "n_iter_no_change"})


def test_the_outcome_is_that_training_is_finished(monkeypatch):
    outcomes, conclude = [], session.Session.conclude
    monkeypatch.setattr(
        session.Session,
        "conclude",
        lambda self: (outcomes.append(self.outcome), conclude(self)),
    )
    fit()
    assert outcomes == [Outcome.FINISHED]


def test_the_best_parameters_on_a_validation_set_are_kept():
    kept = fit(max_iter=40, learning_rate_init=0.05)
    kept.fit(TASK.X[:100], TASK.y[:100], X_val=TASK.X[100:], y_val=TASK.y[100:])
    scores = kept.validation_scores_
    assert len(scores) == kept.n_iter_ == 40
    assert kept.best_validation_score_ == max(scores) > scores[-1]
    assert kept.score(TASK.X[100:], TASK.y[100:]) == max(scores)


@pytest.mark.parametrize("settings", [{}, {"learning_rate": "exponential"}], ids=str)
def test_ten_epochs_twice_are_twenty(settings):
    parts = fit(warm_start=True, **settings)
    parts.fit(TASK.X, TASK.y)
    whole = fit(warm_start=True, max_iter=20, **settings)
    assert_same_fit(parts, whole, but={"max_iter", "n_iter_"})


def test_a_checkpoint_goes_on_when_more_epochs_are_planned(tmp_path):
    path = tmp_path / "fit"
    fit(checkpoint=path)
    again = fit(checkpoint=path)
    assert again.n_iter_ == 10
    longer = fit(checkpoint=path, max_iter=25)
    assert_same_fit(longer, fit(max_iter=25))


def test_one_epoch_of_partial_fit_is_no_end():
    model = TASK.ours(tol=None)
    for _ in range(3):
        model.partial_fit(TASK.X, TASK.y, classes=[0, 1, 2])
    assert_same_fit(
        model,
        fit(warm_start=True, max_iter=3),
        but={"max_iter", "n_iter_", "warm_start", "criterion"},
    )


def test_a_schedule_that_is_over_does_not_end_what_more_epochs_are_planned_for():
    assert not has_come_to_its_end(TASK.ours(tol=None), Outcome.FINISHED)
    assert has_come_to_its_end(TASK.ours(), Outcome.FINISHED)
    assert has_come_to_its_end(TASK.ours(), Outcome.CONVERGED)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"solver": "lbfgs"}, "is not supported by solver='lbfgs'"),
        ({"early_stopping": True}, "early_stopping=True ends training"),
        ({"learning_rate": "plateau"}, "learning_rate='plateau' changes"),
        ({"learning_rate": "adaptive", "solver": "sgd"}, "'adaptive' changes"),
        ({"learning_rate": Warmup(Plateau(), 2)}, "changes when the loss"),
    ],
    ids=str,
)
def test_what_needs_a_rule_is_refused(settings, message):
    with pytest.raises(ValueError, match=f"{message}.*tol"):
        fit(**settings)


def test_adaptive_is_ignored_by_adam_as_ever():
    assert fit(learning_rate="adaptive").n_iter_ == 10


def test_regressors_of_graphs_have_it_too():
    X, y = TASKS["regression"].X, TASKS["regression"].y
    model = NetworkRegressor(tol=None, max_iter=3, random_state=0).fit(X, y)
    assert model.n_iter_ == 3
