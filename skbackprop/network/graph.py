"""Graphs: how modules are wired, as the user states it.

Modules are called on nodes, a graph is taken from its output node::

    x = Input(64)
    h = ReLU()(Linear(100)(x))
    graph = Graph(Linear(10)(h))

Any directed acyclic graph can be written so, and none with a cycle: a node
names its inputs when it is made, and keeps them. A module object that is called
twice shares its parameters; a loop is written by unrolling it.
"""

import functools
import importlib
from dataclasses import dataclass
from numbers import Integral

from skbackprop.network.node import Node
from skbackprop.network.views.drawing import draw_graph
from skbackprop.network.views.summary import summarize
from skbackprop.network.views.transformed import transform


@dataclass(frozen=True, init=False, repr=False)
class Graph:
    """A directed acyclic graph of modules with one input and one output.

    Immutable, comparable, hashable, picklable: it may stand in a parameter
    grid.

    Parameters
    ----------
    output : Node
        The node whose signal the network puts out. The graph is what this
        node depends on; nodes that do not lead to it are no part of it.

    Attributes
    ----------
    n_features : int
        Width of the input.
    modules : tuple of Module
        The distinct modules, in the order of their first use.
    wires : tuple of (int, tuple of int)
        One entry per node but the input, in topological order: the index of
        its module and the numbers of its input nodes. Node 0 is the input of
        the network, node i + 1 is ``wires[i]``; the last one is the output.

    Examples
    --------
    >>> from skbackprop.network import Add, Graph, Input, Linear, ReLU
    >>> x = Input(4)
    >>> h = Linear(4)(x)
    >>> graph = Graph(Add()(ReLU()(h), x))
    >>> print(graph)
    1 = Linear(n_units=4)(0)
    2 = ReLU()(1)
    3 = Add()(2, 0)
    >>> graph.number(h), graph.widths()
    (1, [4, 4, 4, 4])
    """

    n_features: int
    modules: tuple
    wires: tuple

    def __init__(self, output):
        nodes = in_topological_order(_checked_output(output))
        steps = [node for node in nodes if node.module is not None]
        if len(nodes) > len(steps) + 1:
            _raise_for_several_inputs(nodes)
        (source,) = (node for node in nodes if node.module is None)
        modules = {id(node.module): node.module for node in steps}
        module_index = {key: index for index, key in enumerate(modules)}
        number = {id(node): k for k, node in enumerate([source, *steps])}
        wires = tuple(
            (module_index[id(node.module)], tuple(number[id(x)] for x in node.inputs))
            for node in steps
        )
        object.__setattr__(self, "n_features", source.width)
        object.__setattr__(self, "modules", tuple(modules.values()))
        object.__setattr__(self, "wires", wires)
        object.__setattr__(self, "_nodes", (source, *steps))

    @classmethod
    def of_wires(cls, n_features, modules, wires):
        """Return a graph of wires as they are; its output is the last node.

        Parameters
        ----------
        n_features : int
            Width of the input.
        modules : tuple of Module
            The distinct modules.
        wires : tuple of (int, tuple of int)
            As the attribute of this name.

        Returns
        -------
        Graph
            With these as they are, nothing checked.
        """
        graph = object.__new__(cls)
        for name, value in zip(
            cls.__dataclass_fields__, (n_features, modules, wires), strict=True
        ):
            object.__setattr__(graph, name, value)
        return graph

    # What a graph consists of

    def loops(self):
        """Return the loops that this graph is the unrolling of, None without any."""
        return

    def widths(self):
        """Return the width of each node's signal, the input's first.

        Returns
        -------
        list of int
            Columns, by the number of the node.
        """
        return list(self._widths)

    @functools.cached_property
    def _widths(self):
        widths = [self.n_features]
        for module, inputs in self.wires:
            module = self.modules[module]
            widths.append(module.output_width(*(widths[i] for i in inputs)))
        return tuple(widths)

    @functools.cached_property
    def _nodes(self):
        """Nodes that make up this graph; made anew where it was unpickled."""
        nodes = [Node(None, width=self.n_features)]
        for module, inputs in self.wires:
            nodes.append(Node(self.modules[module], [nodes[i] for i in inputs]))
        return tuple(nodes)

    @functools.cached_property
    def _numbers(self):
        return {id(node): number for number, node in enumerate(self._nodes)}

    @functools.cached_property
    def _parts(self):
        # Of those asked for, by number: each prediction of a layer asks again.
        return {}

    def number(self, node):
        """Return the number of a node, as ``print(graph)`` has it.

        Parameters
        ----------
        node : Node or int
            A node that the graph was written with, or already its number;
            negative numbers count from the output.

        Returns
        -------
        int
            From 0, the input, on.

        Raises
        ------
        ValueError
            If the graph has no such node.
        """
        if not isinstance(node, Node):
            n_nodes = len(self.wires) + 1
            if not isinstance(node, Integral) or not -n_nodes <= node < n_nodes:
                raise ValueError(
                    f"{node!r} is no node: this graph has those numbered 0 (the input) "
                    f"to {n_nodes - 1} (the output)."
                )
            return int(node) % n_nodes
        if id(node) not in self._numbers:
            raise ValueError(
                f"{node!r} is not a node of this graph, though an equal one may be. "
                f"Give its number; the nodes are\n0 = Input({self.n_features})\n{self}"
            )
        return self._numbers[id(node)]

    def up_to(self, node):
        """Return the graph whose output is a node of this one.

        Parameters
        ----------
        node : Node or int
            Not the input.

        Returns
        -------
        Graph
            Of the node and all that it depends on.
        """
        number = self.number(node)
        if number not in self._parts:
            self._parts[number] = Graph(self._nodes[number])
        return self._parts[number]

    def then(self, *modules):
        """Return the graph with modules behind its output, one after the other.

        Parameters
        ----------
        *modules : Module
            Each is called on the output of the one before.

        Returns
        -------
        Graph
            A new one; this one stays as it is.

        Examples
        --------
        >>> from skbackprop.network import Graph, Input, Linear, ReLU
        >>> print(Graph(Linear(3)(Input(4))).then(ReLU(), Linear(2)))
        1 = Linear(n_units=3)(0)
        2 = ReLU()(1)
        3 = Linear(n_units=2)(2)
        """
        output = self._nodes[-1]
        for module in modules:
            output = module(output)
        return Graph(output)

    # What a graph computes

    def forward(self, X, parameters=None):
        """Run samples forward through the graph, as in prediction.

        A graph has no numbers of its own: parameters are given with each call. What
        a fitted estimator puts out is its ``predict``, ``transform`` or
        ``decision_function``.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The samples.
        parameters : ndarray or list of ndarray, default=None
            A list of arrays, weight matrices first, in the order of their modules,
            then the vectors (``mlp.coefs_ + mlp.intercepts_``), or a vector of all
            their elements. Without any by default.

        Returns
        -------
        ndarray of float64 of shape (n_samples, n_outputs)
            The signal of the last node; that of any other node is what
            ``graph.up_to(node).forward(X, parameters)`` returns.

        Raises
        ------
        ValueError
            If samples or parameters do not fit the graph.

        See Also
        --------
        skbackprop.inspection.vjp : All signals, and the adjoints on the way back.

        Examples
        --------
        >>> from skbackprop.network import Graph, Input, Linear, ReLU
        >>> graph = Graph(ReLU()(Linear(2)(Input(3))))
        >>> W, b = [[1, 0], [0, 1], [1, -1]], [0, 1]
        >>> graph.forward([[1, 2, 3], [0, 0, 5]], [W, b])
        array([[4., 0.],
               [5., 0.]])
        """
        # Networks compute nothing: this method lends its name to a room above.
        room = importlib.import_module("skbackprop.inspection.forward")
        return room.forward(self, X, parameters)

    # How a graph is shown

    def __str__(self):
        return "\n".join(
            f"{i} = {self.modules[module]!r}({', '.join(map(str, inputs))})"
            for i, (module, inputs) in enumerate(self.wires, start=1)
        )

    def __repr__(self):
        output = self._nodes[-1]
        widths = f"widths {self.n_features} to {output.width}"
        return f"<graph {output}, {widths}, {len(self._nodes)} nodes>"

    def summary(self):
        """Return a table of shapes, parameter counts and FLOPs.

        Returns
        -------
        Summary
            Prints itself, and is a table in notebooks.
        """
        return summarize(self)

    def backward(self):
        """Return the transformed graph through which adjoints propagate.

        Returns
        -------
        TransformedGraph
            Prints itself, step by step; has ``to_mermaid`` and ``to_svg``, too.
        """
        return transform(self)

    def to_mermaid(self):
        """Return the graph as a flowchart in the Mermaid language.

        Returns
        -------
        str
            For pages that draw Mermaid, such as GitHub's.
        """
        return draw_graph(self).to_mermaid()

    def to_svg(self):
        """Return the graph as an image.

        Returns
        -------
        str
            An SVG element.
        """
        return draw_graph(self).to_svg()

    def _repr_html_(self):
        both = self.to_svg() + self.summary()._repr_html_()
        return f'<div style="overflow-x: auto">{both}</div>'

    # How a graph is stored and compared

    @functools.cached_property
    def _hash(self):
        # Once: an unrolled network has 10^4 nodes and is looked up at each call.
        return hash((self.n_features, self.modules, self.wires))

    def __hash__(self):
        return self._hash

    def __getstate__(self):
        """Leave out what follows from the fields; hashes hold for one process."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self


def _checked_output(output):
    """Return the node that a graph is taken from, or say why it is none."""
    if isinstance(output, (tuple, list)):
        nodes = ", ".join(map(repr, output))
        raise TypeError(
            f"A graph has one output node, got {len(output)}: {nodes}. "
            "Concatenate()(...) puts several signals side by side."
        )
    if not isinstance(output, Node):
        hint = " A module becomes one when it is called on nodes, as in ReLU()(x)."
        hint = hint if hasattr(output, "output_width") else ""
        raise TypeError(f"A graph is taken from its output node, got {output!r}.{hint}")
    if output.module is None:
        raise ValueError(f"A graph needs at least one module, got only {output!r}.")
    return output


def _raise_for_several_inputs(nodes):
    """Name the first of the nodes, in topological order, where inputs meet."""
    source_of = {}
    for node in nodes:
        sources = {id(s): s for s in (source_of[id(x)] for x in node.inputs)}
        if len(sources) > 1:
            inputs = " and ".join(map(repr, sources.values()))
            raise ValueError(
                f"A graph has one input, but {node!r} depends on {len(sources)}: "
                f"{inputs}. Use one Input, cut up by Slice, for both."
            )
        source_of[id(node)] = next(iter(sources.values()), node)


def in_topological_order(*outputs):
    """Return the nodes that outputs depend on, each after its inputs.

    What only a later output depends on comes later.

    Without recursion: an unrolled recurrent net is thousands of nodes deep.
    """
    ordered, seen = [], set()
    stack = [(output, False) for output in reversed(outputs)]
    while stack:
        node, inputs_are_done = stack.pop()
        if inputs_are_done:
            ordered.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            stack.extend((x, False) for x in reversed(node.inputs))
    return ordered
