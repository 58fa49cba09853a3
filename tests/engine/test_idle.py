"""Idle executors: who gets one, how much memory they keep, and for how long."""

import gc
import weakref

import numpy as np
import pytest
from jit_marks import needs_jit
from random_graphs import (
    mlp_graph,
    random_dag,
    random_graph,
    random_graph_of_columns,
    random_parameters,
)

from skbackprop.engine import make_executor
from skbackprop.engine.debugging import executor as chosen
from skbackprop.engine.debugging import unwritten_memory
from skbackprop.engine.idle import IdleExecutors
from skbackprop.engine.losses import BinaryLogLoss, Focal
from skbackprop.engine.samples import Samples
from skbackprop.network.compiler import compile_graph

GRAPH = mlp_graph(3, [4], 2)
PROGRAM = compile_graph(GRAPH)


def bound(parameters, n_rows=1):
    """Return an executor of a view of the parameters, as predictions make them."""
    return make_executor(PROGRAM, parameters[:], batch_size=n_rows)


@pytest.fixture
def parameters():
    return PROGRAM.allocate(np.float64)


@pytest.fixture
def idle():
    return IdleExecutors()


def test_an_executor_is_taken_by_one_only(idle, parameters):
    executors = [bound(parameters), bound(parameters)]
    for executor in executors:
        idle.put(executor, parameters)
    taken = [idle.take(PROGRAM, parameters, 1) for _ in range(3)]
    assert taken == [executors[1], executors[0], None]
    assert idle.n_bytes == len(idle) == 0


def test_an_executor_is_for_its_program_parameters_and_number_of_rows(idle, parameters):
    idle.put(bound(parameters), parameters)
    assert idle.take(PROGRAM, parameters, 2) is None
    assert idle.take(PROGRAM, parameters.copy(), 1) is None
    assert idle.take(compile_graph(mlp_graph(3, [5], 2)), parameters, 1) is None
    assert idle.take(PROGRAM, parameters, 1) is not None


def test_an_executor_to_train_is_for_its_loss_and_seed(idle, parameters):
    def put(loss):
        executor = make_executor(PROGRAM, parameters[:], loss, batch_size=4, seed=3)
        idle.put(executor, parameters)
        return executor

    focal = put(Focal(gamma=1))
    assert idle.take(PROGRAM, parameters, 4) is None
    assert idle.take(PROGRAM, parameters, 4, BinaryLogLoss(), seed=3) is None
    assert idle.take(PROGRAM, parameters, 4, Focal(gamma=1), seed=3) is focal
    for loss, seed in ((Focal(gamma=2), 3), (Focal(gamma=1), 4)):
        put(Focal(gamma=1))
        assert idle.take(PROGRAM, parameters, 4, loss, seed) is None
        assert idle.n_bytes == len(idle) == 0


def test_executors_go_with_the_parameters(idle):
    parameters = PROGRAM.allocate(np.float64)
    executors = [bound(parameters, n_rows) for n_rows in (1, 1, 3)]
    seen = list(map(weakref.ref, executors))
    while executors:
        idle.put(executors.pop(), parameters)
    assert len(idle) == 3
    del parameters
    gc.collect()
    assert [reference() for reference in seen] == [None] * 3
    assert idle.n_bytes == len(idle) == 0


def test_parameters_that_their_views_keep_alive_are_not_kept(idle, parameters):
    owner = parameters.copy()
    idle.put(bound(owner), owner)
    idle.put(make_executor(PROGRAM, parameters, batch_size=1), parameters)
    assert len(idle) == 0


