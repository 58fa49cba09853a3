"""Softmax, normalization: statistics of rows and of batches."""

import numpy as np
import pytest
from jit_marks import EXECUTORS
from random_graphs import plan_of, random_parameters, steps_of
from torch_graphs import torch_blocks, torch_forward

from skbackprop.engine.losses import HalfSquaredError
from skbackprop.engine.optimizers import SGD
from skbackprop.engine.penalties import Penalties
from skbackprop.engine.samples import Samples, StoppingRule
from skbackprop.network import (
    BatchNorm,
    Graph,
    Input,
    LayerNorm,
    Linear,
    LogSoftMax,
    Softmax,
)
from skbackprop.network.compiler import compile_graph

both_executors = pytest.mark.parametrize("executor", EXECUTORS)


def output_of(executor, node, x, parameters=None, is_training=False):
    """Return what a graph puts out, and its blocks as they are then."""
    program = compile_graph(Graph(node))
    if parameters is None:
        parameters = program.allocate(x.dtype)
    run = executor(program, parameters)
    signals, _, _ = run.vjp(x, np.zeros((len(x), node.width)), is_training)
    return signals[-1], program.views(parameters)


@both_executors
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_softmax_of_large_numbers_does_not_overflow(executor, dtype):
    x = np.array([[1e4, 1e4, -1e4], [-1e30, 0.0, 1e30], [-5e3, -5e3, -5e3]], dtype)
    y, _ = output_of(executor, Softmax()(Input(3)), x)
    expected = [[0.5, 0.5, 0.0], [0.0, 0.0, 1.0], [1 / 3] * 3]
    np.testing.assert_allclose(y, expected, rtol=1e-6)
    logarithms, _ = output_of(executor, LogSoftMax()(Input(3)), x)
    np.testing.assert_allclose(logarithms[2], np.log([1 / 3] * 3), rtol=1e-6)
    assert np.isfinite(logarithms).all()


@both_executors
@pytest.mark.parametrize("width", [1, 5, 40])
def test_the_logarithm_of_the_softmax_is_that(executor, width):
    x = np.random.default_rng(0).normal(size=(7, width))
    y, _ = output_of(executor, Softmax()(Input(width)), x)
    logarithms, _ = output_of(executor, LogSoftMax()(Input(width)), x)
    np.testing.assert_allclose(np.exp(logarithms), y, rtol=1e-13)
    np.testing.assert_allclose(y.sum(axis=1), 1.0, rtol=1e-14)


@both_executors
def test_one_nan_makes_its_row_nan(executor):
    x = np.zeros((2, 20))
    x[1, 17] = np.nan
    for module in (Softmax(), LogSoftMax(), LayerNorm()):
        y, _ = output_of(executor, module(Input(20)), x)
        assert np.isfinite(y[0]).all()
        assert np.isnan(y[1]).all()


@both_executors
def test_batch_statistics_run_as_in_torch(executor):
    torch = pytest.importorskip("torch")
    node = BatchNorm(momentum=0.3)(Linear(5)(Input(4)))
    graph, rng = Graph(node), np.random.default_rng(0)
    parameters = random_parameters(graph)
    tensors, blocks = torch_blocks(torch, compile_graph(graph), parameters)
    for is_training in (True, True, False, True, False):
        x = rng.normal(size=(9, 4))
        y, views = output_of(executor, node, x, parameters, is_training)
        expected = torch_forward(torch, graph, torch.tensor(x), blocks, is_training)
        np.testing.assert_allclose(y, expected.detach().numpy(), rtol=1e-10)
        for ours, theirs in zip(views, tensors, strict=True):
            np.testing.assert_allclose(ours, theirs.detach().numpy(), rtol=1e-12)


@both_executors
def test_a_single_row_leaves_the_running_statistics_alone(executor):
    graph = Graph(BatchNorm()(Input(3)))
    parameters = random_parameters(graph)
    before = parameters.copy()
    y, views = output_of(
        executor, BatchNorm()(Input(3)), np.ones((1, 3)), parameters, is_training=True
    )
    np.testing.assert_array_equal(parameters, before)
    np.testing.assert_allclose(y[0], views[1], rtol=1e-14)  # all but the bias is 0


@both_executors
def test_training_moves_the_running_statistics_and_no_optimizer_does(executor):
    graph = Graph(Linear(1)(BatchNorm(momentum=1.0)(Input(2))))
    program = compile_graph(graph)
    parameters = random_parameters(graph)
    X = np.random.default_rng(0).normal(size=(20, 2), loc=[3.0, -1.0])
    plan = plan_of(SGD(0.9, False), Penalties(0.1))
    run = executor(program, parameters, HalfSquaredError(), batch_size=20)
    slots = program.allocate(np.float64, plan.optimizer.n_slots)
    run.prepare_training(Samples(X, X[:, :1].copy()), plan, slots, np.arange(20))
    steps = steps_of(plan, 3, 0.01)[:, np.newaxis]
    run.run_epochs(steps, StoppingRule(0.0, np.inf, np.inf, 0))
    views = {
        b.name: v
        for b, v in zip(program.blocks, program.views(parameters), strict=True)
    }
    np.testing.assert_allclose(views["running_mean"], X.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(views["running_var"], X.var(axis=0, ddof=1), rtol=1e-12)


@pytest.mark.parametrize("make", [LayerNorm, BatchNorm])
@pytest.mark.parametrize("eps", [0.0, -1.0, float("nan"), float("inf")])
def test_an_eps_that_makes_no_sense_is_refused(make, eps):
    with pytest.raises(ValueError, match="eps must be positive and finite"):
        make(eps=eps)


@pytest.mark.parametrize("momentum", [-0.1, 1.1, float("nan")])
def test_a_momentum_that_makes_no_sense_is_refused(momentum):
    with pytest.raises(ValueError, match="momentum must be between 0 and 1"):
        BatchNorm(momentum=momentum)
