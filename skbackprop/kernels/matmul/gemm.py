"""The matrix product of all linear kernels."""

from numba import types

from skbackprop.kernels.language.codegen import routine
from skbackprop.kernels.language.memory import plain_kernel
from skbackprop.kernels.matmul import narrow, panels
from skbackprop.kernels.matmul.matrices import LeftMatrix, Matrix

_SIGNATURE = types.void(*[types.int64] * 14)
PACK_BYTES = panels.PACK_BYTES


def make_gemm(bits):
    """Return the matrix product C = D + A B, or C = D + A B^T.

    A has shape (m, k), B has (k, n), or (n, k) if it is transposed, C and D have
    (m, n); k >= 1. Element (i, p) of A is at i row_stride + p column_stride, so A^T is
    A with exchanged strides. D may be C, to which the product is then added, or a
    single row with ldd = 0.

    The rows of all matrices, A^T and B^T too, are padded to whole vectors. The values
    of the padding do not matter.
    """
    call = routine(write_gemm, bits)

    def gemm(
        m, n, k, a, row_stride, column_stride, b, ldb, transposed, d, ldd, c, ldc, pack
    ):
        left, right = (a, row_stride, column_stride), (b, ldb, transposed)
        call((m, n, k, *left, *right, d, ldd, c, ldc, pack))

    return plain_kernel(gemm, _SIGNATURE)


def write_gemm(code, m, n, k, *operands):
    """Write the choice between the algorithms."""
    a, b, transposed = LeftMatrix.of(*operands[:3]), Matrix(*operands[3:5]), operands[5]
    d, c, pack = Matrix(*operands[6:8]), Matrix(*operands[8:10]), operands[10]
    is_plain = transposed == 0
    has_contiguous_columns = (a.row_stride == 1) & (a.column_stride > 1)
    has_contiguous_rows = a.column_stride == 1
    is_transposed_product = (
        is_plain & has_contiguous_columns & narrow.suits_transposed_product(code, m, n)
    )
    is_dot_product = (
        is_plain & has_contiguous_rows & narrow.suits_dot_products(code, n, k)
    )
    with code.when(is_transposed_product):
        narrow.transposed_product(code, m, n, k, a, b, d, c, pack)
    with code.when(is_dot_product):
        narrow.dot_products(code, m, n, k, a, b, d, c, pack)
    is_row_product = (
        (transposed != 0) & has_contiguous_rows & narrow.suits_row_products(code, m, k)
    )
    with code.when(is_row_product):
        narrow.row_products(code, m, n, k, a, b, d, c)
    with code.when((is_transposed_product | is_dot_product | is_row_product) == 0):
        code.call(panels.product, m, n, k, a, b, transposed, d, c, pack)
