"""The kernels of pooling: many features of a sample become one."""

from typing import NamedTuple

from skbackprop.kernels.abi import INDICES, INDPTR, WIDTH_Y, W, X
from skbackprop.kernels.blocks import Output
from skbackprop.kernels.codegen import Scalars, Vectors, kernel
from skbackprop.kernels.functions import exp, log, sqrt
from skbackprop.kernels.simd import INTEGER, INTEGER32, Value, fma, where


class Group(NamedTuple):
    """The features of a block that are pooled; one vector each."""

    block: Vectors
    places: Scalars
    start: Value
    end: Value
    size: Value  # as a number

    def fold(self, combine, initial=None):
        """Return combine(... combine(combine(initial, x_1), x_2) ..., x_n).

        Without ``initial`` from the first feature on.
        """
        code = self.block.code
        folded = code.variable(
            self._feature(self.start) if initial is None else initial
        )
        with code.range(self.end, start=self.start) as i:
            folded.value = combine(folded.value, self._feature(i))
        return folded.value

    def sum(self, term=lambda x: x):
        """Return the sum of a term of each feature."""
        return self.fold(lambda total, x: total + term(x), 0.0)

    def max(self):
        """Return the largest feature."""
        return self.fold(lambda largest, x: where(x > largest, x, largest))

    def sum_of_squares(self):
        """Return the sum of the squared features."""
        return self.fold(lambda total, x: fma(x, x, total), 0.0)

    def _feature(self, i):
        return self.block[self.places[i].as_integer()]


def _logsumexp(group):
    largest = group.max()
    return largest + log(group.sum(lambda x: exp(x - largest)))


def _expected_activation(group):
    total = group.sum()
    return where(total > 0.0, group.sum_of_squares() / total, 0.0)


POOLINGS = {
    "sum": Group.sum,
    "mean": lambda group: group.sum() / group.size,
    "max": Group.max,
    "l2": lambda group: sqrt(group.sum_of_squares()),
    "logsumexp": _logsumexp,
    "stochastic": _expected_activation,
}


def make_pool(pooling, bits):
    """Return the kernel that pools groups of a block's features.

    INDICES are the places in the block of all groups' features, INDPTR where
    each group begins, W the groups' sizes as numbers. Both count whole vectors
    of groups, the last of which may be empty.
    """
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
