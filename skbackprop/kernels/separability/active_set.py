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

from skbackprop.kernels.language.memory import (
    as_float64s,
    as_int64s,
    call_kernel,
    plain_kernel,
)
from skbackprop.kernels.separability.vectors import (
    add_outer,
    copy,
    label_rows,
    least,
    least_ratio,
    multiply_rows,
    reflect,
    scale,
    scale_points,
    subtract_rows,
    sums,
)

# The kernels, in the order of their addresses.
NAMES = ("decide_many", "solve", "begin", "judge", "project")
NAMES += ("step", "add", "drop", "prove")
DECIDE_MANY, SOLVE, BEGIN, JUDGE, PROJECT, STEP, ADD, DROP, PROVE = range(9)

# Fields of the context: addresses of the kernels' addresses, of this table
# itself and of the scalars,
KERNELS, CONTEXT, SCALARS = 0, 1, 2
# sizes: points, columns, elements from row to row of the points and of T',
N_POINTS, WIDTH, STRIDE, T_STRIDE = 3, 4, 5, 6
# what to decide: sets of points (scaled in place), bytes from one to the next,
# their labels, labelings of each set, labelings in all, where verdicts go,
POINTS, SET_STRIDE, LABELS, PER_SET, N_TRIALS, VERDICTS = range(7, 13)
# memory: powers of two that scaled the columns, norms of the points, z_i, their
# sum, w, all z_i . w, the step's direction and its coordinates, lam, multipliers
# u, rows in the slots, two vectors to work with, zeros, matrices,
FACTORS, NORMS, ROWS, TOTAL, W, VALUES = range(13, 19)
DIRECTION, COORDINATES, LAM, U, ACTIVE, WORK, WORK2, ZEROS = range(19, 27)
Q, T, INVERSE, GATHERED = range(27, 31)
VECTORS = ("FACTORS", "TOTAL", "W", "DIRECTION", "COORDINATES", "LAM", "U", "ACTIVE")
VECTORS += ("WORK", "WORK2", "ZEROS")  # as long as a row
# state and results: slots in use, the row that enters or contradicts them, an
# index just found, whether w is the sum of all rows, whether the row is to
# become active, the verdict.
N_ACTIVE, ENTERING, FOUND, IS_SUM, ENTERS, VERDICT = range(31, 37)
CONTEXT_FIELDS = 40

# Fields of the scalars: z_j . w; |z_j|^2 and that of its part outside the active
# span; the multiplier of row j; what routines read and write.
VALUE, LENGTH, OUTSIDE, MULTIPLIER = 0, 1, 2, 3
FACTOR, MAGNITUDES, SQUARES, SMALLEST = 4, 5, 6, 7
SCALAR_FIELDS = 8

# Verdicts. The unproved ones are left to exact arithmetic.
INSEPARABLE, SEPARABLE = 0, 1
INSEPARABLE_UNPROVED, SEPARABLE_UNPROVED, LOST, NONE = 2, 3, 4, 5

ROUNDOFF = 2.0**-53
# Bounds are computed in floating point themselves; this covers their rounding.
SLACK = 1 + 1e-9
LARGEST_ENTRY = 2.0  # of the scaled rows
UNDERFLOW = 2.0**-480  # more than a norm may lose where squares underflow
SMALLEST_EXACT = 2.0**-500  # scaled numbers above it cannot have underflowed
MOST_STEPS = 50  # for each row and each column
INSIDE = 1e-20  # squared share of a row outside the active span: rounding
CANCELLED = 1e-2  # below it, a projection is repeated
NOISE = 1e-11  # of the coefficients of a row inside the span


def make_decide_many():
    """Return the kernel that decides N_TRIALS labelings of sets of points."""

    def decide_many(row, context, scalars):
        kernels, n_points = context[KERNELS], context[N_POINTS]
        width, stride = context[WIDTH], context[STRIDE]
        smallest = context[SCALARS] + 8 * SMALLEST
        verdicts = as_int64s(context[VERDICTS])
        points, labels = context[POINTS], context[LABELS]
        for trial in range(context[N_TRIALS]):
            if trial > 0 and trial % context[PER_SET] == 0:
                points += context[SET_STRIDE]
            if trial % context[PER_SET] == 0:
                scale_points(
                    (points, stride, n_points, width, context[FACTORS])
                    + (context[NORMS], smallest)
                )
            label_rows(
                (points, stride, n_points, width, labels)
                + (context[ROWS], context[TOTAL])
            )
            labels += 8 * n_points
            context[N_ACTIVE], context[ENTERING], context[VERDICT] = 0, 0, NONE
            if scalars[SMALLEST] > SMALLEST_EXACT:
                call_kernel(kernels + 8 * SOLVE, context, scalars)
            if context[VERDICT] == INSEPARABLE_UNPROVED and context[N_ACTIVE] == width:
                call_kernel(kernels + 8 * PROVE, context, scalars)
            verdicts[trial] = context[VERDICT]

    return plain_kernel(decide_many)


