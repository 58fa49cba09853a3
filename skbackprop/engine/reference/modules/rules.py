"""What is computed for each type of module: five functions, dispatched by type.

A module of a new kind registers its own; those that it does not need it leaves out.
"""

import functools
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
from scipy import special

# What formulas know as ``xp``.
_FUNCTIONS = "divide exp expm1 log log1p maximum minimum sqrt tanh where"
xp = SimpleNamespace(erf=special.erf, **{n: getattr(np, n) for n in _FUNCTIONS.split()})


class Pass(NamedTuple):
    """What a pass is run for, and where its random numbers stand.

    Attributes
    ----------
    is_training : bool
        Whether a minibatch is learned from, rather than predicted.
    seed : int
        Of the random numbers of this fit.
    n_steps : int
        Minibatches learned from so far.
    stream : int
        Number of the instruction.
    """

    is_training: bool = False
    seed: int = 0
    n_steps: int = 0
    stream: int = 0


@functools.singledispatch
def forward(module, inputs, parameters, run):
    """Return the output of a module; ``parameters`` has its buffers too."""
    raise NotImplementedError(f"{module!r} has no reference implementation.")


@functools.singledispatch
def backward(module, inputs, output, adjoint, parameters, run):
    """Return the adjoints of the inputs of a module, given that of its output."""
    raise NotImplementedError(f"{module!r} has no reference implementation.")


@functools.singledispatch
def parameter_gradients(module, inputs, adjoint, parameters, run):
    """Return the gradients of the parameters of a module."""
    return []


@functools.singledispatch
def backward_curvature(module, inputs, output, curvature, parameters, run):
    """Return d2E/dx2 of the inputs of a module, given that of its output."""
    raise NotImplementedError(f"{module!r} has no backward pass of curvatures.")


@functools.singledispatch
def parameter_curvatures(module, inputs, curvature, parameters, run):
    """Return d2E/dw2 of the parameters of a module, summed over the samples."""
    return []
