"""Dropout: what is dropped, and that both executors drop the same."""

import numpy as np
import pytest
from jit_marks import EXECUTORS, needs_jit
from random_graphs import random_parameters, random_samples
from training_sessions import PLAN

from skbackprop.engine import Executor, ReferenceExecutor
from skbackprop.engine.losses import HalfSquaredError
from skbackprop.engine.training import TrainingState, train
from skbackprop.network import Dropout, Graph, Input, Linear, ReLU
from skbackprop.network.compiler import compile_graph

both_executors = pytest.mark.parametrize("executor", EXECUTORS)


def kept(rate=0.5, shape=(400, 300), seed=1, n_steps=2, stream=3):
    return Dropout(rate).kept(shape, seed, n_steps, stream)


@pytest.mark.parametrize("rate", [0.0, 0.01, 0.5, 0.9])
def test_as_many_elements_are_dropped_as_the_rate_says(rate):
    mask = kept(rate)
    spread = np.sqrt(rate * (1 - rate))
    # Within five standard deviations: in all, in each column, in each row.
    for axis, n in ((None, mask.size), (0, len(mask)), (1, mask.shape[1])):
        deviations = mask.mean(axis=axis) - (1 - rate)
        assert np.abs(deviations).max() <= 5 * spread / np.sqrt(n)


def test_neighbours_in_any_direction_are_dropped_independently():
    masks = [
        kept(),
        kept(seed=2),
        kept(n_steps=3),
        kept(stream=4),
        np.roll(kept(), 1, axis=0),
        np.roll(kept(), 1, axis=1),
    ]
    flat = np.array([mask.ravel() for mask in masks], float)
    correlations = np.corrcoef(flat) - np.eye(len(masks))
    assert np.abs(correlations).max() < 5 / np.sqrt(flat.shape[1])


@both_executors
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_elements_are_dropped_or_scaled_in_training_and_kept_in_prediction(
    executor, dtype
):
    rng = np.random.default_rng(0)
    x, adjoint = rng.normal(size=(2, 30, 37)).astype(dtype)
    program = compile_graph(Graph(Dropout(0.25)(Input(37))), keeps_all=True)
    run = executor(program, program.allocate(dtype), seed=5)
    mask = Dropout(0.25).kept(x.shape, seed=5, n_steps=0, stream=1)
    factor = dtype(1 / 0.75)
    signals, adjoints, _ = run.vjp(x, adjoint, is_training=True)
    np.testing.assert_array_equal(signals[1], mask * (x * factor))
    np.testing.assert_array_equal(adjoints[0], mask * (adjoint * factor))
    signals, adjoints, _ = run.vjp(x, adjoint, is_training=False)
    np.testing.assert_array_equal(signals[1], x)
    np.testing.assert_array_equal(adjoints[0], adjoint)


@needs_jit
def test_both_executors_train_alike_from_step_to_step():
    graph = Graph(Linear(2)(Dropout(0.3)(ReLU()(Linear(20)(Dropout(0.1)(Input(5)))))))
    program, loss = compile_graph(graph), HalfSquaredError()
    samples, results = random_samples(graph, loss, 42), []
    for kind in (ReferenceExecutor, Executor):
        parameters = random_parameters(graph)
        slots = program.allocate(np.float64, PLAN.optimizer.n_slots)
        state = TrainingState("adam", slots, 42, np.arange(42))
        run = kind(program, parameters, loss, batch_size=8, seed=11)
        train(run, samples, PLAN, state, np.random.RandomState(0))
        results.append(parameters)
    np.testing.assert_allclose(*results, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("rate", [-0.1, 1.0, float("nan")])
def test_a_rate_that_makes_no_sense_is_refused(rate):
    with pytest.raises(ValueError, match="rate must be at least 0 and below 1"):
        Dropout(rate)
