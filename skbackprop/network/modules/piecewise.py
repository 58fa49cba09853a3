"""Modules that encode columns by bins."""

import functools
import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from skbackprop.network.modules.base import Module

__all__ = ["PiecewiseLinear"]


@dataclass(frozen=True, repr=False)
class PiecewiseLinear(Module):
    r"""How far each column fills each of its bins: y = clip(t, 0, 1).

    .. math:: y_{ji} = \min(\max(t_{ji}, 0), 1), \quad
        t_{ji} = \frac{x_j - e_{ji}}{e_{j,i+1} - e_{ji}}

    for the edges :math:`e_{j0} < e_{j1} < \ldots` of column j: bins below x are 1,
    those above it are 0. The bins of the first column come first, from the lowest
    on. Backward,

    .. math:: dx_j = \sum_{i : 0 < t_{ji} < 1}
        \frac{dy_{ji}}{e_{j,i+1} - e_{ji}}

    A linear unit behind it is a sum of piecewise-linear functions of one column
    each, whose slope is another one in each bin. Gorishniy, Rubachev & Babenko
    (2022).

    Parameters
    ----------
    edges : iterable of iterables of float
        For each column of the input its edges, ascending: at least two, or none
        where the column is not encoded and puts out nothing.

    Examples
    --------
    Two columns, of which the first has two bins and the second one:

    >>> from skbackprop.network import Input, PiecewiseLinear
    >>> encode = PiecewiseLinear([(0, 1, 3), (10, 20)])
    >>> encode
    PiecewiseLinear(<3 bins of 2 of 2 columns>)
    >>> encode(Input(2)).width
    3
    """

    edges: tuple

    reads_beside_others: ClassVar[bool] = True
    output_range: ClassVar[tuple] = (0.0, 1.0)

    def __post_init__(self):
        edges = tuple(tuple(map(float, column)) for column in self.edges)
        for number, column in enumerate(edges):
            _check_edges(number, column)
        if not any(edges):
            raise ValueError(
                "edges must have at least two edges of at least one column."
            )
        object.__setattr__(self, "edges", edges)

    @functools.cached_property
    def _hash(self):
        # Once: there may be thousands of edges.
        return hash(self.edges)

    def __hash__(self):
        return self._hash

    def __getstate__(self):
        """Leave out the hash, which holds for one process."""
        return {"edges": self.edges}

    def __repr__(self):
        columns = f"{self.n_encoded} of {len(self.edges)} columns"
        return f"PiecewiseLinear(<{self.n_bins} bins of {columns}>)"

    @property
    def n_bins(self):
        """Number of bins of all columns."""
        return sum(len(column) - 1 for column in self.edges if column)

    @property
    def n_encoded(self):
        """Number of columns that have bins."""
        return sum(map(bool, self.edges))

    def output_width(self, width):
        """Return the number of bins."""
        if width != len(self.edges):
            raise ValueError(
                f"{self!r} needs an input of width {len(self.edges)}, got {width}."
            )
        return self.n_bins

    def count_flops(self, width):
        """Return four for each bin."""
        return 4 * self.n_bins

    def constants(self, dtype, width):
        """Return lower edges and slopes of all bins, and where bins of columns are.

        ``indices`` has a row for each encoded column: its number, its first bin and
        the number of its bins.
        """
        limits = np.finfo(dtype)
        encoded = [j for j, column in enumerate(self.edges) if column]
        # Rounded first, so that a value of this dtype that is an edge is one here.
        edges = [
            np.clip(self.edges[j], limits.min, limits.max).astype(dtype).astype(float)
            for j in encoded
        ]
        # Edges that are rounded to the same make a step, infinitely steep but for
        # 0 times infinity. Of halves, no difference overflows.
        with np.errstate(divide="ignore", over="ignore"):
            slopes = 0.5 / np.concatenate([np.diff(0.5 * column) for column in edges])
        sizes = np.array([len(column) - 1 for column in edges])
        return {
            "constants": np.stack(
                [
                    np.concatenate([column[:-1] for column in edges]),
                    np.clip(slopes, limits.tiny, limits.max),
                ]
            ).astype(dtype),
            "indices": np.stack([encoded, np.cumsum(sizes) - sizes, sizes], axis=1),
        }


def _check_edges(number, column):
    """Raise ValueError where numbers are no edges of a column."""
    if len(column) == 1:
        raise ValueError(
            f"Column {number} has one edge, {column[0]}: a bin lies between two. Give "
            "no edges where a column is not to be encoded."
        )
    if not all(map(math.isfinite, column)):
        raise ValueError(f"Edges of column {number} must be finite, got {column}.")
    for left, right in zip(column, column[1:], strict=False):
        if not left < right:
            raise ValueError(
                f"Edges of column {number} must ascend, got {left} before {right}."
            )
