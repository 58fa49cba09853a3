"""Kernels of elementwise modules, made from the formulas of the modules."""

from contextlib import contextmanager

from skbackprop.kernels.abi import Context, Module
from skbackprop.kernels.language import functions as xp
from skbackprop.kernels.language.codegen import kernel
from skbackprop.kernels.language.values import where


def make_forward_elementwise(module, bits):
    """Return the kernel of y = f(x) for an ``Elementwise`` module.

    y may have the place of x.
    """

    def forward(code, row, context, scalars):
        with _vectors_of_rows(code, row, context) as (x_at, y_at):
            x, y = code.vectors(row[Module.x]), code.vectors(row[Module.y])
            y[y_at] = module.value(x[x_at], xp)

    return kernel(forward, bits)


def make_backward_elementwise(module, bits):
    """Return the kernel of dx (+)= dy f'(x) for an ``Elementwise`` module.

    dx may have the place of dy.
    """

    def backward(code, row, context, scalars):
        x, y = code.vectors(row[Module.x]), code.vectors(row[Module.y])
        dx, dy = code.vectors(row[Module.dx]), code.vectors(row[Module.dy])

        def derivatives():
            return _vectors_of_rows(code, row, context)

        with code.when(row[Module.dx] != 0):
            with code.when(row[Module.add_dx] == 0), derivatives() as (i, j):
                dx[i] = module.derivative(x[i], y[j], dy[j], xp)
            with code.when(row[Module.add_dx] != 0), derivatives() as (i, j):
                dx[i] = dx[i] + module.derivative(x[i], y[j], dy[j], xp)

    return kernel(backward, bits)


@contextmanager
def _vectors_of_rows(code, row, context):
    """Repeat the code inside for each vector, with its indices in x and y.

    If signals fill their rows, all rows are processed as one long row.
    """
    is_one = row[Module.fills_rows] != 0
    n_rows = where(is_one, 1, context[Context.n_rows])
    length = where(
        is_one, context[Context.n_rows] * row[Module.ldy], row[Module.width_y]
    )
    with code.range(n_rows) as r:
        x_row, y_row = r * row[Module.ldx], r * row[Module.ldy]
        with code.range(length, step=code.lanes) as j:
            yield x_row + j, y_row + j
