"""The losses in plain NumPy, as reference for the kernels."""

import functools

import numpy as np

from skbackprop.engine.losses import (
    ElementwiseLoss,
    HardMargin,
    SmoothedSoftmaxLogLoss,
    SoftMargin,
    SoftmaxLogLoss,
    StepwiseLogLoss,
)
from skbackprop.engine.reference.modules import xp


@functools.singledispatch
def value_and_gradient(loss, logits, targets):
    """Return the loss of each sample and its gradient with respect to the logits."""
    raise NotImplementedError(f"{loss!r} has no reference implementation.")


def in_dtype(loss, logits):
    """Return a loss with its settings as rows, with a number for each output."""
    return loss.with_settings(loss.settings(logits.shape[1]).astype(logits.dtype))


@value_and_gradient.register
def _(loss: ElementwiseLoss, logits, targets):
    loss = in_dtype(loss, logits)
    value = loss.value(logits, targets, xp).sum(axis=1)
    return value, loss.gradient(logits, targets, xp)


@value_and_gradient.register
def _(loss: SoftmaxLogLoss, logits, targets):
    rows, classes = np.arange(len(logits)), targets[:, 0].astype(int)
    shifted = logits - logits.max(axis=1, keepdims=True)
    exponentials = np.exp(shifted)
    totals = exponentials.sum(axis=1, keepdims=True)
    gradient = exponentials / totals
    gradient[rows, classes] -= 1
    return np.log(totals[:, 0]) - shifted[rows, classes], gradient


@value_and_gradient.register
def _(loss: SmoothedSoftmaxLogLoss, logits, targets):
    smoothing, n_classes = logits.dtype.type(loss.label_smoothing), logits.shape[1]
    wanted = np.full_like(logits, smoothing / n_classes)
    wanted[np.arange(len(logits)), targets[:, 0].astype(int)] += 1 - smoothing
    shifted = logits - logits.max(axis=1, keepdims=True)
    exponentials = np.exp(shifted)
    totals = exponentials.sum(axis=1, keepdims=True)
    value = np.log(totals[:, 0]) - (wanted * shifted).sum(axis=1)
    return value, exponentials / totals - wanted


@value_and_gradient.register
def _(loss: HardMargin, logits, targets):
    return _of_margin(loss.loss, logits, targets, is_soft=False)


@value_and_gradient.register
def _(loss: SoftMargin, logits, targets):
    return _of_margin(loss.loss, logits, targets, is_soft=True)


def _of_margin(loss, logits, targets, is_soft):
    """Return the loss of the margin over the other classes, and its gradient."""
    is_true = targets.astype(int) == np.arange(logits.shape[1])
    others = np.where(is_true, -np.inf, logits).astype(logits.dtype)
    level = others.max(axis=1, keepdims=True)
    if is_soft:
        shares = np.exp(others - level)
        level = level + np.log(shares.sum(axis=1, keepdims=True))
    else:
        shares = np.where(level == level, others == level, level)
    margin = logits[is_true][:, np.newaxis] - level
    loss = in_dtype(loss, margin)
    slope = loss.gradient(margin, 1.0, xp)
    gradient = np.where(
        is_true, slope, -slope * (shares / shares.sum(1, keepdims=True))
    )
    return loss.value(margin, 1.0, xp)[:, 0], gradient


@value_and_gradient.register
def _(loss: StepwiseLogLoss, logits, targets):
    exists = ~np.isnan(targets)
    steps = logits.reshape(*targets.shape, loss.n_classes)
    value, gradient = np.zeros_like(targets), np.zeros_like(steps)
    value[exists], gradient[exists] = value_and_gradient(
        SoftmaxLogLoss(), steps[exists], targets[exists][:, np.newaxis]
    )
    return value.sum(axis=1), gradient.reshape(logits.shape)


def group_values_and_gradient(loss, logits, targets, starts):
    """Return the loss of each group, and the gradient with respect to all logits."""
    values, gradient = np.zeros(len(starts) - 1, logits.dtype), np.zeros_like(logits)
    for g, own in enumerate(map(slice, starts[:-1], starts[1:])):
        values[g], gradient[own] = loss.of_group(logits[own], targets[own])
    return values, gradient
