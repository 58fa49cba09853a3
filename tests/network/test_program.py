"""Programs: whether what is laid out in memory still computes the graph."""

import dataclasses
import gc
import pickle
import weakref

import numpy as np
import pytest
from random_graphs import (
    mlp_graph,
    random_graph,
    random_graph_of_columns,
    random_parameters,
)

from skbackprop.engine.reference import executor as reference
from skbackprop.engine.reference.executor import Pass
from skbackprop.network import (
    Add,
    Concatenate,
    Elementwise,
    Graph,
    Input,
    Linear,
    ReLU,
    Sigmoid,
    Slice,
    Tanh,
)
from skbackprop.network.compiler import compile_graph
from skbackprop.network.layout import ROW_QUANTUM, padded_width
from skbackprop.network.program import Program

SEEDS = range(30)


def spans(program):
    return [(s.offset, s.offset + s.stride) for s in program.signals]


def overwrites(program):
    """Return (input, output) where an instruction writes over an input."""
    place = program.signals
    return [
        (i, instruction.output)
        for instruction in program.instructions
        for i in instruction.inputs
        if place[instruction.output] == place[i]
    ]


# Running a program in the memory it describes


def _garbage_gradient(program, rng):
    """Return a gradient to be overwritten, 0 where no instruction writes."""
    gradient = rng.normal(size=program.n_parameters)
    written = {
        b for i in program.instructions if i.parameter_gradient for b in i.blocks
    }
    for i, view in enumerate(program.views(gradient)):
        if i not in written:
            view[...] = 0.0
    return gradient


def run_in_memory(program, parameters, x, adjoint):
    """Return the output and the gradient, computed within the program's layout.

    What shares memory overwrites each other, and adjoints are written or added
    to as the instructions say, so a layout that frees a signal too early or
    forgets a reader shows in the result.
    """
    n = len(x)
    rng = np.random.default_rng(0)
    values, adjoints = rng.normal(size=(2, n * program.workspace_width))  # garbage
    weights, gradient = program.views(parameters), _garbage_gradient(program, rng)
    gradients = program.views(gradient)

    def signal(index, memory):
        width, stride, offset, column = program.signals[index]
        span = memory[offset * n : (offset + stride) * n]
        return span.reshape(n, stride)[:, column : column + width]

    signal(0, values)[:] = x
    for instruction in program.instructions:
        if program.is_done_in_place(instruction):
            continue
        inputs = [signal(i, values) for i in instruction.inputs]
        blocks = [weights[i] for i in instruction.blocks]
        result = reference.forward(instruction.module, inputs, blocks, Pass())
        if instruction.adds_output:
            result = signal(instruction.output, values) + result
        signal(instruction.output, values)[:] = result
    output = signal(program.instructions[-1].output, values).copy()
    signal(program.instructions[-1].output, adjoints)[:] = adjoint
    for instruction in reversed(program.instructions):
        if program.is_done_in_place(instruction) or not instruction.has_gradients:
            continue
        module, blocks = instruction.module, [weights[i] for i in instruction.blocks]
        inputs = [signal(i, values) for i in instruction.inputs]
        own_adjoint = signal(instruction.output, adjoints).copy()
        of_parameters = reference.parameter_gradients(
            module, inputs, own_adjoint, blocks, Pass()
        )
        own_output = signal(instruction.output, values)
        of_inputs = reference.backward(
            module, inputs, own_output, own_adjoint, blocks, Pass()
        )
        for i, how, term in zip(
            instruction.inputs, instruction.input_gradients, of_inputs, strict=True
        ):
            if how:
                present = signal(i, adjoints) if how == "add" else 0
                signal(i, adjoints)[:] = present + term
        for i, term in zip(instruction.blocks, of_parameters, strict=True):
            present = gradients[i] if instruction.parameter_gradient == "add" else 0
            gradients[i][...] = present + term
    return output, program.compact(gradient)


def run_plainly(program, parameters, x, adjoint):
    """Return the same, each signal in an array of its own."""
    executor = reference.ReferenceExecutor(program, parameters)
    signals, _, gradient = executor.vjp(x, adjoint)
    return signals[-1], program.compact(gradient)


