"""Kernels of elementwise modules, made from the modules' own formulas."""

from contextlib import contextmanager

from skbackprop.kernels import functions as xp
from skbackprop.kernels.abi import (
    ADD_DX,
    ADD_DX2,
    DX,
    DX2,
    DY,
    LDX,
    LDX2,
    LDY,
    N_ROWS,
    WHOLE_ROWS,
    WIDTH_Y,
    X2,
    X,
    Y,
)
from skbackprop.kernels.codegen import kernel
from skbackprop.kernels.simd import where


def make_forward_elementwise(module, bits):
    """Return the kernel of y = f(x) for an ``Elementwise`` module.

    y may lie where x lies.
    """

    def forward(code, row, context, scalars):
        with _vectors_of_rows(code, row, context) as (x_at, y_at):
            x, y = code.vectors(row[X]), code.vectors(row[Y])
            y[y_at] = module.value(x[x_at], xp)

    return kernel(forward, bits)


def make_backward_elementwise(module, bits):
    """Return the kernel of dx (+)= dy f'(x) for an ``Elementwise`` module.

    dx may lie where dy lies.
    """

    def backward(code, row, context, scalars):
        x, y = code.vectors(row[X]), code.vectors(row[Y])
        dx, dy = code.vectors(row[DX]), code.vectors(row[DY])

        def derivatives():
            return _vectors_of_rows(code, row, context)

        with code.when(row[DX] != 0):
            with code.when(row[ADD_DX] == 0), derivatives() as (i, j):
                dx[i] = module.derivative(x[i], y[j], dy[j], xp)
            with code.when(row[ADD_DX] != 0), derivatives() as (i, j):
                dx[i] = dx[i] + module.derivative(x[i], y[j], dy[j], xp)

    return kernel(backward, bits)


@contextmanager
def _vectors_of_rows(code, row, context):
    """Repeat what is written inside for each vector, with where it is in x and y.

    Rows that signals fill follow each other without a gap: they are run through
    as one long row.
    """
    is_one = row[WHOLE_ROWS] != 0
    n_rows = where(is_one, 1, context[N_ROWS])
    length = where(is_one, context[N_ROWS] * row[LDY], row[WIDTH_Y])
    with code.range(n_rows) as r:
        x_row, y_row = r * row[LDX], r * row[LDY]
        with code.range(length, step=code.lanes) as j:
            yield x_row + j, y_row + j


def make_forward_add(bits):
    """Return the kernel of y = x + x2."""

    def forward(code, row, context, scalars):
        x, x2, y = (code.vectors(row[field]) for field in (X, X2, Y))
        with code.range(context[N_ROWS]) as r:
            x_row, x2_row = x.from_(r * row[LDX]), x2.from_(r * row[LDX2])
            y_row = y.from_(r * row[LDY])
            with code.range(row[WIDTH_Y], step=code.lanes) as j:
                y_row[j] = x_row[j] + x2_row[j]

    return kernel(forward, bits)


def make_backward_add(bits):
    """Return the kernel of dx (+)= dy and dx2 (+)= dy.

    The two are done one after the other: they may be one signal, added to
    itself. Where one of them lies in the place of dy there is nothing to do.
    """

    def backward(code, row, context, scalars):
        _pass_on(code, row, context, DX, LDX, ADD_DX)
        _pass_on(code, row, context, DX2, LDX2, ADD_DX2)

    return kernel(backward, bits)


def _pass_on(code, row, context, field, stride, adds):
    dx, dy = code.vectors(row[field]), code.vectors(row[DY])
    is_wanted = (row[field] != 0) & (row[field] != row[DY])
    with code.when(is_wanted), code.range(context[N_ROWS]) as r:
        dx_row, dy_row = dx.from_(r * row[stride]), dy.from_(r * row[LDY])
        with code.range(row[WIDTH_Y], step=code.lanes) as j:
            present = xp.where(row[adds] != 0, dx_row[j], 0.0)
            dx_row[j] = present + dy_row[j]
