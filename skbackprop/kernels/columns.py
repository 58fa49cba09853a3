"""Kernels that move columns: slices, concatenations, zeros.

Rows of different signals are out of step, so what is copied next to other
columns must end where it ends: no vector may reach beyond.
"""

from skbackprop.kernels import functions as xp
from skbackprop.kernels.abi import (
    ADD_DX,
    DX,
    DY,
    LDX,
    LDY,
    N_ROWS,
    SETTING,
    WIDTH_X,
    WIDTH_Y,
    X,
    Y,
)
from skbackprop.kernels.codegen import kernel


def make_forward_slice(bits):
    """Return the kernel of y = x[:, first : first + width_y], first = SETTING."""

    def forward(code, row, context, scalars):
        x, y = code.vectors(row[X]).from_(row[SETTING]), code.vectors(row[Y])
        with code.range(context[N_ROWS]) as r:
            x_row, y_row = x.from_(r * row[LDX]), y.from_(r * row[LDY])
            with code.range(row[WIDTH_Y], step=code.lanes) as j:
                y_row[j] = x_row[j]

    return kernel(forward, bits)


def make_backward_slice(bits):
    """Return the kernel of dx[:, first : first + width_y] (+)= dy.

    The padding of dy is zero and may be added to the columns that follow.
    """

    def backward(code, row, context, scalars):
        dx, dy = code.vectors(row[DX]), code.vectors(row[DY])
        with code.when(row[DX] != 0), code.range(context[N_ROWS]) as r:
            dx_row, dy_row = dx.from_(r * row[LDX]), dy.from_(r * row[LDY])
            with code.when(row[ADD_DX] == 0):
                _clear(code, dx_row, row[WIDTH_X])
            part = dx_row.from_(row[SETTING])
            with code.range(row[WIDTH_Y], step=code.lanes) as j:
                part[j] = part[j] + dy_row[j]

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
    x, y = (code.vectors(row[field]).of(lanes) for field in (X, Y))
    y, last = y.from_(row[SETTING]), row[WIDTH_X] - lanes
    with code.range(context[N_ROWS]) as r:
        x_row, y_row = x.from_(r * row[LDX]), y.from_(r * row[LDY])
        with code.range(last, step=lanes) as j:
            y_row[j] = x_row[j]
        y_row[last] = x_row[last]


def make_backward_concatenate(bits):
    """Return the kernel of dx (+)= dy[:, first : first + width_x].

    What follows those columns is kept out of the padding of dx.
    """

    def backward(code, row, context, scalars):
        dx, dy = code.vectors(row[DX]), code.vectors(row[DY]).from_(row[SETTING])
        numbers = code.lane_numbers()
        with code.when(row[DX] != 0), code.range(context[N_ROWS]) as r:
            dx_row, dy_row = dx.from_(r * row[LDX]), dy.from_(r * row[LDY])
            with code.range(row[WIDTH_X], step=code.lanes) as j:
                left = code.repeat(code.narrow_integer(row[WIDTH_X] - j))
                adjoint = xp.where(numbers < left, dy_row[j], 0.0)
                present = xp.where(row[ADD_DX] != 0, dx_row[j], 0.0)
                dx_row[j] = present + adjoint

    return kernel(backward, bits)


def make_forward_zeros(bits):
    """Return the kernel of y = 0."""

    def forward(code, row, context, scalars):
        y = code.vectors(row[Y])
        with code.range(context[N_ROWS]) as r:
            _clear(code, y.from_(r * row[LDY]), row[WIDTH_Y])

    return kernel(forward, bits)


def make_backward_zeros(bits):
    """Return the kernel that does nothing."""

    def backward(code, row, context, scalars):
        pass

    return kernel(backward, bits)


def _clear(code, vectors, width):
    with code.range(width, step=code.lanes) as j:
        vectors[j] = code.constant(0.0)
