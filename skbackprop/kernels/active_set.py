r"""The dual active-set method on linear separability, with a proof of its verdicts.

Goldfarb & Idnani (1983) on the problem min |w|^2 / 2 subject to z_i . w >= 1,
where z_i = y_i x_i. Rows enter an active set A, at whose rows z_i . w = 1, until
w separates or until a row z_j = -sum_c lam_c z_c with lam >= 0 contradicts the
active ones. |w| grows with every step, so that no active set comes twice.

The active rows have an orthonormal basis Q (rank, width) and the inverse T of
their coordinates, with z_c = sum_k (T^-1)[k, c] q_k: the matrix B = T Q has
B z_c = e_c. T is kept by columns, as T' (rank, slot). To drop a row, a
reflection (Householder 1958) turns its row of T into the last unit vector.

The tables of a call: ``context`` holds the fields below, ``scalars`` numbers.
"""

import math

from skbackprop.kernels.active_set_vectors import (
    add_outer,
    label_rows,
    least,
    least_ratio,
    multiply_rows,
    scale,
    scale_points,
    subtract_rows,
    sums,
)
from skbackprop.kernels.memory import as_float64s, as_int64s, call_kernel

# Fields of the context: addresses of rows that hold the address of a kernel,
SOLVE_ROW, PROVE_ROW = 0, 1
# of this table itself and of the scalars,
CONTEXT, SCALARS = 2, 3
# sizes: points, columns, elements from row to row of the points and of T',
N_POINTS, WIDTH, STRIDE, T_STRIDE = 4, 5, 6, 7
# what to decide: sets of points (scaled in place), their labels, labelings of
# each set, where verdicts go,
POINTS, SET_STRIDE, LABELS, LABEL_STRIDE, PER_SET, N_TRIALS, VERDICTS = range(8, 15)
# memory: powers of two that scaled the columns, norms of the points, z_i, their
# sum, w, all z_i . w, the step's direction and its coordinates, lam, multipliers
# u, rows in the slots, two vectors to work with, zeros,
FACTORS, NORMS, ROWS, TOTAL, W, VALUES = range(15, 21)
DIRECTION, COORDINATES, LAM, U, ACTIVE, WORK, WORK2, ZEROS = range(21, 29)
Q, T, INVERSE, GATHERED = range(29, 33)
# results: slots in use, the row that contradicts them, an index just found.
N_ACTIVE, ENTERING, FOUND = 33, 34, 35
CONTEXT_FIELDS = 40

# Fields of the scalars.
SQUARE, FACTOR, THRESHOLD, MAGNITUDES, SMALLEST = 0, 1, 2, 3, 5
SCALAR_FIELDS = 8

# Verdicts. The unproved ones are left to exact arithmetic.
INSEPARABLE, SEPARABLE = 0, 1
INSEPARABLE_UNPROVED, SEPARABLE_UNPROVED, UNDECIDED = 2, 3, 4

ROUNDOFF = 2.0**-53
# Bounds are computed in floating point themselves; this covers their rounding.
SLACK = 1 + 1e-9
LARGEST_ENTRY = 2.0  # of the scaled rows
UNDERFLOW = 2.0**-900  # more than all that products below 2^-1022 may lose
SMALLEST_EXACT = 2.0**-500  # scaled numbers above it cannot have underflowed
DEPENDENT = 1e-20  # squared share of a row outside the active span: rounding
CANCELLED = 1e-2  # below it, a projection is repeated
NOISE = 1e-11  # of coefficients of a dependent row


def make_decide_many():
    """Return the kernel that decides N_TRIALS labelings of sets of points."""

    def decide_many(row, context, scalars):
        n_points, width, stride = context[N_POINTS], context[WIDTH], context[STRIDE]
        verdicts = as_int64s(context[VERDICTS])
        first_set = context[POINTS]
        for trial in range(context[N_TRIALS]):
            context[POINTS] = (
                first_set + trial // context[PER_SET] * context[SET_STRIDE]
            )
            if trial % context[PER_SET] == 0:
                scale_points(
                    (
                        context[POINTS],
                        stride,
                        n_points,
                        width,
                        context[FACTORS],
                        context[NORMS],
                        context[SCALARS] + 8 * SMALLEST,
                    )
                )
            if scalars[SMALLEST] < SMALLEST_EXACT:
                context[N_ACTIVE] = context[ENTERING] = 0
                verdicts[trial] = UNDECIDED
                continue
            label_rows(
                (
                    context[POINTS],
                    stride,
                    n_points,
                    width,
                    context[LABELS] + 8 * trial * context[LABEL_STRIDE],
                    context[ROWS],
                    context[TOTAL],
                )
            )
            call_kernel(context[SOLVE_ROW], context, scalars)
            if (
                context[FOUND] == INSEPARABLE_UNPROVED
                and context[N_ACTIVE] == context[WIDTH]
            ):
                call_kernel(context[PROVE_ROW], context, scalars)
            verdicts[trial] = context[FOUND]
        context[POINTS] = first_set

    return decide_many


