"""Kernels of the optimizers' steps, made from the optimizers' own formulas."""

from skbackprop.kernels import functions as xp
from skbackprop.kernels.abi import (
    CLIP_NORM,
    DECAYS,
    DW,
    L2,
    LD_SLOTS,
    N_ELEMENTS,
    SLOTS,
    SQUARED_NORM,
    STEP,
    W,
)
from skbackprop.kernels.codegen import DoubleSum, kernel
from skbackprop.kernels.simd import DOUBLE


def make_update(optimizer, bits):
    """Return the kernel of a step of an ``Optimizer`` over a range of parameters.

    w, *slots = update(w, dw, slots), elementwise, with the coefficients that
    the context holds for this step. Where the row DECAYS, the gradient is
    dw + L2 w, and the squared norm of w before the step is added to the
    scalars.
    """

    def write(code, row, context, scalars):
        w, dw = code.vectors(row[W]), code.vectors(row[DW])
        slots = code.vectors(row[SLOTS])
        slots = [slots.from_(k * row[LD_SLOTS]) for k in range(optimizer.n_slots)]
        numbers = code.scalars(context[STEP], DOUBLE)
        coefficients = [
            code.repeat(code.narrow(numbers[k]))
            for k in range(optimizer.n_coefficients)
        ]

        def elements():
            return code.range(row[N_ELEMENTS], step=code.lanes)

        def step(i, parameter, gradient):
            old = [slot[i] for slot in slots]
            w[i], new = optimizer.update(parameter, gradient, old, coefficients, xp)
            for slot, value in zip(slots, new, strict=True):
                slot[i] = value

        with code.when(row[DECAYS] == 0), elements() as i:
            step(i, w[i], dw[i])
        with code.when(row[DECAYS] != 0):
            norm, penalty = DoubleSum(code), code.repeat(code.narrow(scalars[L2]))
            with elements() as i:
                parameter = w[i]
                norm.add(parameter, parameter)
                step(i, parameter, dw[i] + penalty * parameter)
            scalars[SQUARED_NORM] = scalars[SQUARED_NORM] + norm.total()

    return kernel(write, bits)


def make_clip(bits):
    """Return the kernel of dw <- dw min(1, CLIP_NORM / ||dw||).

    A norm that is not finite is left for all to see.
    """

    def write(code, row, context, scalars):
        dw, squares = code.vectors(row[DW]), DoubleSum(code)
        with code.range(row[N_ELEMENTS], step=code.lanes) as i:
            squares.add(dw[i], dw[i])
        norm = code.intrinsic("sqrt", squares.total())
        with code.when(norm > scalars[CLIP_NORM]):
            factor = code.repeat(code.narrow(scalars[CLIP_NORM] / norm))
            with code.range(row[N_ELEMENTS], step=code.lanes) as i:
                dw[i] = dw[i] * factor

    return kernel(write, bits)
