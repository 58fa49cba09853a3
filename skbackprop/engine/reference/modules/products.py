"""Dot products of rows."""

from skbackprop.engine.reference.modules.rules import (
    backward,
    backward_curvature,
    forward,
)
from skbackprop.network import DotProduct


@forward.register
def _(module: DotProduct, inputs, parameters, run):
    x1, x2 = inputs
    return (x1 * x2).sum(axis=1, keepdims=True)


@backward.register
def _(module: DotProduct, inputs, output, adjoint, parameters, run):
    x1, x2 = inputs
    return [adjoint * x2, adjoint * x1]


@backward_curvature.register
def _(module: DotProduct, inputs, output, curvature, parameters, run):
    x1, x2 = inputs
    return [curvature * x2**2, curvature * x1**2]
