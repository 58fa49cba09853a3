"""Access to the workspace in kernels: addresses and matrices by their names.

Routines take addresses, even of single numbers that they read and write.
"""

from numba.extending import register_jitable

from skbackprop.kernels.language.memory import as_float64s, call_kernel
from skbackprop.kernels.separability.workspace import (
    CONTEXT,
    ENTERING,
    KERNELS,
    N_ACTIVE,
    ROWS,
    SCALARS,
    STRIDE,
    T_STRIDE,
    WIDTH,
    T,
)


@register_jitable
def run(kernel, context, scalars):
    """Run another kernel of the method on the same tables."""
    call_kernel(context[KERNELS] + 8 * kernel, context, scalars)


@register_jitable
def floats(context, vector):
    """Return the elements of a vector."""
    return as_float64s(context[vector])


@register_jitable
def index_at(context, field):
    """Return the address of a field of the context."""
    return context[CONTEXT] + 8 * field


@register_jitable
def scalar_at(context, field):
    """Return the address of a scalar."""
    return context[SCALARS] + 8 * field


@register_jitable
def row_at(context, matrix, k):
    """Return the address of row k of a matrix with WIDTH columns."""
    return context[matrix] + 8 * context[STRIDE] * k


@register_jitable
def entering_row(context):
    """Return the address of z_j, the row that is to become active."""
    return row_at(context, ROWS, context[ENTERING])


@register_jitable
def first_rows(context, matrix, n_rows):
    """Return the first rows of a matrix as arguments of routines."""
    return context[matrix], context[STRIDE], n_rows, context[WIDTH]


@register_jitable
def inverse(context, width):
    """Return T', whose row k is T[:, k], as arguments of routines."""
    return context[T], context[T_STRIDE], context[N_ACTIVE], width
