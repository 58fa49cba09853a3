"""Kernels of the linear module for rows of a CSR matrix, which are read in place.

Row r of the minibatch is row order[r] of the matrix. Its entries select rows of W,
which are summed in registers, for a few vectors of columns at a time.
"""

from skbackprop.kernels.abi import Context, Module
from skbackprop.kernels.language.codegen import kernel
from skbackprop.kernels.language.values import INTEGER, INTEGER32, fma
from skbackprop.kernels.matmul.matrices import Matrix
from skbackprop.kernels.modules.linear import (
    add_column_sums,
    clear_unconnected,
    first_term,
)

PANELS = (8, 4, 2, 1)  # vectors of a row that are processed together


def make_forward_linear(bits):
    """Return the kernel of y = x W + b, or y += x W if the field ``add_y`` is 1."""

    def forward(code, row, context, scalars):
        w = Matrix(row[Module.w], row[Module.ldw])
        y = Matrix(row[Module.y], row[Module.ldy])
        start = first_term(row, context, y)
        with code.range(context[Context.n_rows]) as r:
            entries = _entries(code, row, context, r)
            for n_vectors, first, count in _panels(code, row[Module.width_y]):
                with code.range(count) as panel:
                    j = panel * (n_vectors * code.lanes) + first
                    code.call(
                        _product_writer(n_vectors),
                        *(entries, w.part(0, j), start.part(r, j).address),
                        y.part(r, j).address,
                    )

    return kernel(forward, bits)


def make_backward_linear(bits):
    """Return the kernel of dW (+)= x^T dy and db (+)= dy.sum(axis=0)."""

    def backward(code, row, context, scalars):
        dw = Matrix(row[Module.dw], row[Module.ldw])
        dy = Matrix(row[Module.dy], row[Module.ldy])
        n_rows, width = context[Context.n_rows], row[Module.width_y]
        with code.when(row[Module.db] != 0):
            add_column_sums(code, n_rows, width, dy, row[Module.db], row[Module.add_dw])
        with code.when(row[Module.dw] != 0):
            with code.when(row[Module.add_dw] == 0):
                _clear(code, dw, row[Module.width_x])
            with code.range(n_rows) as r:
                entries = _entries(code, row, context, r)
                for n_vectors, first, count in _panels(code, width):
                    with code.range(count) as panel:
                        j = panel * (n_vectors * code.lanes) + first
                        code.call(
                            _outer_product_writer(n_vectors),
                            *(entries, dw.part(0, j), dy.part(r, j).address),
                        )
            clear_unconnected(code, row)

    return kernel(backward, bits)


def _entries(code, row, context, r):
    """Return number, values and columns of the entries of a sample."""
    sample = code.scalars(context[Context.order], INTEGER)[r]
    starts = code.scalars(row[Module.x_indptr], INTEGER)
    first = starts[sample]
    return (
        starts[sample + 1] - first,
        row[Module.x_data] + first * code.size,
        row[Module.x_indices] + first * 4,
    )


def _panels(code, width):
    """Divide columns into panels: (vectors of a panel, first column, panels)."""
    left, first = (width + (code.lanes - 1)) // code.lanes, 0
    for n_vectors in PANELS:
        count = left // n_vectors
        yield n_vectors, first, count
        left = left % n_vectors
        first = count * (n_vectors * code.lanes) + first


def _product_writer(n_vectors):
    """Return the writer of y = b + sum of value * W[column], for some columns."""

    def write(code, entries, w, bias, y):
        n_entries, values, columns = entries
        values, columns = code.scalars(values), code.scalars(columns, INTEGER32)
        w_rows, y, bias = (code.vectors(a) for a in (w.address, y, bias))
        lanes = range(0, n_vectors * code.lanes, code.lanes)
        sums = [code.variable(bias[j]) for j in lanes]
        with code.range(n_entries) as i:
            value = code.repeat(values[i])
            w_row = w_rows.from_(columns[i].as_integer() * w.stride)
            for j, total in zip(lanes, sums, strict=True):
                total.value = fma(value, w_row[j], total.value)
        for j, total in zip(lanes, sums, strict=True):
            y[j] = total.value

    write.__name__ = f"product_{n_vectors}"
    return write


def _outer_product_writer(n_vectors):
    """Return the writer of dW[column] += value * dy, for some columns of dW."""

    def write(code, entries, dw, dy):
        n_entries, values, columns = entries
        values, columns = code.scalars(values), code.scalars(columns, INTEGER32)
        dw_rows, dy = code.vectors(dw.address), code.vectors(dy)
        lanes = range(0, n_vectors * code.lanes, code.lanes)
        adjoints = [dy[j] for j in lanes]
        with code.range(n_entries) as i:
            value = code.repeat(values[i])
            dw_row = dw_rows.from_(columns[i].as_integer() * dw.stride)
            for j, adjoint in zip(lanes, adjoints, strict=True):
                dw_row[j] = fma(value, adjoint, dw_row[j])

    write.__name__ = f"outer_product_{n_vectors}"
    return write


def _clear(code, matrix, n_rows):
    memory = code.vectors(matrix.address)
    with code.range(n_rows * matrix.stride, step=code.lanes) as i:
        memory[i] = code.constant(0.0)
