"""The kernels of pooling, which reduce groups of features to one."""

import math
import operator
from contextlib import contextmanager
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
from skbackprop.kernels.transformers.blocks import Output, nan_unless_finite

AT_A_TIME = 4  # features of a group that are processed together, a power of two

# By bits: in sums of squares below this, some squares may have underflowed, and
# infinite sums may have finite terms. If numbers are multiplied or divided by the unit,
# squares and sums are in range.
SMALLEST = {32: 2.0**-100, 64: 2.0**-900}
UNIT = {32: 2.0**90, 64: 2.0**700}


class Group(NamedTuple):
    """The features of a block that are pooled, a vector each."""

    block: Vectors
    places: Scalars
    start: Value
    end: Value
    size: Value  # as a float
    scale: Value  # of its features

    def fold(self, combine, initial, *terms):
        """Return the reduction of each term over the features by ``combine``.

        Several features are combined in pairs, so that few operations wait for others.
        """
        code = self.block.code
        folded = [code.variable(initial) for _ in terms]
        n_whole = (self.end - self.start) // AT_A_TIME * AT_A_TIME
        with code.range(self.start + n_whole, start=self.start, step=AT_A_TIME) as i:
            features = [self.feature(i + n) for n in range(AT_A_TIME)]
            for total, term in zip(folded, terms, strict=True):
                together = _in_pairs(combine, [term(x) for x in features])
                total.value = combine(total.value, together)
        with code.range(self.end, start=self.start + n_whole) as i:
            feature = self.feature(i)
            for total, term in zip(folded, terms, strict=True):
                total.value = combine(total.value, term(feature))
        return [total.value for total in folded]

    def sums(self, *terms):
        """Return the sum of each term over the features."""
        return self.fold(operator.add, 0.0, *terms)

    def max(self):
        """Return the largest feature."""
        first = self.feature(self.start)
        (largest,) = self.fold(lambda a, b: where(b > a, b, a), first, _itself)
        return largest

    def feature(self, i):
        """Return feature i of each group."""
        return self.block[self.places[i].as_integer()] * self.scale


def _in_pairs(combine, values):
    while len(values) > 1:
        pairs = zip(values[::2], values[1::2], strict=True)
        values = [combine(*pair) for pair in pairs]
    return values[0]


def _itself(x):
    return x


def _square(x):
    return x * x


# The results for a group, and a sum that shows the size of its numbers, if needed: it
# is infinite or NaN if they are too large, -infinity if they are too small.


def _sum(group):
    (total,) = group.sums(_itself)
    return total, abs(total)


def _mean(group):
    total, size = _sum(group)
    return total / group.size, size


def _l2(group):
    size, squares = group.sums(abs, _square)
    return sqrt(squares), _unless_small(squares, size)


def _expected_activation(group):
    total, squares = group.sums(_itself, _square)
    mean = where(total > 0.0, squares / total, 0.0)
    return mean, _unless_small(squares, total)


def _unless_small(squares, size):
    """Return a sum of squares, or -infinity if some may have underflowed."""
    is_small = squares < SMALLEST[squares.code.bits]
    return where(is_small, where(size > 0.0, -math.inf, 0.0), squares)


def _max(group):
    return group.max(), None


def _logsumexp(group):
    largest = group.max()
    (total,) = group.sums(lambda x: exp(x - largest))
    return largest + log(total), None


POOLINGS = {
    "sum": _sum,
    "mean": _mean,
    "max": _max,
    "l2": _l2,
    "logsumexp": _logsumexp,
    "stochastic": _expected_activation,
}


def make_pool(pooling, bits):
    """Return the kernel that pools groups of a block's features.

    Its operands are the places of all groups' features in the block, and the start and
    size of each group, padded to whole vectors with empty groups.

    Groups whose sums are out of range are pooled again, with f(x) = f(c x) / c.
    """
    pool_group = POOLINGS[pooling]

    def pool(code, row, context, scalars):
        output, pooled = Output(code, row, context), code.scratch(code.lanes)
        with code.range(row[Combine.n_outputs], step=code.lanes) as first:
            remainders = code.variable(0.0)
            with _each_group(code, row, first) as (i, group):
                pooled[i], total = pool_group(group)
                if total is not None:
                    remainders.value = nan_unless_finite(total, remainders.value)
            if total is not None:
                with (
                    code.when((remainders.value != 0.0).any()),
                    _each_group(code, row, first) as (i, group),
                ):
                    pooled[i] = _pooled_to_scale(pool_group, group)
            groups = range(0, code.lanes * code.lanes, code.lanes)
            output.write(first, [pooled[i] for i in groups])

    return kernel(pool, bits)


@contextmanager
def _each_group(code, row, first):
    """Repeat the code inside for (place in a square, group) from a first group on."""
    block = code.vectors(row[Combine.block])
    places = code.scalars(row[Combine.places], INTEGER32)
    starts = code.scalars(row[Combine.starts], INTEGER)
    sizes = code.scalars(row[Combine.sizes])
    with code.range(code.lanes) as i:
        g = first + i
        size = code.repeat(sizes[g])
        yield (
            i * code.lanes,
            Group(block, places, starts[g], starts[g + 1], size, 1.0),
        )


def _pooled_to_scale(pool_group, group):
    """Return f(c x) / c, with a power of two for c, which avoids rounding."""
    unit = UNIT[group.block.code.bits]
    _, total = pool_group(group)
    large = where(total < math.inf, 1.0, 1 / unit)  # also if total is NaN
    scale = where(total < 0.0, unit, large)
    pooled, _ = pool_group(group._replace(scale=scale))
    return pooled / scale


def make_max_of_entries(bits):
    """Return the kernel of the maxima of disjoint groups, given the entries of CSR.

    The entries of a sample are counted in each group. A group with fewer entries than
    members contains a zero. Features without a group belong to group ``n_groups``.
    Entries must not be repeated.
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
