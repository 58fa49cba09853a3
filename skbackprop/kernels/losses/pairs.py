"""Kernels of losses of distances, for pairs and triplets of rows.

The rows of a minibatch are ordered by groups. For each group g, a kernel adds
weight_g loss_g to ``Scalar.loss`` and sets the adjoint of the logits z of its rows to
weight_g scale d loss_g / d z, zero in the padding
(:mod:`skbackprop.kernels.losses.elementwise`). The margin is ``Scalar.loss_setting``.
"""

import math

from skbackprop.kernels.abi import Context, Loss, Scalar
from skbackprop.kernels.language.memory import as_floats, as_int64s, plain_kernel


def make_contrastive(bits):
    """Return the kernel of ``ContrastiveLoss``."""

    def value_and_slope(squared, is_other, margin):
        distance = math.sqrt(squared)
        missing = max(0.0, margin - distance)
        value = (1 - is_other) * squared / 2 + is_other * missing * missing / 2
        pull = 1.0 - is_other
        # At distance 0 there is no direction in which to push rows apart.
        push = is_other * missing / distance if distance > 0.0 else 0.0
        return value, pull - push

    return _make_of_pairs(value_and_slope, bits)


def make_logistic(bits):
    """Return the kernel of ``LogisticPairLoss``."""

    def value_and_slope(squared, is_other, margin):
        excess = squared - margin * margin
        decayed = math.exp(-abs(excess))
        value = max(excess, 0.0) - is_other * excess + math.log1p(decayed)
        probability = (1.0 if excess >= 0.0 else decayed) / (1.0 + decayed)
        return value, 2 * (probability - is_other)

    return _make_of_pairs(value_and_slope, bits)


def _make_of_pairs(value_and_slope, bits):
    """Return the kernel of a loss of pairs that depends on their distance.

    ``value_and_slope(D^2, Y, margin)`` returns the loss and the factor c of its
    gradients c (z_0 - z_1) and c (z_1 - z_0).
    """
    from numba import njit

    as_numbers, value_and_slope = as_floats(bits), njit(value_and_slope)

    def of_pairs(row, context, scalars):
        targets = as_numbers(row[Loss.targets])
        weights = as_numbers(row[Loss.weights])
        logits = as_numbers(row[Loss.logits])
        adjoint = as_numbers(row[Loss.adjoint])
        starts, ld = as_int64s(context[Context.group_starts]), row[Loss.ld_logits]
        for g in range(context[Context.n_groups]):
            first = starts[g] * ld
            second = first + ld
            squared = 0.0
            for j in range(row[Loss.width]):
                difference = float(logits[first + j]) - float(logits[second + j])
                squared += difference * difference
            is_other = float(targets[(starts[g] + 1) * row[Loss.ld_targets]])
            value, slope = value_and_slope(
                squared, is_other, scalars[Scalar.loss_setting]
            )
            scalars[Scalar.loss] += weights[g] * value
            if row[Loss.adjoint] != 0:
                for j in range(row[Loss.width], ld):
                    adjoint[first + j] = adjoint[second + j] = 0.0
                slope *= weights[g] * scalars[Scalar.scale]
                for j in range(row[Loss.width]):
                    difference = float(logits[first + j]) - float(logits[second + j])
                    adjoint[first + j] = slope * difference
                    adjoint[second + j] = -slope * difference

    return plain_kernel(of_pairs)


def make_triplet(bits):
    """Return the kernel of ``TripletLoss``."""
    as_numbers = as_floats(bits)

    def triplet(row, context, scalars):
        logits = as_numbers(row[Loss.logits])
        adjoint = as_numbers(row[Loss.adjoint])
        weights = as_numbers(row[Loss.weights])
        starts = as_int64s(context[Context.group_starts])
        ld = row[Loss.ld_logits]
        for g in range(context[Context.n_groups]):
            anchor = starts[g] * ld
            near, far = anchor + ld, anchor + 2 * ld
            excess = scalars[Scalar.loss_setting]
            for j in range(row[Loss.width]):
                to_near = float(logits[anchor + j]) - float(logits[near + j])
                to_far = float(logits[anchor + j]) - float(logits[far + j])
                excess += to_near * to_near - to_far * to_far
            violates = not excess <= 0.0  # also true for NaN
            if violates:
                scalars[Scalar.loss] += weights[g] * excess
            if row[Loss.adjoint] == 0:
                continue
            for j in range(anchor, anchor + 3 * ld):
                adjoint[j] = 0.0
            if violates:
                slope = 2 * weights[g] * scalars[Scalar.scale]
                for j in range(row[Loss.width]):
                    a, n = float(logits[anchor + j]), float(logits[near + j])
                    f = float(logits[far + j])
                    adjoint[anchor + j] = slope * (f - n)
                    adjoint[near + j] = slope * (n - a)
                    adjoint[far + j] = slope * (a - f)

    return plain_kernel(triplet)
