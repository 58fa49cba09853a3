"""Graphs: how modules are wired, as the user states it.

Modules are called on nodes, a graph is taken from its output node::

    x = Input(64)
    h = ReLU()(Linear(100)(x))
    graph = Graph(Linear(10)(h))

Any directed acyclic graph can be written so, and none with a cycle: a node
names its inputs when it is made. A module object that is called twice shares
its parameters; a loop is written by unrolling it.
"""

from dataclasses import dataclass
from numbers import Integral


class Node:
    """The output of a module, given the nodes that are its inputs.

    Parameters
    ----------
    module : Module or None
        None for the input of the network.
    inputs : tuple of Node
    width : int, default=None
        Number of columns of the signal; derived from the inputs by default.
    """

    __slots__ = ("inputs", "module", "width")

    def __init__(self, module, inputs=(), width=None):
        self.module = module
        self.inputs = tuple(inputs)
        if width is None:
            width = module.output_width(*(node.width for node in self.inputs))
        self.width = width

    def __repr__(self):
        return f"<node of {self.module or 'Input'!r}, width {self.width}>"


def Input(n_features):  # noqa: N802 -- reads as a module where graphs are written
    """Return the node where samples of ``n_features`` columns enter a network."""
    return Node(None, width=checked_width("n_features", n_features))


def checked_width(name, width):
    """Return a width, given as parameter ``name``, or say what is wrong with it."""
    if not isinstance(width, Integral) or width < 1:
        raise ValueError(f"{name} must be an integer of at least 1, got {width!r}.")
    return int(width)


@dataclass(frozen=True, init=False)
class Graph:
    """A directed acyclic graph of modules with one input and one output.

    Immutable, comparable, hashable, picklable: it may stand in a parameter
    grid.

    Parameters
    ----------
    output : Node
        The node whose signal the network puts out. The graph is what this
        node depends on.

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
    >>> print(Graph(Add()(ReLU()(h), x)))
    1 = Linear(n_units=4)(0)
    2 = ReLU()(1)
    3 = Add()(2, 0)
    """

    n_features: int
    modules: tuple
    wires: tuple

    def __init__(self, output):
        if not isinstance(output, Node):
            raise TypeError(f"A graph is taken from its output node, got {output!r}.")
        if output.module is None:
            raise ValueError("A graph needs at least one module, got only an input.")
        nodes = _in_topological_order(output)
        inputs = [node for node in nodes if node.module is None]
        if len(inputs) != 1:
            raise ValueError(
                f"A graph has one input, but {output!r} depends on {len(inputs)}."
            )
        modules = {id(node.module): node.module for node in nodes if node.module}
        module_index = {key: index for index, key in enumerate(modules)}
        steps = [node for node in nodes if node.module is not None]
        number = {id(node): i + 1 for i, node in enumerate(steps)}
        number[id(inputs[0])] = 0
        wires = tuple(
            (module_index[id(node.module)], tuple(number[id(x)] for x in node.inputs))
            for node in steps
        )
        object.__setattr__(self, "n_features", inputs[0].width)
        object.__setattr__(self, "modules", tuple(modules.values()))
        object.__setattr__(self, "wires", wires)

    def widths(self):
        """Return the width of each node's signal, the input's first."""
        widths = [self.n_features]
        for module, inputs in self.wires:
            module = self.modules[module]
            widths.append(module.output_width(*(widths[i] for i in inputs)))
        return widths

    def __str__(self):
        return "\n".join(
            f"{i} = {self.modules[module]!r}({', '.join(map(str, inputs))})"
            for i, (module, inputs) in enumerate(self.wires, start=1)
        )


def _in_topological_order(output):
    """Return the nodes that ``output`` depends on, each after its inputs.

    Without recursion: an unrolled recurrent net is thousands of nodes deep.
    """
    ordered, seen, stack = [], set(), [(output, False)]
    while stack:
        node, inputs_are_done = stack.pop()
        if inputs_are_done:
            ordered.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            stack.extend((x, False) for x in reversed(node.inputs))
    return ordered
