"""Dropout."""

import numpy as np

from skbackprop.engine.reference.modules.rules import (
    backward,
    backward_curvature,
    forward,
)
from skbackprop.network import Dropout


def without_dropped(module, x, run):
    """Return x with the elements that Dropout drops in this pass set to 0."""
    if not run.is_training:
        return x
    kept = module.kept(x.shape, run.seed, run.n_steps, run.stream)
    return np.where(kept, x * x.dtype.type(1 / (1 - module.rate)), x.dtype.type(0))


@forward.register
def _(module: Dropout, inputs, parameters, run):
    return without_dropped(module, inputs[0], run)


@backward.register
def _(module: Dropout, inputs, output, adjoint, parameters, run):
    return [without_dropped(module, adjoint, run)]


@backward_curvature.register
def _(module: Dropout, inputs, output, curvature, parameters, run):
    return [without_dropped(module, without_dropped(module, curvature, run), run)]
