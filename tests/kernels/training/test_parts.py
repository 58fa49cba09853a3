"""Kernels of samples in parts: what is run, on which rows, on clean memory."""

import numpy as np
import pytest
from kernel_helpers import SKIP_REASON, Call, compiled

from skbackprop.engine.parts import deal
from skbackprop.kernels import calling, jit, table
from skbackprop.kernels.abi import Context, Deal, RowList, RunParts
from skbackprop.kernels.rows import new_list, new_row

pytestmark = pytest.mark.skipif(not jit.available(), reason=SKIP_REASON)

PART_OF = np.array([1, 0, 1, 0, 3, 0, 0])
PLACES = np.array([0, 0, 1, 1, 0, 2, 3])


def make_note_call():
    """Return a kernel that notes seed, number of rows and first rows of its calls."""
    from skbackprop.kernels.language.memory import as_int64s, plain_kernel

    def note_call(row, context, scalars):
        notes, order = as_int64s(row[1]), as_int64s(context[Context.order])
        first = 8 * notes[0]
        notes[first + 1], notes[first + 2] = context[Context.seed], context[0]
        for i in range(min(5, context[Context.n_rows])):
            notes[first + 3 + i] = order[i]
        notes[0] += 1

    return plain_kernel(note_call)


def run_parts(order, latest=-1):
    """Run the kernel; return notes of calls, gradient and adjoints behind it."""
    notes, n_parts = np.zeros(100, np.int64), 4
    noting = new_row(RowList, compiled(make_note_call, "note_call"), rows=notes)
    kernel = table.loop_kernel("run_rows")
    lists = [new_list(RowList, kernel, [noting]) for _ in range(n_parts)]
    adjoints, gradient = np.full(10, 7.0), np.full(5, 7.0)
    row = new_list(
        RunParts,
        0,
        lists,
        part_of=PART_OF,
        places=PLACES,
        chosen=np.zeros(7, np.int64),
        gradient=gradient,
        gradient_bytes=gradient.nbytes,
        adjoints=adjoints,
        adjoint_bytes=8 * np.array([4, 6, 8, 2]),
        latest=latest,
    )
    call = Call(RunParts, len(order)).set_context(order=order, seed=40)
    call.row, before = row, call.context.copy()
    call.run(table.loop_kernel("run_parts"))
    np.testing.assert_array_equal(call.context, before)
    calls = notes[1 : 1 + 8 * notes[0]].reshape(-1, 8)
    calls = [(seed, rows[:n]) for seed, n, *rows in calls.tolist()]
    return calls, gradient, adjoints


def test_each_part_runs_on_its_own_rows():
    calls, gradient, _ = run_parts(np.array([6, 2, 0, 3, 5]))
    assert calls == [(40, [3, 1, 2]), (41, [1, 0])]
    assert not gradient.any()


@pytest.mark.parametrize(("latest", "n_cleared"), [(-1, 6), (0, 6), (1, 0), (3, 6)])
def test_a_part_finds_no_adjoints_of_another(latest, n_cleared):
    *_, adjoints = run_parts(np.array([2, 0]), latest)
    np.testing.assert_array_equal(adjoints, [0] * n_cleared + [7] * (10 - n_cleared))


def test_parts_of_one_minibatch_find_no_adjoints_of_each_other():
    *_, adjoints = run_parts(np.array([4, 2, 1]), latest=0)
    np.testing.assert_array_equal(adjoints, [0] * 6 + [7] * 4)


@pytest.mark.parametrize("n_samples", [1, 7, 8, 31, 200])
@pytest.mark.parametrize("batch_size", [1, 8, 30, 200])
def test_minibatches_are_dealt_as_by_the_reference(n_samples, batch_size):
    rng = np.random.default_rng(n_samples)
    part_of, order = rng.integers(5, size=n_samples), rng.permutation(n_samples)
    blocks = rng.permutation(n_samples // batch_size)
    expected = order.copy()
    deal(expected, part_of, batch_size, blocks)
    kernel = table.loop_kernel("deal")
    row = new_row(
        Deal,
        kernel,
        order=order,
        dealt=np.zeros_like(order),
        part_of=part_of,
        n_parts=5,
        blocks=blocks,
        n_blocks=len(blocks),
        batch_size=batch_size,
    )
    calling.run_kernel(kernel, row)
    np.testing.assert_array_equal(order, expected)
    np.testing.assert_array_equal(blocks, np.arange(len(blocks)))
