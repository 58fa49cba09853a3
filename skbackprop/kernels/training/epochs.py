"""The training loop: epochs of minibatches, without the interpreter.

These kernels do not depend on dtypes or networks; they call other kernels.
:meth:`skbackprop.engine.reference.executor.ReferenceExecutor.run_epochs` is the same
loop in plain Python.
"""

import math

from skbackprop.kernels.abi import (
    ROW_BYTES,
    CheckParameters,
    Context,
    Epoch,
    Epochs,
    Gather,
    Penalty,
    RowList,
    Scalar,
)
from skbackprop.kernels.language.codegen import DoubleSum, kernel
from skbackprop.kernels.language.memory import (
    as_float64s,
    as_floats,
    as_int64s,
    call_kernel,
    copy_bytes,
    plain_kernel,
)
from skbackprop.kernels.records import N_RECORDS, RECORDED


def make_run_rows():
    """Return the kernel that runs a list of instructions, first to last."""

    def run_rows(row, context, scalars):
        for i in range(row[RowList.n_rows]):
            call_kernel(row[RowList.rows] + i * ROW_BYTES, context, scalars)

    return plain_kernel(run_rows)


def make_run_epoch():
    """Return the kernel that learns from each minibatch once.

    ``Scalar.epoch_loss`` becomes the mean over the samples of the loss of their
    minibatch before its step, including the penalty, or NaN once it is not finite.
    ``epoch_penalty`` and ``epoch_gradient_norm`` become the same means of the penalty
    and of the norm of the gradient.
    """

    def run_epoch(row, context, scalars):
        total, total_penalty, total_norm = 0.0, 0.0, 0.0
        n_weighed, start = 0, 0
        while start < row[Epoch.n_samples]:
            n_rows = min(row[Epoch.batch_size], row[Epoch.n_samples] - start)
            # With a single minibatch, the epoch's snapshot has the same parameters.
            if start > 0 and start + n_rows == row[Epoch.n_samples]:
                copy_bytes(
                    row[Epoch.before],
                    row[Epoch.parameters],
                    row[Epoch.parameter_bytes],
                )
            context[Context.n_rows] = n_rows
            context[Context.order] = row[Epoch.order] + 8 * start
            scalars[Scalar.weight_sum] = float(n_rows)
            call_kernel(row[Epoch.load_list], context, scalars)
            weight_sum = scalars[Scalar.weight_sum]
            if weight_sum > 0.0:  # samples without weight have no effect
                scalars[Scalar.scale] = 1.0 / weight_sum
                step = as_float64s(context[Context.coefficients])
                scalars[Scalar.l2] = step[Penalty.alpha] / weight_sum
                scalars[Scalar.shrinkage] = step[Penalty.shrinkage] / weight_sum
                scalars[Scalar.loss] = 0.0
                scalars[Scalar.squared_norm] = scalars[Scalar.absolute_norm] = 0.0
                scalars[Scalar.gradient_squares] = 0.0
                call_kernel(row[Epoch.step_list], context, scalars)
                loss = scalars[Scalar.loss] * scalars[Scalar.loss_factor]
                penalty = 0.5 * step[Penalty.alpha] * scalars[Scalar.squared_norm]
                penalty += step[Penalty.l1_alpha] * scalars[Scalar.absolute_norm]
                total += (loss + penalty) / weight_sum * n_rows
                total_penalty += penalty / weight_sum * n_rows
                norm = math.sqrt(scalars[Scalar.gradient_squares])
                # Clipping reduces the norm. Without clipping, unclipped_norm is 0.
                total_norm += max(norm, scalars[Scalar.unclipped_norm]) * n_rows
                n_weighed += n_rows
                if not math.isfinite(total):
                    scalars[Scalar.epoch_loss] = math.nan
                    return
            context[Context.coefficients] += 8 * row[Epoch.n_coefficients]
            context[Context.n_steps] += 1
            start += n_rows
        scalars[Scalar.epoch_loss] = total / max(n_weighed, 1)
        scalars[Scalar.epoch_penalty] = total_penalty / max(n_weighed, 1)
        scalars[Scalar.epoch_gradient_norm] = total_norm / max(n_weighed, 1)

    return plain_kernel(run_epoch)