def assert_computes_its_graph(program, graph):
    rng = np.random.default_rng(1)
    parameters = random_parameters(graph)
    x = rng.normal(size=(7, graph.n_features))
    adjoint = rng.normal(size=(7, graph.widths()[-1]))
    found = run_in_memory(program, parameters, x, adjoint)
    expected = run_plainly(compile_graph(graph), parameters, x, adjoint)
    for ours, theirs in zip(found, expected, strict=True):
        # Sums run in the same order: nothing to tolerate but the last bits.
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("seed", SEEDS)
def test_sharing_memory_changes_no_result(seed):
    graph = random_graph(seed)
    assert_computes_its_graph(compile_graph(graph), graph)


@pytest.mark.parametrize("seed", range(60))
def test_columns_in_place_and_sums_of_products_change_no_result(seed):
    graph = random_graph_of_columns(seed)
    assert_computes_its_graph(compile_graph(graph), graph)


@pytest.mark.parametrize("width", [1, 15, 16, 17, 255, 256, 257, 512])
def test_only_signals_with_rows_of_their_own_fill_them(width):
    h = Linear(width + 16)(Input(3))
    parts = Slice(0, 16)(h), Slice(16, 16 + width)(h)
    joint = Concatenate()(*(Tanh()(part) for part in parts))
    program = compile_graph(Graph(Linear(2)(joint)))
    slices = [i for i in program.instructions if isinstance(i.module, Slice)]
    assert all(program.is_done_in_place(i) for i in slices)
    assert not any(program.signals[i.output].fills_rows for i in slices)


def _place_over_input(program, output):
    """Return the program with the signal ``output`` standing over its input."""
    signals = list(program.signals)
    (instruction,) = (i for i in program.instructions if i.output == output)
    signals[output] = signals[instruction.inputs[0]]
    return dataclasses.replace(program, signals=tuple(signals))


def _fan_out():
    h = Linear(3)(Input(4))
    return Graph(Linear(2)(Add()(Tanh()(h), h)))


def _elementwise_twice():
    return Graph(Linear(2)(Tanh()(Sigmoid()(Linear(3)(Input(4))))))


def _elementwise_first():
    x = Input(3)
    return Graph(Linear(2)(Add()(ReLU()(x), x)))


@pytest.mark.parametrize(
    ("make_graph", "output"),
    [(_fan_out, 2), (_elementwise_twice, 3), (_elementwise_first, 1)],
    ids=["another reader", "an elementwise producer", "the input of the network"],
)
def test_memory_is_not_shared_where_that_would_be_wrong(make_graph, output):
    graph = make_graph()
    program = compile_graph(graph)
    assert output not in [output for _, output in overwrites(program)]
    assert_computes_its_graph(program, graph)
    with pytest.raises(AssertionError, match="Not equal"):
        assert_computes_its_graph(_place_over_input(program, output), graph)


class Softplus(Elementwise):
    """A module whose derivative needs its input."""

    derivative_needs_input = True

    def value(self, x, xp):
        return xp.log1p(xp.exp(x))

    def derivative(self, x, y, dy, xp):
        return dy / (1.0 + xp.exp(-x))


def test_an_input_that_the_derivative_needs_is_not_overwritten():
    graph = Graph(Linear(2)(Softplus()(Linear(3)(Input(4)))))
    program = compile_graph(graph)
    assert not overwrites(program)
    assert_computes_its_graph(program, graph)


def test_each_activation_of_an_mlp_stands_over_what_it_activates():
    program = compile_graph(mlp_graph(4, [3, 5], 2))
    assert overwrites(program) == [(1, 2), (3, 4)]
    assert program.workspace_width == 4 * ROW_QUANTUM


@pytest.mark.parametrize("seed", SEEDS)
def test_signals_overlap_only_where_an_instruction_overwrites_its_input(seed):
    program = compile_graph(random_graph(seed))
    first = {0: 0}  # signal -> the first of those that stand where it stands
    over = {output: i for i, output in overwrites(program)}
    for instruction in program.instructions:
        output = instruction.output
        first[output] = first[over[output]] if output in over else output
    place = spans(program)
    for j, (begin, end) in enumerate(place):
        for i in range(j):
            overlap = place[i][0] < end and begin < place[i][1]
            assert overlap == (first[i] == first[j])


# Instructions


