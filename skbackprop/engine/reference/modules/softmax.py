"""Softmax and LogSoftMax."""

import numpy as np

from skbackprop.engine.reference.modules.rules import (
    backward,
    backward_curvature,
    forward,
)
from skbackprop.network import LogSoftMax, Softmax


def softmax(x):
    """Return exp(x) / sum(exp(x)) over the last axis."""
    exponentials = np.exp(x - x.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


@forward.register
def _(module: Softmax, inputs, parameters, run):
    return softmax(inputs[0])


@backward.register
def _(module: Softmax, inputs, output, adjoint, parameters, run):
    return [output * (adjoint - (adjoint * output).sum(axis=1, keepdims=True))]


@forward.register
def _(module: LogSoftMax, inputs, parameters, run):
    shifted = inputs[0] - inputs[0].max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


@backward.register
def _(module: LogSoftMax, inputs, output, adjoint, parameters, run):
    return [adjoint - np.exp(output) * adjoint.sum(axis=1, keepdims=True)]


@backward_curvature.register
def _(module: Softmax, inputs, output, curvature, parameters, run):
    # dy_i / dx_j = y_i ([i = j] - y_j)
    total = (output**2 * curvature).sum(axis=1, keepdims=True)
    return [output**2 * (total + (1 - 2 * output) * curvature)]


@backward_curvature.register
def _(module: LogSoftMax, inputs, output, curvature, parameters, run):
    # dy_i / dx_j = [i = j] - p_j
    p = np.exp(output)
    total = curvature.sum(axis=1, keepdims=True)
    return [p**2 * total + (1 - 2 * p) * curvature]
