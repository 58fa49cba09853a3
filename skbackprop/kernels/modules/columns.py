"""Kernels that move columns: slices, concatenations, zeros.

Rows of different signals are out of step, so what is copied next to other
columns must end where it ends: no vector may reach beyond.
"""

from skbackprop.kernels.abi import ADD_DX, DX, DY, SETTING, WIDTH_X, WIDTH_Y, X, Y
from skbackprop.kernels.language import functions as xp
from skbackprop.kernels.language.codegen import kernel
from skbackprop.kernels.language.rows import (
    add_to,
    clear,
    clear_unless,
    each_row,
    each_vector,
    within,
)


def make_forward_slice(bits):
    """Return the kernel of y = x[:, first : first + width_y], first = SETTING."""

    def forward(code, row, context, scalars):
        rows = each_row(code, row, context, X, Y)
        with rows as (x, y), each_vector(code, row[WIDTH_Y]) as j:
            y[j] = x[j + row[SETTING]]

    return kernel(forward, bits)


def make_backward_slice(bits):
    """Return the kernel of dx[:, first : first + width_y] (+)= dy.

    The padding of dy is zero and may be added to the columns that follow.
    """

    def backward(code, row, context, scalars):
        rows = each_row(code, row, context, DX, DY)
        with code.when(row[DX] != 0), rows as (dx, dy):
            clear_unless(code, row[ADD_DX], dx, row[WIDTH_X])
            part = dx.from_(row[SETTING])
            with each_vector(code, row[WIDTH_Y]) as j:
                part[j] = part[j] + dy[j]

    return kernel(backward, bits)


def make_forward_concatenate(bits):
    """Return the kernel of y[:, first : first + width_x] = x, first = SETTING."""

    def forward(code, row, context, scalars):
        for_each_length(code, row[WIDTH_X], lambda n: _copy(code, row, context, n))

    return kernel(forward, bits)


def for_each_length(code, width, write):
    """Write code for the longest vectors, by lanes, that fit into a width."""
    longer = None
    for lanes in (code.lanes, max(2, code.lanes // 4), 1):
        fits = width >= lanes
        if longer is not None:
            fits = fits & (width < longer)
        with code.when(fits):
            write(lanes)
        longer = lanes


def _copy(code, row, context, lanes):
    last = row[WIDTH_X] - lanes
    with each_row(code, row, context, X, Y) as (x, y):
        x, y = x.of(lanes), y.of(lanes).from_(row[SETTING])
        with code.range(last, step=lanes) as j:
            y[j] = x[j]
        y[last] = x[last]


def make_backward_concatenate(bits):
    """Return the kernel of dx (+)= dy[:, first : first + width_x].

    What follows those columns is kept out of the padding of dx.
    """

    def backward(code, row, context, scalars):
        rows = each_row(code, row, context, DX, DY)
        vectors = each_vector(code, row[WIDTH_X])
        with code.when(row[DX] != 0), rows as (dx, dy), vectors as j:
            is_own = within(code, j, row[WIDTH_X])
            term = xp.where(is_own, dy[j + row[SETTING]], 0.0)
            add_to(dx, j, row[ADD_DX], term)

    return kernel(backward, bits)


def make_forward_zeros(bits):
    """Return the kernel of y = 0."""

    def forward(code, row, context, scalars):
        with each_row(code, row, context, Y) as (y,):
            clear(code, y, row[WIDTH_Y])

    return kernel(forward, bits)


def make_backward_zeros(bits):
    """Return the kernel that does nothing."""

    def backward(code, row, context, scalars):
        pass

    return kernel(backward, bits)
