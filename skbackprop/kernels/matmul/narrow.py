"""Special algorithms for matrix products with few columns or few rows."""

import functools
import operator

from skbackprop.kernels.language.values import smaller, transpose, where
from skbackprop.kernels.matmul.matrices import (
    LeftMatrix,
    Matrix,
    transpose_block,
    where_all,
)
from skbackprop.kernels.matmul.panels import PACK_BYTES, product

MOST_COLUMNS = 16
MOST_ROWS = 4  # of A; with more rows, transposing B is faster (measured)
DEPTH = 256  # elements of a dot product that are processed together
# Number of rows of C that are transposed together, at the end of the scratch memory. A
# product with so few rows uses only the beginning of it.
_CHUNK = 256
_STRIDE = _CHUNK + 16  # so that adjacent rows use different cache sets
_TRANSPOSE_AT = PACK_BYTES - MOST_COLUMNS * _STRIDE * 8


def suits_transposed_product(code, m, n):
    """Return whether n columns leave a quarter of the lanes idle, and m rows fewer."""
    padded = (n + (code.lanes - 1)) // code.lanes * code.lanes
    return (m >= code.lanes * 2) & (n < MOST_COLUMNS) & (padded * 3 >= n * 4)


def suits_dot_products(code, n, k):
    """Return whether dot products are faster for few columns (measured)."""
    return (n * 4 <= code.lanes) & (n * 12 <= k)


def suits_row_products(code, m, k):
    """Return whether rows are few and long, so that transposing B would be slower."""
    return (m <= MOST_ROWS) & (k >= code.lanes * 3)


def transposed_product(code, m, n, k, a, b, d, c, pack):
    """Write C = D + A B as C^T = D^T + B^T A^T, for A^T with contiguous rows.

    The vectors are then parallel to the many rows of C.
    """
    transpose_of_c = Matrix(pack + _TRANSPOSE_AT, *code.integers(_STRIDE))
    with code.range(m, step=_CHUNK) as i:
        height = smaller(m - i, _CHUNK)
        with code.range(MOST_COLUMNS) as j:
            transpose_of_c.clear(j, height)
        code.call(
            product,
            *(n, height, k, LeftMatrix.of(b.address, 1, b.stride)),
            *(Matrix(a.part(i, 0).address, a.column_stride), 0),
            *(transpose_of_c, transpose_of_c, pack),
        )
        with code.range(n, step=code.lanes) as j:
            _add_transpose(
                code, height, transpose_of_c.part(j, 0), d.part(i, j), c.part(i, j)
            )


def _add_transpose(code, m, transpose_of_c, d, c):
    """Write C = D + the transpose of C^T, for as many columns as a vector has lanes."""
    block = code.scratch(code.lanes)
    square = Matrix(block.address(), code.integers(code.lanes)[0])
    d_rows, c_rows = code.vectors(d.address), code.vectors(c.address)
    with code.range(m, step=code.lanes) as first:
        all_rows = code.integers(code.lanes - 1)[0]
        code.call(transpose_block, transpose_of_c.part(0, first), all_rows, square)
        with code.range(smaller(m - first, code.lanes)) as row:
            i = first + row
            c_rows[i * c.stride] = d_rows[i * d.stride] + block[row * code.lanes]


def dot_products(code, m, n, k, a, b, d, c, pack):
    """Write C = D + A B by dot products of rows of A with columns of B.

    The vectors are parallel to k.
    """
    n_rows = min(8, code.lanes)
    columns = Matrix(pack, *code.integers(DEPTH))
    sums = code.scratch(1)
    with code.range(k, step=DEPTH) as p:
        depth, start = smaller(k - p, DEPTH), where_all(p == 0, d, c)
        _pack_columns(code, depth, n, b.part(p, 0), columns)
        with code.range(m, step=n_rows) as i, code.range(n) as j:
            # Beyond the last row of A, it is read again but not stored.
            rows = [smaller(i + row, m - 1) for row in range(n_rows)]
            a_rows = tuple(a.part(row, p).address for row in rows)
            code.call(
                _dot_products_of_rows,
                *(depth, a_rows, columns.part(j, 0).address, sums.address()),
            )
            source = code.scalars(start.part(i, j).address)
            target = code.scalars(c.part(i, j).address)
            with code.range(smaller(m - i, n_rows)) as row:
                present = source[row * start.stride]
                target[row * c.stride] = present + sums.scalars()[row]


def _pack_columns(code, k, n, b, columns):
    """Copy columns of B to contiguous memory."""
    with code.range(n) as j, code.range(k) as p:
        source = code.scalars(b.part(p, j).address)
        code.scalars(columns.part(j, p).address)[0] = source[0]


def row_products(code, m, n, k, a, b, d, c):
    """Write C = D + A B^T by dot products of rows of A with rows of B.

    Columns of C beyond the n-th, up to the end of a vector, are copied from D.
    """
    n_columns = min(8, code.lanes)
    padded = (n + (code.lanes - 1)) // code.lanes * code.lanes
    sums, numbers = code.scratch(1), code.lane_numbers()
    while numbers.lanes > n_columns:
        numbers, _ = numbers.halves()
    with code.range(padded, step=n_columns) as j, code.range(m) as i:
        # Beyond the last row of B, it is read again but not added.
        rows = [smaller(j + column, n - 1) for column in range(n_columns)]
        b_rows = tuple(b.part(row, 0).address for row in rows)
        code.call(_dot_products_of_rows, k, b_rows, a.row(i), sums.address())
        is_column = numbers < code.narrow_integer(n - j)
        added = where(is_column, sums.of(n_columns)[0], 0.0)
        source, target = (
            code.vectors(matrix.part(i, j).address).of(n_columns) for matrix in (d, c)
        )
        target[0] = source[0] + added


def _dot_products_of_rows(code, k, a_rows, column, target):
    """Write the dot products of some rows with one column."""
    a_rows, column = [code.vectors(row) for row in a_rows], code.vectors(column)
    sums = [code.variable(0.0) for _ in a_rows]
    full = k - k % code.lanes
    with code.range(full, step=code.lanes) as p:
        for row, total in zip(a_rows, sums, strict=True):
            total.value = total.value + row[p] * column[p]
    with code.when(full < k):
        is_own = code.lane_numbers() < code.narrow_integer(k - full)
        for row, total in zip(a_rows, sums, strict=True):
            own = where(is_own, row[full] * column[full], 0.0)
            total.value = total.value + own
    # Lane i of the sum of the transposed blocks belongs to row i.
    total = functools.reduce(operator.add, transpose([s.value for s in sums]))
    while total.lanes > len(sums):
        total = operator.add(*total.halves())
    code.vectors(target).of(total.lanes)[0] = total
