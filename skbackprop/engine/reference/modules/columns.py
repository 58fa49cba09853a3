"""Selecting, joining and creating columns."""

import numpy as np

from skbackprop.engine.reference.modules.rules import (
    backward,
    backward_curvature,
    forward,
)
from skbackprop.network import Concatenate, Slice, StopGradient, Zeros


@forward.register
def _(module: Slice, inputs, parameters, run):
    (x,) = inputs
    return x[:, module.start : module.stop]


@backward.register
def _(module: Slice, inputs, output, adjoint, parameters, run):
    dx = np.zeros_like(inputs[0])
    dx[:, module.start : module.stop] = adjoint
    return [dx]


@forward.register
def _(module: Concatenate, inputs, parameters, run):
    return np.concatenate(inputs, axis=1)


@backward.register
def _(module: Concatenate, inputs, output, adjoint, parameters, run):
    ends = np.cumsum([x.shape[1] for x in inputs])
    return np.split(adjoint, ends[:-1], axis=1)


@forward.register
def _(module: StopGradient, inputs, parameters, run):
    return inputs[0]


@forward.register
def _(module: Zeros, inputs, parameters, run):
    return np.zeros((inputs[0].shape[0], module.n_units), inputs[0].dtype)


# Derivatives of the output are 1 or 0, and equal their squares.
backward_curvature.register(Concatenate, backward.dispatch(Concatenate))
backward_curvature.register(Slice, backward.dispatch(Slice))
backward_curvature.register(StopGradient, backward.dispatch(StopGradient))
backward_curvature.register(Zeros, backward.dispatch(Zeros))
