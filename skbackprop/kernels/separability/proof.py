"""The proof of a contradiction, with bounds on all rounding errors.

The method ends with a row z_j = -sum_c lam_c z_c, with rounded lam. If the active rows
are independent and as many as the columns, z_j is a unique combination of them. If the
exact lam are positive, no w separates.

Let S be the matrix with the active rows as columns, and E = I - B S. |E| <= e < 1
implies that S is invertible, and the exact r of z_j = S r differs from -lam by
(I - E)^-1 B (z_j + S lam). If this is elementwise less than lam, the exact
coefficients have the signs of the computed ones.
"""

import math

from numba.extending import register_jitable

from skbackprop.kernels.language.memory import as_int64s, plain_kernel
from skbackprop.kernels.separability.active_set import ROUNDOFF, SLACK
from skbackprop.kernels.separability.vectors import (
    copy,
    multiply_rows,
    scale,
    subtract_rows,
    sums,
)
from skbackprop.kernels.separability.views import (
    entering_row,
    first_rows,
    floats,
    row_at,
    scalar_at,
)
from skbackprop.kernels.separability.workspace import (
    ACTIVE,
    COORDINATES,
    DIRECTION,
    ENTERING,
    FACTOR,
    GATHERED,
    INSEPARABLE,
    INSEPARABLE_UNPROVED,
    INVERSE,
    LAM,
    MAGNITUDES,
    NORMS,
    ROWS,
    SQUARES,
    T_STRIDE,
    VERDICT,
    WIDTH,
    WORK,
    ZEROS,
    Q,
    T,
    U,
)

LARGEST_ENTRY = 2.0  # of the scaled rows
# Memory for bounds, whose previous contents are not needed any more.
DEFECTS, SIZES, RESIDUAL = U, COORDINATES, DIRECTION


def make_prove():
    """Return the kernel that sets VERDICT to INSEPARABLE if that is proved.

    Elementwise, |r + lam| <= (s_c + e_c s / (1 - e)) |z_j + S lam|_max, where s_c is
    the sum of the absolute values in row c of B, e_c that in row c of E, and s and e
    are the largest of them.
    """

    def prove(row, context, scalars):
        context[VERDICT] = INSEPARABLE_UNPROVED
        gather_active_rows(context)
        largest_defect, largest_size = bound_defects(context, scalars)
        if not largest_defect < 0.5:
            return
        rest = bound_residual(context, scalars)
        spread = largest_size / (1.0 - largest_defect)
        lam, sizes = floats(context, LAM), floats(context, SIZES)
        defects = floats(context, DEFECTS)
        for c in range(context[WIDTH]):
            if not lam[c] > (sizes[c] + defects[c] * spread) * rest * SLACK:
                return
        context[VERDICT] = INSEPARABLE

    return plain_kernel(prove)


@register_jitable
def gather_active_rows(context):
    """Copy the active rows to GATHERED, the transpose of S."""
    active = as_int64s(context[ACTIVE])
    for c in range(context[WIDTH]):
        source, target = row_at(context, ROWS, active[c]), row_at(context, GATHERED, c)
        copy((source, context[WIDTH], target))


@register_jitable
def roundoff_of_sums(context):
    """Return a bound on the relative error of a sum of WIDTH products."""
    return (context[WIDTH] + 4) * ROUNDOFF * SLACK


@register_jitable
def bound_defects(context, scalars):
    """Write SIZES and DEFECTS, the s_c and bounds on the e_c; return the largest.

    Returns
    -------
    (float, float)
        A bound on e, and s.
    """
    width, work = context[WIDTH], context[WORK]
    defects, sizes = floats(context, DEFECTS), floats(context, SIZES)
    longest, found = longest_row(context), scalar_at(context, MAGNITUDES)
    gamma = roundoff_of_sums(context)
    largest_defect, largest_size = 0.0, 0.0
    for c in range(width):
        row_of_b = row_at(context, INVERSE, c)
        write_row_of_inverse(context, c)
        multiply_rows((*first_rows(context, GATHERED, width), row_of_b, work))
        floats(context, WORK)[c] += 1.0
        sums((work, width, found))
        defect = scalars[MAGNITUDES]
        sums((row_of_b, width, found))
        length = math.sqrt(scalars[SQUARES])
        defect = (defect + width * gamma * (length * longest + 1.0)) * SLACK
        defects[c], sizes[c] = defect, scalars[MAGNITUDES]
        largest_defect = max(largest_defect, defect)
        largest_size = max(largest_size, sizes[c])
    return largest_defect, largest_size


@register_jitable
def write_row_of_inverse(context, c):
    """Write minus row c of B = T Q to INVERSE; negative, as rows are subtracted."""
    basis = first_rows(context, Q, context[WIDTH])
    column = (context[T] + 8 * c, context[T_STRIDE])
    target = (row_at(context, INVERSE, c), scalar_at(context, SQUARES))
    subtract_rows((*basis, *column, context[ZEROS], *target))


@register_jitable
def longest_row(context):
    """Return the largest norm of the active rows and of z_j."""
    norms, active = floats(context, NORMS), as_int64s(context[ACTIVE])
    longest = norms[context[ENTERING]]
    for c in range(context[WIDTH]):
        longest = max(longest, norms[active[c]])
    return longest


@register_jitable
def bound_residual(context, scalars):
    """Return a bound on the largest entry of z_j + S lam."""
    width, residual = context[WIDTH], context[RESIDUAL]
    scalars[FACTOR] = -1.0
    scale((entering_row(context), width, scalar_at(context, FACTOR), residual))
    subtract_rows(
        (*first_rows(context, GATHERED, width), context[LAM], 1)
        + (residual, residual, scalar_at(context, SQUARES))
    )
    lam, entries = floats(context, LAM), floats(context, RESIDUAL)
    weight, largest = 1.0, 0.0
    for k in range(width):
        weight += lam[k]
        largest = max(largest, abs(entries[k]))
    return (largest + roundoff_of_sums(context) * weight * LARGEST_ENTRY) * SLACK
