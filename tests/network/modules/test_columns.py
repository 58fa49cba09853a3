"""Slices, concatenations and what else moves columns about."""

import numpy as np
import pytest
from jit_marks import EXECUTORS, needs_jit
from random_graphs import (
    LOSSES,
    random_graph_of_columns,
    random_parameters,
    random_samples,
)

from skbackprop.engine.compiled.executor import Executor
from skbackprop.engine.reference.executor import ReferenceExecutor
from skbackprop.kernels import jit
from skbackprop.network import (
    Add,
    Concatenate,
    Duplicate,
    Graph,
    Input,
    Linear,
    Multiply,
    ReLU,
    Sigmoid,
    Slice,
    StopGradient,
    Tanh,
    Zeros,
)
from skbackprop.network.compiler import compile_graph


def gates(width):
    """Return a node like those of a recurrent cell: gates cut out of one product."""
    x = Input(7)
    both = Linear(3 * width)(x)
    other = Linear(3 * width)(Tanh()(Linear(5)(x)))
    parts = [
        [Slice(i * width, (i + 1) * width)(h) for i in range(3)] for h in (both, other)
    ]
    first, second, third = (Add()(a, b) for a, b in zip(*parts, strict=True))
    return Add()(Sigmoid()(first), Add()(Tanh()(second), ReLU()(third)))


