"""Kernels of optimizer steps, made from the formulas of the optimizers."""

from skbackprop.kernels.abi import (
    N_PENALTIES,
    Clip,
    Context,
    LimitColumns,
    Penalty,
    Scalar,
    Update,
)
from skbackprop.kernels.language import functions as xp
from skbackprop.kernels.language.codegen import DoubleSum, kernel
from skbackprop.kernels.language.values import DOUBLE


def make_update(optimizer, bits):
    """Return the kernel of a step of an ``Optimizer`` over a range of parameters.

    w, *slots = update(w, dw, slots), elementwise. The context has the coefficients of
    this step; those proportional to the learning rate are multiplied by the factor of
    the row. The squared norm of dw is added to the scalars. If the parameters decay,

    - w is decayed, and the gradient is dw + l2 w with the previous w,
    - w is then shrunk towards 0, if there is an L1 penalty,
    - norms of w before the step are added to the scalars.

    If the factor is 0, only norms are added, and w and slots do not change.
    """

    def write(code, row, context, scalars):
        w, dw, first_slot = (
            code.vectors(row[field])
            for field in (Update.parameters, Update.gradient, Update.slots)
        )
        slots = [
            first_slot.from_(k * row[Update.ld_slots]) for k in range(optimizer.n_slots)
        ]
        step = code.scalars(context[Context.coefficients], DOUBLE)
        factor = row[Update.factor].as_double()
        kept = 1.0 - code.repeat(code.narrow(step[Penalty.decay]))
        penalty = code.repeat(code.narrow(scalars[Scalar.l2]))
        shrinkage = code.repeat(code.narrow(scalars[Scalar.shrinkage] * factor))
        coefficients = _at_factor(code, optimizer, step, factor)
        gradient_squares, squares, absolutes = (DoubleSum(code) for _ in range(3))

        def update_all(decays, shrinks):
            with code.range(row[Update.n_elements], step=code.lanes) as i:
                parameter, gradient = w[i], dw[i]
                gradient_squares.add(gradient, gradient)
                if decays:
                    squares.add(parameter, parameter)
                    gradient = gradient + penalty * parameter
                if shrinks:
                    absolutes.add(abs(parameter), code.constant(1.0))
                parameter, new_slots = optimizer.update(
                    kept * parameter if decays else parameter,
                    gradient,
                    [slot[i] for slot in slots],
                    coefficients,
                    xp,
                )
                for slot, value in zip(slots, new_slots, strict=True):
                    slot[i] = value
                w[i] = shrink(parameter, shrinkage, xp) if shrinks else parameter

        moves = row[Update.factor] != 0
        decays, shrinks = row[Update.decays] != 0, step[Penalty.l1_alpha] > 0.0
        # Compiled separately for each case, so that a plain step is exactly the formula
        # and has no extra cost.
        with code.when(moves & (row[Update.decays] == 0)):
            update_all(decays=False, shrinks=False)
        with code.when(moves & decays & (shrinks == 0)):
            update_all(decays=True, shrinks=False)
        with code.when(moves & decays & shrinks):
            update_all(decays=True, shrinks=True)
        with code.when(moves == 0):
            _measure(code, row, w, dw, gradient_squares, squares, absolutes)
        scalars[Scalar.squared_norm] = scalars[Scalar.squared_norm] + squares.total()
        scalars[Scalar.absolute_norm] = (
            scalars[Scalar.absolute_norm] + absolutes.total()
        )
        scalars[Scalar.gradient_squares] = (
            scalars[Scalar.gradient_squares] + gradient_squares.total()
        )

    return kernel(write, bits)


def _measure(code, row, w, dw, gradient_squares, squares, absolutes):
    """Write the sums for parameters that are not updated."""
    end, decays = row[Update.n_elements], row[Update.decays] != 0
    with code.range(end, step=code.lanes) as i:
        gradient_squares.add(dw[i], dw[i])
    with code.when(decays), code.range(end, step=code.lanes) as i:
        squares.add(w[i], w[i])
        absolutes.add(abs(w[i]), code.constant(1.0))


def _at_factor(code, optimizer, step, factor):
    """Return the coefficients of a step at a multiple of its learning rate."""
    found = [step[N_PENALTIES + k] for k in range(optimizer.n_coefficients)]
    # Multiplied before they are narrowed, as a factor of 1 then changes no bit.
    for k in optimizer.rate_columns:
        found[k] = found[k] * factor
    return [code.repeat(code.narrow(number)) for number in found]


def shrink(w, shrinkage, xp):
    """Return sign(w) max(|w| - shrinkage, 0)."""
    return xp.where(
        w > shrinkage, w - shrinkage, xp.where(w < -shrinkage, w + shrinkage, 0.0 * w)
    )


def make_limit_columns(bits):
    """Return the kernel that scales columns of a matrix down to the maximum norm.

    The maximum norm is a coefficient of the step.
    """

    def write(code, row, context, scalars):
        w = code.vectors(row[LimitColumns.matrix])
        limit = code.scalars(context[Context.coefficients], DOUBLE)[Penalty.max_norm]
        limit = code.repeat(code.narrow(limit))

        def limit_block(j, n_vectors):
            # Independent sums over whole cache lines.
            columns = [j + k * code.lanes for k in range(n_vectors)]
            squares = [code.variable(0.0) for _ in columns]
            with code.range(row[LimitColumns.n_rows]) as i:
                for column, total in zip(columns, squares, strict=True):
                    part = w[i * row[LimitColumns.ld] + column]
                    total.value = total.value + part * part
            norms = [xp.sqrt(total.value) for total in squares]
            factors = [xp.where(norm > limit, limit / norm, 1.0) for norm in norms]
            with code.range(row[LimitColumns.n_rows]) as i:
                for column, factor in zip(columns, factors, strict=True):
                    at = i * row[LimitColumns.ld] + column
                    w[at] = w[at] * factor

        width = row[LimitColumns.n_columns]
        n_blocked = width - width % (4 * code.lanes)
        with code.range(n_blocked, step=4 * code.lanes) as j:
            limit_block(j, 4)
        with code.range(width, n_blocked, step=code.lanes) as j:
            limit_block(j, 1)

    return kernel(write, bits)


def make_clip(bits):
    """Return the kernel of dw <- dw min(1, clip_norm / ||dw||).

    ``Scalar.unclipped_norm`` is set to ||dw||. If it is not finite, dw is not changed,
    so that divergence is detected.
    """

    def write(code, row, context, scalars):
        dw, squares = code.vectors(row[Clip.gradient]), DoubleSum(code)
        with code.range(row[Clip.n_elements], step=code.lanes) as i:
            squares.add(dw[i], dw[i])
        norm = code.intrinsic("sqrt", squares.total())
        scalars[Scalar.unclipped_norm] = norm
        with code.when(norm > scalars[Scalar.clip_norm]):
            factor = code.repeat(code.narrow(scalars[Scalar.clip_norm] / norm))
            with code.range(row[Clip.n_elements], step=code.lanes) as i:
                dw[i] = dw[i] * factor

    return kernel(write, bits)
