"""Recording of modules.

For activations and combinations, the formula of the module itself is recorded, so that
those of users need no rule. Other modules have a rule here, by type.
"""

import functools

import numpy as np

from skbackprop.network import (
    BatchNorm,
    Bias,
    Concatenate,
    DotProduct,
    Dropout,
    LayerNorm,
    Linear,
    LogSoftMax,
    MaxPool,
    MeanPool,
    PiecewiseLinear,
    ReLU,
    Scale,
    ScaledDotProductAttention,
    Sigmoid,
    Slice,
    Softmax,
    StopGradient,
    Zeros,
)
from skbackprop.network.modules.activations import Elementwise
from skbackprop.network.modules.combinations import Combination


@functools.singledispatch
def record_module(module, inputs, blocks, xp):
    """Return the output of a module in prediction, as a Tensor.

    Parameters
    ----------
    module : Module
    inputs : list of Tensor
        Tensors with two axes.
    blocks : list of ndarray
        Parameters, followed by buffers.
    xp : Recorder
    """
    raise TypeError(
        f"{module!r} cannot be exported, as it has no rule. Only subclasses of "
        "Elementwise and Combination need none: they are exported by the formula in "
        "their method value."
    )


@record_module.register(Elementwise)
@record_module.register(Combination)
def _(module, inputs, blocks, xp):
    return module.value(*inputs, xp)


# One node instead of several: runtimes have faster kernels, and fuse with products.
@record_module.register
def _(module: ReLU, inputs, blocks, xp):
    return xp.apply("Relu", *inputs)


@record_module.register
def _(module: Sigmoid, inputs, blocks, xp):
    return xp.apply("Sigmoid", *inputs)


@record_module.register(Softmax)
def _(module, inputs, blocks, xp):
    return xp.apply("Softmax", *inputs, axis=-1)


@record_module.register(LogSoftMax)
def _(module, inputs, blocks, xp):
    return xp.apply("LogSoftmax", *inputs, axis=-1)


@record_module.register
def _(module: Linear, inputs, blocks, xp):
    return xp.apply("Gemm" if module.bias else "MatMul", *inputs, *blocks)


@record_module.register
def _(module: Bias, inputs, blocks, xp):
    return inputs[0] + blocks[0]


@record_module.register
def _(module: Scale, inputs, blocks, xp):
    return inputs[0] * blocks[0]


@record_module.register
def _(module: LayerNorm, inputs, blocks, xp):
    # In the operator LayerNormalization, eps has single precision only.
    (x,), (weight, bias) = inputs, blocks
    centred = x - xp.sum(x, axis=1) / len(weight)
    variance = xp.sum(centred * centred, axis=1) / len(weight)
    return centred / xp.sqrt(variance + module.eps) * weight + bias


@record_module.register
def _(module: BatchNorm, inputs, blocks, xp):
    weight, bias, mean, variance = blocks
    return (inputs[0] - mean) * (weight / np.sqrt(variance + module.eps)) + bias


@record_module.register(Dropout)
@record_module.register(StopGradient)
def _(module, inputs, blocks, xp):
    return inputs[0]


@record_module.register
def _(module: Slice, inputs, blocks, xp):
    ends = np.array([[module.start], [module.stop], [1]], np.int64)
    return xp.apply("Slice", inputs[0], *ends)


@record_module.register
def _(module: Concatenate, inputs, blocks, xp):
    return xp.concatenate(inputs)


@record_module.register
def _(module: Zeros, inputs, blocks, xp):
    return xp.full(inputs[0], module.n_units, 0, inputs[0].dtype)


@record_module.register
def _(module: MaxPool, inputs, blocks, xp):
    axes = np.array([2], np.int64)
    return xp.apply("ReduceMax", _groups(module, inputs, xp), axes, keepdims=0)


@record_module.register
def _(module: MeanPool, inputs, blocks, xp):
    return xp.sum(_groups(module, inputs, xp), axis=2, keepdims=False) / module.size


def _groups(module, inputs, xp):
    """Return the input with an additional axis for the members of each group."""
    return xp.reshape(inputs[0], 0, -1, module.size)


@record_module.register
def _(module: PiecewiseLinear, inputs, blocks, xp):
    (x,) = inputs
    constants = module.constants(x.dtype, len(module.edges))
    lower, slopes = constants["constants"]
    columns, _, sizes = constants["indices"].T
    filled = (xp.columns(x, np.repeat(columns, sizes)) - lower) * slopes
    return xp.minimum(xp.maximum(filled, 0.0), 1.0)


@record_module.register
def _(module: DotProduct, inputs, blocks, xp):
    return xp.sum(inputs[0] * inputs[1], axis=1)


@record_module.register
def _(module: ScaledDotProductAttention, inputs, blocks, xp):
    n = module.n_timesteps
    q, k, v = (xp.reshape(x, 0, n, -1) for x in inputs)
    scores = xp.apply("MatMul", q, xp.apply("Transpose", k, perm=[0, 2, 1]))
    # The square root of the number of columns, which is known only to the graph.
    width = xp.apply("Gather", xp.apply("Shape", k, dtype=np.int64), np.int64(2))
    scores = scores / xp.sqrt(xp.cast(width, scores.dtype))
    if module.causal:
        is_later = ~np.tri(n, dtype=bool)
        scores = scores + np.where(is_later, -np.inf, 0)
    weights = xp.apply("Softmax", scores, axis=-1)
    return xp.reshape(xp.apply("MatMul", weights, v), 0, -1)
