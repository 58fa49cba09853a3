"""Graphs run by torch: an oracle that shares nothing with ours but the graph."""

import math

from skbackprop import network


def torch_forward(torch, graph, x, blocks, is_training=True, seed=0):
    """Return the output of a graph.

    ``blocks`` holds, for each module, the tensors of its parameters and
    buffers; BatchNorm updates the latter.
    """
    signals = [x]
    for number, (index, inputs) in enumerate(graph.wires, start=1):
        module = graph.modules[index]
        operands = [signals[i] for i in inputs]
        own = blocks.get(index, ())
        if isinstance(module, network.Dropout):
            if is_training:
                kept = module.kept(operands[0].shape, seed, 0, number)
                factor = torch.tensor(kept).to(x) / (1 - module.rate)
                operands[0] = operands[0] * factor
            signals.append(operands[0])
        elif isinstance(module, network.BatchNorm):
            weight, bias, *running = own
            arguments = (*running, weight, bias, is_training, module.momentum)
            signals.append(
                torch.nn.functional.batch_norm(*operands, *arguments, module.eps)
            )
        else:
            signals.append(_apply(torch, module, operands, own))
    return signals[-1]


def _apply(torch, module, operands, own):
    functional = torch.nn.functional
    function = {
        network.Add: torch.add,
        network.Subtract: torch.sub,
        network.Multiply: torch.mul,
        network.Identity: lambda x: 1.0 * x,
        network.ReLU: torch.relu,
        network.Sigmoid: torch.sigmoid,
        network.Tanh: torch.tanh,
        network.Square: torch.square,
        network.Abs: torch.abs,
        network.SELU: functional.selu,
        network.Softplus: functional.softplus,
        network.SiLU: functional.silu,
        network.GELU: functional.gelu,
        network.Mish: functional.mish,
        network.HardTanh: functional.hardtanh,
        network.Softsign: functional.softsign,
        network.SmoothClip: lambda x: x / torch.sqrt(1 + (x / module.limit) ** 2),
        network.LeakyReLU: lambda x: functional.leaky_relu(x, module.negative_slope),
        network.ELU: lambda x: functional.elu(x, module.alpha),
        network.ScaledTanh: lambda x: 1.7159 * torch.tanh(2 / 3 * x),
        network.Linear: lambda x: functional.linear(x, own[0].T, *own[1:]),
        network.Bias: lambda x: x + own[0],
        network.Scale: lambda x: x * own[0],
        network.LayerNorm: lambda x: functional.layer_norm(
            x, x.shape[1:], *own, module.eps
        ),
        network.PiecewiseLinear: lambda x: _filled_bins(torch, module, x),
        network.Softmax: lambda x: torch.softmax(x, 1),
        network.LogSoftMax: lambda x: torch.log_softmax(x, 1),
        # torch halves the gradient of equal numbers.
        network.Max: lambda a, b: torch.where(a > b, a, b),
        network.Where: lambda condition, a, b: torch.where(condition > 0, a, b),
        network.Slice: lambda x: x[:, module.start : module.stop],
        network.Concatenate: lambda *x: torch.cat(x, 1),
        network.StopGradient: lambda x: x.detach(),
        network.Zeros: lambda x: torch.zeros(len(x), module.n_units, dtype=x.dtype),
        network.DotProduct: lambda a, b: (a * b).sum(1, keepdim=True),
        network.MaxPool: lambda x: _first_of_largest(
            x.reshape(len(x), -1, module.size)
        ),
        network.MeanPool: lambda x: x.reshape(len(x), -1, module.size).mean(2),
        network.ScaledDotProductAttention: lambda *x: _attention(functional, module, x),
    }[type(module)]
    return function(*operands)


def _first_of_largest(x):
    largest = x.detach().max(2, keepdim=True).values
    first = (x.detach() == largest).int().argmax(2, keepdim=True)
    return x.gather(2, first)[..., 0]


def _filled_bins(torch, module, x):
    bins = []
    for j, edges in enumerate(module.edges):
        for lower, upper in zip(edges, edges[1:], strict=False):
            bins.append(((x[:, j] - lower) / (upper - lower)).clamp(0, 1))
    return torch.stack(bins, 1)


def _attention(functional, module, signals):
    q, k, v = (x.reshape(len(x), 1, module.n_timesteps, -1) for x in signals)
    y = functional.scaled_dot_product_attention(q, k, v, is_causal=module.causal)
    return y.reshape(len(y), -1)


def torch_blocks(torch, program, parameters):
    """Return all blocks as tensors, and those of each module by its number."""
    tensors, blocks = [], {}
    end_of_learned = program.n_learned
    for block, view in zip(program.blocks, program.views(parameters), strict=True):
        is_learned = block.offset < end_of_learned
        tensors.append(torch.tensor(view, requires_grad=is_learned))
        blocks.setdefault(block.module, []).append(tensors[-1])
    return tensors, blocks


def is_close(found, expected, tolerance):
    """Tell whether arrays differ by rounding, compared with the largest number."""
    return abs(found - expected).max(initial=0) <= tolerance * (
        1 + abs(expected).max(initial=0)
    ) and math.isfinite(abs(expected).max(initial=0))