@pytest.mark.parametrize("n_kept", [1, 2, 5])
def test_memory_is_bounded_and_what_was_used_last_stays(n_kept):
    n_bytes = bound(PROGRAM.allocate(np.float64)).n_bytes
    idle = IdleExecutors(n_kept * n_bytes)
    vectors = [PROGRAM.allocate(np.float64) for _ in range(7)]
    for vector in vectors:
        idle.put(bound(vector), vector)
        assert idle.n_bytes <= idle.most_bytes
    assert len(idle) == n_kept
    idle.put(idle.take(PROGRAM, vectors[-n_kept], 1), vectors[-n_kept])
    idle.put(bound(vectors[0]), vectors[0])
    used = [vectors[0], *vectors[:-n_kept:-1], vectors[-n_kept]]
    found = [v is not None and idle.take(PROGRAM, v, 1) is not None for v in used]
    assert sum(found) == n_kept
    assert found[0]
    assert found[-1] == (n_kept > 1)


def test_one_of_several_that_was_used_keeps_the_others(parameters):
    others = PROGRAM.allocate(np.float64)
    idle = IdleExecutors(3 * bound(parameters).n_bytes)
    for vector in (parameters, parameters, others):
        idle.put(bound(vector), vector)
    idle.put(idle.take(PROGRAM, parameters, 1), parameters)
    newest = PROGRAM.allocate(np.float64)
    idle.put(bound(newest), newest)
    assert idle.take(PROGRAM, others, 1) is None
    assert idle.take(PROGRAM, parameters, 1) is not None


@needs_jit  # whose memory grows with the rows
def test_what_is_larger_than_the_bound_drops_nothing_else(parameters):
    idle = IdleExecutors(bound(parameters).n_bytes)
    idle.put(bound(parameters), parameters)
    idle.put(bound(parameters, 10_000), parameters)
    assert len(idle) == 1
    assert idle.take(PROGRAM, parameters, 1) is not None


def test_the_memory_of_an_executor_is_that_of_its_signals_at_least(parameters):
    few, many = bound(parameters).n_bytes, bound(parameters, 1001).n_bytes
    assert few > 0
    if many > few:  # the reference executor makes its signals when it runs
        assert many - few == 1000 * PROGRAM.workspace_width * parameters.itemsize


def test_who_interrupts_the_lock_does_without(idle, parameters):
    idle.put(bound(parameters), parameters)
    with idle._lock:  # as a handler of a signal would find it
        assert idle.take(PROGRAM, parameters, 1) is None
        idle.put(bound(parameters), parameters)
    assert len(idle) == 1


def test_parameters_that_die_while_the_lock_is_held_are_forgotten_next(idle):
    parameters, others = (PROGRAM.allocate(np.float64) for _ in range(2))
    idle.put(bound(parameters), parameters)
    with idle._lock:  # as the collection of garbage would find it
        del parameters
        gc.collect()
        assert len(idle) == 1
    assert idle.take(PROGRAM, others, 1) is None
    assert idle.n_bytes == len(idle) == 0


def test_what_debugging_chooses_is_made_anew_and_not_kept(idle, parameters):
    idle.put(bound(parameters), parameters)
    for choice in (chosen("reference"), unwritten_memory(3.0)):
        with choice:
            assert idle.take(PROGRAM, parameters, 1) is None
            idle.put(bound(parameters), parameters)
        assert len(idle) == 1


# Contents of an executor

MAKERS = (random_graph, random_dag, random_graph_of_columns)


def put_out(executor, X):
    with np.errstate(all="ignore"):
        return np.concatenate([z.copy() for _, z in executor.forward(Samples(X))])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("seed", range(20))
def test_nothing_is_left_of_signals_that_overflowed(seed, make, dtype):
    graph = make(seed)
    program, parameters = compile_graph(graph), random_parameters(graph, seed, dtype)
    X = np.random.default_rng(seed).normal(size=(7, graph.n_features)).astype(dtype)
    executor = make_executor(program, parameters, batch_size=8)
    kept = parameters.copy()
    put_out(executor, X * np.finfo(dtype).max ** 0.9)
    for value in (np.inf, np.nan):
        parameters[:] = value
        put_out(executor, X)
    parameters[:] = kept
    new = make_executor(program, parameters, batch_size=8)
    found, expected = put_out(executor, X), put_out(new, X)
    assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
    np.testing.assert_array_equal(found, expected)