def make_run_epochs():
    """Return the kernel that trains for epochs until a stopping rule applies.

    It stops after ``n_epochs``, if the loss has not improved by ``Scalar.tol`` for
    more than ``max_no_improvement`` epochs, or at the first loss or parameter that is
    not finite. In the last case, the snapshot has the parameters after the last
    completed epoch.
    """

    def run_epochs(row, context, scalars):
        records = as_float64s(row[Epochs.records])
        context[Context.coefficients] = row[Epochs.coefficients]
        for epoch in range(row[Epochs.n_epochs]):
            copy_bytes(
                row[Epochs.snapshot],
                row[Epochs.parameters],
                row[Epochs.parameter_bytes],
            )
            if row[Epochs.shuffle_row] != 0:
                call_kernel(row[Epochs.shuffle_row], context, scalars)
            call_kernel(row[Epochs.epoch_row], context, scalars)
            call_kernel(row[Epochs.check_row], context, scalars)
            loss = scalars[Scalar.epoch_loss]
            if math.isnan(loss) or scalars[Scalar.remainder] != 0.0:
                row[Epochs.has_diverged] = 1
                return
            norm = scalars[Scalar.parameter_norm]
            scalars[Scalar.epoch_update_ratio] = (
                scalars[Scalar.update_norm] / norm if norm > 0.0 else math.nan
            )
            for k, recorded in enumerate(RECORDED):
                records[epoch * N_RECORDS + k] = scalars[recorded]
            row[Epochs.n_done] = epoch + 1
            if loss > scalars[Scalar.best_loss] - scalars[Scalar.tol]:
                row[Epochs.no_improvement] += 1
            else:
                row[Epochs.no_improvement] = 0
            if loss < scalars[Scalar.best_loss]:
                scalars[Scalar.best_loss] = loss
            if row[Epochs.no_improvement] > row[Epochs.max_no_improvement]:
                return

    return plain_kernel(run_epochs)


def make_check_parameters(bits):
    """Return the kernel that checks whether all parameters are finite.

    Over the learned parameters, ``Scalar.update_norm`` becomes ||parameters - before||
    and ``parameter_norm`` becomes ||before||.
    """

    def check_parameters(code, row, context, scalars):
        values = code.vectors(row[CheckParameters.parameters])
        before = code.vectors(row[CheckParameters.before])
        remainder, update, size = DoubleSum(code), DoubleSum(code), DoubleSum(code)
        n_learned = row[CheckParameters.n_learned]

        def check(value):
            # x - x is 0 for finite x and NaN otherwise, and NaN stays in a sum.
            remainder.add(value - value, value - value)

        with code.range(n_learned, step=code.lanes) as i:
            check(values[i])
            step = values[i] - before[i]
            update.add(step, step)
            size.add(before[i], before[i])
        n_elements = row[CheckParameters.n_elements]
        with code.range(n_elements, start=n_learned, step=code.lanes) as i:
            check(values[i])
        scalars[Scalar.remainder] = remainder.total()
        scalars[Scalar.update_norm] = code.intrinsic("sqrt", update.total())
        scalars[Scalar.parameter_norm] = code.intrinsic("sqrt", size.total())

    return kernel(check_parameters, bits)


def make_gather_weights(bits):
    """Return the kernel that gathers and sums the weights of a minibatch.

    target[r] = source[order[r]], ``Scalar.weight_sum`` = sum over r of target[r].
    """
    as_weights = as_floats(bits)

    def gather_weights(row, context, scalars):
        order = as_int64s(context[Context.order])
        source = as_weights(row[Gather.source])
        target = as_weights(row[Gather.target])
        total = 0.0
        for r in range(context[Context.n_rows]):
            target[r] = source[order[r]]
            total += target[r]
        scalars[Scalar.weight_sum] = total

    return plain_kernel(gather_weights)
