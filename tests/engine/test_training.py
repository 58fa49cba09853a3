"""Training: when it stops, what it keeps, and that nothing depends on chunks."""

import dataclasses

import numpy as np
import pytest
from random_graphs import name_of, plan_of, random_parameters
from training_sessions import (
    GRAPH,
    PLAN,
    PROGRAM,
    STANDSTILL,
    Session,
    assert_same_bits,
    both_executors,
    diverging,
    record_calls,
    scripted,
    session_of_sgd,
)

from skbackprop.engine import training
from skbackprop.engine.observers import Validated
from skbackprop.engine.optimizers import SGD
from skbackprop.engine.samples import Samples
from skbackprop.engine.schedules import (
    NAMES,
    Adaptive,
    Constant,
    Cosine,
    InverseScaling,
    Warmup,
    named,
)
from skbackprop.engine.training import Outcome, TrainingState, train

# Epochs and calls


@both_executors
@pytest.mark.parametrize(
    "plan",
    [
        PLAN,
        dataclasses.replace(PLAN, optimizer=SGD(0.9, True), shuffle=False),
        dataclasses.replace(PLAN, schedule=InverseScaling(0.5), learning_rate=0.1),
        dataclasses.replace(PLAN, tol=0.05, max_no_improvement=2),
        dataclasses.replace(PLAN, schedule=Adaptive(), tol=0.05, max_no_improvement=1),
    ],
    ids=["adam", "sgd", "invscaling", "stops early", "adaptive"],
)
def test_epochs_have_the_same_bits_however_many_are_run_at_a_call(
    kind, plan, monkeypatch
):
    assert_same_bits_in_any_calls(kind, plan, monkeypatch)


@both_executors
@pytest.mark.parametrize(
    "schedule",
    [*(named(name, 12) for name in NAMES), Warmup(Cosine(), 7.7)],
    ids=name_of,
)
def test_schedules_have_the_same_bits_however_many_epochs_are_run_at_a_call(
    kind, schedule, monkeypatch
):
    plan = dataclasses.replace(PLAN, schedule=schedule)
    assert_same_bits_in_any_calls(kind, plan, monkeypatch)


def assert_same_bits_in_any_calls(kind, plan, monkeypatch):
    plan = dataclasses.replace(plan, max_epochs=30)
    sessions = []
    for seconds in (0.0, 1e9):
        monkeypatch.setattr(training, "_SECONDS_PER_CALL", seconds)
        session = Session(kind, plan)
        calls = record_calls(session)
        session.train()
        sessions.append(session)
        many_at_once = max(len(call) for call in calls) > 1
        assert many_at_once == (seconds > 0)
    assert_same_bits(*sessions)


@both_executors
def test_ten_epochs_and_ten_more_are_twenty(kind):
    twice, once = Session(kind), Session(kind)
    assert twice.train(max_epochs=10) is Outcome.OUT_OF_EPOCHS
    assert twice.train(max_epochs=10) is Outcome.OUT_OF_EPOCHS
    once.train(max_epochs=20)
    assert_same_bits(twice, once)


@both_executors
def test_steps_per_call_are_bounded(kind, monkeypatch, all_epochs_per_call):
    monkeypatch.setattr(training, "_MAX_STEPS_PER_CALL", 13)  # an epoch has 6
    session = Session(kind)
    calls = record_calls(session)
    session.train()
    assert [len(call) for call in calls] == [1, 2, 2, 2, 2, 2, 1]


@both_executors
def test_steps_and_samples_are_counted(kind):
    session = Session(kind)
    session.train(max_epochs=3)
    assert session.state.n_steps == 3 * 6
    assert session.state.n_seen == 3 * 42
    assert len(session.state.losses) == 3
    assert all(type(loss) is float for loss in session.state.losses)


@both_executors
def test_without_shuffling_order_and_generator_are_left_alone(kind):
    session = Session(kind)
    session.train(shuffle=False)
    np.testing.assert_array_equal(session.state.order, np.arange(42))
    expected = np.random.RandomState(0).uniform()
    assert session.random_state.uniform() == expected


@both_executors
def test_training_learns(kind):
    session = Session(kind)
    session.train(max_epochs=200)
    losses = session.state.losses
    assert losses[-1] < 0.7 * losses[0]
    assert session.state.best_loss == min(losses)


# When it stops


@both_executors
@pytest.mark.parametrize("max_no_improvement", [1, 3, 7])
def test_training_stops_after_one_epoch_too_many_without_improvement(
    kind, max_no_improvement
):
    session = Session(kind, STANDSTILL)
    outcome = session.train(max_no_improvement=max_no_improvement, max_epochs=50)
    assert outcome is Outcome.CONVERGED
    assert len(session.state.losses) == 1 + max_no_improvement + 1
    assert session.state.no_improvement == max_no_improvement + 1


