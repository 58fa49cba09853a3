"""Dropout in recurrent nets: between layers, never along time."""

import numpy as np
import pytest
from jit_marks import needs_jit
from recurrent_tasks import RAGGED, assert_same_outputs, estimator_for, targets_for

from skbackprop.engine import Executor, ReferenceExecutor
from skbackprop.network import Dropout, Linear
from skbackprop.network.compiler import compile_graph
from skbackprop.network.recurrence import RecurrentNet, SequenceLayout

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

LAYOUT = SequenceLayout(n_timesteps=4, n_features=3, is_masked=True)


def unrolled(dropout, readout="last"):
    net = RecurrentNet("lstm", (5, 6), 2, readout=readout, dropout=dropout)
    return compile_graph(net.unroll(LAYOUT))


def rates_of(program):
    modules = [instruction.module for instruction in program.instructions]
    return [module.rate for module in modules if isinstance(module, Dropout)]


def test_inputs_and_what_layers_put_out_are_dropped():
    rates = rates_of(unrolled((0.1, 0.2, 0.3)))
    assert rates.count(0.1) == rates.count(0.2) == 4  # once for each step
    assert rates.count(0.3) == 1  # the last layer is read at its end only


def test_states_pass_from_step_to_step_whole():
    program = unrolled((0.0, 0.5, 0.5), readout="steps")
    blocks = program.blocks
    for instruction in program.instructions:
        if isinstance(instruction.module, Linear):
            fan_in, fan_out = blocks[instruction.blocks[0]].shape
            makers = [i for i in program.instructions if i.output in instruction.inputs]
            is_recurrent = fan_in == fan_out // 4
            reads_dropped = any(isinstance(i.module, Dropout) for i in makers)
            assert not (is_recurrent and reads_dropped)


def test_without_rates_nothing_changes():
    assert unrolled((0.0, 0.0, 0.0)) == unrolled(())


@needs_jit
def test_both_executors_drop_the_same():
    program = unrolled((0.3, 0.4, 0.5))
    rng = np.random.default_rng(0)
    X = rng.normal(size=(7, LAYOUT.n_columns))
    X[:, -4:] = np.arange(4) < rng.integers(1, 5, size=(7, 1))
    parameters = program.allocate(np.float64)
    parameters[:] = rng.normal(size=parameters.shape)
    adjoint = rng.normal(size=(7, 2))
    runs = [
        executor(program, parameters, batch_size=7, seed=3).vjp(X, adjoint, True)
        for executor in (Executor, ReferenceExecutor)
    ]
    compact = [program.compact(gradient) for _, _, gradient in runs]
    np.testing.assert_allclose(*compact, rtol=1e-9, atol=1e-12)
    assert np.any(compact[0] != 0)


@pytest.mark.parametrize("by_steps", [False, True])
def test_predictions_use_all_units(by_steps):
    y = targets_for("regression", RAGGED, by_steps)
    settings = {"return_sequences": by_steps, "max_iter": 2}
    ours = estimator_for("regression", dropout=0.5, **settings).fit(RAGGED, y)
    plain = estimator_for("regression", **settings).fit(RAGGED, y)
    plain._parameters[:] = ours._parameters
    assert_same_outputs(ours, plain, RAGGED)


def test_ten_epochs_twice_are_twenty():
    y = targets_for("multiclass", RAGGED, False)
    settings = {"dropout": (0.1, 0.4), "tol": 0.0}
    twice = estimator_for("multiclass", warm_start=True, max_iter=10, **settings)
    twice.fit(RAGGED, y).fit(RAGGED, y)
    once = estimator_for("multiclass", max_iter=20, **settings).fit(RAGGED, y)
    assert twice.loss_curve_ == once.loss_curve_
    assert_same_outputs(twice, once, RAGGED)


@pytest.mark.parametrize("dropout", [1.0, (0.5,), (0.1, 0.2, 0.3), "half"])
def test_rates_that_make_no_sense_are_refused(dropout):
    ours = estimator_for("regression", dropout=dropout)
    with pytest.raises(ValueError, match="dropout"):
        ours.fit(RAGGED, targets_for("regression", RAGGED, False))


def test_lbfgs_refuses_dropout():
    ours = estimator_for("regression", dropout=0.5, solver="lbfgs")
    with pytest.raises(ValueError, match=r"dropout=0.5.*solver='lbfgs'"):
        ours.fit(RAGGED, targets_for("regression", RAGGED, False))
