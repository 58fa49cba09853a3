"""Loops of kernels over the rows of signals, and operations on rows."""

from contextlib import contextmanager

from skbackprop.kernels.abi import Context, Module
from skbackprop.kernels.language.values import where

_STRIDE_OF = {
    **dict.fromkeys((Module.x, Module.dx), Module.ldx),
    **dict.fromkeys((Module.x2, Module.dx2), Module.ldx2),
    **dict.fromkeys((Module.x3, Module.dx3), Module.ldx3),
    **dict.fromkeys((Module.y, Module.dy), Module.ldy),
}


@contextmanager
def each_row(code, row, context, *signals):
    """Repeat the code inside for each sample, with its row of each signal.

    ``signals`` are fields of the row, such as ``Module.x`` or ``Module.dx``.
    """
    with code.range(context[Context.n_rows]) as r:
        yield row_of(code, row, r, *signals)


def row_of(code, row, r, *signals):
    """Return row r of each signal."""
    return [
        code.vectors(row[signal]).from_(r * row[_STRIDE_OF[signal]])
        for signal in signals
    ]


def each_vector(code, width):
    """Repeat the code inside for the first element of each vector."""
    return code.range(width, step=code.lanes)


def for_each_length(code, width, write):
    """Write code for the longest vectors that fit into a width."""
    longer = None
    lengths = {code.lanes, code.lanes // 2, max(2, code.lanes // 4), 1}
    for lanes in sorted(lengths, reverse=True):
        fits = width >= lanes
        if longer is not None:
            fits = fits & (width < longer)
        with code.when(fits):
            write(lanes)
        longer = lanes


def within(code, first, width):
    """Return a mask of the lanes, of the vector at ``first``, that are below width."""
    return code.lane_numbers() < code.repeat(code.narrow_integer(width - first))


def add_to(memory, j, adds, term):
    """Write ``term``, or add it to the existing value if ``adds`` is not 0."""
    memory[j] = where(adds != 0, memory[j], 0.0) + term


def clear_unless(code, adds, vectors, width):
    """Set the first ``width`` elements to 0 if ``adds`` is 0."""
    with code.when(adds == 0):
        clear(code, vectors, width)


def clear(code, vectors, width):
    """Set the first ``width`` elements, and the rest of the last vector, to 0."""
    with each_vector(code, width) as j:
        vectors[j] = code.constant(0.0)


def total_of_row(code, width, term):
    """Return the sum over all columns, given vectors ``term(j)``, as a scalar."""
    total = code.variable(0.0)
    with each_vector(code, width) as j:
        total.value = total.value + where(within(code, j, width), term(j), 0.0)
    return total.value.sum()


def float_setting(code, row, field):
    """Return the float64 that a row stores by its bits."""
    return code.narrow(row[field].as_double())
