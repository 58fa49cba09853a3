"""Normalization of rows and of columns."""

import numpy as np

from skbackprop.engine.reference.modules.rules import (
    backward,
    forward,
    parameter_gradients,
)
from skbackprop.network import BatchNorm, LayerNorm


def _normalized(module, x, running, run):
    """Return the normalized x, and its scale factor."""
    axis = 0 if running else 1
    mean, variance = x.mean(axis, keepdims=True), x.var(axis, keepdims=True)
    if axis == 0 and not run.is_training:
        mean, variance = running
    factor = 1 / np.sqrt(variance + module.eps)
    return (x - mean) * factor, factor


@forward.register(LayerNorm)
@forward.register(BatchNorm)
def _(module, inputs, parameters, run):
    (x,), (weight, bias, *running) = inputs, parameters
    if running and run.is_training and len(x) > 1:
        for value, of_batch in zip(running, (x.mean(0), x.var(0, ddof=1)), strict=True):
            value *= 1 - module.momentum
            value += module.momentum * of_batch
    return _normalized(module, x, running, run)[0] * weight + bias


@backward.register(LayerNorm)
@backward.register(BatchNorm)
def _(module, inputs, output, adjoint, parameters, run):
    weight, _, *running = parameters
    normalized, factor = _normalized(module, inputs[0], running, run)
    adjoint = adjoint * weight
    if running and not run.is_training:
        return [adjoint * factor]
    axis = 0 if running else 1
    mean = adjoint.mean(axis, keepdims=True)
    covariance = (adjoint * normalized).mean(axis, keepdims=True)
    return [(adjoint - mean - normalized * covariance) * factor]


@parameter_gradients.register(LayerNorm)
@parameter_gradients.register(BatchNorm)
def _(module, inputs, adjoint, parameters, run):
    normalized, _ = _normalized(module, inputs[0], parameters[2:], run)
    return [(adjoint * normalized).sum(axis=0), adjoint.sum(axis=0)]
