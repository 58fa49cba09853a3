"""Kernels of Bias and Scale: a number for each column."""

from skbackprop.kernels.abi import (
    ADD_DW,
    ADD_DX,
    DB,
    DW,
    DX,
    DY,
    LDY,
    N_ROWS,
    WIDTH_Y,
    B,
    W,
    X,
    Y,
)
from skbackprop.kernels.language.codegen import kernel
from skbackprop.kernels.language.rows import add_to, clear_unless, each_row, each_vector
from skbackprop.kernels.language.values import fma
from skbackprop.kernels.matmul.matrices import Matrix
from skbackprop.kernels.modules.linear import add_column_sums


def make_forward_bias(bits):
    """Return the kernel of y = x + b; y may lie where x lies."""

    def forward(code, row, context, scalars):
        bias = code.vectors(row[B])
        width = row[WIDTH_Y]
        with (
            each_row(code, row, context, X, Y) as (x, y),
            each_vector(code, width) as j,
        ):
            y[j] = x[j] + bias[j]

    return kernel(forward, bits)


def make_backward_bias(bits):
    """Return the kernel of dx (+)= dy and db (+)= dy.sum(axis=0).

    Where dx lies in the place of dy there is nothing to do.
    """

    def backward(code, row, context, scalars):
        n_rows, width = context[N_ROWS], row[WIDTH_Y]
        with code.when(row[DB] != 0):
            adjoint = Matrix(row[DY], row[LDY])
            add_column_sums(code, n_rows, width, adjoint, row[DB], row[ADD_DW])
        is_wanted = (row[DX] != 0) & (row[DX] != row[DY])
        rows, vectors = each_row(code, row, context, DX, DY), each_vector(code, width)
        with code.when(is_wanted), rows as (dx, dy), vectors as j:
            add_to(dx, j, row[ADD_DX], dy[j])

    return kernel(backward, bits)


def make_forward_scale(bits):
    """Return the kernel of y = x s."""

    def forward(code, row, context, scalars):
        scale = code.vectors(row[W])
        width = row[WIDTH_Y]
        with (
            each_row(code, row, context, X, Y) as (x, y),
            each_vector(code, width) as j,
        ):
            y[j] = x[j] * scale[j]

    return kernel(forward, bits)


def make_backward_scale(bits):
    """Return the kernel of dx (+)= dy s and ds (+)= (dy x).sum(axis=0)."""

    def backward(code, row, context, scalars):
        scale, gradient = code.vectors(row[W]), code.vectors(row[DW])
        clear_unless(code, row[ADD_DW], gradient, row[WIDTH_Y])
        rows = each_row(code, row, context, X, DX, DY)
        with rows as (x, dx, dy), each_vector(code, row[WIDTH_Y]) as j:
            gradient[j] = fma(dy[j], x[j], gradient[j])
            with code.when(row[DX] != 0):
                add_to(dx, j, row[ADD_DX], dy[j] * scale[j])

    return kernel(backward, bits)