def make_solve():
    """Return the kernel that runs the method on ROWS; VERDICT becomes what it found.

    It stays NONE where rounding errors keep the method from an end.
    """

    def solve(row, context, scalars):
        kernels = context[KERNELS]
        call_kernel(kernels + 8 * BEGIN, context, scalars)
        n_left = MOST_STEPS * (context[WIDTH] + context[N_POINTS])
        while context[VERDICT] == NONE and n_left > 0:
            call_kernel(kernels + 8 * JUDGE, context, scalars)
            if context[VERDICT] == NONE:
                call_kernel(kernels + 8 * PROJECT, context, scalars)
                context[ENTERS] = 0
            while context[VERDICT] == NONE and context[ENTERS] == 0 and n_left > 0:
                n_left -= 1
                call_kernel(kernels + 8 * STEP, context, scalars)
                if context[ENTERS] != 0:
                    call_kernel(kernels + 8 * ADD, context, scalars)
                elif context[VERDICT] == NONE:
                    call_kernel(kernels + 8 * DROP, context, scalars)

    return plain_kernel(solve)


def make_begin():
    """Return the kernel that starts without active rows, w being the sum of all.

    The sum may separate already; if it does not, w becomes 0 (see `make_judge`),
    and the row that the sum serves worst is the first to enter.
    """

    def begin(row, context, scalars):
        least((context[NORMS], context[N_POINTS], context[CONTEXT] + 8 * FOUND))
        if as_float64s(context[NORMS])[context[FOUND]] == 0.0:
            context[ENTERING], context[VERDICT] = context[FOUND], INSEPARABLE_UNPROVED
        copy((context[TOTAL], context[WIDTH], context[W]))
        context[IS_SUM] = 1
        # Rows of T' are made of lam: what it holds of an earlier set must go.
        copy((context[ZEROS], context[WIDTH] + 1, context[LAM]))

    return plain_kernel(begin)


def make_judge():
    """Return the kernel that finds the row that w serves worst.

    If all z_i . w exceed the bound of their rounding errors, w separates.
    """

    def judge(row, context, scalars):
        n_points, width, w = context[N_POINTS], context[WIDTH], context[W]
        values, norms = as_float64s(context[VALUES]), as_float64s(context[NORMS])
        matrix = (context[ROWS], context[STRIDE], n_points, width)
        multiply_rows((*matrix, w, context[VALUES]))
        least((context[VALUES], n_points, context[CONTEXT] + 8 * FOUND))
        worst = context[FOUND]
        if worst < 0:  # nothing but NaN and infinity
            context[VERDICT] = LOST
            return
        context[ENTERING] = worst
        scalars[VALUE] = values[worst]
        if values[worst] > 0.0:
            sums((w, width, context[SCALARS] + 8 * MAGNITUDES))
            norm = math.sqrt(scalars[SQUARES]) + UNDERFLOW
            error = (width + 4) * ROUNDOFF * norm * SLACK
            i = 0
            while i < n_points and values[i] > error * norms[i]:
                i += 1
            if i == n_points:
                context[VERDICT] = SEPARABLE
            elif context[IS_SUM] == 0 and values[worst] > 0.5:
                context[VERDICT] = SEPARABLE_UNPROVED
        if context[IS_SUM] != 0 and context[VERDICT] == NONE:
            context[IS_SUM], scalars[VALUE] = 0, 0.0
            copy((context[ZEROS], width, w))

    return plain_kernel(judge)


def make_project():
    """Return the kernel that splits z_j by the span of the active rows.

    DIRECTION is the part outside, COORDINATES are those of the rest. The
    projection is repeated where it cancels much (Daniel et al. 1976).
    """

    def project(row, context, scalars):
        basis = (context[Q], context[STRIDE], context[N_ACTIVE], context[WIDTH])
        direction, coordinates = context[DIRECTION], context[COORDINATES]
        work, outside = context[WORK], context[SCALARS] + 8 * OUTSIDE
        entering = context[ROWS] + 8 * context[STRIDE] * context[ENTERING]
        norm = as_float64s(context[NORMS])[context[ENTERING]]
        scalars[LENGTH], scalars[MULTIPLIER] = norm * norm, 0.0
        multiply_rows((*basis, entering, coordinates))
        subtract_rows((*basis, coordinates, 1, entering, direction, outside))
        if scalars[OUTSIDE] < CANCELLED * scalars[LENGTH]:
            multiply_rows((*basis, direction, work))
            subtract_rows((*basis, work, 1, direction, direction, outside))
            d, more = as_float64s(coordinates), as_float64s(work)
            for k in range(context[N_ACTIVE]):
                d[k] += more[k]

    return plain_kernel(project)


