"""Recurrence by unrolling: one step, many steps, padding, and what torch says."""

import gc
import pickle
import weakref

import numpy as np
import pytest
from jit_marks import EXECUTORS, needs_jit
from unrolled import CELLS, READOUTS, Unrolled, alone, net_of, random_sequences

from skbackprop.engine import Executor, ReferenceExecutor
from skbackprop.network import (
    Add,
    Graph,
    Input,
    Linear,
    Multiply,
    ReLU,
    Sigmoid,
    Slice,
    Subtract,
    Tanh,
    Zeros,
)
from skbackprop.network.compiler import compile_graph
from skbackprop.network.recurrence import RecurrentNet, SequenceLayout

CLOSE = {"rtol": 1e-10, "atol": 1e-12}
each_cell = pytest.mark.parametrize("cell", CELLS)
each_readout = pytest.mark.parametrize("readout", READOUTS)
both_directions = pytest.mark.parametrize("bidirectional", [False, True])
each_depth = pytest.mark.parametrize("sizes", [(3,), (16, 5)], ids=str)
LENGTHS = [5, 1, 4, 2, 5]


def random_adjoint(shape):
    return np.random.default_rng(7).normal(size=shape)


def assert_same_gradients(found, expected, **close):
    assert set(found) == set(expected)
    for name in expected:
        np.testing.assert_allclose(
            found[name], expected[name], **(close or CLOSE), err_msg=name
        )


# One step is no recurrence


def one_step(cell, n_features, n, values):
    """Return the state after one step from zero, by hand."""
    sigmoid, x = Sigmoid(), Input(n_features)
    product = Linear(values["0.forth.from_input.weight"].shape[1])(x)
    if cell in ("tanh", "relu"):
        return (Tanh() if cell == "tanh" else ReLU())(product)
    if cell == "lstm":
        gates = sigmoid(Slice(0, 3 * n)(product))
        memory = Multiply()(Slice(0, n)(gates), Tanh()(Slice(3 * n, 4 * n)(product)))
        return Multiply()(Slice(2 * n, 3 * n)(gates), Tanh()(memory))
    raise NotImplementedError(cell)


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("cell", ["tanh", "relu", "lstm"])
@each_readout
def test_a_net_of_one_step_is_a_multilayer_perceptron(
    cell, readout, executor, monkeypatch
):
    sequences = random_sequences([1] * 7, n_features=4)
    ours = Unrolled(monkeypatch, net_of(cell, readout=readout), sequences)
    values = ours.random_values()
    graph = Graph(Linear(2)(one_step(cell, 4, 3, values)))
    program = compile_graph(graph)
    (bias,) = (name for name in values if name.startswith("0.") and "bias" in name)
    names = ["0.forth.from_input.weight", "output.weight", bias, "output.bias"]
    flat = program.allocate(np.float64)
    for name, view in zip(names, program.views(flat), strict=True):
        view[...] = values[name]
    adjoint = random_adjoint((7, 2))
    run = executor(program, flat, batch_size=7)
    signals, _, gradient = run.vjp(sequences.values[:, 0], adjoint)

    output, gradients = ours.vjp(values, lambda shape: adjoint, executor)
    np.testing.assert_allclose(output, signals[-1], **CLOSE)
    expected = dict(zip(names, program.views(gradient), strict=True))
    expected["0.forth.from_state.weight"] = 0.0  # which the state is not yet
    assert_same_gradients(gradients, expected)


# Unrolling is sharing


