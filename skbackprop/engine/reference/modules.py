"""What each module computes, in plain NumPy, and its derivatives.

The slow, obvious truth beside the kernels.
"""

import functools
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
from scipy import special

from skbackprop.network import (
    BatchNorm,
    Bias,
    Combination,
    Concatenate,
    DotProduct,
    Dropout,
    Elementwise,
    LayerNorm,
    Linear,
    LogSoftMax,
    MaxPool,
    MeanPool,
    Scale,
    ScaledDotProductAttention,
    Slice,
    Softmax,
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


def softmax(x):
    """Return exp(x) / sum(exp(x)) over the last axis."""
    exponentials = np.exp(x - x.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


@forward.register
def _(module: Softmax, inputs, parameters, run):
    return softmax(inputs[0])


@backward.register
def _(module: Softmax, inputs, output, adjoint, parameters, run):
    return [output * (adjoint - (adjoint * output).sum(axis=1, keepdims=True))]


@forward.register
def _(module: LogSoftMax, inputs, parameters, run):
    shifted = inputs[0] - inputs[0].max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


@backward.register
def _(module: LogSoftMax, inputs, output, adjoint, parameters, run):
    return [adjoint - np.exp(output) * adjoint.sum(axis=1, keepdims=True)]


def _normalized(module, x, running, run):
    """Return x normalized, and what it was multiplied by."""
    axis = 0 if running else 1
    mean, variance = x.mean(axis, keepdims=True), x.var(axis, keepdims=True)
    if axis == 0 and not run.is_training:
        mean, variance = running
    factor = 1 / np.sqrt(variance + module.eps)
    return (x - mean) * factor, factor


@forward.register(LayerNorm)
@forward.register(BatchNorm)
def _(module, inputs, parameters, run):
    (x,), (weight, bias, *running) = inputs, parameters
    if running and run.is_training and len(x) > 1:
        for value, of_batch in zip(running, (x.mean(0), x.var(0, ddof=1)), strict=True):
            value *= 1 - module.momentum
            value += module.momentum * of_batch
    return _normalized(module, x, running, run)[0] * weight + bias


@backward.register(LayerNorm)
@backward.register(BatchNorm)
def _(module, inputs, output, adjoint, parameters, run):
    weight, _, *running = parameters
    normalized, factor = _normalized(module, inputs[0], running, run)
    adjoint = adjoint * weight
    if running and not run.is_training:
        return [adjoint * factor]
    axis = 0 if running else 1
    mean = adjoint.mean(axis, keepdims=True)
    covariance = (adjoint * normalized).mean(axis, keepdims=True)
    return [(adjoint - mean - normalized * covariance) * factor]


@parameter_gradients.register(LayerNorm)
@parameter_gradients.register(BatchNorm)
def _(module, inputs, adjoint, parameters, run):
    normalized, _ = _normalized(module, inputs[0], parameters[2:], run)
    return [(adjoint * normalized).sum(axis=0), adjoint.sum(axis=0)]


def without_dropped(module, x, run):
    """Return x with what a Dropout module leaves out in this pass set to 0."""
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


def _groups(module, x):
    return x.reshape(len(x), -1, module.size)


@forward.register
def _(module: MaxPool, inputs, parameters, run):
    return _groups(module, inputs[0]).max(axis=2)


@backward.register
def _(module: MaxPool, inputs, output, adjoint, parameters, run):
    largest = _groups(module, inputs[0]).argmax(axis=2)[..., np.newaxis]
    is_largest = largest == np.arange(module.size)
    return [(is_largest * adjoint[..., np.newaxis]).reshape(inputs[0].shape)]


@forward.register
def _(module: MeanPool, inputs, parameters, run):
    return _groups(module, inputs[0]).mean(axis=2)


@backward.register
def _(module: MeanPool, inputs, output, adjoint, parameters, run):
    return [(adjoint / module.size).repeat(module.size, axis=1)]


@forward.register
def _(module: DotProduct, inputs, parameters, run):
    x1, x2 = inputs
    return (x1 * x2).sum(axis=1, keepdims=True)


@backward.register
def _(module: DotProduct, inputs, output, adjoint, parameters, run):
    x1, x2 = inputs
    return [adjoint * x2, adjoint * x1]


def _attention(module, inputs):
    """Return queries, keys, values, by time steps, and the weights of the values."""
    q, k, v = (x.reshape(len(x), module.n_timesteps, -1) for x in inputs)
    scores = q @ k.swapaxes(1, 2) * q.dtype.type(q.shape[2] ** -0.5)
    if module.causal:
        is_later = ~np.tri(module.n_timesteps, dtype=bool)
        scores[:, is_later] = -np.inf
    return q, k, v, softmax(scores)


@forward.register
def _(module: ScaledDotProductAttention, inputs, parameters, run):
    _, _, v, weights = _attention(module, inputs)
    return (weights @ v).reshape(inputs[2].shape)


@backward.register
def _(module: ScaledDotProductAttention, inputs, output, adjoint, parameters, run):
    q, k, v, weights = _attention(module, inputs)
    dy = adjoint.reshape(v.shape)
    dweights = dy @ v.swapaxes(1, 2)
    dscores = weights * (dweights - (weights * dweights).sum(axis=2, keepdims=True))
    dscores *= q.dtype.type(q.shape[2] ** -0.5)
    found = dscores @ k, dscores.swapaxes(1, 2) @ q, weights.swapaxes(1, 2) @ dy
    return [dx.reshape(x.shape) for dx, x in zip(found, inputs, strict=True)]
