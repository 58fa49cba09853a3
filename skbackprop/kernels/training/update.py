"""Kernels of the optimizers' steps, made from the optimizers' own formulas."""

from skbackprop.kernels.abi import (
    ABSOLUTE_NORM,
    CLIP_NORM,
    DECAYS,
    DW,
    GRADIENT_SQUARES,
    L2,
    LD_SLOTS,
    LDW,
    N_ELEMENTS,
    N_STEP_PENALTIES,
    SHRINKAGE,
    SLOTS,
    SQUARED_NORM,
    STEP,
    STEP_DECAY,
    STEP_L1_ALPHA,
    STEP_MAX_NORM,
    UNCLIPPED_NORM,
    WIDTH_X,
    WIDTH_Y,
    W,
)
from skbackprop.kernels.language import functions as xp
from skbackprop.kernels.language.codegen import DoubleSum, kernel
from skbackprop.kernels.language.values import DOUBLE


def make_update(optimizer, bits):
    """Return the kernel of a step of an ``Optimizer`` over a range of parameters.

    w, *slots = update(w, dw, slots), elementwise, with the coefficients that
    the context holds for this step. The squared norm of dw is added to the
    scalars. Where the row DECAYS,

    - w is decayed, and the gradient is dw + L2 w with the w before;
    - where there is an L1 penalty, w is then shrunk towards 0;
    - norms of w before the step are added to the scalars.
    """

    def write(code, row, context, scalars):
        w, dw = code.vectors(row[W]), code.vectors(row[DW])
        slots = code.vectors(row[SLOTS])
        slots = [slots.from_(k * row[LD_SLOTS]) for k in range(optimizer.n_slots)]
        numbers = code.scalars(context[STEP], DOUBLE)

        def coefficient(k):
            return code.repeat(code.narrow(numbers[k]))

        coefficients = [
            coefficient(N_STEP_PENALTIES + k) for k in range(optimizer.n_coefficients)
        ]

        gradient_squares = DoubleSum(code)

        def gradient_at(i):
            part = dw[i]
            gradient_squares.add(part, part)
            return part

        def elements():
            return code.range(row[N_ELEMENTS], step=code.lanes)

        def step(i, parameter, gradient):
            old = [slot[i] for slot in slots]
            new, new_slots = optimizer.update(
                parameter, gradient, old, coefficients, xp
            )
            for slot, value in zip(slots, new_slots, strict=True):
                slot[i] = value
            return new

        with code.when(row[DECAYS] == 0), elements() as i:
            w[i] = step(i, w[i], gradient_at(i))

        penalty = code.repeat(code.narrow(scalars[L2]))
        kept = 1.0 - coefficient(STEP_DECAY)
        shrinkage = code.repeat(code.narrow(scalars[SHRINKAGE]))
        has_l1 = numbers[STEP_L1_ALPHA] > 0.0
        squares, absolutes = DoubleSum(code), DoubleSum(code)
        decays = row[DECAYS] != 0
        with code.when(decays & (has_l1 == 0)), elements() as i:
            parameter = w[i]
            squares.add(parameter, parameter)
            w[i] = step(i, kept * parameter, gradient_at(i) + penalty * parameter)
        with code.when(decays & has_l1), elements() as i:
            parameter = w[i]
            squares.add(parameter, parameter)
            absolutes.add(abs(parameter), code.constant(1.0))
            new = step(i, kept * parameter, gradient_at(i) + penalty * parameter)
            w[i] = shrink(new, shrinkage, xp)
        with code.when(decays):
            scalars[SQUARED_NORM] = scalars[SQUARED_NORM] + squares.total()
            scalars[ABSOLUTE_NORM] = scalars[ABSOLUTE_NORM] + absolutes.total()
        scalars[GRADIENT_SQUARES] = scalars[GRADIENT_SQUARES] + gradient_squares.total()

    return kernel(write, bits)


def shrink(w, shrinkage, xp):
    """Return sign(w) max(|w| - shrinkage, 0)."""
    return xp.where(
        w > shrinkage, w - shrinkage, xp.where(w < -shrinkage, w + shrinkage, 0.0 * w)
    )


def make_limit_columns(bits):
    """Return the kernel that scales columns of W down to the norm allowed.

    W is (WIDTH_X, WIDTH_Y) of row stride LDW; the limit is that of the step.
    """

    def write(code, row, context, scalars):
        w = code.vectors(row[W])
        limit = code.scalars(context[STEP], DOUBLE)[STEP_MAX_NORM]
        limit = code.repeat(code.narrow(limit))

        def limit_block(j, n_vectors):
            # Sums that do not wait for each other, over whole cache lines.
            columns = [j + k * code.lanes for k in range(n_vectors)]
            squares = [code.variable(0.0) for _ in columns]
            with code.range(row[WIDTH_X]) as i:
                for column, total in zip(columns, squares, strict=True):
                    part = w[i * row[LDW] + column]
                    total.value = total.value + part * part
            norms = [xp.sqrt(total.value) for total in squares]
            factors = [xp.where(norm > limit, limit / norm, 1.0) for norm in norms]
            with code.range(row[WIDTH_X]) as i:
                for column, factor in zip(columns, factors, strict=True):
                    at = i * row[LDW] + column
                    w[at] = w[at] * factor

        n_blocked = row[WIDTH_Y] - row[WIDTH_Y] % (4 * code.lanes)
        with code.range(n_blocked, step=4 * code.lanes) as j:
            limit_block(j, 4)
        with code.range(row[WIDTH_Y], n_blocked, step=code.lanes) as j:
            limit_block(j, 1)

    return kernel(write, bits)


def make_clip(bits):
    """Return the kernel of dw <- dw min(1, CLIP_NORM / ||dw||).

    UNCLIPPED_NORM becomes ||dw||; where it is not finite, dw is left for all to
    see.
    """

    def write(code, row, context, scalars):
        dw, squares = code.vectors(row[DW]), DoubleSum(code)
        with code.range(row[N_ELEMENTS], step=code.lanes) as i:
            squares.add(dw[i], dw[i])
        norm = code.intrinsic("sqrt", squares.total())
        scalars[UNCLIPPED_NORM] = norm
        with code.when(norm > scalars[CLIP_NORM]):
            factor = code.repeat(code.narrow(scalars[CLIP_NORM] / norm))
            with code.range(row[N_ELEMENTS], step=code.lanes) as i:
                dw[i] = dw[i] * factor

    return kernel(write, bits)
