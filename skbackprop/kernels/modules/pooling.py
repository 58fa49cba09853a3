"""Kernels of MaxPool and MeanPool for groups of ``setting`` adjacent columns."""

from contextlib import contextmanager

from skbackprop.kernels.abi import Module
from skbackprop.kernels.language import functions as xp
from skbackprop.kernels.language.codegen import kernel
from skbackprop.kernels.language.rows import add_to, clear_unless, each_row
from skbackprop.kernels.language.values import INTEGER, where


def make_forward_max_pool(bits):
    """Return the kernel of y = max of each group of x."""

    def forward(code, row, context, scalars):
        with _each_group(code, row, context, Module.x, Module.y) as (x, y, g):
            largest = code.variable(x[0])
            with code.range(row[Module.setting], start=1) as i:
                largest.value = xp.maximum(largest.value, x[i])
            y[g] = largest.value

    return kernel(forward, bits)


def make_backward_max_pool(bits):
    """Return the kernel of dx (+)= dy for the first maximum of each group."""

    def backward(code, row, context, scalars):
        with code.when(row[Module.dx] != 0):
            with each_row(code, row, context, Module.dx) as (dx,):
                clear_unless(code, row[Module.add_dx], dx, row[Module.width_x])
            with _each_group(
                code, row, context, Module.x, Module.dx, Module.y, Module.dy
            ) as (x, dx, y, dy, g):
                first, largest = code.variable(0, INTEGER), y[g]
                with code.range(row[Module.setting]) as i:
                    i = row[Module.setting] - 1 - i  # backward, to end with the first
                    first.value = where(x[i] == largest, i, first.value)
                dx[first.value] = dx[first.value] + dy[g]

    return kernel(backward, bits)


def make_forward_mean_pool(bits):
    """Return the kernel of y = mean of each group of x."""

    def forward(code, row, context, scalars):
        share = 1.0 / row[Module.setting].as_number()
        with _each_group(code, row, context, Module.x, Module.y) as (x, y, g):
            total = code.variable(x[0])
            with code.range(row[Module.setting], start=1) as i:
                total.value = total.value + x[i]
            y[g] = total.value * share

    return kernel(forward, bits)


def make_backward_mean_pool(bits):
    """Return the kernel of dx (+)= dy / size."""

    def backward(code, row, context, scalars):
        share = 1.0 / row[Module.setting].as_number()
        groups = _each_group(code, row, context, Module.dx, Module.dy)
        with code.when(row[Module.dx] != 0), groups as (dx, dy, g):
            adjoint = dy[g] * share
            with code.range(row[Module.setting]) as i:
                add_to(dx, i, row[Module.add_dx], adjoint)

    return kernel(backward, bits)


@contextmanager
def _each_group(code, row, context, *signals):
    """Repeat the code inside for each group g of each row.

    Yields the group of x and of dx, the row of y and of dy, by elements, and g.
    """
    with each_row(code, row, context, *signals) as memories:
        memories = [memory.scalars() for memory in memories]
        with code.range(row[Module.width_y]) as g:
            first = g * row[Module.setting]
            of_group = [
                memory.from_(first) if signal in (Module.x, Module.dx) else memory
                for signal, memory in zip(signals, memories, strict=True)
            ]
            yield *of_group, g
