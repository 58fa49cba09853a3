"""Conversion of networks to and from torch."""

import numpy as np

from skbackprop.inspection.binding import bind, check_network
from skbackprop.interchange.torch_formulas import MODULES, formula
from skbackprop.interchange.torch_readers import GRAPH_KEY, graph_kept, graph_of
from skbackprop.network import Graph, Linear, PiecewiseLinear
from skbackprop.network.compiler import compile_unrolled
from skbackprop.network.naming import module_names
from skbackprop.utils.optional import import_optional


def to_torch(network, parameters=None):
    """Convert a network to a torch module with the same outputs and gradients.

    ``forward`` returns the raw outputs of the network, as the losses of ``torch.nn``
    expect them: logits of classifiers (one for two classes), outputs of regressors
    before the inverse link, and quantiles before they are sorted. Each row of the input
    contains all time steps of a sequence, one after the other.

    The result is a :class:`torch.fx.GraphModule` that consists of public modules and
    functions of torch, so that it can be trained and pickled like any other.
    ``print(module.code)`` shows it. Parameters are named after the class and number of
    their module: ``linear_2.weight`` is the weight of the second ``Linear``. Files of
    weights (``save("weights.safetensors")``) use the same names. A module used at
    several nodes shares its parameters. Dropout draws different random numbers than in
    this package.

    Parameters
    ----------
    network : fitted estimator or Graph
        A network of this package, but not a pipeline or an ensemble of networks.
    parameters : ndarray or list of ndarray, default=None
        Parameters of a graph, as one vector or as a list of blocks. Buffers may be left
        out. Must be None for an estimator.

    Returns
    -------
    torch.fx.GraphModule
        Module in evaluation mode, with the dtype of the network, or float64 for a
        graph. It shares no memory with the network.

    Raises
    ------
    ImportError
        If torch is not installed.
    TypeError
        If ``network`` is not a network, or contains a module without a rule for torch.
    ValueError
        If ``parameters`` do not match the graph, or are given for an estimator.

    See Also
    --------
    from_torch : Convert in the other direction.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skbackprop import MLPClassifier
    >>> from skbackprop.interchange import to_torch
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = MLPClassifier((8,), max_iter=500, tol=None, random_state=0).fit(X, y)
    >>> module = to_torch(clf)  # doctest: +SKIP
    >>> list(module.state_dict())  # doctest: +SKIP
    ['linear_1.weight', 'linear_1.bias', 'linear_2.weight', 'linear_2.bias']
    """
    torch = import_optional("torch", "torch")
    if isinstance(network, Graph):
        graph = network
        bound, _ = bind(graph, np.zeros((1, graph.n_features)), parameters)
        flat = bound.parameters
    else:
        check_network(network)
        if parameters is not None:
            raise ValueError(
                "parameters must be None for a fitted estimator, which has its own."
            )
        graph, flat = network._predicting_part(network.graph_), network._parameters
        if graph is not network.graph_:
            flat = _of_part(network, graph)
    return _Writer(torch, graph, flat).write()