@pytest.mark.parametrize("seed", SEEDS)
def test_instructions_read_only_what_was_computed_before(seed):
    program = compile_graph(random_graph(seed))
    computed = {0}
    for instruction in program.instructions:
        assert computed.issuperset(instruction.inputs)
        assert instruction.output not in computed
        computed.add(instruction.output)
    assert computed == set(range(len(program.signals)))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_first_to_reach_an_adjoint_writes_and_those_after_it_add(seed):
    program = compile_graph(random_graph(seed))
    reached = set()
    for instruction in reversed(program.instructions):
        for i, how in zip(instruction.inputs, instruction.input_gradients, strict=True):
            if how:
                assert how == ("add" if ("signal", i) in reached else "write")
                reached.add(("signal", i))
        if instruction.blocks:
            first = ("blocks", instruction.blocks) not in reached
            assert instruction.parameter_gradient == ("write" if first else "add")
            reached.add(("blocks", instruction.blocks))


@pytest.mark.parametrize("seed", SEEDS)
def test_gradients_stop_where_nothing_upstream_learns(seed):
    program = compile_graph(random_graph(seed))
    learns = {0: False}
    for instruction in program.instructions:
        for i, how in zip(instruction.inputs, instruction.input_gradients, strict=True):
            assert bool(how) == learns[i]
        upstream = any(learns[i] for i in instruction.inputs)
        learns[instruction.output] = upstream or bool(instruction.blocks)


def test_instructions_print_as_what_they_compute_and_do_backward():
    assert str(compile_graph(_fan_out())).splitlines()[1:3] == [
        "s2 = Tanh()(s1)  [add ds1]",
        "s3 = Add()(s2, s1)  [write ds2, write ds1]",
    ]


# Parameters


@pytest.mark.parametrize("width", [*range(1, 70), 240, 255, 256, 257, 500, 512, 4096])
def test_rows_are_padded_to_cache_lines_that_do_not_alias(width):
    padded = padded_width(width)
    assert width <= padded < width + 2 * ROW_QUANTUM
    assert padded % ROW_QUANTUM == 0
    assert padded % 256 != 0


@pytest.mark.parametrize("seed", SEEDS)
def test_blocks_tile_the_parameter_vector_matrices_first(seed):
    program = compile_graph(random_graph(seed))
    end = 0
    for block in program.blocks:
        assert block.offset == end
        n_rows = block.shape[0] if len(block.shape) == 2 else 1
        end += n_rows * block.stride
        assert (end <= program.n_decaying) == (len(block.shape) == 2)
    assert end == program.n_parameters


@pytest.mark.parametrize("seed", SEEDS)
def test_a_shared_module_has_one_block_of_each_name(seed):
    graph = random_graph(seed)
    program = compile_graph(graph)
    names = [(block.module, block.name) for block in program.blocks]
    assert len(set(names)) == len(names)
    n_linear = sum(isinstance(module, Linear) for module in graph.modules)
    assert len(names) == 2 * n_linear


@pytest.mark.parametrize("seed", SEEDS)
def test_blocks_have_the_shapes_that_their_modules_ask_for(seed):
    program = compile_graph(random_graph(seed))
    for instruction in program.instructions:
        widths = [program.signals[i].width for i in instruction.inputs]
        asked = instruction.module.parameter_shapes(*widths)
        blocks = [program.blocks[i] for i in instruction.blocks]
        assert {block.name: block.shape for block in blocks} == asked


def test_a_shared_module_needs_the_same_shapes_at_each_use():
    shared = Linear(3)
    graph = Graph(shared(shared(Input(4))))
    with pytest.raises(ValueError, match=r"Node 2 shares .* but needs"):
        compile_graph(graph)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_compact_and_expand_are_inverse(seed, dtype):
    graph = random_graph(seed)
    program, flat = compile_graph(graph), random_parameters(graph, seed, dtype)
    compact = program.compact(flat)
    assert len(compact) == sum(np.prod(b.shape) for b in program.blocks)
    assert compact.dtype == program.expand(compact).dtype == dtype
    np.testing.assert_array_equal(program.expand(compact), flat)


def test_views_write_through_and_do_not_overlap():
    graph = random_graph(3)
    program = compile_graph(graph)
    flat = program.allocate(np.float64)
    for view in program.views(flat):
        view += 1
    assert flat.max() == 1
    assert flat.sum() == len(program.compact(flat))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_parameters_and_all_their_rows_begin_on_a_cache_line(dtype):
    program = compile_graph(random_graph(4))
    for flat in (program.allocate(dtype), *program.allocate(dtype, n_vectors=3)):
        assert flat.shape == (program.n_parameters,)
        assert not flat.any()
        for view in program.views(flat):
            assert view.ctypes.data % 64 == 0
            assert view.strides[0] % 64 == 0 or view.ndim == 1


