"""The linear module."""

import numpy as np
from scipy import sparse

from skbackprop.engine.reference.modules.rules import (
    backward,
    backward_curvature,
    forward,
    parameter_curvatures,
    parameter_gradients,
)
from skbackprop.network import Linear


@forward.register
def _(module: Linear, inputs, parameters, run):
    (x,), (weight, *bias) = inputs, parameters
    return x @ weight + (bias[0] if bias else 0)


@backward.register
def _(module: Linear, inputs, output, adjoint, parameters, run):
    return [adjoint @ parameters[0].T]


@parameter_gradients.register
def _(module: Linear, inputs, adjoint, parameters, run):
    (x,) = inputs
    gradient = np.where(module.connected(x.shape[1]), x.T @ adjoint, 0)
    return [gradient, adjoint.sum(axis=0)] if module.bias else [gradient]


@backward_curvature.register
def _(module: Linear, inputs, output, curvature, parameters, run):
    weight = parameters[0]
    return [curvature @ (weight * weight).T]


@parameter_curvatures.register
def _(module: Linear, inputs, curvature, parameters, run):
    (x,) = inputs
    squares = x.multiply(x) if sparse.issparse(x) else x * x
    of_weight = np.where(module.connected(x.shape[1]), squares.T @ curvature, 0)
    return [of_weight, curvature.sum(axis=0)] if module.bias else [of_weight]
