"""Names of quantities in a graph: z[k], w[k], dz[k], dw[k]."""

import re
from typing import NamedTuple


def parse_quantity(quantity, graph):
    """Return ("z", number of a node) or ("w", index of a module or None for all)."""
    if isinstance(quantity, str):
        names = {"input": ("z", 0), "output": ("z", -1), "parameters": ("w", None)}
        kind, node = names.get(quantity, (None, None))
        if named := re.fullmatch(r"([zw])\[(-?\d+)\]", quantity):
            kind, node = named[1], int(named[2])
        if kind is None:
            raise ValueError(
                "A quantity must be 'input', 'output', 'parameters', 'z[k]' or 'w[k]' "
                f"with k the number of a node, got {quantity!r}."
            )
    else:
        kind, node = "z", quantity
    if node is None:
        return kind, None
    node = graph.number(node)
    return (kind, node) if kind == "z" else (kind, _owner(graph, node))


def _owner(graph, node):
    """Return the index of the module of a node, if it has parameters."""
    row = graph.summary().rows[node]
    if not row.n_parameters:
        raise ValueError(f"Node {node}, {row.module}, has no parameters.")
    return graph.wires[node - 1][0]


class Quantity(NamedTuple):
    """A quantity that a step reads or writes: z (a signal), dz, w (parameters) or dw.

    ``node`` is the number of the signal's node. For parameters, it is the first node
    that uses them.
    """

    kind: str
    node: int

    def __str__(self):
        return f"{self.kind}[{self.node}]"