def make_solve():
    """Return the kernel that runs the method on ROWS; FOUND becomes the verdict."""

    def solve(row, context, scalars):
        n_points, width = context[N_POINTS], context[WIDTH]
        stride, t_stride = context[STRIDE], context[T_STRIDE]
        rows, q, t, w = context[ROWS], context[Q], context[T], context[W]
        found = context[CONTEXT] + 8 * FOUND
        square = context[SCALARS] + 8 * SQUARE
        factor = context[SCALARS] + 8 * FACTOR
        direction, zeros = context[DIRECTION], context[ZEROS]
        coordinates, work, work2 = context[COORDINATES], context[WORK], context[WORK2]
        d, extra, reflector = (
            as_float64s(coordinates),
            as_float64s(work),
            as_float64s(work2),
        )
        norms, values = as_float64s(context[NORMS]), as_float64s(context[VALUES])
        lam, u = as_float64s(context[LAM]), as_float64s(context[U])
        inverse, active = as_float64s(t), as_int64s(context[ACTIVE])

        context[N_ACTIVE] = context[ENTERING] = 0
        least((context[NORMS], n_points, found))
        if norms[context[FOUND]] == 0.0:
            context[ENTERING] = context[FOUND]
            context[FOUND] = INSEPARABLE_UNPROVED
            return
        # Rows of T' are made of lam: what it holds of an earlier call must go.
        scalars[FACTOR] = 0.0
        scale((zeros, width + 1, factor, context[LAM]))
        # The sum of the rows may separate; else the row it serves worst is first.
        scalars[FACTOR] = 1.0
        scale((context[TOTAL], width, factor, w))
        bound = (width + 4) * ROUNDOFF * SLACK * SLACK
        n_active, n_left, is_sum = 0, 50 * (width + n_points), True
        while True:
            multiply_rows((rows, stride, n_points, width, w, context[VALUES]))
            least((context[VALUES], n_points, found))
            j = context[FOUND]
            context[N_ACTIVE], context[ENTERING] = n_active, j
            if values[j] > 0.0:
                sums((w, width, context[SCALARS] + 8 * MAGNITUDES))
                error = bound * math.sqrt(scalars[MAGNITUDES + 1])
                i = 0
                while i < n_points and values[i] > error * norms[i] + UNDERFLOW:
                    i += 1
                if i == n_points:
                    context[FOUND] = SEPARABLE
                    return
                if not is_sum and values[j] > 0.5:
                    context[FOUND] = SEPARABLE_UNPROVED
                    return
            value = values[j]
            if is_sum:
                is_sum, value = False, 0.0
                scalars[FACTOR] = 0.0
                scale((context[TOTAL], width, factor, w))

            # The part of z_j outside the active span, and coordinates of the rest.
            entering = rows + 8 * stride * j
            multiply_rows((q, stride, n_active, width, entering, coordinates))
            subtract_rows(
                (q, stride, n_active, width, coordinates, 1, entering, direction)
                + (square,)
            )
            length = norms[j] * norms[j]
            if n_active > 0 and scalars[SQUARE] < CANCELLED * length:
                multiply_rows((q, stride, n_active, width, direction, work))
                subtract_rows(
                    (q, stride, n_active, width, work, 1, direction, direction)
                    + (square,)
                )
                for k in range(n_active):
                    d[k] += extra[k]
            outside = scalars[SQUARE]
            multiplier = 0.0
            while True:
                n_left -= 1
                context[N_ACTIVE] = n_active
                if n_left < 0:
                    context[FOUND] = UNDECIDED
                    return
                subtract_rows(
                    (t, t_stride, n_active, n_active + 1, coordinates, 1, zeros)
                    + (context[LAM], square)
                )
                is_dependent = n_active == width or outside <= DEPENDENT * length
                scalars[THRESHOLD] = NOISE if is_dependent else 0.0
                least_ratio(
                    (context[U], context[LAM], n_active)
                    + (context[SCALARS] + 8 * THRESHOLD, found)
                )
                leaving = context[FOUND]
                if is_dependent and leaving < 0:
                    context[FOUND] = INSEPARABLE_UNPROVED
                    return
                step = math.inf
                if leaving >= 0:
                    step = -u[leaving] / lam[leaving]
                enters = False
                if not is_dependent:
                    full_step = (1.0 - value) / outside
                    if full_step <= step:
                        enters, step = True, full_step
                    scalars[FACTOR] = step
                    add_outer((w, stride, 1, width, factor, direction))
                    value += step * outside
                scalars[FACTOR] = step
                add_outer((context[U], t_stride, 1, n_active, factor, context[LAM]))
                multiplier += step
                if enters:
                    scalars[FACTOR] = 1.0 / math.sqrt(outside)
                    scale((direction, width, factor, q + 8 * stride * n_active))
                    new = t_stride * n_active
                    scale((context[LAM], width + 1, factor, t + 8 * new))
                    inverse[new + n_active] = scalars[FACTOR]
                    u[n_active], active[n_active] = multiplier, j
                    n_active += 1
                    break

                # Reflect the basis so that only its last vector bears on the row.
                norm = 0.0
                for k in range(n_active):
                    reflector[k] = inverse[k * t_stride + leaving]
                    norm += reflector[k] * reflector[k]
                norm = math.sqrt(norm)
                n_active -= 1
                last = reflector[n_active]
                reflector[n_active] += math.copysign(norm, last)
                scalars[FACTOR] = 1.0 / (norm * (norm + abs(last)))
                scale((work2, n_active + 1, factor, work))
                turn = 0.0
                for k in range(n_active + 1):
                    turn += extra[k] * d[k]
                for k in range(n_active + 1):
                    d[k] -= turn * reflector[k]
                projection = context[TOTAL]
                subtract_rows(
                    (q, stride, n_active + 1, width, work2, 1, zeros, projection)
                    + (square,)
                )
                add_outer((q, stride, n_active + 1, width, work, projection))
                subtract_rows(
                    (t, t_stride, n_active + 1, n_active + 1, work2, 1, zeros)
                    + (projection, square)
                )
                add_outer((t, t_stride, n_active, n_active + 1, work, projection))
                for k in range(n_active):
                    inverse[k * t_stride + leaving] = inverse[k * t_stride + n_active]
                    inverse[k * t_stride + n_active] = 0.0
                u[leaving], active[leaving] = u[n_active], active[n_active]
                u[n_active] = 0.0
                add_outer(
                    (direction, stride, 1, width, coordinates + 8 * n_active)
                    + (q + 8 * stride * n_active,)
                )
                outside += d[n_active] * d[n_active]

    return solve


