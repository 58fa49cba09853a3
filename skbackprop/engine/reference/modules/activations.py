"""Elementwise functions."""

import numpy as np

from skbackprop.engine.reference.modules.rules import (
    backward,
    backward_curvature,
    forward,
    xp,
)
from skbackprop.network import Elementwise


@forward.register
def _(module: Elementwise, inputs, parameters, run):
    return module.value(*inputs, xp)


@backward.register
def _(module: Elementwise, inputs, output, adjoint, parameters, run):
    return [module.derivative(*inputs, output, adjoint, xp)]


@backward_curvature.register
def _(module: Elementwise, inputs, output, curvature, parameters, run):
    slope = module.derivative(*inputs, output, np.ones_like(output), xp)
    return [curvature * slope**2]
