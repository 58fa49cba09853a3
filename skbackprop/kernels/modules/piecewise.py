"""Kernels of PiecewiseLinear, given lower edges and slopes of all bins."""

from contextlib import contextmanager
from typing import NamedTuple

from skbackprop.kernels.abi import Module
from skbackprop.kernels.language import functions as xp
from skbackprop.kernels.language.codegen import Vectors, kernel
from skbackprop.kernels.language.rows import (
    clear_unless,
    each_row,
    for_each_length,
    total_of_row,
)
from skbackprop.kernels.language.values import INTEGER, Value


class _Bins(NamedTuple):
    """The bins of a column, which are adjacent in y."""

    column: Value
    first: Value
    count: Value
    lower: Vectors
    slopes: Vectors


def make_forward_piecewise_linear(bits):
    """Return the kernel of y = clip((x_j - lower) slopes, 0, 1), bins of column j."""

    def forward(code, row, context, scalars):
        with _each_column(code, row) as bins:
            for_each_length(
                code, bins.count, lambda n: _encode(code, row, context, bins, n)
            )

    return kernel(forward, bits)


def _encode(code, row, context, bins, lanes):
    """Write the bins of a column; the last vector overlaps the one before."""
    last = bins.count - lanes
    lower, slopes = bins.lower.of(lanes), bins.slopes.of(lanes)
    with each_row(code, row, context, Module.x, Module.y) as (x, y):
        x, y = x.scalars()[bins.column], y.of(lanes).from_(bins.first)

        def write(i):
            filled = (x - lower[i]) * slopes[i]
            y[i] = xp.maximum(xp.minimum(filled, 1.0), 0.0)

        with code.range(last, step=lanes) as i:
            write(i)
        write(last)


def make_backward_piecewise_linear(bits):
    """Return the kernel of dx_j (+)= the sum of dy slopes over bins containing x_j."""

    def backward(code, row, context, scalars):
        signals = Module.x, Module.dx, Module.dy
        with code.when(row[Module.dx] != 0):
            with each_row(code, row, context, Module.dx) as (dx,):
                clear_unless(code, row[Module.add_dx], dx, row[Module.width_x])
            with (
                _each_column(code, row) as bins,
                each_row(code, row, context, *signals) as (x, dx, dy),
            ):
                dx, dy = dx.scalars(), dy.from_(bins.first)
                x = x.scalars()[bins.column]

                def term(i):
                    filled = (x - bins.lower[i]) * bins.slopes[i]
                    is_inside = (filled > 0.0) & (filled < 1.0)
                    return xp.where(is_inside, dy[i] * bins.slopes[i], 0.0)

                total = total_of_row(code, bins.count, term)
                dx[bins.column] = dx[bins.column] + total

    return kernel(backward, bits)


@contextmanager
def _each_column(code, row):
    """Repeat the code inside for each column with bins."""
    columns = code.scalars(row[Module.indices], INTEGER)
    lower = code.vectors(row[Module.constants])
    with code.range(row[Module.setting]) as k:
        column, first, count = (columns[k * 3 + i] for i in range(3))
        slopes = lower.from_(row[Module.setting2] + first)
        yield _Bins(column, first, count, lower.from_(first), slopes)
