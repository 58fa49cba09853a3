"""Kernels of elementwise modules, made from the modules' own formulas."""

from contextlib import contextmanager

from skbackprop.kernels.abi import (
    ADD_DX,
    DX,
    DY,
    LDX,
    LDY,
    N_ROWS,
    WHOLE_ROWS,
    WIDTH_Y,
    X,
    Y,
)
from skbackprop.kernels.language import functions as xp
from skbackprop.kernels.language.codegen import kernel
from skbackprop.kernels.language.values import where


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
