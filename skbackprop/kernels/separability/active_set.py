r"""The dual active-set method for linear separability, with proofs of its results.

The method of Goldfarb & Idnani (1983) solves min |w|^2 / 2 subject to z_i . w >= 1,
where z_i = y_i x_i. Rows enter an active set A, where z_i . w = 1, until w separates
the classes or until a row z_j = -sum_c lam_c z_c with lam >= 0 contradicts the active
rows. |w| grows with every step, so that no active set occurs twice.

The active rows are represented by an orthonormal basis Q (rank, width) and the inverse
T of their coordinates, with z_c = sum_k (T^-1)[k, c] q_k, so that the matrix B = T Q
has B z_c = e_c. T is stored by columns, as T' (rank, slot). To drop a row, a
reflection (Householder 1958) maps its row of T to a multiple of the last unit vector.
"""

import math

from numba.extending import register_jitable

from skbackprop.kernels.language.memory import as_int64s, plain_kernel
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
from skbackprop.kernels.separability.views import (
    entering_row,
    first_rows,
    floats,
    index_at,
    inverse,
    row_at,
    run,
    scalar_at,
)
from skbackprop.kernels.separability.workspace import (
    ACTIVE,
    ADD,
    BEGIN,
    COORDINATES,
    DIRECTION,
    DROP,
    ENTERING,
    ENTERS,
    FACTOR,
    FACTORS,
    FOUND,
    INSEPARABLE_UNPROVED,
    IS_SUM,
    JUDGE,
    LABELS,
    LAM,
    LENGTH,
    LOST,
    MAGNITUDES,
    MULTIPLIER,
    N_ACTIVE,
    N_POINTS,
    N_TRIALS,
    NONE,
    NORMS,
    OUTSIDE,
    PER_SET,
    POINTS,
    PROJECT,
    PROVE,
    ROWS,
    SEPARABLE,
    SEPARABLE_UNPROVED,
    SET_STRIDE,
    SMALLEST,
    SOLVE,
    SQUARES,
    STEP,
    STRIDE,
    T_STRIDE,
    TOTAL,
    VALUE,
    VALUES,
    VERDICT,
    VERDICTS,
    WIDTH,
    WORK,
    WORK2,
    ZEROS,
    Q,
    T,
    U,
    W,
)

ROUNDOFF = 2.0**-53
# Covers rounding errors in the computation of bounds.
SLACK = 1 + 1e-9
UNDERFLOW = 2.0**-480  # more than a norm can lose if squares underflow
SMALLEST_EXACT = 2.0**-500  # scaled numbers above it cannot have underflowed
MOST_STEPS = 50  # per row and column
INSIDE = 1e-20  # squared fraction outside the active span that counts as rounding
CANCELLED = 1e-2  # below this fraction, a projection is repeated
NOISE = 1e-11  # in the coefficients of a row inside the span


def make_decide_many():
    """Return the kernel that decides N_TRIALS labelings of sets of points."""

    def decide_many(row, context, scalars):
        verdicts = as_int64s(context[VERDICTS])
        points, labels = context[POINTS], context[LABELS]
        for trial in range(context[N_TRIALS]):
            if trial > 0 and trial % context[PER_SET] == 0:
                points += context[SET_STRIDE]
            if trial % context[PER_SET] == 0:
                scale_set(context, points)
            label_set(context, points, labels)
            labels += 8 * context[N_POINTS]
            context[N_ACTIVE], context[ENTERING], context[VERDICT] = 0, 0, NONE
            if scalars[SMALLEST] > SMALLEST_EXACT:
                run(SOLVE, context, scalars)
            spans = context[N_ACTIVE] == context[WIDTH]
            if spans and context[VERDICT] == INSEPARABLE_UNPROVED:
                run(PROVE, context, scalars)
            verdicts[trial] = context[VERDICT]

    return plain_kernel(decide_many)


@register_jitable
def scale_set(context, points):
    """Scale the points, and set FACTORS, NORMS and SMALLEST."""
    matrix = (points, context[STRIDE], context[N_POINTS], context[WIDTH])
    smallest = scalar_at(context, SMALLEST)
    scale_points((*matrix, context[FACTORS], context[NORMS], smallest))


@register_jitable
def label_set(context, points, labels):
    """Set ROWS to the points times their labels, and TOTAL to their sum."""
    matrix = (points, context[STRIDE], context[N_POINTS], context[WIDTH])
    label_rows((*matrix, labels, context[ROWS], context[TOTAL]))


def make_solve():
    """Return the kernel that runs the method on ROWS and sets VERDICT.

    VERDICT stays NONE if rounding errors prevent a result.
    """

    def solve(row, context, scalars):
        run(BEGIN, context, scalars)
        n_left = MOST_STEPS * (context[WIDTH] + context[N_POINTS])
        while context[VERDICT] == NONE and n_left > 0:
            run(JUDGE, context, scalars)
            if context[VERDICT] == NONE:
                run(PROJECT, context, scalars)
                context[ENTERS] = 0
            while context[VERDICT] == NONE and context[ENTERS] == 0 and n_left > 0:
                n_left -= 1
                run(STEP, context, scalars)
                if context[ENTERS] != 0:
                    run(ADD, context, scalars)
                elif context[VERDICT] == NONE:
                    run(DROP, context, scalars)

    return plain_kernel(solve)


