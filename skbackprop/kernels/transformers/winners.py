"""The kernel of winner-take-all, which selects the k largest outputs of a sample."""

import operator

from numba import types

from skbackprop.kernels.abi import COUNT_CHAINS, Context, Winners
from skbackprop.kernels.language.codegen import routine
from skbackprop.kernels.language.memory import (
    as_floats,
    as_int64s,
    plain_kernel,
    pointer_type,
)
from skbackprop.kernels.language.values import INTEGER, where

INFINITY_BITS = {32: 0xFF << 23, 64: 0x7FF << 52}


def make_select_winners(bits):
    """Return the kernel that keeps the k largest numbers of each row of scores.

    The k = ``n_winners`` numbers of a sample are ordered by their indices, and among
    equal numbers the first win. One more may be written after the last. Rows of scores
    are padded with -infinity to whole steps of the counting loop.

    The k-th largest number is the largest one that k numbers reach. It is found by
    bisection, with a vectorized count of the numbers that reach the middle. The
    interval is one of ranks: the bits of numbers as integers, with all bits but the
    sign inverted for negative numbers.
    """
    as_numbers = as_floats(bits)
    as_bits = pointer_type(types.int32 if bits == 32 else types.int64)
    as_indices = pointer_type(types.int32)
    count_reaching = routine(_write_count, bits)
    size, sign, others = bits // 8, bits - 1, 2 ** (bits - 1) - 1
    infinity = INFINITY_BITS[bits]

    def select_winners(row, context, scalars):
        width, k = row[Winners.n_scores], row[Winners.n_winners]
        count = as_int64s(row[Winners.work])
        threshold = as_numbers(row[Winners.work] + 8)
        threshold_bits = as_bits(row[Winners.work] + 8)
        for r in range(context[Context.n_rows]):
            start = row[Winners.scores] + r * row[Winners.ld_scores] * size
            # From -infinity, which all numbers reach, to beyond infinity.
            low, n_reaching = -infinity - 1, width
            high, n_above = infinity + 1, 0
            while n_reaching > k and low + 1 < high:
                middle = (low & high) + ((low ^ high) >> 1)  # low + high may overflow
                threshold_bits[0] = middle ^ ((middle >> sign) & others)
                count_reaching((start, row[Winners.ld_scores], row[Winners.work]))
                if count[0] < k:
                    high, n_above = middle, count[0]
                else:
                    low, n_reaching = middle, count[0]
            threshold_bits[0] = low ^ ((low >> sign) & others)
            least, n_equal = threshold[0], k - n_above

            numbers = as_numbers(start)
            sample = (context[Context.first_row] + r) * k
            values = as_numbers(row[Winners.values] + sample * size)
            indices = as_indices(row[Winners.indices] + sample * 4)
            n = 0
            if n_reaching == k:
                # Without a branch, which the processor would often mispredict.
                for j in range(width):
                    values[n] = numbers[j]
                    indices[n] = j
                    n += numbers[j] >= least
            else:
                for j in range(width):
                    is_equal = numbers[j] == least and n_equal > 0
                    values[n] = numbers[j]
                    indices[n] = j
                    n += numbers[j] > least or is_equal
                    n_equal -= is_equal

    return plain_kernel(select_winners)


def _write_count(code, numbers, n_numbers, work):
    """Count the numbers that reach the second int64 of ``work``, into the first."""
    numbers = code.vectors(numbers)
    threshold = code.repeat(code.scalars(work).from_(64 // code.bits)[0])
    one = code.lane_numbers() * 0 + 1
    counts = [code.variable(one * 0) for _ in range(COUNT_CHAINS)]
    with code.range(n_numbers, step=COUNT_CHAINS * code.lanes) as j:
        for i, count in enumerate(counts):
            reaches = numbers[j + i * code.lanes] >= threshold
            count.value = count.value + where(reaches, one, one * 0)
    total = sum((count.value for count in counts[1:]), counts[0].value)
    code.scalars(work, INTEGER)[0] = total.fold(operator.add).as_integer()
