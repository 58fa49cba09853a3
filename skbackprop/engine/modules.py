"""What each module computes, in plain NumPy, and its derivatives.

The slow, obvious truth beside the kernels.
"""

import functools
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
from scipy import special

from skbackprop.network import (
    Bias,
    Combination,
    Concatenate,
    Elementwise,
    Linear,
    Scale,
    Slice,
    StopGradient,
    Zeros,
)

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


@forward.register
def _(module: Elementwise, inputs, parameters, run):
    return module.value(*inputs, xp)


@backward.register
def _(module: Elementwise, inputs, output, adjoint, parameters, run):
    return [module.derivative(*inputs, output, adjoint, xp)]


@forward.register
def _(module: Combination, inputs, parameters, run):
    return module.value(*inputs, xp)


@backward.register
def _(module: Combination, inputs, output, adjoint, parameters, run):
    terms = module.derivatives(*inputs, adjoint, xp)
    return [
        term.sum(axis=1, keepdims=True)
        if term is not None and x.shape[1] < term.shape[1]
        else term
        for x, term in zip(inputs, terms, strict=True)
    ]


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
