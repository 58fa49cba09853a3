"""Kernels of Softmax and LogSoftMax."""

import math

from skbackprop.kernels.abi import Module
from skbackprop.kernels.language import functions as xp
from skbackprop.kernels.language.codegen import kernel
from skbackprop.kernels.language.rows import (
    add_to,
    each_row,
    each_vector,
    total_of_row,
    within,
)
from skbackprop.kernels.language.values import where


def make_forward_softmax(bits):
    """Return the kernel of y = exp(x) / sum of exp(x); y may have the place of x."""

    def forward(code, row, context, scalars):
        with each_row(code, row, context, Module.x, Module.y) as (x, y):
            softmax_of_row(code, x, y, row[Module.width_y])

    return kernel(forward, bits)


def make_backward_softmax(bits):
    """Return the kernel of dx (+)= y (dy - sum of dy y)."""

    def backward(code, row, context, scalars):
        width = row[Module.width_y]
        rows = each_row(code, row, context, Module.y, Module.dx, Module.dy)
        with code.when(row[Module.dx] != 0), rows as (y, dx, dy):
            total = total_of_row(code, width, lambda j: dy[j] * y[j])
            with each_vector(code, width) as j:
                term = where(within(code, j, width), y[j] * (dy[j] - total), 0.0)
                add_to(dx, j, row[Module.add_dx], term)

    return kernel(backward, bits)


def make_forward_log_softmax(bits):
    """Return the kernel of y = x - log(sum of exp(x)); y may have the place of x."""

    def forward(code, row, context, scalars):
        width = row[Module.width_y]
        with each_row(code, row, context, Module.x, Module.y) as (x, y):
            largest = _largest_of_row(code, x, width)
            total = total_of_row(code, width, lambda j: xp.exp(x[j] - largest))
            logarithm = xp.log(code.repeat(total))
            with each_vector(code, width) as j:
                is_own = within(code, j, width)
                y[j] = where(is_own, (x[j] - largest) - logarithm, 0.0)

    return kernel(forward, bits)


def make_backward_log_softmax(bits):
    """Return the kernel of dx (+)= dy - exp(y) (sum of dy)."""

    def backward(code, row, context, scalars):
        width = row[Module.width_y]
        rows = each_row(code, row, context, Module.y, Module.dx, Module.dy)
        with code.when(row[Module.dx] != 0), rows as (y, dx, dy):
            total = total_of_row(code, width, lambda j: dy[j])
            with each_vector(code, width) as j:
                term = dy[j] - xp.exp(y[j]) * total
                add_to(
                    dx,
                    j,
                    row[Module.add_dx],
                    where(within(code, j, width), term, 0.0),
                )

    return kernel(backward, bits)


def softmax_of_row(code, x, y, width):
    """Write the softmax of a row; y may be x. The padding of y is set to 0."""
    largest, total = _largest_of_row(code, x, width), code.variable(0.0)
    with each_vector(code, width) as j:
        shifted = where(within(code, j, width), x[j] - largest, -math.inf)
        exponentials = xp.exp(shifted)
        y[j] = exponentials
        total.value = total.value + exponentials
    factor = xp.divide(1.0, code.repeat(total.value.sum()))
    with each_vector(code, width) as j:
        y[j] = y[j] * factor


def _largest_of_row(code, x, width):
    largest = code.variable(-math.inf)
    with each_vector(code, width) as j:
        own = where(within(code, j, width), x[j], -math.inf)
        largest.value = xp.maximum(own, largest.value)
    return largest.value.fold(xp.maximum)
