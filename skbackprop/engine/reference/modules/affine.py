"""Bias and Scale."""

from skbackprop.engine.reference.modules.rules import (
    backward,
    backward_curvature,
    forward,
    parameter_curvatures,
    parameter_gradients,
)
from skbackprop.network import Bias, Scale


@forward.register
def _(module: Bias, inputs, parameters, run):
    return inputs[0] + parameters[0]


@backward.register
def _(module: Bias, inputs, output, adjoint, parameters, run):
    return [adjoint]


@parameter_gradients.register
def _(module: Bias, inputs, adjoint, parameters, run):
    return [adjoint.sum(axis=0)]


@forward.register
def _(module: Scale, inputs, parameters, run):
    return inputs[0] * parameters[0]


@backward.register
def _(module: Scale, inputs, output, adjoint, parameters, run):
    return [adjoint * parameters[0]]


@parameter_gradients.register
def _(module: Scale, inputs, adjoint, parameters, run):
    return [(adjoint * inputs[0]).sum(axis=0)]


@backward_curvature.register
def _(module: Scale, inputs, output, curvature, parameters, run):
    return [curvature * parameters[0] ** 2]


@parameter_curvatures.register
def _(module: Scale, inputs, curvature, parameters, run):
    return [(curvature * inputs[0] ** 2).sum(axis=0)]


# Derivatives of the output are 1 or 0, and equal their squares.
backward_curvature.register(Bias, backward.dispatch(Bias))
parameter_curvatures.register(Bias, parameter_gradients.dispatch(Bias))
