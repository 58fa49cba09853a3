"""Pooling of groups of adjacent columns."""

import numpy as np

from skbackprop.engine.reference.modules.rules import (
    backward,
    backward_curvature,
    forward,
)
from skbackprop.network import MaxPool, MeanPool


def _groups(module, x):
    return x.reshape(len(x), -1, module.size)


@forward.register
def _(module: MaxPool, inputs, parameters, run):
    return _groups(module, inputs[0]).max(axis=2)


@backward.register
def _(module: MaxPool, inputs, output, adjoint, parameters, run):
    largest = _groups(module, inputs[0]).argmax(axis=2)[..., np.newaxis]
    is_largest = largest == np.arange(module.size)
    return [(is_largest * adjoint[..., np.newaxis]).reshape(inputs[0].shape)]


@forward.register
def _(module: MeanPool, inputs, parameters, run):
    return _groups(module, inputs[0]).mean(axis=2)


@backward.register
def _(module: MeanPool, inputs, output, adjoint, parameters, run):
    return [(adjoint / module.size).repeat(module.size, axis=1)]


@backward_curvature.register
def _(module: MeanPool, inputs, output, curvature, parameters, run):
    return [(curvature / module.size**2).repeat(module.size, axis=1)]


# Derivatives of the output are 1 or 0, and equal their squares.
backward_curvature.register(MaxPool, backward.dispatch(MaxPool))