def make_prove():
    """Return the kernel that proves a contradiction where A spans the space.

    With S the matrix of the active rows as columns, |I - B S| <= e < 1 shows that
    S is invertible, and the exact r of z_j = S r differs from -lam by
    (I - E)^-1 B (z_j + S lam). If that is less than lam, the exact coefficients
    have the signs of the computed ones: all rounding errors are bounded here.
    """

    def prove(row, context, scalars):
        width, stride = context[WIDTH], context[STRIDE]
        rows, gathered = context[ROWS], context[GATHERED]
        entering = rows + 8 * stride * context[ENTERING]
        square = context[SCALARS] + 8 * SQUARE
        factor = context[SCALARS] + 8 * FACTOR
        found = context[SCALARS] + 8 * MAGNITUDES
        work, residual = context[WORK], context[DIRECTION]
        active, lam = as_int64s(context[ACTIVE]), as_float64s(context[LAM])
        norms, product = as_float64s(context[NORMS]), as_float64s(work)
        # What these held is not needed any more.
        defects, sizes = as_float64s(context[U]), as_float64s(context[COORDINATES])
        gamma = (width + 4) * ROUNDOFF * SLACK
        longest, weight = norms[context[ENTERING]], 1.0
        context[FOUND] = INSEPARABLE_UNPROVED
        scalars[FACTOR] = 1.0
        for c in range(width):
            longest = max(longest, norms[active[c]])
            weight += lam[c]
            source = rows + 8 * stride * active[c]
            scale((source, width, factor, gathered + 8 * stride * c))
        largest_defect, largest_size = 0.0, 0.0
        for c in range(width):
            row_of_b = context[INVERSE] + 8 * stride * c
            # Minus B, as rows are subtracted: B S - I is what follows.
            subtract_rows(
                (context[Q], stride, width, width, context[T] + 8 * c)
                + (context[T_STRIDE], context[ZEROS], row_of_b, square)
            )
            multiply_rows((gathered, stride, width, width, row_of_b, work))
            product[c] += 1.0
            sums((work, width, found))
            defect = scalars[MAGNITUDES]
            sums((row_of_b, width, found))
            length = math.sqrt(scalars[MAGNITUDES + 1])
            defect = (defect + width * gamma * (length * longest + 1.0)) * SLACK
            defects[c], sizes[c] = defect, scalars[MAGNITUDES]
            largest_defect = max(largest_defect, defect)
            largest_size = max(largest_size, sizes[c])
        if not largest_defect < 0.5:
            return
        scalars[FACTOR] = -1.0
        scale((entering, width, factor, residual))
        subtract_rows(
            (gathered, stride, width, width, context[LAM], 1)
            + (residual, residual, square)
        )
        rest, remainder = 0.0, as_float64s(residual)
        for k in range(width):
            rest = max(rest, abs(remainder[k]))
        rest = (rest + gamma * weight * LARGEST_ENTRY) * SLACK
        spread = largest_size / (1.0 - largest_defect)
        for c in range(width):
            if not lam[c] > (sizes[c] + defects[c] * spread) * rest * SLACK:
                return
        context[FOUND] = INSEPARABLE

    return prove
