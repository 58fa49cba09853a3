"""Vector routines of the active-set method, for float64 and padded rows.

All matrices are row-major with zeros in the padding of their rows. Arguments are
addresses in bytes and numbers of elements. Routines write results to memory.
"""

from skbackprop.kernels.language.codegen import routine
from skbackprop.kernels.language.values import INTEGER, fma, transpose, where
from skbackprop.kernels.separability.workspace import ROWS_AT_ONCE

_PANELS = (8, 4, 2, 1)  # vectors of a row that are summed together


def _multiply_rows(code, matrix, stride, n_rows, width, x, y):
    """Y = matrix @ x, in blocks of rows; the last may extend beyond n_rows."""
    x, y = code.vectors(x), code.vectors(y)
    with code.range(n_rows, step=ROWS_AT_ONCE) as i:
        rows = code.vectors(matrix).from_(i * stride)
        rows = [rows.from_(stride * row) for row in range(ROWS_AT_ONCE)]
        sums = [code.variable(0.0) for _ in rows]
        with code.range(width, step=code.lanes) as j:
            vector = x[j]
            for row, total in zip(rows, sums, strict=True):
                total.value = fma(row[j], vector, total.value)
        for first in range(0, ROWS_AT_ONCE, code.lanes):
            group = [total.value for total in sums[first : first + code.lanes]]
            y[i + first] = _sum_up(transpose(group))


def _sum_up(vectors):
    """Return the sum of the vectors, pairs first."""
    while len(vectors) > 1:
        vectors = [a + b for a, b in zip(vectors[::2], vectors[1::2], strict=True)]
    return vectors[0]


def _subtract_rows(
    code, matrix, stride, n_rows, width, factors, factor_stride, start, y, square
):
    """Y = start - factors @ matrix; write the sum of squares of y to ``square``."""
    squares = code.variable(0.0)
    left, first = (width + (code.lanes - 1)) // code.lanes, 0
    factors = code.scalars(factors)
    start, y = code.vectors(start), code.vectors(y)
    for n_vectors in _PANELS:
        count = left // n_vectors
        with code.range(count) as panel:
            j = (panel * n_vectors + first) * code.lanes
            columns = range(0, n_vectors * code.lanes, code.lanes)
            sums = [code.variable(start[j + column]) for column in columns]
            rows = code.vectors(matrix).from_(j)
            with code.range(n_rows) as i:
                factor = code.repeat(-factors[i * factor_stride])
                row = rows.from_(i * stride)
                for column, total in zip(columns, sums, strict=True):
                    total.value = fma(factor, row[column], total.value)
            for column, total in zip(columns, sums, strict=True):
                y[j + column] = total.value
                squares.value = fma(total.value, total.value, squares.value)
        left = left % n_vectors
        first = count * n_vectors + first
    code.scalars(square)[0] = squares.value.sum()


def _add_outer(code, matrix, stride, n_rows, width, factors, x):
    """Matrix += outer(factors, x)."""
    factors, x = code.scalars(factors), code.vectors(x)
    with code.range(n_rows) as i:
        row, factor = code.vectors(matrix).from_(i * stride), code.repeat(factors[i])
        with code.range(width, step=code.lanes) as j:
            row[j] = fma(factor, x[j], row[j])


def _reflect(code, matrix, stride, n_rows, width, v, scaled, zeros, product, square):
    """Matrix -= outer(scaled, v @ matrix); ``square`` gets the product's squares."""
    code.call(
        _subtract_rows,
        *(matrix, stride, n_rows, width, v, 1, zeros, product, square),
    )
    code.call(_add_outer, matrix, stride, n_rows, width, scaled, product)


def _copy(code, x, width, y):
    """Y = x."""
    x, y = code.vectors(x), code.vectors(y)
    with code.range(width, step=code.lanes) as j:
        y[j] = x[j]


def _scale(code, x, width, factor, y):
    """Y = factor x."""
    x, y, factor = code.vectors(x), code.vectors(y), code.scalars(factor)[0]
    factor = code.repeat(factor)
    with code.range(width, step=code.lanes) as j:
        y[j] = factor * x[j]


def _least(code, x, n, index):
    """Write the index of the first minimum of the n numbers x."""
    x = code.vectors(x)
    _write_least(code, n, lambda i: x[i], index)


def _least_ratio(code, x, y, n, threshold, index):
    """Write the index of the smallest ratio x / -y with -y > threshold, or -1."""
    x, y = code.vectors(x), code.vectors(y)
    threshold = code.repeat(code.scalars(threshold)[0])

    def ratio(i):
        divisor = -y[i]
        return where(divisor > threshold, x[i] / divisor, float("inf"))

    _write_least(code, n, ratio, index)


