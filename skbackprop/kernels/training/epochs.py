"""The training loop: epochs of minibatches, without the interpreter.

These kernels know neither dtypes nor networks; they call other kernels.
:meth:`skbackprop.engine.reference.executor.ReferenceExecutor.run_epochs` is the same
loop in plain Python.
"""

import math

from skbackprop.kernels import abi
from skbackprop.kernels.language.codegen import DoubleSum, kernel
from skbackprop.kernels.language.memory import (
    as_float64s,
    as_floats,
    as_int64s,
    call_kernel,
    copy_bytes,
    plain_kernel,
)


def make_run_rows():
    """Return the kernel that runs a list of instructions, first to last."""

    def run_rows(row, context, scalars):
        for i in range(row[abi.N_ELEMENTS]):
            call_kernel(row[abi.X] + i * abi.ROW_BYTES, context, scalars)

    return plain_kernel(run_rows)


def make_run_epoch():
    """Return the kernel that learns from each minibatch once.

    EPOCH_LOSS becomes the mean loss over the samples, penalty included, of
    each minibatch before its step; NaN at the first that is not finite.
    EPOCH_PENALTY and EPOCH_GRADIENT_NORM become the like means of the penalty
    and of the norm of the gradient.
    """

    def run_epoch(row, context, scalars):
        total, total_penalty, total_norm = 0.0, 0.0, 0.0
        n_weighed, start = 0, 0
        while start < row[abi.N_SAMPLES]:
            n_rows = min(row[abi.BATCH_SIZE], row[abi.N_SAMPLES] - start)
            context[abi.N_ROWS] = n_rows
            context[abi.ORDER] = row[abi.SAMPLE_ORDER] + 8 * start
            scalars[abi.WEIGHT_SUM] = float(n_rows)
            call_kernel(row[abi.LOAD_LIST], context, scalars)
            weight_sum = scalars[abi.WEIGHT_SUM]
            if weight_sum > 0.0:  # samples without weight teach nothing
                scalars[abi.SCALE] = 1.0 / weight_sum
                step = as_float64s(context[abi.STEP])
                scalars[abi.L2] = step[abi.STEP_ALPHA] / weight_sum
                scalars[abi.SHRINKAGE] = step[abi.STEP_SHRINKAGE] / weight_sum
                scalars[abi.LOSS] = 0.0
                scalars[abi.SQUARED_NORM] = scalars[abi.ABSOLUTE_NORM] = 0.0
                scalars[abi.GRADIENT_SQUARES] = 0.0
                call_kernel(row[abi.STEP_LIST], context, scalars)
                loss = scalars[abi.LOSS] * scalars[abi.LOSS_FACTOR]
                penalty = 0.5 * step[abi.STEP_ALPHA] * scalars[abi.SQUARED_NORM]
                penalty += step[abi.STEP_L1_ALPHA] * scalars[abi.ABSOLUTE_NORM]
                total += (loss + penalty) / weight_sum * n_rows
                total_penalty += penalty / weight_sum * n_rows
                norm = math.sqrt(scalars[abi.GRADIENT_SQUARES])
                # Clipping makes it smaller. Without, the other one is 0.
                total_norm += max(norm, scalars[abi.UNCLIPPED_NORM]) * n_rows
                n_weighed += n_rows
                if not math.isfinite(total):
                    scalars[abi.EPOCH_LOSS] = math.nan
                    return
            context[abi.STEP] += 8 * row[abi.N_COEFFICIENTS]
            context[abi.N_STEPS] += 1
            start += n_rows
        scalars[abi.EPOCH_LOSS] = total / max(n_weighed, 1)
        scalars[abi.EPOCH_PENALTY] = total_penalty / max(n_weighed, 1)
        scalars[abi.EPOCH_GRADIENT_NORM] = total_norm / max(n_weighed, 1)

    return plain_kernel(run_epoch)


def make_run_epochs():
    """Return the kernel that trains for epochs, until a rule says stop.

    It stops after N_EPOCHS, when the loss has not improved by TOL for more
    than MAX_NO_IMPROVEMENT epochs, or at the first loss or parameter that is
    not finite; then SNAPSHOT holds the parameters as of the last epoch that
    ended well.
    """

    def run_epochs(row, context, scalars):
        records = as_float64s(row[abi.RECORDS])
        context[abi.STEP] = row[abi.COEFFICIENTS]
        for epoch in range(row[abi.N_EPOCHS]):
            copy_bytes(row[abi.SNAPSHOT], row[abi.PARAMETERS], row[abi.PARAMETER_BYTES])
            if row[abi.SHUFFLE_ROW] != 0:
                call_kernel(row[abi.SHUFFLE_ROW], context, scalars)
            call_kernel(row[abi.EPOCH_ROW], context, scalars)
            call_kernel(row[abi.CHECK_ROW], context, scalars)
            loss = scalars[abi.EPOCH_LOSS]
            if math.isnan(loss) or scalars[abi.REMAINDER] != 0.0:
                row[abi.DIVERGED] = 1
                return
            for k, recorded in enumerate(abi.RECORDED):
                records[epoch * abi.N_RECORDS + k] = scalars[recorded]
            row[abi.N_DONE] = epoch + 1
            if loss > scalars[abi.BEST_LOSS] - scalars[abi.TOL]:
                row[abi.NO_IMPROVEMENT] += 1
            else:
                row[abi.NO_IMPROVEMENT] = 0
            if loss < scalars[abi.BEST_LOSS]:
                scalars[abi.BEST_LOSS] = loss
            if row[abi.NO_IMPROVEMENT] > row[abi.MAX_NO_IMPROVEMENT]:
                return

    return plain_kernel(run_epochs)


def make_check_finite(bits):
    """Return the kernel that tells whether N_ELEMENTS of W are all finite."""

    def check_finite(code, row, context, scalars):
        values, remainder = code.vectors(row[abi.W]), DoubleSum(code)
        with code.range(row[abi.N_ELEMENTS], step=code.lanes) as i:
            # x - x is 0 for finite x and NaN otherwise, and NaN stays in a sum.
            difference = values[i] - values[i]
            remainder.add(difference, difference)
        scalars[abi.REMAINDER] = remainder.total()

    return kernel(check_finite, bits)


def make_gather_weights(bits):
    """Return the kernel that gathers a minibatch's weights and adds them up.

    Y[r] = X[order[r]], WEIGHT_SUM = sum over r of Y[r].
    """
    as_weights = as_floats(bits)

    def gather_weights(row, context, scalars):
        order = as_int64s(context[abi.ORDER])
        source, target = as_weights(row[abi.X]), as_weights(row[abi.Y])
        total = 0.0
        for r in range(context[abi.N_ROWS]):
            target[r] = source[order[r]]
            total += target[r]
        scalars[abi.WEIGHT_SUM] = total

    return plain_kernel(gather_weights)
