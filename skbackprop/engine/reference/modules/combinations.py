"""Elementwise functions of several signals."""

import numpy as np

from skbackprop.engine.reference.modules.rules import (
    backward,
    backward_curvature,
    forward,
    xp,
)
from skbackprop.network import Combination


@forward.register
def _(module: Combination, inputs, parameters, run):
    return module.value(*inputs, xp)


@backward.register
def _(module: Combination, inputs, output, adjoint, parameters, run):
    terms = module.derivatives(*inputs, adjoint, xp)
    return [_summed_to_width(*pair) for pair in zip(inputs, terms, strict=True)]


@backward_curvature.register
def _(module: Combination, inputs, output, curvature, parameters, run):
    slopes = module.derivatives(*inputs, np.ones_like(curvature), xp)
    terms = [None if slope is None else curvature * slope**2 for slope in slopes]
    return [_summed_to_width(*pair) for pair in zip(inputs, terms, strict=True)]


def _summed_to_width(x, terms):
    """Return terms, summed over the columns if x has only one."""
    is_narrow = terms is not None and x.shape[1] < terms.shape[1]
    return terms.sum(axis=1, keepdims=True) if is_narrow else terms
