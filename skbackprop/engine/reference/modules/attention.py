"""Scaled dot-product attention."""

import numpy as np

from skbackprop.engine.reference.modules.rules import backward, forward
from skbackprop.engine.reference.modules.softmax import softmax
from skbackprop.network import ScaledDotProductAttention


def _attention(module, inputs):
    """Return queries, keys and values by time steps, and the weights of the values."""
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
