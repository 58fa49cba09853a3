"""Kernels of Linear: matrix products and the bias."""

from skbackprop.kernels.abi import Context, Module
from skbackprop.kernels.language.codegen import kernel
from skbackprop.kernels.language.values import where
from skbackprop.kernels.matmul.matrices import Matrix


def make_forward_linear(bits):
    """Return the kernel of y = x W + b, or y += x W if the field ``add_y`` is 1.

    Without a bias, the address of b is 0. The shapes are x (n_rows, width_x),
    W (width_x, width_y) and b (width_y,).
    """

    def forward(code, row, context, scalars):
        x = Matrix(row[Module.x], row[Module.ldx])
        w = Matrix(row[Module.w], row[Module.ldw])
        y = Matrix(row[Module.y], row[Module.ldy])
        shape = context[Context.n_rows], row[Module.width_y], row[Module.width_x]
        multiply(code, context, shape, x, w, first_term(row, context, y), y)

    return kernel(forward, bits)


def first_term(row, context, y):
    """Return the matrix to which the product is added: y, the bias, or zeros."""
    bias = where(row[Module.b] != 0, row[Module.b], context[Context.zeros])
    adds = row[Module.add_y] != 0
    return Matrix(where(adds, y.address, bias), where(adds, y.stride, 0))


def make_backward_linear(bits):
    """Return the kernel of the vjp of y = x W + b.

    dx (+)= dy W^T, dW (+)= x^T dy, db (+)= dy.sum(axis=0),
    each if its address is not 0.
    """

    def backward(code, row, context, scalars):
        n_rows = context[Context.n_rows]
        width_x = row[Module.width_x]
        width_y = row[Module.width_y]
        x = Matrix(row[Module.x], row[Module.ldx])
        dy = Matrix(row[Module.dy], row[Module.ldy])
        w = Matrix(row[Module.w], row[Module.ldw])
        dw = Matrix(row[Module.dw], row[Module.ldw])
        dx = Matrix(row[Module.dx], row[Module.ldx])
        with code.when(row[Module.db] != 0):
            add_column_sums(
                code, n_rows, width_y, dy, row[Module.db], row[Module.add_dw]
            )
        with code.when(row[Module.dw] != 0):
            start = _start(context, dw, row[Module.add_dw])
            shape = width_x, width_y, n_rows
            multiply(code, context, shape, x, dy, start, dw, transpose="a")
            clear_unconnected(code, row)
        with code.when(row[Module.dx] != 0):
            start = _start(context, dx, row[Module.add_dx])
            shape = n_rows, width_x, width_y
            multiply(code, context, shape, dy, w, start, dx, transpose="b")

    return kernel(backward, bits)


def multiply(code, context, shape, a, b, d, c, transpose=""):
    """Write the call of C = D + A B for (m, n, k) = shape, also with A^T or B^T."""
    strides = (1, a.stride) if transpose == "a" else (a.stride, 1)
    code.call_address(
        *(
            context[Context.gemm],
            *shape,
            a.address,
            *strides,
            *b,
            int(transpose == "b"),
        ),
        *(*d, *c, context[Context.pack]),
    )


def _start(context, matrix, adds):
    """Return the matrix to which a product is added: the matrix itself, or zeros."""
    return Matrix(
        where(adds != 0, matrix.address, context[Context.zeros]),
        where(adds != 0, matrix.stride, 0),
    )


def clear_unconnected(code, row):
    """Set the gradient of weights to 0 where the mask, if there is one, is 0."""
    mask, dw = code.vectors(row[Module.constants]), code.vectors(row[Module.dw])
    n_elements = row[Module.width_x] * row[Module.ldw]
    with (
        code.when(row[Module.constants] != 0),
        code.range(n_elements, step=code.lanes) as i,
    ):
        dw[i] = where(mask[i] != 0.0, dw[i], 0.0)


def add_column_sums(code, n_rows, width, matrix, target, adds):
    """Write target (+)= sum over the rows of a matrix."""
    left, first = (width + (code.lanes - 1)) // code.lanes, 0
    for n_vectors in (4, 1):
        count = left // n_vectors
        with code.range(count) as panel:
            j = panel * (n_vectors * code.lanes) + first
            columns, sums = matrix.part(0, j), target + j * code.size
            _add_sums(code, n_vectors, n_rows, columns, sums, adds)
        left = left % n_vectors
        first = count * (n_vectors * code.lanes) + first


def _add_sums(code, n_vectors, n_rows, matrix, target, adds):
    rows, target = code.vectors(matrix.address), code.vectors(target)
    columns = range(0, n_vectors * code.lanes, code.lanes)
    sums = {(i, j): code.variable(0.0) for i in range(2) for j in columns}
    paired = n_rows - n_rows % 2
    with code.range(paired, step=2) as r:
        for (i, j), total in sums.items():
            total.value = total.value + rows[(r + i) * matrix.stride + j]
    with code.when(paired < n_rows):
        for j in columns:
            sums[0, j].value = sums[0, j].value + rows[paired * matrix.stride + j]
    for j in columns:
        present = where(adds != 0, target[j], 0.0)
        target[j] = present + (sums[0, j].value + sums[1, j].value)