def make_begin():
    """Return the kernel that starts without active rows, and w as the sum of all.

    If the sum does not separate, w is set to 0 (see `make_judge`), and the row with the
    smallest product with the sum enters first.
    """

    def begin(row, context, scalars):
        least((context[NORMS], context[N_POINTS], index_at(context, FOUND)))
        if floats(context, NORMS)[context[FOUND]] == 0.0:
            context[ENTERING], context[VERDICT] = context[FOUND], INSEPARABLE_UNPROVED
        copy((context[TOTAL], context[WIDTH], context[W]))
        context[IS_SUM] = 1
        # Rows of T' are made from lam, which must not hold values of an earlier set.
        copy((context[ZEROS], context[WIDTH] + 1, context[LAM]))

    return plain_kernel(begin)


def make_judge():
    """Return the kernel that finds the row with the smallest z_i . w.

    If all z_i . w exceed the bounds of their rounding errors, w separates.
    """

    def judge(row, context, scalars):
        rows = first_rows(context, ROWS, context[N_POINTS])
        multiply_rows((*rows, context[W], context[VALUES]))
        least((context[VALUES], context[N_POINTS], index_at(context, FOUND)))
        worst = context[FOUND]
        if worst < 0:  # only NaN and infinity
            context[VERDICT] = LOST
            return
        context[ENTERING] = worst
        scalars[VALUE] = floats(context, VALUES)[worst]
        if scalars[VALUE] > 0.0:
            if separates(context, scalars):
                context[VERDICT] = SEPARABLE
            elif context[IS_SUM] == 0 and scalars[VALUE] > 0.5:
                context[VERDICT] = SEPARABLE_UNPROVED
        if context[IS_SUM] != 0 and context[VERDICT] == NONE:
            context[IS_SUM], scalars[VALUE] = 0, 0.0
            copy((context[ZEROS], context[WIDTH], context[W]))

    return plain_kernel(judge)


@register_jitable
def separates(context, scalars):
    """Return whether all z_i . w are positive, for any rounding errors.

    A computed product differs from z . w by at most (width + 4) eps |z| |w|.
    """
    sums((context[W], context[WIDTH], scalar_at(context, MAGNITUDES)))
    norm = math.sqrt(scalars[SQUARES]) + UNDERFLOW
    error = (context[WIDTH] + 4) * ROUNDOFF * norm * SLACK
    values, norms = floats(context, VALUES), floats(context, NORMS)
    i = 0
    while i < context[N_POINTS] and values[i] > error * norms[i]:
        i += 1
    return i == context[N_POINTS]


def make_project():
    """Return the kernel that projects z_j onto the span of the active rows.

    DIRECTION is the orthogonal part, z_j - Q'Q z_j, and COORDINATES are Q z_j. The
    projection is repeated after strong cancellation (Daniel et al. 1976).
    """

    def project(row, context, scalars):
        basis, z = first_rows(context, Q, context[N_ACTIVE]), entering_row(context)
        coordinates, work = context[COORDINATES], context[WORK]
        direction, outside = context[DIRECTION], scalar_at(context, OUTSIDE)
        norm = floats(context, NORMS)[context[ENTERING]]
        scalars[LENGTH], scalars[MULTIPLIER] = norm * norm, 0.0
        multiply_rows((*basis, z, coordinates))
        subtract_rows((*basis, coordinates, 1, z, direction, outside))
        if scalars[OUTSIDE] < CANCELLED * scalars[LENGTH]:
            multiply_rows((*basis, direction, work))
            subtract_rows((*basis, work, 1, direction, direction, outside))
            d, more = floats(context, COORDINATES), floats(context, WORK)
            for k in range(context[N_ACTIVE]):
                d[k] += more[k]

    return plain_kernel(project)


def make_step():
    """Return the kernel that moves w and the multipliers.

    w moves along the part of z_j orthogonal to the active span, until z_j . w = 1 and
    row j ENTERS, or until a multiplier reaches 0; FOUND is its slot. A row inside the
    span does not move w. If no multiplier decreases, it contradicts the others.
    """

    def move(row, context, scalars):
        write_coefficients(context)
        outside = scalars[OUTSIDE]
        is_inside = outside <= INSIDE * scalars[LENGTH]
        is_inside |= context[N_ACTIVE] == context[WIDTH]
        scalars[FACTOR] = NOISE if is_inside else 0.0
        step = step_to_zero(context)
        if is_inside and context[FOUND] < 0:
            context[VERDICT] = INSEPARABLE_UNPROVED
            return
        factor = scalar_at(context, FACTOR)
        if is_inside:
            scalars[FACTOR] = step
        else:
            full_step = (1.0 - scalars[VALUE]) / outside
            context[ENTERS] = full_step <= step
            scalars[FACTOR] = step = min(step, full_step)
            scalars[VALUE] += step * outside
            direction = context[DIRECTION]
            add_outer((context[W], 0, 1, context[WIDTH], factor, direction))
        add_outer((context[U], 0, 1, context[N_ACTIVE], factor, context[LAM]))
        scalars[MULTIPLIER] += step

    return plain_kernel(move)


