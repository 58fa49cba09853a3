"""The kernels of pooling: many features of a sample become one."""

import math
import operator
from typing import NamedTuple

from skbackprop.kernels.abi import Combine, Context, MaxOfEntries
from skbackprop.kernels.language.codegen import Scalars, Vectors, kernel
from skbackprop.kernels.language.functions import exp, log, sqrt
from skbackprop.kernels.language.memory import (
    as_floats,
    as_int64s,
    as_uint32s,
    plain_kernel,
)
from skbackprop.kernels.language.values import INTEGER, INTEGER32, Value, where
from skbackprop.kernels.transformers.blocks import Output

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

    Of all groups' features there are the places in the block, of each group where
    it begins and its size, for whole vectors of groups: the last may be empty.
    """
    pool_group = POOLINGS[pooling]

    def pool(code, row, context, scalars):
        block = code.vectors(row[Combine.block])
        places = code.scalars(row[Combine.places], INTEGER32)
        starts = code.scalars(row[Combine.starts], INTEGER)
        sizes = code.scalars(row[Combine.sizes])
        output, pooled = Output(code, row, context), code.scratch(code.lanes)
        with code.range(row[Combine.n_outputs], step=code.lanes) as first:
            with code.range(code.lanes) as i:
                g = first + i
                size = code.repeat(sizes[g])
                group = Group(block, places, starts[g], starts[g + 1], size)
                pooled[i * code.lanes] = pool_group(group)
            groups = range(0, code.lanes * code.lanes, code.lanes)
            output.write(first, [pooled[i] for i in groups])

    return kernel(pool, bits)


def make_max_of_entries(bits):
    """Return the kernel of the maxima of disjoint groups, read entry by entry.

    The entries of a sample are counted in each group: those with fewer than members
    have a zero among them. Features without a group count as group ``n_groups``.
    Each entry must be of a feature of its own.
    """
    as_numbers = as_floats(bits)

    def max_of_entries(row, context, scalars):
        values = as_numbers(row[MaxOfEntries.data])
        columns = as_uint32s(row[MaxOfEntries.indices])
        starts = as_int64s(row[MaxOfEntries.indptr])
        group_of = as_uint32s(row[MaxOfEntries.group_of])
        sizes = as_uint32s(row[MaxOfEntries.sizes])
        counts = as_uint32s(row[MaxOfEntries.counts])
        outputs = as_numbers(row[MaxOfEntries.outputs])
        n_groups = row[MaxOfEntries.n_groups]
        for r in range(
            context[Context.first_row],
            context[Context.first_row] + context[Context.n_rows],
        ):
            first = r * row[MaxOfEntries.ld_outputs]
            for g in range(n_groups):
                outputs[first + g] = -math.inf
                counts[g] = 0
            for i in range(starts[r], starts[r + 1]):
                g = group_of[columns[i]]
                if g < n_groups:
                    outputs[first + g] = max(outputs[first + g], values[i])
                    counts[g] += 1
            for g in range(n_groups):
                if counts[g] < sizes[g]:
                    outputs[first + g] = max(outputs[first + g], 0.0)

    return plain_kernel(max_of_entries)
