"""Any acyclic graph of any modules: its gradient, however it is computed."""

import numpy as np
import pytest
from random_graphs import random_dag, random_parameters
from torch_graphs import is_close, torch_blocks, torch_forward

from skbackprop import network
from skbackprop.engine import Executor, ReferenceExecutor, jit
from skbackprop.network import ALL_MODULES
from skbackprop.network.compiler import compile_graph

try:
    import torch

    torch.set_num_threads(1)  # its threads only wait for each other here
except ImportError:
    torch = None

N_DAGS, N_ROWS = 200, 6
# Executors, and whether signals keep their own memory, which the reference has
# no other way.
WAYS = [(ReferenceExecutor, True), (Executor, True), (Executor, False)]
WAYS = WAYS[: 3 if jit.available() else 1]


def data_for(graph, seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(N_ROWS, graph.n_features))
    return x, rng.normal(size=(N_ROWS, graph.widths()[-1]))


def run(executor, graph, parameters, x, adjoint, keeps_all):
    """Return the output, the adjoint of the input and the gradient by blocks."""
    program = compile_graph(graph, keeps_all)
    signals, adjoints, gradient = executor(program, parameters.copy()).vjp(
        x, adjoint, is_training=True
    )
    return signals[-1], adjoints[0], program.views(gradient)


def gradients_of_torch(graph, parameters, x, adjoint):
    program, x = compile_graph(graph), torch.tensor(x, requires_grad=True)
    tensors, blocks = torch_blocks(torch, program, parameters)
    output = torch_forward(torch, graph, x, blocks)
    if output.requires_grad:
        output.backward(torch.tensor(adjoint))
    zeros = [np.zeros(t.shape) for t in (x, *tensors)]
    found = [t.grad for t in (x, *tensors)]
    found = [z if g is None else g.numpy() for g, z in zip(found, zeros, strict=True)]
    for block, gradient in zip(program.blocks, found[1:], strict=True):
        module = graph.modules[block.module]
        if isinstance(module, network.Linear) and block.is_matrix:
            gradient *= module.connected(len(gradient))
    return output.detach().numpy(), found[0], found[1:]


@pytest.mark.skipif(torch is None, reason="torch is the oracle of this test")
@pytest.mark.parametrize("seed", range(N_DAGS))
def test_outputs_and_gradients_are_those_of_torch(seed):
    graph = random_dag(seed)
    x, adjoint = data_for(graph, seed)
    parameters = random_parameters(graph, seed)
    expected = gradients_of_torch(graph, parameters, x, adjoint)
    for executor, keeps_all in WAYS:
        found = run(executor, graph, parameters, x, adjoint, keeps_all)
        assert is_close(found[0], expected[0], 1e-9)
        if keeps_all and found[1] is not None:
            assert is_close(found[1], expected[1], 1e-8)
        for ours, theirs in zip(found[2], expected[2], strict=True):
            assert is_close(ours, theirs, 1e-8), executor


@pytest.mark.parametrize("seed", range(0, N_DAGS, 1 if torch is None else 10))
def test_gradients_are_those_of_finite_differences(seed):
    graph = random_dag(seed, has_stops=False)
    x, adjoint = data_for(graph, seed)
    parameters = random_parameters(graph, seed)
    program = compile_graph(graph, keeps_all=True)
    _, dx, _ = run(ReferenceExecutor, graph, parameters, x, adjoint, keeps_all=True)
    _, _, gradient = ReferenceExecutor(program, parameters.copy()).vjp(
        x, adjoint, is_training=True
    )

    def objective(x, parameters):
        run_once = ReferenceExecutor(program, parameters.copy())
        return np.vdot(run_once.vjp(x, adjoint, is_training=True)[0][-1], adjoint)

    rng, errors = np.random.default_rng(seed), []
    for _ in range(5):
        to_x, to_parameters = rng.normal(size=x.shape), directions(program, graph, rng)
        ahead, behind = (
            objective(x + step * to_x, parameters + step * to_parameters)
            for step in (1e-6, -1e-6)
        )
        expected = (ahead - behind) / 2e-6
        found = np.vdot(dx, to_x) + gradient @ to_parameters
        errors.append(abs(found - expected) / (1 + abs(expected)))
    # A kink within the step spoils a difference, a wrong gradient spoils all.
    assert np.median(errors) < 1e-5


def directions(program, graph, rng):
    """Return a direction in which parameters may move."""
    direction = program.allocate(np.float64)
    for block, view in zip(program.blocks, program.views(direction), strict=True):
        if block.offset < program.n_learned:
            view[...] = rng.normal(size=view.shape)
        module = graph.modules[block.module]
        if isinstance(module, network.Linear) and block.is_matrix:
            view *= module.connected(len(view))
    return direction


def test_the_dags_draw_from_all_modules():
    drawn = {type(m) for seed in range(N_DAGS) for m in random_dag(seed).modules}
    assert drawn == set(ALL_MODULES)
