"""Kernels of DotProduct."""

from skbackprop.kernels.abi import Module
from skbackprop.kernels.language.codegen import kernel
from skbackprop.kernels.language.rows import (
    add_to,
    each_row,
    each_vector,
    total_of_row,
    within,
)
from skbackprop.kernels.language.values import where


def make_forward_dot_product(bits):
    """Return the kernel of y = sum over the columns of x x2."""

    def forward(code, row, context, scalars):
        with each_row(code, row, context, Module.x, Module.x2, Module.y) as (
            x,
            x2,
            y,
        ):
            total = total_of_row(code, row[Module.width_x], lambda j: x[j] * x2[j])
            y.scalars()[0] = total

    return kernel(forward, bits)


def make_backward_dot_product(bits):
    """Return the kernel of dx (+)= dy x2 and dx2 (+)= dy x.

    For the product of a signal with itself, the second adds to the first.
    """

    def backward(code, row, context, scalars):
        width = row[Module.width_x]
        for factor, dx, adds in (
            (Module.x2, Module.dx, Module.add_dx),
            (Module.x, Module.dx2, Module.add_dx2),
        ):
            rows = each_row(code, row, context, factor, dx, Module.dy)
            with code.when(row[dx] != 0), rows as (x_row, dx_row, dy_row):
                adjoint = dy_row.scalars()[0]
                with each_vector(code, width) as j:
                    term = where(within(code, j, width), adjoint * x_row[j], 0.0)
                    add_to(dx_row, j, row[adds], term)

    return kernel(backward, bits)
