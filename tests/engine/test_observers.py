"""Those who are told how training goes, and the history that is kept of it."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from training_sessions import (
    LOSS,
    PLAN,
    STANDSTILL,
    Session,
    assert_same_bits,
    both_executors,
    diverging,
    scripted,
    session_of_sgd,
)

from skbackprop.engine.compiled.executor import Executor
from skbackprop.engine.history import COLUMNS
from skbackprop.engine.observers import Observer
from skbackprop.engine.penalties import Penalties
from skbackprop.engine.reference.executor import ReferenceExecutor
from skbackprop.engine.training import Outcome


class Diary(Observer):
    """Writes down when it was told what, and stops when it is told to."""

    def __init__(self, epochs_per_call=np.inf, stop_after=np.inf):
        self.epochs_per_call, self.stop_after = epochs_per_call, stop_after
        self.pages = []

    def before_epochs(self, state):
        self.pages.append(("before", len(state.losses)))

    def after_epochs(self, state):
        self.pages.append(("after", len(state.losses)))
        return len(state.losses) >= self.stop_after


@both_executors
def test_observers_are_told_before_and_after_the_epochs_of_each_call(
    kind, all_epochs_per_call
):
    often, seldom = Diary(epochs_per_call=5), Diary()
    Session(kind).train(observers=[often, seldom])
    expected = [("before", 0), ("after", 1), ("before", 1), ("after", 6)]
    expected += [("before", 6), ("after", 11), ("before", 11), ("after", 12)]
    assert often.pages == seldom.pages == expected


@both_executors
def test_observers_change_nothing(kind):
    watched, alone = Session(kind), Session(kind)
    watched.train(observers=[Diary(epochs_per_call=1)])
    alone.train()
    assert_same_bits(watched, alone)


@both_executors
def test_an_observer_may_stop_training_and_it_goes_on_later_as_if_it_had_not(
    kind, all_epochs_per_call
):
    stopped, alone = Session(kind), Session(kind)
    outcome = stopped.train(observers=[Diary(1, stop_after=4), Diary()])
    assert outcome is Outcome.STOPPED
    assert len(stopped.state.losses) == 4
    assert stopped.train(max_epochs=8) is Outcome.OUT_OF_EPOCHS
    alone.train(max_epochs=12)
    assert_same_bits(stopped, alone)


@both_executors
def test_a_standstill_is_convergence_whoever_else_wants_to_stop(kind):
    session = Session(kind, STANDSTILL)
    outcome = session.train(observers=[Diary(1, stop_after=5)], max_epochs=50)
    assert outcome is Outcome.CONVERGED


@both_executors
def test_observers_stopping_a_validated_training_leave_the_best_parameters(kind):
    session, best = Session(kind), Session(kind)
    observers = [Diary(stop_after=4)]
    session.train(scripted([0.1, 0.9, 0.2, 0.3]), observers=observers)
    best.train(max_epochs=2)
    np.testing.assert_array_equal(session.parameters, best.parameters)


# History


@both_executors
def test_the_history_is_a_table_with_one_row_per_epoch(kind):
    session = Session(kind)
    session.train(scripted(np.arange(12.0)))
    table = pd.DataFrame(session.state.history)
    assert tuple(table.columns) == COLUMNS
    assert table["epoch"].tolist() == list(range(1, 13))
    assert table["loss"].tolist() == session.state.losses
    assert table["validation_score"].tolist() == session.state.scores
    assert table.dtypes.drop("epoch").eq(np.float64).all()
    assert (table["seconds"] > 0).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("clip_grad_norm", [None, 0.01])
@pytest.mark.parametrize("penalties", [Penalties(alpha=0.1), Penalties(0.1, 0.2)])
def test_both_executors_write_the_same_history(dtype, clip_grad_norm, penalties):
    changes = {"clip_grad_norm": clip_grad_norm, "penalties": penalties}
    plan = dataclasses.replace(PLAN, **changes)
    sessions = [Session(kind, plan, dtype) for kind in (Executor, ReferenceExecutor)]
    for session in sessions:
        session.train()
    one, other = (pd.DataFrame(s.state.history) for s in sessions)
    rtol = 1e-3 if dtype == np.float32 else 1e-9
    pd.testing.assert_frame_equal(
        one.drop(columns="seconds"), other.drop(columns="seconds"), rtol=rtol
    )


@both_executors
def test_penalty_and_gradient_are_those_of_the_steps_of_the_epoch(kind):
    """Where one step of rate 0 makes the epoch, both are known."""
    session = Session(kind, dataclasses.replace(STANDSTILL, tol=0.0))
    session.executor = kind(session.executor.program, session.parameters, LOSS, 42)
    session.train(penalties=Penalties(0.5, 0.25), max_epochs=1)
    program, history = session.executor.program, session.state.history
    weights = session.parameters[: program.n_decaying]
    penalty = (0.25 * (weights**2).sum() + 0.25 * abs(weights).sum()) / 42
    assert history["penalty"] == pytest.approx([penalty])
    objective = session.executor.objective(session.samples) / 42
    n_outputs = program.output.width
    assert history["loss"] == pytest.approx([objective / n_outputs + penalty])
    norm = np.linalg.norm(session.executor.gradient[: program.n_learned])
    assert history["gradient_norm"] == pytest.approx([norm])
    assert history["learning_rate"] == [0.0]


@both_executors
def test_the_history_ends_with_the_last_epoch_that_ended_well(kind):
    session = session_of_sgd(kind)
    session.train(**diverging(0.5))
    n_epochs = len(session.state.losses)
    assert {len(column) for column in session.state.history.values()} == {n_epochs}
    assert np.isfinite(session.state.history["gradient_norm"]).all()


@both_executors
def test_where_nothing_validates_the_loss_says_when_to_stop(kind):
    session = Session(kind, STANDSTILL)
    outcome = session.train(early_stopping=True, max_epochs=50)
    assert outcome is Outcome.CONVERGED
    assert len(session.state.losses) == 1 + STANDSTILL.max_no_improvement + 1
