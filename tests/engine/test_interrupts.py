"""Ctrl-C: noticed where nothing is left half done."""

import signal
import threading

import numpy as np
import pytest
from jit_marks import needs_jit
from training_sessions import (
    Session,
    assert_same_bits,
    both_executors,
    diverging,
    scripted,
    session_of_sgd,
)

from skbackprop.engine.compiled.executor import Executor
from skbackprop.engine.training import Outcome


def interrupt_after(session, n_calls):
    """Send Ctrl-C while the executor runs its n-th call."""
    run_epochs = session.executor.run_epochs
    calls = iter(range(1, 1000))

    def interrupted(*arguments):
        run = run_epochs(*arguments)
        if next(calls) == n_calls:
            signal.raise_signal(signal.SIGINT)
        return run

    session.executor.run_epochs = interrupted


@both_executors
@pytest.mark.parametrize("n_calls", [1, 4, 12])
def test_ctrl_c_ends_training_and_nothing_is_lost(
    kind, n_calls, one_epoch_per_call, default_handler
):
    session, expected = Session(kind), Session(kind)
    interrupt_after(session, n_calls)
    assert session.train() is Outcome.INTERRUPTED
    expected.train(max_epochs=n_calls)
    assert_same_bits(session, expected)


@both_executors
def test_training_goes_on_after_ctrl_c_as_if_nothing_had_been(
    kind, one_epoch_per_call, default_handler
):
    session, uninterrupted = Session(kind), Session(kind)
    interrupt_after(session, 5)
    session.train()
    assert session.train(max_epochs=12 - 5) is Outcome.OUT_OF_EPOCHS
    uninterrupted.train()
    assert_same_bits(session, uninterrupted)


@needs_jit
def test_ctrl_c_while_kernels_diverge_leaves_finite_parameters(
    all_epochs_per_call, default_handler
):
    session = session_of_sgd(Executor)
    run = session.executor._run

    def interrupted(row):
        run(row)
        signal.raise_signal(signal.SIGINT)

    session.executor._run = interrupted
    outcome = session.train(**diverging(1e30))
    assert outcome in (Outcome.INTERRUPTED, Outcome.DIVERGED)
    assert np.isfinite(session.parameters).all()


@both_executors
def test_a_report_may_interrupt(kind, one_epoch_per_call):
    session = Session(kind)

    def report(words):
        if words.startswith("Iteration 3"):
            raise KeyboardInterrupt

    assert session.train(report=report) is Outcome.INTERRUPTED
    assert len(session.state.losses) == 3


@both_executors
def test_ctrl_c_with_early_stopping_keeps_the_best_parameters(kind, default_handler):
    session, best = Session(kind), Session(kind)
    interrupt_after(session, 4)
    validate = scripted([0.1, 0.9, 0.2, 0.3, 0.4])
    assert session.train(validate, early_stopping=True) is Outcome.INTERRUPTED
    best.train(max_epochs=2)
    np.testing.assert_array_equal(session.parameters, best.parameters)


@both_executors
def test_a_second_ctrl_c_is_not_held_back(kind, default_handler):
    session = Session(kind)
    start = session.parameters.copy()

    def hanging(*arguments):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        raise AssertionError("the second signal was held back")

    session.executor.run_epochs = hanging
    assert session.train() is Outcome.INTERRUPTED
    np.testing.assert_array_equal(session.parameters, start)


@both_executors
def test_a_handler_of_the_users_own_stays_in_place(kind):
    came = []
    before = signal.signal(signal.SIGINT, lambda *_: came.append(1))
    try:
        session = Session(kind)
        interrupt_after(session, 1)
        assert session.train() is Outcome.OUT_OF_EPOCHS
    finally:
        signal.signal(signal.SIGINT, before)
    assert came == [1]


@both_executors
def test_threads_that_get_no_signals_train_as_well(kind, default_handler):
    session, expected = Session(kind), Session(kind)
    thread = threading.Thread(target=session.train)
    thread.start()
    thread.join()
    expected.train()
    assert_same_bits(session, expected)


@both_executors
def test_errors_of_other_kinds_are_passed_on(kind, default_handler):
    session = Session(kind)

    def report(words):
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space left"):
        session.train(report=report)
