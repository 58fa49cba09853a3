"""Conversion of torch layers to modules and their parameters."""

from skbackprop import network
from skbackprop.network import Graph, Input
from skbackprop.network.naming import module_names

# Key of the graph in `meta` of a torch module made by to_torch.
GRAPH_KEY = "skbackprop_graph"


def graph_of(torch, module, n_features=None):
    """Return the graph of a torch module, and its parameters by module and name."""
    layers = list(_layers(torch, module))
    # A layer used twice becomes one module, which shares its parameters.
    modules = {id(layer): _module_of(torch, layer) for layer in layers}
    if n_features is None:
        n_features = next(filter(None, map(_width_of, layers)), None)
    if n_features is None:
        raise ValueError(
            "n_features must be given, as no layer determines the width of the input."
        )
    signal, blocks = Input(n_features), {}
    for layer in layers:
        made = modules[id(layer)]
        if made is not None:
            signal, blocks[id(made)] = made(signal), _blocks_of(made, layer)
    graph = Graph(signal if signal.module is not None else network.Identity()(signal))
    return graph, [blocks.get(id(one), {}) for one in graph.modules]


def _layers(torch, module):
    """Yield the layers of a module, including those of nested Sequentials."""
    if not isinstance(module, torch.nn.Sequential):
        yield module
        return
    for layer in module:
        yield from _layers(torch, layer)


def _width_of(layer):
    """Return the width of a layer's input, or None if any width is possible."""
    width = getattr(layer, "in_features", getattr(layer, "num_features", None))
    shape = getattr(layer, "normalized_shape", (None,))
    return width if width is not None else shape[-1]


def _module_of(torch, layer):
    """Return the module for a layer, or None if it leaves vectors unchanged."""
    nn = torch.nn
    plain = {
        nn.GELU: network.GELU,
        nn.Identity: network.Identity,
        nn.Mish: network.Mish,
        nn.ReLU: network.ReLU,
        nn.SELU: network.SELU,
        nn.SiLU: network.SiLU,
        nn.Sigmoid: network.Sigmoid,
        nn.Softplus: network.Softplus,
        nn.Softsign: network.Softsign,
        nn.Tanh: network.Tanh,
        nn.LogSoftmax: network.LogSoftMax,
        nn.Softmax: network.Softmax,
    }
    kind = type(layer)
    _check_settings(torch, layer)
    if kind is nn.Flatten:
        return None
    if kind in plain:
        return plain[kind]()
    settings = {
        nn.BatchNorm1d: lambda: network.BatchNorm(layer.momentum, layer.eps),
        nn.Dropout: lambda: network.Dropout(layer.p),
        nn.ELU: lambda: network.ELU(layer.alpha),
        nn.Hardtanh: lambda: network.HardTanh(),
        nn.LayerNorm: lambda: network.LayerNorm(layer.eps),
        nn.LeakyReLU: lambda: network.LeakyReLU(layer.negative_slope),
        nn.Linear: lambda: network.Linear(layer.out_features, layer.bias is not None),
    }
    if kind not in settings:
        raise TypeError(
            f"{layer!r} has no equivalent module in this package. Build the graph from "
            "skbackprop.network, and copy the parameters."
        )
    return settings[kind]()


def _check_settings(torch, layer):
    """Raise ValueError if a layer has a setting that no module supports."""
    nn = torch.nn
    needed = {
        nn.BatchNorm1d: [("affine", True), ("track_running_stats", True)],
        nn.Flatten: [("start_dim", 1), ("end_dim", -1)],
        nn.GELU: [("approximate", "none")],
        nn.Hardtanh: [("min_val", -1.0), ("max_val", 1.0)],
        nn.LayerNorm: [("elementwise_affine", True)],
        nn.Softplus: [("beta", 1.0)],
    }.get(type(layer), [])
    for name, value in needed:
        found = getattr(layer, name)
        if found != value:
            raise ValueError(f"{layer!r} must have {name}={value!r}, got {found!r}.")
    if type(layer) is nn.BatchNorm1d and layer.momentum is None:
        raise ValueError(f"{layer!r} must have a number as momentum, got None.")
    if type(layer) is nn.LayerNorm and len(layer.normalized_shape) != 1:
        raise ValueError(f"{layer!r} must normalize only the last dimension.")
    if type(layer) in (nn.Softmax, nn.LogSoftmax) and layer.dim not in (1, -1):
        raise ValueError(f"{layer!r} must have dim=1 or dim=-1, got {layer.dim}.")


def _blocks_of(module, layer):
    """Return the parameters and buffers of a layer, in the layout of its module."""
    own = {**dict(layer.named_parameters()), **dict(layer.named_buffers())}
    arrays = {
        name: tensor.detach().cpu().numpy().copy() for name, tensor in own.items()
    }
    if isinstance(module, network.Linear):
        arrays["weight"] = arrays["weight"].T.copy()
    return arrays


def graph_kept(made):
    """Return the graph that a module was made from, and its current parameters.

    Return None if it was not made by to_torch.
    """
    graph = getattr(made, "meta", {}).get(GRAPH_KEY)
    if graph is None:
        return None
    blocks = []
    for module, name in zip(graph.modules, module_names(graph), strict=True):
        held = getattr(made, name, None)
        blocks.append({} if held is None else _blocks_of(module, held))
    return graph, blocks
