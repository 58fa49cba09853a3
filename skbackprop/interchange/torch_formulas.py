"""Equivalents of modules in torch.

``MODULES`` has all modules with an equivalent module in torch. Others have a rule
that consists of public functions of torch. Rules are called with proxies of
:mod:`torch.fx`, which record operations. They take torch as an argument, so that this
file can be imported without it.
"""

import functools

from skbackprop import network

# Above this, log(1 + exp(x)) equals x in float64 too; torch's default of 20 is too low.
_SOFTPLUS_IS_LINEAR = 40

# Modules of torch, made from those of this package and the width of the input.
MODULES = {
    network.BatchNorm: lambda nn, m, n: nn.BatchNorm1d(n, m.eps, m.momentum),
    network.Dropout: lambda nn, m, n: nn.Dropout(m.rate),
    network.ELU: lambda nn, m, n: nn.ELU(m.alpha),
    network.GELU: lambda nn, m, n: nn.GELU(),
    network.HardTanh: lambda nn, m, n: nn.Hardtanh(),
    network.Identity: lambda nn, m, n: nn.Identity(),
    network.LayerNorm: lambda nn, m, n: nn.LayerNorm(n, m.eps),
    network.LeakyReLU: lambda nn, m, n: nn.LeakyReLU(m.negative_slope),
    network.Linear: lambda nn, m, n: nn.Linear(n, m.n_units, m.bias),
    network.LogSoftMax: lambda nn, m, n: nn.LogSoftmax(dim=1),
    network.Mish: lambda nn, m, n: nn.Mish(),
    network.ReLU: lambda nn, m, n: nn.ReLU(),
    network.SELU: lambda nn, m, n: nn.SELU(),
    network.SiLU: lambda nn, m, n: nn.SiLU(),
    network.Sigmoid: lambda nn, m, n: nn.Sigmoid(),
    network.Softmax: lambda nn, m, n: nn.Softmax(dim=1),
    network.Softplus: lambda nn, m, n: nn.Softplus(threshold=_SOFTPLUS_IS_LINEAR),
    network.Softsign: lambda nn, m, n: nn.Softsign(),
    network.Tanh: lambda nn, m, n: nn.Tanh(),
}


@functools.singledispatch
def formula(module, torch, inputs, own):
    """Return the output of a module, computed by functions of torch.

    Parameters
    ----------
    module : Module
    torch : module
    inputs : list of Proxy
        Inputs of shape (n_samples, width).
    own : dict of str to Proxy
        Parameters and constants of the module.
    """
    raise TypeError(
        f"{module!r} has no rule for torch. Register one with "
        "skbackprop.interchange.torch_formulas.formula.register."
    )


@formula.register
def _(module: network.Linear, torch, inputs, own):
    # Only with missing connections, whose weights must get no gradient.
    return torch.nn.functional.linear(
        inputs[0], own["weight"] * own["connected"], own.get("bias")
    )


@formula.register
def _(module: network.Abs, torch, inputs, own):
    return torch.abs(inputs[0])


@formula.register
def _(module: network.Square, torch, inputs, own):
    return torch.square(inputs[0])


@formula.register
def _(module: network.ScaledTanh, torch, inputs, own):
    return 1.7159 * torch.tanh((2.0 / 3.0) * inputs[0])


@formula.register
def _(module: network.SmoothClip, torch, inputs, own):
    share = inputs[0] / module.limit
    return inputs[0] / torch.hypot(share, torch.ones_like(share))  # without overflow


@formula.register
def _(module: network.Bias, torch, inputs, own):
    return inputs[0] + own["bias"]


@formula.register
def _(module: network.Scale, torch, inputs, own):
    return inputs[0] * own["scale"]


@formula.register
def _(module: network.Add, torch, inputs, own):
    return inputs[0] + inputs[1]


@formula.register
def _(module: network.Subtract, torch, inputs, own):
    return inputs[0] - inputs[1]


@formula.register
def _(module: network.Multiply, torch, inputs, own):
    return inputs[0] * inputs[1]


@formula.register
def _(module: network.Max, torch, inputs, own):
    a, b = inputs  # torch.maximum would halve the gradient of equal numbers
    return torch.where((a > b) | torch.isnan(a), a, b)


@formula.register
def _(module: network.Where, torch, inputs, own):
    condition, a, b = inputs
    return torch.where(condition > 0, a, b)


@formula.register
def _(module: network.Slice, torch, inputs, own):
    return inputs[0][:, module.start : module.stop]


@formula.register
def _(module: network.Concatenate, torch, inputs, own):
    return torch.cat(inputs, 1)


@formula.register
def _(module: network.StopGradient, torch, inputs, own):
    return inputs[0].detach()


@formula.register
def _(module: network.Zeros, torch, inputs, own):
    return inputs[0].new_zeros((inputs[0].shape[0], module.n_units))


@formula.register
def _(module: network.DotProduct, torch, inputs, own):
    return (inputs[0] * inputs[1]).sum(1, keepdim=True)


@formula.register
def _(module: network.MaxPool, torch, inputs, own):
    return torch.nn.functional.max_pool1d(inputs[0], module.size)


@formula.register
def _(module: network.MeanPool, torch, inputs, own):
    return torch.nn.functional.avg_pool1d(inputs[0], module.size)


@formula.register
def _(module: network.PiecewiseLinear, torch, inputs, own):
    x = torch.index_select(inputs[0], 1, own["column"])
    filled = (x - own["edge"]) * own["slope"]
    # Not clamp, which has a gradient where x is at an edge.
    filled = torch.where(filled <= 0, torch.zeros_like(filled), filled)
    return torch.where(filled >= 1, torch.ones_like(filled), filled)


@formula.register
def _(module: network.ScaledDotProductAttention, torch, inputs, own):
    q, k, v = (x.reshape(x.shape[0], module.n_timesteps, -1) for x in inputs)
    y = torch.nn.functional.scaled_dot_product_attention(
        q, k, v, is_causal=module.causal
    )
    return y.flatten(1)
