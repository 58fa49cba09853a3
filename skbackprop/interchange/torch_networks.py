"""Networks to torch, and from it."""

import numpy as np

from skbackprop.inspection.binding import bind, check_network
from skbackprop.interchange.torch_formulas import MODULES, formula
from skbackprop.interchange.torch_readers import GRAPH_KEY, graph_kept, graph_of
from skbackprop.network import Graph, Linear, PiecewiseLinear
from skbackprop.network.compiler import compile_unrolled
from skbackprop.network.naming import module_names
from skbackprop.utils.optional import import_optional


def to_torch(network, parameters=None):
    """Return a network as a module of torch with the same outputs and gradients.

    ``forward`` returns what the network puts out, as ``torch.nn`` losses read it: the
    logits of classifiers (one for two classes), before the inverse link of regressors,
    quantiles before they are sorted. Rows stand as the network reads them, all time
    steps of a sequence one after the other.

    It is a :class:`torch.fx.GraphModule`, made of public modules and functions of torch
    only, so that it is trained and pickled like any other; ``print(module.code)`` shows
    it. Parameters are named by the class of their module and which one of it, so that
    ``linear_2.weight`` is that of the second ``Linear``, and so they are in files of
    weights (``save("weights.safetensors")``); a module that stands at several nodes
    shares them. Dropout draws other numbers than a fit of this package does.

    Parameters
    ----------
    network : fitted estimator or Graph
        A network of this package; not a pipeline nor an ensemble of networks.
    parameters : ndarray or list of ndarray, default=None
        Of a graph: in one vector, or block by block. Buffers may be left out. Not of an
        estimator, which has its own.

    Returns
    -------
    torch.fx.GraphModule
        In evaluation mode, of the dtype of the network, float64 for a graph. It shares
        no memory with the network.

    Raises
    ------
    ImportError
        If torch is not installed.
    TypeError
        If it is no network, or has a module without a rule in torch.

    See Also
    --------
    from_torch : The way back.

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
    """Writes a graph down as one of torch.fx.

    Attributes
    ----------
    root : torch.nn.Module
        Holds what the graph names: modules, parameters, constants.
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
        """Return the module."""
        signals, widths = [self.tape.placeholder("x")], self.graph.widths()
        for index, inputs in self.graph.wires:
            if not hasattr(self.root, self.names[index]):
                self._hold(index, widths[inputs[0]])
            operands = [signals[i] for i in inputs]
            signals.append(self._apply(index, operands))
        self.tape.output(signals[-1])
        module = self.torch.fx.GraphModule(self.root, self.tape, "Network").eval()
        for name, key, value in self.constants:  # no part of what is learned and stored
            held = module.get_submodule(name)
            held.register_buffer(key, value, persistent=False)
        module.meta[GRAPH_KEY] = self.graph  # for the way back
        return module

    def _hold(self, index, width):
        """Let the root hold what a module has, under its name."""
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
        """Return arrays that the formula of a module reads, by name."""
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
        """Return the node of a module called on nodes."""
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
    """Return the parameters of a part of a network, laid out for the part alone."""
    whole, program = compile_unrolled(estimator.graph_), compile_unrolled(part)
    index_of = {id(m): index for index, m in enumerate(estimator.graph_.modules)}
    views = zip(whole.blocks, whole.views(estimator._parameters), strict=True)
    values = {(block.module, block.name): view for block, view in views}
    flat = program.allocate(estimator._parameters.dtype)
    for block, view in zip(program.blocks, program.views(flat), strict=True):
        view[...] = values[index_of[id(part.modules[block.module])], block.name]
    return flat


def from_torch(module, n_features=None):
    """Return a module of torch as a graph, and its parameters.

    Train it further with `skbackprop.NetworkClassifier` or ``NetworkRegressor``, look
    into it with :mod:`skbackprop.inspection`, or export it.

    Parameters
    ----------
    module : torch.nn.Module
        One that `to_torch` has made or a copy of it, though no pickle; or a
        ``Sequential``, of others too, of layers on vectors: Linear, BatchNorm1d,
        LayerNorm over the last dimension, Dropout, Identity, Flatten, activations that
        this package has too, Softmax and LogSoftmax.
    n_features : int, default=None
        Width of the input. None: that which the first layer with parameters says.

    Returns
    -------
    graph : Graph
        The modules and how they are wired.
    parameters : list of ndarray
        With the buffers, block by block, as the functions of
        :mod:`skbackprop.inspection` take them. They share no memory with the module.

    Raises
    ------
    ImportError
        If torch is not installed.
    TypeError
        If a layer is none of these, which is named.
    ValueError
        If a layer has a setting that this package does not have, or if the width of
        the input is not known.

    See Also
    --------
    to_torch : The way there.

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
