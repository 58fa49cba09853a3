"""A graph as a table: shapes, parameters and arithmetic of each module."""

import functools
import math
from dataclasses import dataclass
from html import escape
from typing import NamedTuple

from skbackprop.network.modules.attention import ScaledDotProductAttention
from skbackprop.network.modules.columns import Concatenate, Slice, StopGradient, Zeros
from skbackprop.network.modules.linear import Linear
from skbackprop.network.modules.normalization import BatchNorm, LayerNorm
from skbackprop.network.modules.pooling import MaxPool, MeanPool
from skbackprop.network.modules.products import DotProduct
from skbackprop.network.modules.softmax import LogSoftMax, Softmax

_LONGEST_TABLE = 200  # rows in a notebook


@functools.singledispatch
def count_flops(module, input_widths, output_width):
    """Return the floating-point operations of forward, per sample.

    A multiply-add counts as two, a function such as exp or tanh as one, moving
    numbers as none; sums of n numbers count as n. A module not listed here does
    one operation for each element of its output, and with k inputs k - 1.
    """
    return output_width * max(1, len(input_widths) - 1)


@count_flops.register
def _(module: Linear, input_widths, output_width):
    n_parameters = count_parameters(module, input_widths)
    return 2 * n_parameters - (output_width if module.bias else 0)


@count_flops.register(Concatenate)
@count_flops.register(Slice)
@count_flops.register(StopGradient)
@count_flops.register(Zeros)
def _(module, input_widths, output_width):
    return 0  # they move numbers, or not even that


@count_flops.register(Softmax)
@count_flops.register(LogSoftMax)
def _(module, input_widths, output_width):
    return 5 * output_width  # maximum, difference, exp, sum, quotient


@count_flops.register
def _(module: LayerNorm, input_widths, output_width):
    return 8 * output_width  # mean 1, variance 3, normalize 2, weigh, shift


@count_flops.register
def _(module: BatchNorm, input_widths, output_width):
    return 4 * output_width  # normalize 2, weigh, shift; as in prediction


@count_flops.register(MaxPool)
@count_flops.register(MeanPool)
@count_flops.register(DotProduct)
def _(module, input_widths, output_width):
    return sum(input_widths)


@count_flops.register
def _(module: ScaledDotProductAttention, input_widths, output_width):
    n = module.n_timesteps
    n_pairs = n * (n + 1) // 2 if module.causal else n * n
    n_keys, n_values = input_widths[1] // n, output_width // n
    return n_pairs * (2 * n_keys + 1 + 5 + 2 * n_values)  # 5 of the softmax


def count_parameters(module, input_widths):
    """Return the number of parameters that are learned."""
    shapes = module.parameter_shapes(*input_widths).values()
    unconnected = 0
    if isinstance(module, Linear) and module.connections is not None:
        unconnected = (~module.connected(*input_widths)).sum()
    return sum(map(math.prod, shapes)) - int(unconnected)


class Row(NamedTuple):
    """One node of a graph.

    ``n_parameters`` counts what is learned, also where ``shares_with`` names an
    earlier node whose parameters these are (None otherwise).
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

    FLOPs are those of forward for one sample, a multiply-add counted as two.
    Backward takes about twice as many.

    Attributes
    ----------
    rows : tuple of Row
        ``pandas.DataFrame(summary.rows)`` makes a frame of them.

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
        """Number of learned parameters, shared ones counted once."""
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
    """Return what stands in the columns for a node."""
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
        n_parameters = count_parameters(module, input_widths)
        first = first_use.setdefault(index, node)
        rows.append(
            Row(
                node=node,
                module=repr(module),
                inputs=inputs,
                width=widths[node],
                n_parameters=n_parameters,
                flops=count_flops(module, input_widths, widths[node]),
                shares_with=first if n_parameters and first != node else None,
            )
        )
    return Summary(tuple(rows))