class _Writer:
    """Converter of a graph to torch.fx.

    Attributes
    ----------
    root : torch.nn.Module
        Holds all modules, parameters and constants, by name.
    """

    def __init__(self, torch, graph, flat):
        self.torch, self.graph = torch, graph
        self.blocks = [{} for _ in graph.modules]
        program = compile_unrolled(graph)
        for block, view in zip(program.blocks, program.views(flat), strict=True):
            self.blocks[block.module][block.name] = torch.tensor(np.array(view))
        self.dtype = torch.tensor(flat[:0]).dtype
        self.root, self.tape = torch.nn.Module(), torch.fx.Graph()
        self.tracer = torch.fx.proxy.GraphAppendingTracer(self.tape)
        self.names, self.constants = module_names(graph), []

    def write(self):
        """Return the GraphModule."""
        signals, widths = [self.tape.placeholder("x")], self.graph.widths()
        for index, inputs in self.graph.wires:
            if not hasattr(self.root, self.names[index]):
                self._hold(index, widths[inputs[0]])
            operands = [signals[i] for i in inputs]
            signals.append(self._apply(index, operands))
        self.tape.output(signals[-1])
        module = self.torch.fx.GraphModule(self.root, self.tape, "Network").eval()
        for name, key, value in self.constants:  # neither trained nor stored
            held = module.get_submodule(name)
            held.register_buffer(key, value, persistent=False)
        module.meta[GRAPH_KEY] = self.graph  # for from_torch
        return module

    def _hold(self, index, width):
        """Add a module with its parameters and constants to the root."""
        module, blocks = self.graph.modules[index], self.blocks[index]
        make = MODULES.get(type(module))
        held = self.torch.nn.Module()
        if make is not None:
            held = make(self.torch.nn, module, width).to(self.dtype)
            with self.torch.no_grad():
                for key, value in blocks.items():
                    is_weight = isinstance(module, Linear) and key == "weight"
                    getattr(held, key).copy_(value.T if is_weight else value)
        else:
            for key, value in blocks.items():
                held.register_parameter(key, self.torch.nn.Parameter(value))
        for key, value in self._constants(module, width).items():
            held.register_buffer(key, self.torch.tensor(value))
            self.constants.append((self.names[index], key, getattr(held, key)))
        self.root.add_module(self.names[index], held)

    def _constants(self, module, width):
        """Return the constant arrays in the formula of a module, by name."""
        dtype = np.dtype(str(self.dtype).removeprefix("torch."))
        if isinstance(module, Linear) and module.connections is not None:
            return {"connected": module.connected(width).T.astype(dtype)}
        if isinstance(module, PiecewiseLinear):
            arrays = module.constants(dtype, width)
            edge, slope = arrays["constants"]
            columns, _, n_bins = arrays["indices"].T
            return {"edge": edge, "slope": slope, "column": np.repeat(columns, n_bins)}
        return {}

    def _apply(self, index, operands):
        """Return a node that applies a module to other nodes."""
        module, name = self.graph.modules[index], self.names[index]
        held = getattr(self.root, name)
        if type(module) in MODULES and not hasattr(held, "connected"):
            return self.tape.call_module(name, tuple(operands))
        keys = [key for key, _ in (*held.named_parameters(), *held.named_buffers())]
        own = {key: self._proxy(self.tape.get_attr(f"{name}.{key}")) for key in keys}
        return formula(module, self.torch, [*map(self._proxy, operands)], own).node

    def _proxy(self, node):
        return self.torch.fx.Proxy(node, self.tracer)


def _of_part(estimator, part):
    """Return the parameters of a part of a network, in the layout of the part."""
    whole, program = compile_unrolled(estimator.graph_), compile_unrolled(part)
    index_of = {id(m): index for index, m in enumerate(estimator.graph_.modules)}
    views = zip(whole.blocks, whole.views(estimator._parameters), strict=True)
    values = {(block.module, block.name): view for block, view in views}
    flat = program.allocate(estimator._parameters.dtype)
    for block, view in zip(program.blocks, program.views(flat), strict=True):
        view[...] = values[index_of[id(part.modules[block.module])], block.name]
    return flat


def from_torch(module, n_features=None):
    """Convert a torch module to a graph and its parameters.

    The graph can be trained by `skbackprop.NetworkClassifier` or
    ``NetworkRegressor``, inspected by :mod:`skbackprop.inspection`, or exported.

    Parameters
    ----------
    module : torch.nn.Module
        The result of `to_torch` or a copy of it, but not if it was pickled; or a single
        layer or a ``Sequential``, possibly nested, of layers on vectors: Linear,
        BatchNorm1d, LayerNorm over the last dimension, Dropout, Identity, Flatten,
        Softmax, LogSoftmax, and activations that this package has.
    n_features : int, default=None
        Width of the input. If None, it is inferred from the first layer with
        parameters.

    Returns
    -------
    graph : Graph
        The graph of modules.
    parameters : list of ndarray
        Parameters and buffers as a list of blocks, in the form that the functions of
        :mod:`skbackprop.inspection` accept. They share no memory with the module.

    Raises
    ------
    ImportError
        If torch is not installed.
    TypeError
        If ``module`` contains a layer of another type.
    ValueError
        If a layer has a setting that this package does not support, or if the width of
        the input is unknown.

    See Also
    --------
    to_torch : Convert in the other direction.

    Examples
    --------
    >>> import torch  # doctest: +SKIP
    >>> from skbackprop.interchange import from_torch
    >>> layers = torch.nn.Linear(4, 8), torch.nn.ReLU()  # doctest: +SKIP
    >>> graph, parameters = from_torch(torch.nn.Sequential(*layers))  # doctest: +SKIP
    >>> print(graph)  # doctest: +SKIP
    1 = Linear(n_units=8)(0)
    2 = ReLU()(1)
    """
    torch = import_optional("torch", "torch")
    if not isinstance(module, torch.nn.Module):
        raise TypeError(f"module must be a torch.nn.Module, got {module!r}.")
    kept = graph_kept(module)
    graph, blocks = kept or graph_of(torch, module, n_features)
    program = compile_unrolled(graph)
    return graph, [blocks[block.module][block.name] for block in program.blocks]