@both_executors
def test_the_rule_counts_on_over_several_trainings(kind):
    session = Session(kind, STANDSTILL)
    for _ in range(4):
        assert session.train(max_epochs=1) is Outcome.OUT_OF_EPOCHS
    assert session.train(max_epochs=1) is Outcome.CONVERGED


@both_executors
def test_an_infinite_patience_never_stops(kind):
    session = Session(kind, STANDSTILL)
    outcome = session.train(max_no_improvement=np.inf, max_epochs=50)
    assert outcome is Outcome.OUT_OF_EPOCHS
    assert len(session.state.losses) == 50


class Scripted:
    """An executor whose losses are written down beforehand."""

    batch_size = 1

    def __init__(self, losses):
        self.losses = iter(losses)
        self.parameters = np.zeros(3)
        self.rates = []

    def prepare_training(self, samples, plan, slots, order):
        pass

    def run_epochs(self, coefficients, stopping, random_state, n_steps):
        (step,) = coefficients[0]
        self.rates.append(step[-1])
        self.parameters += 1
        loss = next(self.losses)
        worse = loss > stopping.best_loss - stopping.tol
        return training_run(
            loss,
            min(loss, stopping.best_loss),
            stopping.no_improvement + 1 if worse else 0,
        )


def training_run(loss, best_loss, no_improvement):
    from skbackprop.engine.samples import EpochsRun

    return EpochsRun(*np.full((4, 1), loss), False, best_loss, no_improvement)


def train_scripted(
    losses, schedule, max_no_improvement, scores=None, report=None, learning_rate=0.01
):
    executor = Scripted(losses)
    state = TrainingState("any", np.zeros((1, 3)), 1, np.arange(1))
    plan = plan_of(
        SGD(0.0, False),
        learning_rate=learning_rate,
        schedule=schedule,
        max_epochs=len(losses),
        shuffle=False,
        tol=0.5,
        max_no_improvement=max_no_improvement,
        early_stopping=scores is not None,
    )
    validate = None if scores is None else scripted(scores)
    samples = Samples(np.zeros((1, 1)))
    outcome = train(executor, samples, plan, state, None, validate, report)
    return outcome, state, executor


@pytest.mark.parametrize(
    ("losses", "n_epochs"),
    [
        ([9, 8, 7, 6, 5, 4], None),
        ([9, 8, 8, 8, 8, 8], 5),
        ([9, 8.6, 8.2, 7.8, 7.4, 7], 4),  # by less than tol each
        ([9, 10, 11, 8.4, 9, 8.5], None),
        ([9, 10, 8.6, 8.5, 7, 6], 4),
    ],
    ids=["improves", "stands still", "slowly", "in time", "too late"],
)
def test_improvement_is_counted_against_the_best_loss(
    one_epoch_per_call, losses, n_epochs
):
    outcome, state, _ = train_scripted(losses, Constant(), max_no_improvement=2)
    expected = Outcome.CONVERGED if n_epochs else Outcome.OUT_OF_EPOCHS
    assert outcome is expected
    assert state.losses == losses[:n_epochs]
    assert state.best_loss == min(state.losses)


def test_adaptive_rates_are_divided_at_each_standstill_until_the_end(
    one_epoch_per_call,
):
    rate = 4e-5
    outcome, state, executor = train_scripted(
        [1.0] * 50, Adaptive(), 1, learning_rate=rate
    )
    # Epoch 1 improves on infinity, after that every second one is one too many.
    expected = [rate] * 3 + [rate / 5] * 2 + [rate / 25] * 2 + [rate / 125] * 2
    assert outcome is Outcome.CONVERGED
    np.testing.assert_allclose(executor.rates, expected, rtol=1e-14)
    assert state.slowdown == pytest.approx(1 / 125)


def test_inverse_scaling_goes_by_the_samples_seen_before_the_epoch(
    one_epoch_per_call,
):
    _, _, executor = train_scripted(
        [1.0] * 5, InverseScaling(0.5), np.inf, learning_rate=0.1
    )
    np.testing.assert_allclose(executor.rates, 0.1 / np.sqrt([1, 2, 3, 4, 5]))


def test_reports_tell_losses_scores_and_why_it_ends(one_epoch_per_call):
    said = []
    train_scripted([2.0, 2.0, 2.0], Constant(), 1, report=said.append)
    assert said == [
        "Iteration 1, loss = 2.00000000",
        "Iteration 2, loss = 2.00000000",
        "Iteration 3, loss = 2.00000000",
        "Training loss did not improve more than tol=0.500000 for 1 consecutive "
        "epochs. Stopping.",
    ]
    said.clear()
    scores = [0.25, 0.25, 0.25]
    train_scripted([2.0] * 3, Adaptive(), 1, scores, said.append)
    assert said[1] == "Validation score: 0.250000"
    assert said[-1] == (
        "Validation score did not improve more than tol=0.500000 for 1 consecutive "
        "epochs. Slowing down."
    )