def _write_least(code, n, read, index):
    infinity, nowhere = float("inf"), code.lane_numbers() - 1 - code.lane_numbers()
    best, where_best = code.variable(infinity), code.variable(nowhere)
    numbers = code.lane_numbers()
    with code.range(n, step=code.lanes) as i:
        here = numbers + code.repeat(i)
        values = where(here < code.repeat(n), read(i), infinity)
        is_less = values < best.value
        best.value = where(is_less, values, best.value)
        where_best.value = where(is_less, here, where_best.value)
    least = best.value.fold(lambda a, b: where(a < b, a, b))
    # If there is none, all lanes hold infinity and the index -1.
    indices = where(
        best.value == code.repeat(least),
        where_best.value,
        code.constant(2**62, numbers.type),
    )
    code.scalars(index, INTEGER)[0] = indices.fold(lambda a, b: where(a < b, a, b))


def _sums(code, x, width, sums):
    """Write the sum of the absolute values, then that of the squares."""
    x, sums = code.vectors(x), code.scalars(sums)
    magnitudes, squares = code.variable(0.0), code.variable(0.0)
    with code.range(width, step=code.lanes) as j:
        vector = x[j]
        magnitudes.value = magnitudes.value + abs(vector)
        squares.value = fma(vector, vector, squares.value)
    sums[0] = magnitudes.value.sum()
    sums[1] = squares.value.sum()


def _label_rows(code, points, stride, n_rows, width, labels, rows, total):
    """Rows = labels * points, row by row; write their sum to ``total``."""
    labels, total = code.scalars(labels), code.vectors(total)
    with code.range(width, step=code.lanes) as j:
        column_sum = code.variable(0.0)
        source, target = code.vectors(points).from_(j), code.vectors(rows).from_(j)
        with code.range(n_rows) as i:
            labeled = code.repeat(labels[i]) * source[i * stride]
            target[i * stride] = labeled
            column_sum.value = column_sum.value + labeled
        total[j] = column_sum.value


def _scale_points(code, points, stride, n_rows, width, factors, norms, smallest):
    """Scale columns, then rows, by powers of two to largest entries in [1, 4).

    The norms of the rows are rounded. ``smallest`` is the smallest absolute value of
    the originally non-zero entries before the rows are scaled. Unless it is tiny, all
    products are exact.
    """
    factors, norms = code.vectors(factors), code.scalars(norms)
    least = code.variable(1.0)
    with code.range(width, step=code.lanes) as j:
        column, largest = code.vectors(points).from_(j), code.variable(0.0)
        with code.range(n_rows) as i:
            largest.value = _larger(largest.value, abs(column[i * stride]))
        factors[j] = _inverse_power(code, largest.value)
    with code.range(n_rows) as i:
        row = code.vectors(points).from_(i * stride)
        largest, squares = code.variable(0.0), code.variable(0.0)
        with code.range(width, step=code.lanes) as j:
            entries = row[j]
            scaled = entries * factors[j]
            row[j] = scaled
            magnitudes = abs(scaled)
            largest.value = _larger(largest.value, magnitudes)
            magnitudes = where(entries == 0.0, 1.0, magnitudes)
            least.value = where(magnitudes < least.value, magnitudes, least.value)
        factor = _inverse_power(code, code.repeat(largest.value.fold(_larger)))
        with code.range(width, step=code.lanes) as j:
            row[j] = row[j] * factor
            squares.value = fma(row[j], row[j], squares.value)
        norms[i] = code.intrinsic("sqrt", squares.value.sum())
    smaller = least.value.fold(lambda a, b: where(a < b, a, b))
    code.scalars(smallest)[0] = smaller


def _larger(a, b):
    return where(a > b, a, b)


def _inverse_power(code, magnitudes):
    """Return 2^-e for m 2^e with 1 <= m < 2, at least 2^-1022; 1 for 0."""
    shift = code.constant(52, magnitudes.as_bits().type)
    exponents = magnitudes.as_bits() >> shift
    inverse = where(exponents > 2045, 1, 2046 - exponents) << shift
    return where(magnitudes == 0.0, 1.0, inverse.as_numbers())


multiply_rows = routine(_multiply_rows, 64)
subtract_rows = routine(_subtract_rows, 64)
add_outer = routine(_add_outer, 64)
reflect = routine(_reflect, 64)
copy = routine(_copy, 64)
scale = routine(_scale, 64)
least = routine(_least, 64)
least_ratio = routine(_least_ratio, 64)
sums = routine(_sums, 64)
label_rows = routine(_label_rows, 64)
scale_points = routine(_scale_points, 64)
