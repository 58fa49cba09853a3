"""The log loss of each step of a sequence."""

import math

from skbackprop.kernels.abi import (
    DY,
    LDX,
    LDY,
    LOSS,
    N_ROWS,
    SCALE,
    SETTING,
    WIDTH_Y,
    W,
    X,
    Y,
)
from skbackprop.kernels.language.memory import as_floats, plain_kernel


def make_stepwise_log_loss(bits):
    """Return the kernel of ``StepwiseLogLoss``, softmax by softmax in plain loops.

    SETTING is the number of classes.
    """
    as_numbers = as_floats(bits)

    def stepwise_log_loss(row, context, scalars):
        targets, weights = as_numbers(row[X]), as_numbers(row[W])
        logits, adjoint = as_numbers(row[Y]), as_numbers(row[DY])
        dz_wanted, n_classes = row[DY] != 0, row[SETTING]
        for r in range(context[N_ROWS]):
            factor, total = weights[r] * scalars[SCALE], 0.0
            first, n_steps = r * row[LDY], row[WIDTH_Y] // n_classes
            for j in range(first, first + row[LDY] * dz_wanted):
                adjoint[j] = 0.0
            for step in range(n_steps):
                target, z = targets[r * row[LDX] + step], first + step * n_classes
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
            scalars[LOSS] += weights[r] * total

    return plain_kernel(stepwise_log_loss)
