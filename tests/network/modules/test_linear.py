"""Linear modules without a bias, and with some of the connections only."""

import numpy as np
import pytest
from jit_marks import EXECUTORS
from random_graphs import random_parameters, random_samples
from training_sessions import PLAN

from skbackprop.engine import make_executor
from skbackprop.engine.initialization import initialize
from skbackprop.engine.losses import HalfSquaredError
from skbackprop.engine.reference.executor import ReferenceExecutor
from skbackprop.engine.training import TrainingState, train
from skbackprop.network import Graph, Input, Linear, Tanh
from skbackprop.network.compiler import compile_graph

CONNECTIONS = [(0, 3), (), (2, 1, 5), (4,), tuple(range(6))]


def sparse_net():
    """Return a net of sparse connections, the first of them used twice."""
    shared = Linear(5, connections=CONNECTIONS)
    h = Linear(6, bias=False)(Tanh()(shared(Input(6))))
    return Graph(Linear(2)(Tanh()(shared(h))))


def parameters_of(graph, dtype=np.float64):
    """Return parameters as they begin, connected and not."""
    program = compile_graph(graph)
    parameters = program.allocate(dtype)
    initialize(program, parameters, np.random.RandomState(0))
    return program, parameters


def unconnected(program, flat):
    """Return the elements of a flat vector where there is no connection."""
    modules = [program.instructions[0].module]
    return program.views(flat)[0][~modules[0].connected(6)]


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("is_sparse", [False, True], ids=["dense", "csr"])
def test_weights_of_what_is_not_connected_stay_zero(executor, dtype, is_sparse):
    graph = sparse_net()
    program, parameters = parameters_of(graph, dtype)
    before, loss = parameters.copy(), HalfSquaredError()
    samples = random_samples(graph, loss, 30, dtype=dtype, is_sparse=is_sparse)
    slots = program.allocate(dtype, PLAN.optimizer.n_slots)
    state = TrainingState("adam", slots, 30, np.arange(30))
    run = executor(program, parameters, loss, batch_size=8)
    train(run, samples, PLAN, state, np.random.RandomState(0))
    assert unconnected(program, parameters).size == 30 - 12
    assert not unconnected(program, parameters).any()
    changed = program.views(parameters != before)[0]
    np.testing.assert_array_equal(changed, program.instructions[0].module.connected(6))


def test_a_unit_reads_what_it_is_connected_to():
    module = Linear(5, connections=CONNECTIONS)
    program, parameters = parameters_of(Graph(module(Input(6))))
    _, adjoints, _ = make_executor(
        compile_graph(Graph(module(Input(6))), keeps_all=True), parameters
    ).vjp(np.ones((5, 6)), np.eye(5))
    read = [tuple(np.flatnonzero(row)) for row in adjoints[0]]
    assert read == [tuple(sorted(unit)) for unit in CONNECTIONS]


@pytest.mark.parametrize("executor", EXECUTORS)
def test_the_gradient_is_that_of_the_full_matrix_where_there_is_a_weight(executor):
    graph, rng = sparse_net(), np.random.default_rng(1)
    program, parameters = parameters_of(graph)
    shared = Linear(5)
    full = compile_graph(
        Graph(
            Linear(2)(Tanh()(shared(Linear(6, bias=False)(Tanh()(shared(Input(6)))))))
        )
    )
    x, adjoint = rng.normal(size=(8, 6)), rng.normal(size=(8, 2))
    ours = executor(program, parameters, batch_size=8).vjp(x, adjoint)
    theirs = ReferenceExecutor(full, parameters).vjp(x, adjoint)
    np.testing.assert_allclose(ours[0][-1], theirs[0][-1], rtol=1e-12)
    assert not unconnected(program, ours[2]).any()
    connected = program.expand(np.ones(len(program.compact(parameters))))
    program.views(connected)[0][~program.instructions[0].module.connected(6)] = 0
    np.testing.assert_allclose(ours[2], connected * theirs[2], rtol=1e-10, atol=1e-12)


def test_weights_begin_larger_where_there_are_fewer():
    few = Linear(400, connections=[(i,) for i in range(400)])
    program, parameters = parameters_of(Graph(few(Input(400))))
    weights = program.views(parameters)[0]
    assert np.abs(weights).max() == pytest.approx(np.sqrt(6 / 2), rel=0.05)
    program, parameters = parameters_of(Graph(Linear(400)(Input(400))))
    weights = program.views(parameters)[0]
    assert np.abs(weights).max() == pytest.approx(np.sqrt(6 / 800), rel=0.05)


def test_the_order_of_connections_makes_no_difference():
    assert Linear(2, connections=[[1, 0], {2}]) == Linear(2, connections=((0, 1), (2,)))
    assert repr(Linear(1, connections=[[np.int64(1)]])) == (
        "Linear(n_units=1, connections=((1,),))"
    )
    assert repr(Linear(3, bias=False)) == "Linear(n_units=3, bias=False)"


@pytest.mark.parametrize(
    ("connections", "message"),
    [
        ([(0,)], "one entry for each of the 2 units, got 1"),
        ([(0,), (1, 1)], r"Unit 1 must read different inputs, .* got \(1, 1\)"),
        ([(-1,), ()], "Unit 0 must read different inputs, counted from 0"),
    ],
)
def test_connections_that_make_no_sense_are_refused(connections, message):
    with pytest.raises(ValueError, match=message):
        Linear(2, connections=connections)


def test_connections_to_inputs_that_do_not_exist_are_refused():
    with pytest.raises(ValueError, match=r"Unit 1 .* reads column 3, .* has width 3"):
        Linear(2, connections=[(0,), (3,)])(Input(3))


def test_a_linear_module_without_a_bias_has_none():
    graph = Graph(Linear(2, bias=False)(Input(3)))
    program = compile_graph(graph)
    assert [block.name for block in program.blocks] == ["weight"]
    run = make_executor(program, random_parameters(graph))
    signals, _, _ = run.vjp(np.zeros((1, 3)), np.zeros((1, 2)))
    assert not signals[-1].any()