def gru_by_hand(n_steps, n_features, n, n_outputs):
    """Return a GRU wired step by step, and its shared modules by name."""
    x = Input(n_steps * n_features)
    from_state, from_input, h = Linear(3 * n), Linear(3 * n), Zeros(n)(x)
    parts = [Slice(k * n, (k + 1) * n) for k in range(3)]
    for t in range(n_steps):
        step = Slice(t * n_features, (t + 1) * n_features)(x)
        u, v = from_state(h), from_input(step)
        r, z = (Sigmoid()(Add()(part(u), part(v))) for part in parts[:2])
        new = Tanh()(Add()(parts[2](v), Multiply()(r, parts[2](u))))
        h = Add()(Subtract()(new, Multiply()(z, new)), Multiply()(z, h))
    output = Linear(n_outputs)
    names = {
        id(from_state): "0.forth.from_state",
        id(from_input): "0.forth.from_input",
        id(output): "output",
    }
    return Graph(output(h)), names


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("n", [3, 16])
def test_an_unrolled_net_is_the_graph_that_shares_modules(n, executor, monkeypatch):
    sequences = random_sequences([4] * 6, n_features=3)
    ours = Unrolled(monkeypatch, net_of("gru", (n,)), sequences)
    values, adjoint = ours.random_values(), random_adjoint((6, 2))
    graph, names = gru_by_hand(4, 3, n, 2)
    program = compile_graph(graph)
    blocks = [
        f"{names[id(graph.modules[block.module])]}.{block.name}"
        for block in program.blocks
    ]
    flat = program.allocate(np.float64)
    for name, view in zip(blocks, program.views(flat), strict=True):
        view[...] = values[name]
    run = executor(program, flat, batch_size=6)
    signals, _, gradient = run.vjp(ours.rows, adjoint)
    output, gradients = ours.vjp(values, lambda shape: adjoint, executor)
    np.testing.assert_allclose(output, signals[-1], **CLOSE)
    expected = dict(zip(blocks, program.views(gradient), strict=True))
    assert_same_gradients(gradients, expected)


# Padding changes nothing


@each_cell
@each_readout
@both_directions
@each_depth
@pytest.mark.parametrize("bptt_steps", [None, 2])
def test_a_padded_batch_is_each_sequence_alone(
    cell, readout, bidirectional, sizes, bptt_steps, monkeypatch
):
    net = net_of(
        cell,
        sizes,
        is_bidirectional=bidirectional,
        readout=readout,
        bptt_steps=bptt_steps,
    )
    sequences = random_sequences(LENGTHS, n_features=2)
    together = Unrolled(monkeypatch, net, sequences)
    values = together.random_values()
    adjoint = random_adjoint((len(LENGTHS), together.program.output.width))
    n_columns = [2 * n if readout == "steps" else 2 for n in LENGTHS]
    for i, n in enumerate(n_columns):
        adjoint[i, n:] = 0.0  # outputs for padding that no loss sees
    output, gradients = together.vjp(values, lambda shape: adjoint)
    summed = dict.fromkeys(gradients, 0.0)
    for i, n in enumerate(n_columns):
        one = Unrolled(monkeypatch, net, alone(sequences, i))
        own_output, own = one.vjp(values, lambda shape, i=i, n=n: adjoint[[i], :n])
        np.testing.assert_allclose(output[[i], :n], own_output, **CLOSE)
        for name in summed:
            summed[name] = summed[name] + own[name]
    assert_same_gradients(gradients, summed)


@each_cell
@both_directions
def test_what_stands_in_the_padding_does_not_matter(cell, bidirectional, monkeypatch):
    net = net_of(cell, (4,), is_bidirectional=bidirectional, readout="max")
    sequences = random_sequences(LENGTHS, n_features=2)
    ours = Unrolled(monkeypatch, net, sequences)
    values = ours.random_values()
    expected = ours.vjp(values, random_adjoint)
    padding = ~np.repeat(sequences.exists, 2, axis=1)
    ours.rows[:, : padding.shape[1]][padding] = 1e6
    found = ours.vjp(values, random_adjoint)
    np.testing.assert_array_equal(found[0], expected[0])
    assert_same_gradients(found[1], expected[1], rtol=0)


# The compiled executor computes what the reference does


@needs_jit
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@each_cell
@each_readout
@pytest.mark.parametrize("sizes", [(1,), (7, 16), (33,)], ids=str)
def test_both_executors_agree(cell, readout, sizes, dtype, monkeypatch):
    net = net_of(
        cell, sizes, is_bidirectional=sizes != (33,), readout=readout, bptt_steps=3
    )
    ours = Unrolled(monkeypatch, net, random_sequences(LENGTHS, n_features=3))
    flat = ours.flat(ours.random_values()).astype(dtype)
    adjoint = random_adjoint((len(LENGTHS), ours.program.output.width))
    aligned = ours.program.allocate(dtype)
    aligned[:] = flat
    reference = ReferenceExecutor(ours.program, flat.astype(np.float64))
    compiled = Executor(ours.program, aligned, batch_size=8)
    expected = reference.vjp(ours.rows, adjoint)
    found = compiled.vjp(ours.rows.astype(dtype), adjoint.astype(dtype))
    tolerance = 1e-11 if dtype == np.float64 else 1e-4
    for i in (0, 2):
        ours_, theirs = (x[-1] if i == 0 else x for x in (found[i], expected[i]))
        np.testing.assert_allclose(ours_, theirs, rtol=tolerance, atol=tolerance)


