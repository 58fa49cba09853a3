"""Piecewise-linear encoding of columns."""

import numpy as np

from skbackprop.engine.reference.modules.rules import (
    backward,
    backward_curvature,
    forward,
)
from skbackprop.network import PiecewiseLinear


def _filled(module, x):
    """Return t, the slope and the index of the column of each bin."""
    constants = module.constants(x.dtype, x.shape[1])
    lower, slopes = constants["constants"]
    columns, _, sizes = constants["indices"].T
    column_of = np.repeat(columns, sizes)
    with np.errstate(over="ignore"):  # steps have large slopes
        return (x[:, column_of] - lower) * slopes, slopes, column_of


@forward.register
def _(module: PiecewiseLinear, inputs, parameters, run):
    filled, _, _ = _filled(module, inputs[0])
    return filled.clip(0, 1)


@backward.register
def _(module: PiecewiseLinear, inputs, output, adjoint, parameters, run):
    return [_pulled_back(module, inputs[0], adjoint, power=1)]


@backward_curvature.register
def _(module: PiecewiseLinear, inputs, output, curvature, parameters, run):
    return [_pulled_back(module, inputs[0], curvature, power=2)]


def _pulled_back(module, x, adjoint, power):
    """Return the sums over bins of adjoints times powers of dt/dx."""
    filled, slopes, column_of = _filled(module, x)
    is_inside = (filled > 0) & (filled < 1)
    terms = np.where(is_inside, adjoint * slopes**power, 0)
    dx = np.zeros_like(x)
    np.add.at(dx.T, column_of, terms.T)
    return dx