def overlapping_slices(width):
    h = Linear(2 * width)(Input(3))
    return Add()(Slice(0, width)(h), Tanh()(Slice(width // 2, width // 2 + width)(h)))


def incomplete_slices(width):
    h = Linear(4 * width)(Input(3))
    return Add()(Slice(0, width)(h), Slice(2 * width, 3 * width)(h))


def slices_of_the_input(width):
    x = Input(3 * width + 2)
    linear = Linear(6)
    parts = [linear(Slice(i, i + width)(x)) for i in (0, width, 2 * width + 1)]
    return Add()(Add()(parts[0], parts[1]), Tanh()(Slice(1, 7)(Concatenate()(*parts))))


def nested_slices(width):
    h = Linear(4 * width)(Input(3))
    upper, lower = Slice(0, 2 * width)(h), Slice(2 * width, 4 * width)(h)
    halves = [Slice(0, width), Slice(width, 2 * width)]
    a, b = (cut(Sigmoid()(upper)) for cut in halves)
    c, d = (cut(lower) for cut in halves)
    return Add()(Add()(a, Tanh()(c)), Add()(b, ReLU()(d)))


def concatenations(width):
    x = Input(3)
    h, g = Linear(width)(x), Tanh()(Linear(width + 1)(x))
    both = Concatenate()(h, x, g, h, Linear(1)(g))
    return Linear(2)(Concatenate()(both, Sigmoid()(both)))


def stopped(width):
    h = Linear(width)(Input(3))
    stop = StopGradient()(Tanh()(Linear(width)(h)))
    return Linear(2)(Add()(Add()(h, stop), Zeros(width)(h)))


def slice_that_nobody_learns_from(width):
    h = Linear(32)(Input(3))
    blocked = StopGradient()(Slice(16, 32)(h))
    return Add()(Slice(0, 16)(h), blocked)


def slices_that_leave_no_padding(width):
    """A row of 272 elements has no room for the padding of its first 256."""
    h = Linear(256 + width)(Input(3))
    parts = Slice(0, 256)(h), Slice(256, 256 + width)(h)
    return Linear(2)(Concatenate()(Sigmoid()(parts[0]), Tanh()(parts[1])))


GRAPHS = [
    gates,
    overlapping_slices,
    incomplete_slices,
    slices_of_the_input,
    nested_slices,
    concatenations,
    stopped,
    slice_that_nobody_learns_from,
    slices_that_leave_no_padding,
]


def vjp_of(executor, graph, keeps_all=False, dtype=np.float64):
    """Return the output and the compact gradient from fixed input and adjoint."""
    program = compile_graph(graph, keeps_all)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(9, graph.n_features)).astype(dtype)
    adjoint = rng.normal(size=(9, graph.widths()[-1])).astype(dtype)
    parameters = random_parameters(graph, dtype=dtype)
    signals, adjoints, gradient = executor(program, parameters, batch_size=9).vjp(
        x, adjoint
    )
    return signals, adjoints, program.compact(gradient)


@needs_jit
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("width", [1, 3, 16, 32, 35])
@pytest.mark.parametrize("make", GRAPHS, ids=lambda make: make.__name__)
def test_columns_in_place_give_what_copies_give(make, width, dtype):
    graph = Graph(make(width))
    close = {"rtol": 1e-4 if dtype == np.float32 else 1e-10, "atol": 1e-4}
    close["atol"] = 1e-4 if dtype == np.float32 else 1e-12
    expected = vjp_of(ReferenceExecutor, graph, dtype=np.float64)
    for keeps_all in (False, True):
        found = vjp_of(Executor, graph, keeps_all, dtype)
        np.testing.assert_allclose(found[0][-1], expected[0][-1], **close)
        np.testing.assert_allclose(found[2], expected[2], **close)
    everything = vjp_of(ReferenceExecutor, graph, keeps_all=True)
    for ours, theirs in zip(found[:2], everything[:2], strict=True):
        for a, b in zip(ours, theirs, strict=True):
            assert (a is None) == (b is None)
            if a is not None:
                np.testing.assert_allclose(a, b, **close)


@pytest.mark.parametrize("make", GRAPHS, ids=lambda make: make.__name__)
def test_the_gradient_is_that_of_finite_differences(make):
    graph = Graph(make(16))
    program = compile_graph(graph)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(9, graph.n_features))
    adjoint = rng.normal(size=(9, graph.widths()[-1]))
    parameters = random_parameters(graph)
    signals, _, gradient = ReferenceExecutor(program, parameters).vjp(x, adjoint)
    direction = program.expand(rng.normal(size=len(program.compact(parameters))))
    if any(isinstance(module, StopGradient) for module in graph.modules):
        return  # whose gradient is not that of finite differences, on purpose

    def objective(step):
        executor = ReferenceExecutor(program, parameters + step * direction)
        return (executor.vjp(x, adjoint)[0][-1] * adjoint).sum()

    numerical = (objective(1e-6) - objective(-1e-6)) / 2e-6
    np.testing.assert_allclose(gradient @ direction, numerical, rtol=1e-6)


def test_gates_are_cut_out_without_a_copy():
    program = compile_graph(Graph(gates(32)))
    slices = [i for i in program.instructions if isinstance(i.module, Slice)]
    assert all(program.is_done_in_place(i) for i in slices)


def test_the_slices_of_an_input_are_read_where_they_lie_by_linear_modules():
    program = compile_graph(Graph(slices_of_the_input(5)))
    views = [i.inputs for i in program.instructions if program.is_done_in_place(i)]
    assert views == [(0,)] * 3


@pytest.mark.parametrize("make", [overlapping_slices, incomplete_slices])
def test_slices_that_do_not_make_up_their_input_are_copied(make):
    program = compile_graph(Graph(make(16)))
    assert not any(program.is_done_in_place(i) for i in program.instructions)


def test_no_gradient_passes_a_stop():
    h = Linear(3)(Input(3))
    graph = Graph(Linear(2)(StopGradient()(h)))
    program = compile_graph(graph)
    _, adjoints, gradient = ReferenceExecutor(program, random_parameters(graph)).vjp(
        np.ones((2, 3)), np.ones((2, 2))
    )
    weights, _, biases, _ = program.views(gradient)
    assert adjoints[1] is None
    assert not weights.any()
    assert not biases.any()


def test_duplicates_are_the_node_itself():
    x = Input(3)
    assert Duplicate(3)(x) == (x, x, x)


@pytest.mark.parametrize(("start", "stop"), [(-1, 2), (2, 2), (3, 1)])
def test_slices_that_are_empty_are_refused(start, stop):
    with pytest.raises(ValueError, match="0 <= start < stop"):
        Slice(start, stop)


def test_slices_that_reach_beyond_their_input_are_refused():
    with pytest.raises(ValueError, match="beyond an input of width 3"):
        Slice(1, 4)(Input(3))


# Graphs without a plan, in which columns are cut and joined anywhere


def test_random_graphs_have_columns_in_place_and_sums_where_terms_stand():
    programs = [compile_graph(random_graph_of_columns(seed)) for seed in range(50)]
    instructions = [(p, i) for p in programs for i in p.instructions]
    in_place = [type(i.module) for p, i in instructions if p.is_done_in_place(i)]
    assert in_place.count(Slice) > 100
    assert in_place.count(Add) > 10


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("seed", range(150))
def test_random_cuts_and_joints_give_what_copies_give(seed, executor):
    graph = random_graph_of_columns(seed)
    expected = vjp_of(ReferenceExecutor, graph, keeps_all=True)
    output, _, gradient = vjp_of(executor, graph)
    np.testing.assert_allclose(output[-1], expected[0][-1], rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(gradient, expected[2], rtol=1e-9, atol=1e-10)


@needs_jit
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("seed", range(150, 200))
def test_what_an_earlier_minibatch_left_behind_does_not_matter(seed, dtype):
    graph = random_graph_of_columns(seed)
    program, parameters = compile_graph(graph), random_parameters(graph, dtype=dtype)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(9, graph.n_features)).astype(dtype)
    adjoint = rng.normal(size=(9, 4)).astype(dtype)
    fresh = Executor(program, parameters, batch_size=9).vjp(x[:6], adjoint[:6])
    used = Executor(program, parameters, batch_size=9)
    used.vjp(-3 * x, 7 * adjoint)
    again = used.vjp(x[:6], adjoint[:6])
    np.testing.assert_array_equal(again[0][-1], fresh[0][-1])
    np.testing.assert_array_equal(again[2], fresh[2])


@needs_jit
@pytest.mark.parametrize("seed", range(200, 230))
def test_losses_of_random_cuts_and_joints_agree(seed):
    """The loss writes adjoints, and sums run over minibatches."""
    graph = random_graph_of_columns(seed)
    loss = LOSSES[seed % len(LOSSES)]
    samples = random_samples(graph, loss, weighted=seed % 2 == 0)
    program, parameters = compile_graph(graph), random_parameters(graph)
    found = []
    for kind in (ReferenceExecutor, Executor):
        executor = kind(program, parameters, loss, batch_size=7)
        value = executor.objective(samples)
        found.append((value, program.compact(executor.gradient)))
    np.testing.assert_allclose(found[1][0], found[0][0], rtol=1e-10)
    np.testing.assert_allclose(found[1][1], found[0][1], rtol=1e-8, atol=1e-9)


@needs_jit
def test_a_new_graph_of_known_modules_compiles_nothing():
    for seed in range(20):
        vjp_of(Executor, random_graph_of_columns(seed))
    n_compiled, known = jit.n_compiled, set(jit._addresses)
    for seed in range(230, 260):
        vjp_of(Executor, random_graph_of_columns(seed))
    assert jit.n_compiled == n_compiled
    assert set(jit._addresses) == known


@pytest.mark.parametrize("executor", EXECUTORS)
def test_a_sum_of_products_is_added_up_where_the_first_stands(executor):
    parts = [Linear(16)(Input(3))]
    parts += [Tanh()(Linear(16)(parts[0])) for _ in range(3)]
    total = Add()(Multiply()(parts[0], parts[1]), Multiply()(parts[2], parts[3]))
    graph = Graph(Linear(2)(total))
    program = compile_graph(graph)
    (added,) = (i for i in program.instructions if i.adds_output)
    assert isinstance(added.module, Multiply)
    (sum_,) = (i for i in program.instructions if isinstance(i.module, Add))
    assert program.is_done_in_place(sum_)
    expected = vjp_of(ReferenceExecutor, graph, keeps_all=True)
    found = vjp_of(executor, graph)
    np.testing.assert_allclose(found[0][-1], expected[0][-1], rtol=1e-12)
    np.testing.assert_allclose(found[2], expected[2], rtol=1e-12)
