"""Operands of matrix products, as passed between functions of a kernel."""

from typing import NamedTuple

from skbackprop.kernels.language.values import Value, smaller, target, transpose, where


class Matrix(NamedTuple):
    """A row-major matrix: its address and its stride."""

    address: Value
    stride: Value

    def part(self, i, j):
        """Return the submatrix that begins with element (i, j)."""
        size = self.address.code.size
        return self._replace(address=self.address + (i * self.stride + j) * size)

    def clear(self, i, n_columns):
        """Set the first columns of row i to zero."""
        code = self.address.code
        row = code.vectors(self.part(i, 0).address)
        with code.range(n_columns, step=code.lanes) as j:
            row[j] = code.constant(0.0)

    def rows(self, code, n_rows):
        """Return the memory of each of the first rows."""
        memory = code.vectors(self.address)
        return [memory.from_(i * self.stride) for i in range(n_rows)]


class LeftMatrix(NamedTuple):
    """The left operand, with rows in groups as high as a tile.

    Element (i, p) is at ``i // height * group_stride + i % height * row_stride
    + p * column_stride``. This includes a matrix, its transpose, and a packed block.
    """

    address: Value
    group_stride: Value
    row_stride: Value
    column_stride: Value

    @classmethod
    def of(cls, address, row_stride, column_stride):
        """Return a matrix, or a transpose, with a constant row stride."""
        height = target().tile_rows
        return cls(address, row_stride * height, row_stride, column_stride)

    def row(self, i):
        """Return the address of row i."""
        height, size = target().tile_rows, self.address.code.size
        offset = i // height * self.group_stride + i % height * self.row_stride
        return self.address + offset * size

    def part(self, i, p):
        """Return the submatrix from element (i, p) on, where i starts a group."""
        offset = p * self.column_stride * self.address.code.size
        return self._replace(address=self.row(i) + offset)


def where_all(condition, chosen, otherwise):
    """Choose between two matrices of the same kind."""
    pairs = zip(chosen, otherwise, strict=True)
    return type(chosen)(*(where(condition, a, b) for a, b in pairs))


def transpose_block(code, source, last_row, copy):
    """Transpose a square block as wide as a vector, with zero rows beyond the last.

    These rows are not read, and the padding of a product with them is zero.
    """
    vectors = code.vectors(source.address)
    rows = [
        where(i <= last_row, vectors[smaller(i, last_row) * source.stride], 0.0)
        for i in code.integers(*range(code.lanes))
    ]
    columns = transpose(rows)
    vectors = code.vectors(copy.address)
    for i, column in enumerate(columns):
        vectors[i * copy.stride] = column
