"""Kernels of elementwise modules, made from the modules' own formulas."""

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
    WIDTH_Y,
    X2,
    X,
    Y,
)
from skbackprop.kernels.codegen import kernel


def make_forward_elementwise(module, bits):
    """Return the kernel of y = f(x) for an ``Elementwise`` module.

    x and y are (n_rows, width) of equal strides; y may lie where x lies.
    """

    def forward(code, row, context, scalars):
        x, y = code.vectors(row[X]), code.vectors(row[Y])
        with code.range(context[N_ROWS] * row[LDY], step=code.lanes) as i:
            y[i] = module.value(x[i], xp)

    return kernel(forward, bits)


def make_backward_elementwise(module, bits):
    """Return the kernel of dx (+)= dy f'(x) for an ``Elementwise`` module.

    dx may lie where dy lies.
    """

    def backward(code, row, context, scalars):
        x, y = code.vectors(row[X]), code.vectors(row[Y])
        dx, dy = code.vectors(row[DX]), code.vectors(row[DY])

        def derivatives():
            return code.range(context[N_ROWS] * row[LDY], step=code.lanes)

        with code.when(row[DX] != 0):
            with code.when(row[ADD_DX] == 0), derivatives() as i:
                dx[i] = module.derivative(x[i], y[i], dy[i], xp)
            with code.when(row[ADD_DX] != 0), derivatives() as i:
                dx[i] = dx[i] + module.derivative(x[i], y[i], dy[i], xp)

    return kernel(backward, bits)


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
    itself.
    """

    def backward(code, row, context, scalars):
        _pass_on(code, row, context, DX, LDX, ADD_DX)
        _pass_on(code, row, context, DX2, LDX2, ADD_DX2)

    return kernel(backward, bits)


def _pass_on(code, row, context, field, stride, adds):
    dx, dy = code.vectors(row[field]), code.vectors(row[DY])
    with code.when(row[field] != 0), code.range(context[N_ROWS]) as r:
        dx_row, dy_row = dx.from_(r * row[stride]), dy.from_(r * row[LDY])
        with code.range(row[WIDTH_Y], step=code.lanes) as j:
            present = xp.where(row[adds] != 0, dx_row[j], 0.0)
            dx_row[j] = present + dy_row[j]
