"""Loops over time: one step stands for all and gives what the unrolled network does."""

import gc
import pickle
import weakref
from dataclasses import replace

import numpy as np
import pytest
from jit_marks import needs_jit
from unrolled import CELLS, READOUTS, net_of, random_sequences

from skbackprop.engine import Executor, ReferenceExecutor, debugging
from skbackprop.network.compiler import compile_graph, compile_unrolled
from skbackprop.network.folding import FoldedProgram
from skbackprop.network.recurrence import SequenceLayout

EQUAL, RAGGED = [5] * 7, [5, 1, 2, 4, 5, 3, 5]


def programs_of(net, sequences):
    """Return the folded program, the unrolled one, and the rows that they read."""
    layout = sequences.layout(net.readout == "mean")
    graph = net.unroll(layout)
    programs = compile_graph(graph), compile_unrolled(graph)
    return *programs, sequences.rows(layout)


def run(executor, program, rows):
    """Return output and gradient for random parameters and a random adjoint."""
    rng = np.random.default_rng(0)
    parameters = program.expand(
        rng.normal(size=len(program.compact(program.allocate(np.float64))), scale=0.5)
    )
    adjoint = rng.normal(size=(len(rows), program.output.width))
    signals, _, gradient = executor(program, parameters, batch_size=len(rows)).vjp(
        rows, adjoint, is_training=True
    )
    return signals[-1], gradient


@needs_jit
@pytest.mark.parametrize(
    "lengths", [EQUAL, RAGGED, [1] * 3], ids=["equal", "ragged", "1"]
)
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("sizes", [(3,), (16, 5)], ids=str)
@pytest.mark.parametrize("readout", READOUTS)
@pytest.mark.parametrize("cell", CELLS)
def test_a_loop_gives_what_the_unrolled_network_does(
    cell, readout, sizes, bidirectional, lengths
):
    net = net_of(cell, sizes, readout=readout, is_bidirectional=bidirectional)
    sequences = random_sequences(lengths, n_features=3)
    folded, unrolled, rows = programs_of(net, sequences)
    assert isinstance(folded, FoldedProgram)
    with debugging.unwritten_memory(3.0):
        found = run(Executor, folded, rows)
    for executor, program in ((ReferenceExecutor, folded), (Executor, unrolled)):
        expected = run(executor, program, rows)
        for a, b in zip(found, expected, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("readout", READOUTS)
def test_a_program_has_one_step_whatever_the_length(readout):
    net = net_of("lstm", readout=readout)
    short, long = (
        compile_graph(net.unroll(SequenceLayout(t, 2, True, True))) for t in (3, 10**4)
    )
    assert len(short.instructions) == len(long.instructions) < 40
    assert short.blocks == long.blocks
    assert long.workspace_width / short.workspace_width > 1000


def test_parameters_stand_where_those_of_the_unrolled_network_do():
    for cell in CELLS:
        net = net_of(cell, (3, 16, 5), is_bidirectional=True)
        folded, unrolled, _ = programs_of(net, random_sequences(RAGGED, 3))
        for name in ("n_parameters", "n_decaying", "n_learned"):
            assert getattr(folded, name) == getattr(unrolled, name)
        for a, b in zip(folded.blocks, unrolled.blocks, strict=True):
            assert a._replace(module=0) == b._replace(module=0)


@pytest.mark.parametrize(
    "options", [{"bptt_steps": 2}, {"dropout": (0.1, 0.1)}], ids=str
)
def test_what_differs_from_step_to_step_is_unrolled(options):
    net = net_of("gru", **options)
    folded, unrolled, _ = programs_of(net, random_sequences(EQUAL, 3))
    assert folded is unrolled
    rarely = replace(net, bptt_steps=9, dropout=(0.0, 0.0))
    assert isinstance(programs_of(rarely, random_sequences(EQUAL, 3))[0], FoldedProgram)


def test_nothing_is_unrolled_that_nobody_looks_at():
    graph = net_of("gru").unroll(SequenceLayout(10**6, 1))
    compile_graph(graph)
    assert graph == pickle.loads(pickle.dumps(graph))
    assert len(pickle.dumps(graph)) < 1000
    assert "_written" not in vars(graph)


def test_a_program_goes_with_its_graph():
    graph = net_of("gru").unroll(SequenceLayout(5, 2))
    program = weakref.ref(compile_graph(graph))
    assert compile_graph(graph) is program()
    assert program().unrolled.instructions
    del graph
    gc.collect()
    assert program() is None