def test_a_network_without_parameters_has_a_program():
    program = compile_graph(Graph(Tanh()(Input(3))))
    flat = program.allocate(np.float64)
    assert program.n_parameters == program.n_decaying == 0
    assert program.compact(flat).shape == (0,)
    assert program.expand(program.compact(flat)).shape == (0,)


# Programs as values


@pytest.mark.parametrize("seed", SEEDS)
def test_programs_survive_pickle_and_equal_graphs_have_equal_ones(seed):
    program = compile_graph(random_graph(seed))
    assert pickle.loads(pickle.dumps(program)) == program
    again = compile_graph(random_graph(seed))
    assert again == program
    assert again is not program


def test_equal_graphs_share_a_program_that_goes_when_they_do():
    graphs = [Graph(Linear(2)(Input(3))) for _ in range(2)]
    programs = [compile_graph(graph) for graph in graphs]
    assert programs[0] is programs[1]
    gone = weakref.ref(programs[0])
    del graphs, programs
    gc.collect()
    assert gone() is None


def test_a_deep_graph_compiles_without_recursion():
    shared, node = Linear(3), Input(3)
    for _ in range(2000):
        node = Tanh()(shared(node))
    program = compile_graph(Graph(node))
    assert len(program.blocks) == 2
    assert len(program.instructions) == 4000


# Validation: kernels take for granted what a program has checked


@pytest.fixture
def program():
    return compile_graph(mlp_graph(4, [3], 2))


def _replace_nth(items, n, **changes):
    items = list(items)
    items[n] = items[n]._replace(**changes)
    return tuple(items)


def _with_instruction(program, n, **changes):
    return {"instructions": _replace_nth(program.instructions, n, **changes)}


def _with_signal(program, n, **changes):
    return {"signals": _replace_nth(program.signals, n, **changes)}


def _with_block(program, n, **changes):
    return {"blocks": _replace_nth(program.blocks, n, **changes)}


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda p: _with_instruction(p, 0, inputs=(2,)), "before it is computed"),
        (lambda p: {"instructions": p.instructions[::-1]}, "before it is computed"),
        (lambda p: _with_instruction(p, 2, output=1), "a second time"),
        (lambda p: _with_instruction(p, 2, output=9), "signal"),
        (lambda p: _with_instruction(p, 1, inputs=(1, 1)), "input"),
        (lambda p: _with_instruction(p, 0, blocks=(7,)), "block"),
        (lambda p: _with_signal(p, 1, width=17), "wider than its rows"),
        (lambda p: _with_signal(p, 1, width=0), "wider than its rows"),
        (lambda p: _with_signal(p, 1, width=5), "wid"),
        (lambda p: _with_signal(p, 3, width=1), "wid"),
        (lambda p: _with_signal(p, 3, offset=33), "exceeds the workspace"),
        (lambda p: _with_signal(p, 3, offset=-16), "workspace"),
        (lambda p: _with_signal(p, 3, offset=0), "overlap"),
        (lambda p: _with_signal(p, 0, stride=8), "stride"),
        ({"workspace_width": 47}, "exceeds the workspace"),
        (lambda p: _with_block(p, 1, offset=0), "overlap"),
        (lambda p: _with_block(p, 1, offset=80), "gap"),
        (lambda p: _with_block(p, 3, stride=8), "stride"),
        (lambda p: _with_block(p, 0, shape=(4, 2)), "shape"),
        (lambda p: {"n_parameters": p.n_parameters + 1}, "Blocks end at"),
        (lambda p: {"n_decaying": p.n_decaying + 16}, "decay"),
        ({"instructions": ()}, "instruction"),
    ],
    ids=[
        "reads a later signal",
        "backwards",
        "writes twice",
        "writes an unknown signal",
        "too many inputs",
        "unknown block",
        "wider than its rows",
        "no width",
        "not the width of the module",
        "not the width of the output",
        "beyond the workspace",
        "before the workspace",
        "over another signal",
        "rows of half a cache line",
        "workspace too small",
        "overlapping blocks",
        "gap between blocks",
        "block rows of half a cache line",
        "not the shape of the module",
        "vector too long",
        "penalty on a bias",
        "nothing to do",
    ],
)
def test_a_program_that_would_go_wrong_is_refused(program, spoil, message):
    changes = spoil if isinstance(spoil, dict) else spoil(program)
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(program, **changes)


def test_a_program_is_immutable(program):
    assert isinstance(program, Program)
    with pytest.raises(dataclasses.FrozenInstanceError):
        program.n_parameters = 0