# Early stopping


def test_training_by_score_ends_with_the_best_parameters():
    scores = [1.0, 2.0, 4.0, 3.0, 4.2, 3.0, 9.0]
    outcome, state, executor = train_scripted([1.0] * 7, Constant(), 2, scores)
    assert outcome is Outcome.CONVERGED
    assert state.scores == [1.0, 2.0, 4.0, 3.0, 4.2, 3.0]
    # 4.2 is the best score, if not by tol, and came after epoch 5.
    assert state.best_score == 4.2
    assert (executor.parameters == 5).all()


def test_a_score_that_is_no_number_is_never_the_best():
    scores = [1.0, np.nan, np.nan, 0.5]
    _, state, executor = train_scripted([1.0] * 4, Constant(), 9, scores)
    assert state.best_score == 1.0
    assert (executor.parameters == 1).all()


@both_executors
def test_early_stopping_keeps_the_parameters_of_the_best_epoch(kind):
    scores = [0.1, 0.3, 0.8, 0.2, 0.1]
    session, best = Session(kind, STANDSTILL), Session(kind)
    for one, validate, n_epochs in ((session, scripted(scores), 5), (best, None, 3)):
        one.train(
            validate,
            learning_rate=0.01,
            max_epochs=n_epochs,
            shuffle=True,
            early_stopping=validate is not None,
        )
    assert session.state.scores == scores
    np.testing.assert_array_equal(session.parameters, best.parameters)


def held_out_error(session):
    """Return what validates by how far the parameters are from some others."""
    aim = random_parameters(GRAPH, seed=1)

    def validate():
        error = float(((session.parameters - aim) ** 2).sum())
        return Validated(error, -error)

    return validate


@both_executors
def test_early_stopping_in_two_goes_is_early_stopping_in_one(kind):
    once, twice = Session(kind), Session(kind)
    plan = {"early_stopping": True, "learning_rate": 0.3}
    once.train(held_out_error(once), max_epochs=6, **plan)
    for _ in range(2):
        twice.train(held_out_error(twice), max_epochs=3, **plan)
    assert_same_bits(once, twice)


# Divergence


@both_executors
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("rate", [0.5, 1e3, 1e30])
def test_divergence_ends_training_with_the_last_finite_parameters(kind, dtype, rate):
    session = session_of_sgd(kind, dtype)
    start = session.parameters.copy()
    assert session.train(**diverging(rate)) is Outcome.DIVERGED
    n_epochs = len(session.state.losses)
    assert n_epochs < 500
    assert np.isfinite(session.state.losses).all()
    assert np.isfinite(session.parameters).all()
    if n_epochs == 0:
        np.testing.assert_array_equal(session.parameters, start)
    else:
        again = session_of_sgd(kind, dtype)
        again.train(**{**diverging(rate), "max_epochs": n_epochs})
        np.testing.assert_array_equal(session.parameters, again.parameters)
        assert session.state.losses == again.state.losses


@both_executors
def test_a_smaller_rate_helps_after_a_divergence(kind):
    session = session_of_sgd(kind)
    assert session.train(**diverging()) is Outcome.DIVERGED
    session.parameters[:] = random_parameters(GRAPH)
    assert session.train(learning_rate=0.01) is Outcome.OUT_OF_EPOCHS
    assert np.isfinite(session.parameters).all()
    padded = PROGRAM.expand(PROGRAM.compact(session.parameters))
    np.testing.assert_array_equal(padded, session.parameters)


@both_executors
def test_divergence_is_not_taken_for_convergence(kind):
    session = session_of_sgd(kind)
    session.train(learning_rate=0.0, tol=1.0, max_no_improvement=3, max_epochs=10)
    outcome = session.train(**diverging(1e30), tol=1.0, max_no_improvement=3)
    assert outcome is Outcome.DIVERGED


@both_executors
def test_divergence_with_early_stopping_keeps_the_best_parameters(kind):
    session, best = session_of_sgd(kind), session_of_sgd(kind)
    validate = scripted([0.5, 0.1] + [0.0] * 500)
    outcome = session.train(validate, early_stopping=True, **diverging(0.5))
    best.train(**{**diverging(0.5), "max_epochs": 1})
    assert outcome is Outcome.DIVERGED
    np.testing.assert_array_equal(session.parameters, best.parameters)


@both_executors
def test_samples_that_are_not_finite_count_as_divergence(kind):
    session = Session(kind)
    session.samples.X[3, 1] = np.nan
    start = session.parameters.copy()
    assert session.train() is Outcome.DIVERGED
    assert session.state.losses == []
    np.testing.assert_array_equal(session.parameters, start)
