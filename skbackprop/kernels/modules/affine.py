"""Kernels of Bias and Scale."""

from skbackprop.kernels.abi import Context, Module
from skbackprop.kernels.language.codegen import kernel
from skbackprop.kernels.language.rows import add_to, clear_unless, each_row, each_vector
from skbackprop.kernels.language.values import fma
from skbackprop.kernels.matmul.matrices import Matrix
from skbackprop.kernels.modules.linear import add_column_sums


def make_forward_bias(bits):
    """Return the kernel of y = x + b; y may have the place of x."""

    def forward(code, row, context, scalars):
        bias = code.vectors(row[Module.b])
        width = row[Module.width_y]
        with (
            each_row(code, row, context, Module.x, Module.y) as (x, y),
            each_vector(code, width) as j,
        ):
            y[j] = x[j] + bias[j]

    return kernel(forward, bits)


def make_backward_bias(bits):
    """Return the kernel of dx (+)= dy and db (+)= dy.sum(axis=0).

    If dx has the place of dy, it need not be computed.
    """

    def backward(code, row, context, scalars):
        n_rows, width = context[Context.n_rows], row[Module.width_y]
        with code.when(row[Module.db] != 0):
            adjoint = Matrix(row[Module.dy], row[Module.ldy])
            add_column_sums(
                code, n_rows, width, adjoint, row[Module.db], row[Module.add_dw]
            )
        is_wanted = (row[Module.dx] != 0) & (row[Module.dx] != row[Module.dy])
        rows = each_row(code, row, context, Module.dx, Module.dy)
        vectors = each_vector(code, width)
        with code.when(is_wanted), rows as (dx, dy), vectors as j:
            add_to(dx, j, row[Module.add_dx], dy[j])

    return kernel(backward, bits)


def make_forward_scale(bits):
    """Return the kernel of y = x s."""

    def forward(code, row, context, scalars):
        scale = code.vectors(row[Module.w])
        width = row[Module.width_y]
        with (
            each_row(code, row, context, Module.x, Module.y) as (x, y),
            each_vector(code, width) as j,
        ):
            y[j] = x[j] * scale[j]

    return kernel(forward, bits)


def make_backward_scale(bits):
    """Return the kernel of dx (+)= dy s and ds (+)= (dy x).sum(axis=0)."""

    def backward(code, row, context, scalars):
        scale = code.vectors(row[Module.w])
        gradient = code.vectors(row[Module.dw])
        clear_unless(code, row[Module.add_dw], gradient, row[Module.width_y])
        rows = each_row(code, row, context, Module.x, Module.dx, Module.dy)
        with rows as (x, dx, dy), each_vector(code, row[Module.width_y]) as j:
            gradient[j] = fma(dy[j], x[j], gradient[j])
            with code.when(row[Module.dx] != 0):
                add_to(dx, j, row[Module.add_dx], dy[j] * scale[j])

    return kernel(backward, bits)