# One vector of parameters for sequences of all lengths


@each_cell
@each_readout
@both_directions
@each_depth
def test_the_parameters_of_all_lengths_are_one_vector(
    cell, readout, bidirectional, sizes, monkeypatch
):
    net = net_of(cell, sizes, is_bidirectional=bidirectional, readout=readout)
    expected = None
    for lengths in ([1], [8], [2, 1], [13, 4], [5, 5]):
        ours = Unrolled(monkeypatch, net, random_sequences(lengths, n_features=4))
        blocks = {
            name: ours.program.blocks[i]._replace(module=0)
            for name, i in ours.parameters.items()
        }
        expected = expected or (blocks, ours.program.n_parameters)
        assert (blocks, ours.program.n_parameters) == expected


# What is kept


@pytest.mark.slow
def test_the_latest_graphs_are_kept_but_long_ones_only_few_and_with_their_net():
    net = net_of("gru")

    def looked_at(net, n_timesteps):
        graph = net.unroll(SequenceLayout(n_timesteps, 2))
        assert graph.wires
        assert net.unroll(SequenceLayout(n_timesteps, 2)) is graph
        return weakref.ref(graph)

    short, *long = (looked_at(net, t) for t in (4, 800, 801, 802))
    gc.collect()
    assert short() is None
    assert [graph() is None for graph in long] == [True, False, False]
    del net
    gc.collect()
    assert [graph() for graph in long] == [None] * 3


def test_a_net_is_stored_without_its_graphs():
    net = net_of("gru")
    stored = pickle.dumps(net)
    graph = net.unroll(SequenceLayout(4, 2))
    assert pickle.dumps(net) == stored
    assert pickle.loads(stored) == net
    assert pickle.loads(stored).unroll(SequenceLayout(4, 2)) == graph


# Truncated backprop through time


@both_directions
@each_cell
def test_gradients_go_back_to_the_last_multiple_of_bptt_steps(
    cell, bidirectional, monkeypatch
):
    """Cuts stand at the same steps in both directions, whatever the length."""
    net = RecurrentNet(cell, (3,), 1, bidirectional, "steps", bptt_steps=3)
    graph = net.unroll(SequenceLayout(8, 1))
    program = compile_graph(graph, keeps_all=True)
    rng = np.random.default_rng(0)
    flat = program.allocate(np.float64)
    for view in program.views(flat):
        view[...] = rng.normal(size=view.shape)
    executor = ReferenceExecutor(program, flat)
    x = rng.uniform(1, 2, size=(1, 8))
    reaches = np.zeros((8, 8), bool)  # output, input
    for t in range(8):
        adjoint = np.zeros((1, 8))
        adjoint[0, t] = 1.0
        reaches[t] = executor.vjp(x, adjoint)[1][0][0] != 0
    later, earlier = np.indices((8, 8))
    same_block = later // 3 == earlier // 3
    expected = same_block if bidirectional else same_block & (earlier <= later)
    if cell == "relu":  # whose units may be off
        assert not (reaches & ~expected).any()
    else:
        np.testing.assert_array_equal(reaches, expected)


def test_no_steps_are_cut_off_where_there_are_fewer(monkeypatch):
    sequences = random_sequences([6, 3], n_features=2)
    for steps in (6, 7):
        nets = [net_of("gru", bptt_steps=b) for b in (steps, None)]
        one, other = (Unrolled(monkeypatch, net, sequences) for net in nets)
        assert one.graph == other.graph


def test_the_state_of_an_unrolled_graph_is_all_that_it_is_made_of():
    graph = net_of("gru").unroll(SequenceLayout(4, 2))
    made = object.__new__(type(graph))
    made.__setstate__(graph.__getstate__())
    assert made == graph
    assert made.wires == graph.wires
