"""Kernels of MaxPool and MeanPool: groups of SETTING adjacent columns."""

from contextlib import contextmanager

from skbackprop.kernels import functions as xp
from skbackprop.kernels.abi import ADD_DX, DX, DY, SETTING, WIDTH_X, WIDTH_Y, X, Y
from skbackprop.kernels.codegen import kernel
from skbackprop.kernels.rows import add_to, clear_unless, each_row
from skbackprop.kernels.simd import INTEGER, where


def make_forward_max_pool(bits):
    """Return the kernel of y = max of each group of x."""

    def forward(code, row, context, scalars):
        with _each_group(code, row, context, X, Y) as (x, y, g):
            largest = code.variable(x[0])
            with code.range(row[SETTING], start=1) as i:
                largest.value = xp.maximum(largest.value, x[i])
            y[g] = largest.value

    return kernel(forward, bits)


def make_backward_max_pool(bits):
    """Return the kernel of dx (+)= dy for the first of the largest of each group."""

    def backward(code, row, context, scalars):
        with code.when(row[DX] != 0):
            with each_row(code, row, context, DX) as (dx,):
                clear_unless(code, row[ADD_DX], dx, row[WIDTH_X])
            with _each_group(code, row, context, X, DX, Y, DY) as (x, dx, y, dy, g):
                first, largest = code.variable(0, INTEGER), y[g]
                with code.range(row[SETTING]) as i:
                    i = row[SETTING] - 1 - i  # the last to be found is the first
                    first.value = where(x[i] == largest, i, first.value)
                dx[first.value] = dx[first.value] + dy[g]

    return kernel(backward, bits)


def make_forward_mean_pool(bits):
    """Return the kernel of y = mean of each group of x."""

    def forward(code, row, context, scalars):
        share = 1.0 / row[SETTING].as_number()
        with _each_group(code, row, context, X, Y) as (x, y, g):
            total = code.variable(x[0])
            with code.range(row[SETTING], start=1) as i:
                total.value = total.value + x[i]
            y[g] = total.value * share

    return kernel(forward, bits)


def make_backward_mean_pool(bits):
    """Return the kernel of dx (+)= dy / size."""

    def backward(code, row, context, scalars):
        share = 1.0 / row[SETTING].as_number()
        groups = _each_group(code, row, context, DX, DY)
        with code.when(row[DX] != 0), groups as (dx, dy, g):
            adjoint = dy[g] * share
            with code.range(row[SETTING]) as i:
                add_to(dx, i, row[ADD_DX], adjoint)

    return kernel(backward, bits)


@contextmanager
def _each_group(code, row, context, *signals):
    """Repeat what is written inside for each group g of each row.

    Yields the group of x and of dx, the row of y and of dy, by elements, and g.
    """
    with each_row(code, row, context, *signals) as memories:
        memories = [memory.scalars() for memory in memories]
        with code.range(row[WIDTH_Y]) as g:
            first = g * row[SETTING]
            of_group = [
                memory.from_(first) if signal in (X, DX) else memory
                for signal, memory in zip(signals, memories, strict=True)
            ]
            yield *of_group, g
"""The kernels of pooling: many features of a sample become one."""

import operator
from typing import NamedTuple

from skbackprop.kernels.abi import INDICES, INDPTR, WIDTH_Y, W, X
from skbackprop.kernels.blocks import Output
from skbackprop.kernels.codegen import Scalars, Vectors, kernel
from skbackprop.kernels.functions import exp, log, sqrt
from skbackprop.kernels.simd import INTEGER, INTEGER32, Value, where

AT_A_TIME = 4  # features of a group, a power of two


class Group(NamedTuple):
    """The features of a block that are pooled; one vector each."""

    block: Vectors
    places: Scalars
    start: Value
    end: Value
    size: Value  # as a number

    def fold(self, combine, initial, term=lambda x: x):
        """Return ``combine`` of ``initial`` and a term of each feature.

        Several at a time, in pairs, so that few of them wait for each other.
        """
        code = self.block.code
        folded = code.variable(initial)
        n_whole = (self.end - self.start) // AT_A_TIME * AT_A_TIME
        with code.range(self.start + n_whole, start=self.start, step=AT_A_TIME) as i:
            terms = [term(self.feature(i + n)) for n in range(AT_A_TIME)]
            while len(terms) > 1:
                pairs = zip(terms[::2], terms[1::2], strict=True)
                terms = [combine(*pair) for pair in pairs]
            folded.value = combine(folded.value, terms[0])
        with code.range(self.end, start=self.start + n_whole) as i:
            folded.value = combine(folded.value, term(self.feature(i)))
        return folded.value

    def sum(self, term=lambda x: x):
        """Return the sum of a term of each feature."""
        return self.fold(operator.add, 0.0, term)

    def max(self):
        """Return the largest feature."""
        first = self.feature(self.start)
        return self.fold(lambda a, b: where(b > a, b, a), first)

    def feature(self, i):
        """Return feature i of all groups' features."""
        return self.block[self.places[i].as_integer()]


def _square(x):
    return x * x


def _logsumexp(group):
    largest = group.max()
    return largest + log(group.sum(lambda x: exp(x - largest)))


def _expected_activation(group):
    total = group.sum()
    return where(total > 0.0, group.sum(_square) / total, 0.0)


POOLINGS = {
    "sum": Group.sum,
    "mean": lambda group: group.sum() / group.size,
    "max": Group.max,
    "l2": lambda group: sqrt(group.sum(_square)),
    "logsumexp": _logsumexp,
    "stochastic": _expected_activation,
}


def make_pool(pooling, bits):
    """Return the kernel that pools groups of a block's features.

    INDICES are the places in the block of all groups' features, INDPTR where
    each group begins, W the groups' sizes as numbers. Both count whole vectors
    of groups, the last of which may be empty.
    pool_group = POOLINGS[pooling]

    def pool(code, row, context, scalars):
        block, places = code.vectors(row[X]), code.scalars(row[INDICES], INTEGER32)
        starts, sizes = code.scalars(row[INDPTR], INTEGER), code.scalars(row[W])
        output, pooled = Output(code, row, context), code.scratch(code.lanes)
        with code.range(row[WIDTH_Y], step=code.lanes) as first:
            with code.range(code.lanes) as i:
                g = first + i
                size = code.repeat(sizes[g])
                group = Group(block, places, starts[g], starts[g + 1], size)
                pooled[i * code.lanes] = pool_group(group)
            groups = range(0, code.lanes * code.lanes, code.lanes)
            output.write(first, [pooled[i] for i in groups])

    return kernel(pool, bits)
