"""Summary of a graph: a table of shapes, parameter counts and FLOPs."""

from dataclasses import dataclass
from html import escape
from typing import NamedTuple

_LONGEST_TABLE = 200  # rows in a notebook


class Row(NamedTuple):
    """One node of a graph.

    ``n_parameters`` is the number of learned parameters. ``shares_with`` is the number
    of an earlier node with the same parameters, or None.
    """

    node: int
    module: str
    inputs: tuple
    width: int
    n_parameters: int
    flops: int
    shares_with: int | None


@dataclass(frozen=True)
class Summary:
    """Shapes, parameter counts and FLOPs of a graph, node by node.

    FLOPs are counted for forward on one sample, with two for a multiply-add. Backward
    takes about twice as many.

    Attributes
    ----------
    rows : tuple of Row
        One row per node. ``pandas.DataFrame(summary.rows)`` converts them to a data
        frame.

    Examples
    --------
    >>> from skbackprop.network import Graph, Input, Linear, ReLU
    >>> shared = Linear(3)
    >>> print(Graph(shared(ReLU()(shared(Input(3))))).summary())
    node  module              inputs  shape   parameters  FLOPs
       0  Input(3)                    (n, 3)           0      0
       1  Linear(n_units=3)   0       (n, 3)          12     21
       2  ReLU()              1       (n, 3)           0      3
       3  Linear(n_units=3)   2       (n, 3)   as node 1     21
          total                                       12     45
    """

    rows: tuple

    @property
    def n_parameters(self):
        """Number of learned parameters, with shared ones counted once."""
        return sum(row.n_parameters for row in self.rows if row.shares_with is None)

    @property
    def flops(self):
        """Floating-point operations of forward, per sample."""
        return sum(row.flops for row in self.rows)

    def __str__(self):
        cells = [_HEADER, *map(_cells, self.rows), self._total()]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = []
        for line in cells:
            padded = [
                cell.ljust(width) if column in _LEFT_ALIGNED else cell.rjust(width)
                for column, (cell, width) in enumerate(zip(line, widths, strict=True))
            ]
            lines.append("  ".join(padded).rstrip())
        return "\n".join(lines)

    def __repr__(self):
        return str(self)

    def _repr_html_(self):
        shown = self.rows
        if len(shown) > _LONGEST_TABLE:
            half = _LONGEST_TABLE // 2
            n_hidden = len(shown) - 2 * half
            hidden = (("", f"... {n_hidden} more nodes ...", *[""] * 4),)
            cells = [*map(_cells, shown[:half]), *hidden, *map(_cells, shown[-half:])]
        else:
            cells = [*map(_cells, shown)]
        head = _html_row(_HEADER, "th")
        body = "".join(_html_row(line, "td") for line in [*cells, self._total()])
        return f"<table><thead>{head}</thead><tbody>{body}</tbody></table>"

    def _total(self):
        return "", "total", "", "", f"{self.n_parameters:,}", f"{self.flops:,}"


_HEADER = ("node", "module", "inputs", "shape", "parameters", "FLOPs")
_LEFT_ALIGNED = {1, 2, 3}


def _cells(row):
    """Return the text of the cells for a node."""
    parameters = f"{row.n_parameters:,}"
    if row.shares_with is not None:
        parameters = f"as node {row.shares_with}"
    inputs = ", ".join(map(str, row.inputs))
    shape = f"(n, {row.width})"
    return str(row.node), row.module, inputs, shape, parameters, f"{row.flops:,}"


def _html_row(cells, tag):
    cells = "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells)
    return f"<tr>{cells}</tr>"


def summarize(graph):
    """Return the summary of a graph."""
    widths, first_use = graph.widths(), {}
    rows = [Row(0, f"Input({graph.n_features})", (), widths[0], 0, 0, None)]
    for node, (index, inputs) in enumerate(graph.wires, start=1):
        module, input_widths = graph.modules[index], [widths[i] for i in inputs]
        n_parameters = module.count_parameters(*input_widths)
        first = first_use.setdefault(index, node)
        rows.append(
            Row(
                node=node,
                module=repr(module),
                inputs=inputs,
                width=widths[node],
                n_parameters=n_parameters,
                flops=module.count_flops(*input_widths),
                shares_with=first if n_parameters and first != node else None,
            )
        )
    return Summary(tuple(rows))