def make_step():
    """Return the kernel that moves w and the multipliers.

    w goes along the part of z_j outside the active span, until z_j . w = 1 and
    row j ENTERS, or until a multiplier reaches 0: FOUND is its slot. A row inside
    the span moves no w; if no multiplier goes down, it contradicts the others.
    """

    def move(row, context, scalars):
        n_active, u, lam = context[N_ACTIVE], context[U], context[LAM]
        scratch, factor = context[SCALARS] + 8 * SQUARES, context[SCALARS] + 8 * FACTOR
        inverse = (context[T], context[T_STRIDE], n_active, n_active + 1)
        subtract_rows((*inverse, context[COORDINATES], 1, context[ZEROS], lam, scratch))
        outside = scalars[OUTSIDE]
        is_inside = n_active == context[WIDTH] or outside <= INSIDE * scalars[LENGTH]
        scalars[FACTOR] = NOISE if is_inside else 0.0
        least_ratio((u, lam, n_active, factor, context[CONTEXT] + 8 * FOUND))
        slot = context[FOUND]
        if is_inside and slot < 0:
            context[VERDICT] = INSEPARABLE_UNPROVED
            return
        step = math.inf
        if slot >= 0:
            step = -as_float64s(u)[slot] / as_float64s(lam)[slot]
        if not is_inside:
            full_step = (1.0 - scalars[VALUE]) / outside
            context[ENTERS] = full_step <= step
            step = min(step, full_step)
            scalars[VALUE] += step * outside
        scalars[FACTOR] = step
        if not is_inside:
            add_outer((context[W], 0, 1, context[WIDTH], factor, context[DIRECTION]))
        add_outer((u, 0, 1, n_active, factor, lam))
        scalars[MULTIPLIER] += step

    return plain_kernel(move)


def make_add():
    """Return the kernel that makes row j active: one more row in Q and in T'."""

    def add(row, context, scalars):
        n_active, t_stride = context[N_ACTIVE], context[T_STRIDE]
        q = context[Q] + 8 * context[STRIDE] * n_active
        t = context[T] + 8 * t_stride * n_active
        factor, width = context[SCALARS] + 8 * FACTOR, context[WIDTH]
        scalars[FACTOR] = 1.0 / math.sqrt(scalars[OUTSIDE])
        scale((context[DIRECTION], width, factor, q))
        scale((context[LAM], width + 1, factor, t))
        as_float64s(t)[n_active] = scalars[FACTOR]
        as_float64s(context[U])[n_active] = scalars[MULTIPLIER]
        as_int64s(context[ACTIVE])[n_active] = context[ENTERING]
        context[N_ACTIVE] = n_active + 1

    return plain_kernel(add)


def make_drop():
    """Return the kernel that frees the slot FOUND.

    With v = t + sign(t_last) |t| e_last for its row t of T, the reflection
    1 - 2 v v' / |v|^2 takes t to a multiple of e_last: the last vector of Q alone
    bears on it, and goes. The last slot moves to the free one.
    """

    def drop(row, context, scalars):
        n_active, slot, last = context[N_ACTIVE], context[FOUND], context[N_ACTIVE] - 1
        t_stride, coordinates = context[T_STRIDE], context[COORDINATES]
        t, d = as_float64s(context[T]), as_float64s(coordinates)
        v, scaled = as_float64s(context[WORK2]), as_float64s(context[WORK])
        square = 0.0
        for k in range(n_active):
            v[k] = t[k * t_stride + slot]
            square += v[k] * v[k]
        if square == 0.0:  # no row of an inverse is
            context[VERDICT] = LOST
            return
        norm, t_last = math.sqrt(square), v[last]
        v[last] = t_last + math.copysign(norm, t_last)
        turn, factor = 0.0, 1.0 / (square + norm * abs(t_last))
        for k in range(n_active):
            scaled[k] = factor * v[k]
            turn += scaled[k] * d[k]
        vectors = (context[WORK2], context[WORK], context[ZEROS], context[TOTAL])
        reflection = (*vectors, context[SCALARS] + 8 * SQUARES)
        reflect((context[Q], context[STRIDE], n_active, context[WIDTH], *reflection))
        reflect((context[T], t_stride, n_active, n_active, *reflection))
        for k in range(n_active):
            d[k] -= turn * v[k]
            t[k * t_stride + slot] = t[k * t_stride + last]
            t[k * t_stride + last] = 0.0
        u, active = as_float64s(context[U]), as_int64s(context[ACTIVE])
        u[slot], active[slot] = u[last], active[last]
        context[N_ACTIVE] = last
        # What the vector carried of z_j is outside the span from now on.
        vector = context[Q] + 8 * context[STRIDE] * last
        share = (coordinates + 8 * last, vector)
        add_outer((context[DIRECTION], 0, 1, context[WIDTH], *share))
        scalars[OUTSIDE] += d[last] * d[last]

    return plain_kernel(drop)


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
        square = context[SCALARS] + 8 * SQUARES
        factor = context[SCALARS] + 8 * FACTOR
        found = context[SCALARS] + 8 * MAGNITUDES
        work, residual = context[WORK], context[DIRECTION]
        active, lam = as_int64s(context[ACTIVE]), as_float64s(context[LAM])
        norms, product = as_float64s(context[NORMS]), as_float64s(work)
        # What these held is not needed any more.
        defects, sizes = as_float64s(context[U]), as_float64s(context[COORDINATES])
        gamma = (width + 4) * ROUNDOFF * SLACK
        longest, weight = norms[context[ENTERING]], 1.0
        context[VERDICT] = INSEPARABLE_UNPROVED
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
            length = math.sqrt(scalars[SQUARES])
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
        context[VERDICT] = INSEPARABLE

    return plain_kernel(prove)
