"""Graphs of modules, as users define them.

Modules are called on nodes, and a graph is made from its output node::

    x = Input(64)
    h = ReLU()(Linear(100)(x))
    graph = Graph(Linear(10)(h))

Any directed acyclic graph can be written this way. Cycles cannot, as the inputs of
a node are fixed when it is made. A module that is called twice shares its parameters.
Loops are unrolled.
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

    Graphs are immutable, comparable, hashable and picklable, and can be used in
    parameter grids.

    Parameters
    ----------
    output : Node
        The output node. The graph consists of this node and all nodes that it
        depends on.

    Attributes
    ----------
    n_features : int
        Width of the input.
    modules : tuple of Module
        The distinct modules, in the order of their first use.
    wires : tuple of (int, tuple of int)
        The index of its module and the numbers of its input nodes, for each node
        except the input, in topological order. Node 0 is the input of the network,
        node i + 1 is ``wires[i]``, and the last node is the output.

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
        """Return the graph with these wires, whose output is the last node.

        Parameters
        ----------
        n_features : int
            Width of the input.
        modules : tuple of Module
            The distinct modules.
        wires : tuple of (int, tuple of int)
            Like the attribute of this name.

        Returns
        -------
        Graph
            The graph; nothing is checked.
        """
        graph = object.__new__(cls)
        for name, value in zip(
            cls.__dataclass_fields__, (n_features, modules, wires), strict=True
        ):
            object.__setattr__(graph, name, value)
        return graph

    # Structure

    def loops(self):
        """Return the loops of which this graph is the unrolling, or None."""
        return

    def widths(self):
        """Return the width of the signal of each node, beginning with the input.

        Returns
        -------
        list of int
            Numbers of columns, indexed by the number of the node.
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
        """The nodes of this graph; they are recreated after unpickling."""
        nodes = [Node(None, width=self.n_features)]
        for module, inputs in self.wires:
            nodes.append(Node(self.modules[module], [nodes[i] for i in inputs]))
        return tuple(nodes)

    @functools.cached_property
    def _numbers(self):
        return {id(node): number for number, node in enumerate(self._nodes)}

    @functools.cached_property
    def _parts(self):
        # Cached by number, as each prediction of a layer needs its part again.
        return {}

    def number(self, node):
        """Return the number of a node, as shown by ``print(graph)``.

        Parameters
        ----------
        node : Node or int
            A node from which the graph was made, or its number. Negative numbers
            count from the output.

        Returns
        -------
        int
            The number, 0 for the input.

        Raises
        ------
        ValueError
            If the graph has no such node.
        """
        if not isinstance(node, Node):
            n_nodes = len(self.wires) + 1
            if not isinstance(node, Integral) or not -n_nodes <= node < n_nodes:
                raise ValueError(
                    f"{node!r} is not a node of this graph, whose nodes are numbered "
                    f"from 0 (the input) to {n_nodes - 1} (the output)."
                )
            return int(node) % n_nodes
        if id(node) not in self._numbers:
            raise ValueError(
                f"{node!r} is not a node of this graph, though an equal one may be. "
                f"Give its number; the nodes are\n0 = Input({self.n_features})\n{self}"
            )
        return self._numbers[id(node)]

    def up_to(self, node):
        """Return the part of this graph that ends at a node.

        Parameters
        ----------
        node : Node or int
            Any node except the input.

        Returns
        -------
        Graph
            The graph of the node and all nodes that it depends on.
        """
        number = self.number(node)
        if number not in self._parts:
            self._parts[number] = Graph(self._nodes[number])
        return self._parts[number]

    def then(self, *modules):
        """Return a graph with modules appended to the output.

        Parameters
        ----------
        *modules : Module
            Each is called on the output of the previous one.

        Returns
        -------
        Graph
            A new graph; this one is unchanged.

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

    # Computation

    def forward(self, X, parameters=None):
        """Run samples forward through the graph, as in prediction.

        A graph does not store parameters; they are passed in each call. For fitted
        estimators use ``predict``, ``transform`` or ``decision_function``.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The samples.
        parameters : ndarray or list of ndarray, default=None
            A list of arrays: the weight matrices in the order of their modules, then
            the vectors (``mlp.coefs_ + mlp.intercepts_``). Or a vector of all their
            elements. None is for graphs without parameters.

        Returns
        -------
        ndarray of float64 of shape (n_samples, n_outputs)
            The signal of the last node. ``graph.up_to(node).forward(X, parameters)``
            returns that of any other node.

        Raises
        ------
        ValueError
            If samples or parameters do not match the graph.

        See Also
        --------
        skbackprop.inspection.vjp : Return all signals, adjoints and gradients.

        Examples
        --------
        >>> from skbackprop.network import Graph, Input, Linear, ReLU
        >>> graph = Graph(ReLU()(Linear(2)(Input(3))))
        >>> W, b = [[1, 0], [0, 1], [1, -1]], [0, 1]
        >>> graph.forward([[1, 2, 3], [0, 0, 5]], [W, b])
        array([[4., 0.],
               [5., 0.]])
        """
        # The computation is in a folder above, which cannot be imported at the top.
        room = importlib.import_module("skbackprop.inspection.forward")
        return room.forward(self, X, parameters)

    # Representations

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
            Prints as text, and as a table in notebooks.
        """
        return summarize(self)

    def backward(self):
        """Return the transformed graph through which adjoints propagate.

        Returns
        -------
        TransformedGraph
            Prints its steps, and has ``to_mermaid`` and ``to_svg`` too.
        """
        return transform(self)

    def to_mermaid(self):
        """Return the graph as a flowchart in the Mermaid language.

        Returns
        -------
        str
            Source text for pages that render Mermaid, such as GitHub.
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

    # Storage and comparison

    @functools.cached_property
    def _hash(self):
        # Cached: unrolled networks have 10^4 nodes and are looked up in each call.
        return hash((self.n_features, self.modules, self.wires))

    def __hash__(self):
        return self._hash

    def __getstate__(self):
        """Leave out all that can be derived; hashes are valid for one process."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self


def _checked_output(output):
    """Return the output node of a graph, or raise an error if it is not one."""
    if isinstance(output, (tuple, list)):
        nodes = ", ".join(map(repr, output))
        raise TypeError(
            f"A graph has one output node, got {len(output)}: {nodes}. Use "
            "Concatenate()(...) to join several signals."
        )
    if not isinstance(output, Node):
        hint = " Call a module on nodes to get one, as in ReLU()(x)."
        hint = hint if hasattr(output, "output_width") else ""
        raise TypeError(f"A graph is made from its output node, got {output!r}.{hint}")
    if output.module is None:
        raise ValueError(f"A graph needs at least one module, got only {output!r}.")
    return output


def _raise_for_several_inputs(nodes):
    """Raise an error that names the first node with several inputs upstream."""
    source_of = {}
    for node in nodes:
        sources = {id(s): s for s in (source_of[id(x)] for x in node.inputs)}
        if len(sources) > 1:
            inputs = " and ".join(map(repr, sources.values()))
            raise ValueError(
                f"A graph has one input, but {node!r} depends on {len(sources)}: "
                f"{inputs}. Use one Input, and Slice to split it."
            )
        source_of[id(node)] = next(iter(sources.values()), node)


def in_topological_order(*outputs):
    """Return the nodes that outputs depend on, each after its inputs.

    Nodes of earlier outputs come first. There is no recursion, as unrolled recurrent
    networks are thousands of nodes deep.
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
