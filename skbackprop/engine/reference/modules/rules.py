"""Five functions that compute modules, dispatched by type.

A new type of module registers the functions that it needs.
"""

import functools
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
from scipy import special

# The ``xp`` of formulas.
_FUNCTIONS = "divide exp expm1 log log1p maximum minimum sqrt tanh where"
xp = SimpleNamespace(erf=special.erf, **{n: getattr(np, n) for n in _FUNCTIONS.split()})


class Pass(NamedTuple):
    """The mode of a pass, and the state of its random numbers.

    Attributes
    ----------
    is_training : bool
        Whether the pass is for training instead of prediction.
    seed : int
        Seed of the random numbers of this fit.
    n_steps : int
        Number of minibatches so far.
    stream : int
        Number of the instruction.
    """

    is_training: bool = False
    seed: int = 0
    n_steps: int = 0
    stream: int = 0


@functools.singledispatch
def forward(module, inputs, parameters, run):
    """Return the output of a module; ``parameters`` includes its buffers."""
    raise NotImplementedError(f"{module!r} has no reference implementation.")


@functools.singledispatch
def backward(module, inputs, output, adjoint, parameters, run):
    """Return the adjoints of a module's inputs, given that of its output."""
    raise NotImplementedError(f"{module!r} has no reference implementation.")


@functools.singledispatch
def parameter_gradients(module, inputs, adjoint, parameters, run):
    """Return the gradients of the parameters of a module."""
    return []


@functools.singledispatch
def backward_curvature(module, inputs, output, curvature, parameters, run):
    """Return d2E/dx2 of a module's inputs, given that of its output."""
    raise NotImplementedError(f"{module!r} has no backward pass of curvatures.")


@functools.singledispatch
def parameter_curvatures(module, inputs, curvature, parameters, run):
    """Return d2E/dw2 of the parameters of a module, summed over the samples."""
    return []
