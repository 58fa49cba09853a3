"""The kernel of the log loss at each step of a sequence."""

import math

from skbackprop.kernels.abi import Context, Loss, Scalar
from skbackprop.kernels.language.memory import as_floats, plain_kernel


def make_stepwise_log_loss(bits):
    """Return the kernel of ``StepwiseLogLoss``, in plain loops over steps."""
    as_numbers = as_floats(bits)

    def stepwise_log_loss(row, context, scalars):
        targets = as_numbers(row[Loss.targets])
        weights = as_numbers(row[Loss.weights])
        logits = as_numbers(row[Loss.logits])
        adjoint = as_numbers(row[Loss.adjoint])
        dz_wanted, n_classes = row[Loss.adjoint] != 0, row[Loss.n_classes]
        for r in range(context[Context.n_rows]):
            factor, total = weights[r] * scalars[Scalar.scale], 0.0
            first, n_steps = r * row[Loss.ld_logits], row[Loss.width] // n_classes
            for j in range(first, first + row[Loss.ld_logits] * dz_wanted):
                adjoint[j] = 0.0
            for step in range(n_steps):
                target = targets[r * row[Loss.ld_targets] + step]
                z = first + step * n_classes
                if target != target:  # NaN: the sequence has no such step
                    continue
                largest, exponentials = -math.inf, 0.0
                for j in range(z, z + n_classes):
                    largest = max(largest, logits[j])
                for j in range(z, z + n_classes):
                    exponentials += math.exp(logits[j] - largest)
                chosen = z + int(target)
                total += math.log(exponentials) - (logits[chosen] - largest)
                if dz_wanted:
                    for j in range(z, z + n_classes):
                        share = math.exp(logits[j] - largest) / exponentials
                        adjoint[j] = factor * share
                    adjoint[chosen] -= factor
            scalars[Scalar.loss] += weights[r] * total

    return plain_kernel(stepwise_log_loss)
