"""Nodes of graphs: the input, and outputs of modules."""

from dataclasses import dataclass
from numbers import Integral
from typing import Any

_DEPTH_OF_NAMES = 2  # number of modules in the name of a node


@dataclass(frozen=True, eq=False, repr=False, slots=True)
class Node:
    """The output of a module, given the nodes that are its inputs.

    Parameters
    ----------
    module : Module or None
        None for the input of the network.
    inputs : tuple of Node
        The nodes on which the module was called.
    width : int, default=None
        Number of columns of the signal; derived from the inputs by default.
    """

    module: Any
    inputs: tuple = ()
    width: int | None = None

    def __post_init__(self):
        object.__setattr__(self, "inputs", tuple(self.inputs))
        if self.width is None:
            object.__setattr__(self, "width", _output_width(self.module, self.inputs))

    def __str__(self):
        return _name(self, _DEPTH_OF_NAMES)

    def __repr__(self):
        return f"<node {self}, width {self.width}>"


def _output_width(module, inputs):
    """Return the width of a new node, or raise an error that names its inputs."""
    try:
        return module.output_width(*(node.width for node in inputs))
    except ValueError as error:
        nodes = " and ".join(map(repr, inputs))
        raise ValueError(f"{module!r} cannot be called on {nodes}: {error}") from None


def _name(node, depth):
    """Return the expression of a node, a few modules deep."""
    if node.module is None:
        return f"Input({node.width})"
    if depth == 0:
        return "..."
    inputs = ", ".join(_name(x, depth - 1) for x in node.inputs)
    return f"{node.module!r}({inputs})"


def Input(n_features):  # noqa: N802 -- used like a module
    """Return the input node of a network.

    Parameters
    ----------
    n_features : int
        Number of columns of the samples.

    Returns
    -------
    Node
        The first node of a graph, on which modules can be called.
    """
    return Node(None, width=checked_width("n_features", n_features))


def checked_width(name, width):
    """Return the width given as parameter ``name``, or raise an error."""
    if not isinstance(width, Integral) or width < 1:
        raise ValueError(f"{name} must be an integer of at least 1, got {width!r}.")
    return int(width)