@register_jitable
def write_coefficients(context):
    """Write LAM = -T d with the coordinates d of z_j.

    When the multiplier of row j increases by 1, those of the active rows increase by
    LAM.
    """
    matrix = inverse(context, context[N_ACTIVE] + 1)
    square = scalar_at(context, SQUARES)
    subtract_rows(
        (*matrix, context[COORDINATES], 1, context[ZEROS], context[LAM], square)
    )


@register_jitable
def step_to_zero(context):
    """Return the step until a multiplier is 0; FOUND is its slot, or -1.

    Multipliers that decrease by at most FACTOR are ignored.
    """
    vectors = (context[U], context[LAM], context[N_ACTIVE])
    least_ratio((*vectors, scalar_at(context, FACTOR), index_at(context, FOUND)))
    slot = context[FOUND]
    if slot < 0:
        return math.inf
    return -floats(context, U)[slot] / floats(context, LAM)[slot]


def make_add():
    """Return the kernel that makes row j active, with new rows in Q and in T'.

    They are DIRECTION / r and (LAM, 1) / r, where r is the norm of the part of z_j
    orthogonal to the span.
    """

    def add(row, context, scalars):
        slot, width = context[N_ACTIVE], context[WIDTH]
        factor = scalar_at(context, FACTOR)
        scalars[FACTOR] = 1.0 / math.sqrt(scalars[OUTSIDE])
        scale((context[DIRECTION], width, factor, row_at(context, Q, slot)))
        row_of_t = context[T] + 8 * context[T_STRIDE] * slot
        scale((context[LAM], width + 1, factor, row_of_t))
        floats(context, T)[context[T_STRIDE] * slot + slot] = scalars[FACTOR]
        floats(context, U)[slot] = scalars[MULTIPLIER]
        as_int64s(context[ACTIVE])[slot] = context[ENTERING]
        context[N_ACTIVE] = slot + 1

    return plain_kernel(add)


def make_drop():
    """Return the kernel that frees the slot FOUND.

    With v = t + sign(t_last) |t| e_last for its row t of T, the reflection
    1 - 2 v v' / |v|^2 maps t to a multiple of e_last. The slot then depends only on the
    last vector of Q, which is removed. The last slot moves to the free one.
    """

    def drop(row, context, scalars):
        if not write_reflection(context):
            context[VERDICT] = LOST
            return
        n_active, last = context[N_ACTIVE], context[N_ACTIVE] - 1
        vectors = (context[WORK2], context[WORK], context[ZEROS], context[TOTAL])
        reflection = (*vectors, scalar_at(context, SQUARES))
        reflect((*first_rows(context, Q, n_active), *reflection))
        reflect((*inverse(context, n_active), *reflection))
        reflect_coordinates(context)
        move_last_slot(context)
        # The component of z_j along this vector is outside the span from now on.
        share = floats(context, COORDINATES)[last]
        carried = (context[COORDINATES] + 8 * last, row_at(context, Q, last))
        add_outer((context[DIRECTION], 0, 1, context[WIDTH], *carried))
        scalars[OUTSIDE] += share * share

    return plain_kernel(drop)


@register_jitable
def write_reflection(context):
    """Write v to WORK2 and 2 v / |v|^2 to WORK; return whether v exists.

    |v|^2 = 2 (|t|^2 + |t| |t_last|).
    """
    n_active, last = context[N_ACTIVE], context[N_ACTIVE] - 1
    t, v, scaled = floats(context, T), floats(context, WORK2), floats(context, WORK)
    square = 0.0
    for k in range(n_active):
        v[k] = t[k * context[T_STRIDE] + context[FOUND]]
        square += v[k] * v[k]
    if square == 0.0:  # impossible for a row of an inverse
        return False
    norm, t_last = math.sqrt(square), v[last]
    v[last] = t_last + math.copysign(norm, t_last)
    factor = 1.0 / (square + norm * abs(t_last))
    for k in range(n_active):
        scaled[k] = factor * v[k]
    return True


@register_jitable
def reflect_coordinates(context):
    """Transform the coordinates of z_j to the reflected basis."""
    d, v = floats(context, COORDINATES), floats(context, WORK2)
    scaled, turn = floats(context, WORK), 0.0
    for k in range(context[N_ACTIVE]):
        turn += scaled[k] * d[k]
    for k in range(context[N_ACTIVE]):
        d[k] -= turn * v[k]


@register_jitable
def move_last_slot(context):
    """Move the last slot to the slot FOUND."""
    slot, last = context[FOUND], context[N_ACTIVE] - 1
    t, stride = floats(context, T), context[T_STRIDE]
    for k in range(context[N_ACTIVE]):
        t[k * stride + slot] = t[k * stride + last]
        t[k * stride + last] = 0.0
    u, active = floats(context, U), as_int64s(context[ACTIVE])
    u[slot], active[slot] = u[last], active[last]
    context[N_ACTIVE] = last
