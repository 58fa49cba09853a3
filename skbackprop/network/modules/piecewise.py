"""Piecewise-linear encoding of columns by bins."""

import functools
import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from skbackprop.network.modules.base import Module

__all__ = ["PiecewiseLinear"]


@dataclass(frozen=True, repr=False)
class PiecewiseLinear(Module):
    r"""Piecewise-linear encoding of columns by bins: y = clip(t, 0, 1).

    .. math:: y_{ji} = \min(\max(t_{ji}, 0), 1), \quad
        t_{ji} = \frac{x_j - e_{ji}}{e_{j,i+1} - e_{ji}}

    with the edges :math:`e_{j0} < e_{j1} < \ldots` of column j. Bins below x are 1,
    bins above it are 0. Outputs are ordered by columns, and within a column from the
    lowest bin to the highest. Backward,

    .. math:: dx_j = \sum_{i : 0 < t_{ji} < 1}
        \frac{dy_{ji}}{e_{j,i+1} - e_{ji}}

    A linear unit after this module is a sum of piecewise-linear functions of one
    column each, with a slope for each bin. Gorishniy, Rubachev & Babenko (2022).

    Parameters
    ----------
    edges : iterable of iterables of float
        Ascending edges for each column of the input: at least two, or none to leave
        the column out of the output.

    Examples
    --------
    The first column has two bins, the second has one:

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
                "edges must have at least two edges for at least one column."
            )
        object.__setattr__(self, "edges", edges)

    @functools.cached_property
    def _hash(self):
        # Cached, as there may be thousands of edges.
        return hash(self.edges)

    def __hash__(self):
        return self._hash

    def __getstate__(self):
        """Leave out the hash, which is valid for one process only."""
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
        """Number of columns with bins."""
        return sum(map(bool, self.edges))

    def output_width(self, width):
        """Return the number of bins."""
        if width != len(self.edges):
            raise ValueError(
                f"{self!r} needs an input of width {len(self.edges)}, got {width}."
            )
        return self.n_bins

    def count_flops(self, width):
        """Return 4 per bin."""
        return 4 * self.n_bins

    def constants(self, dtype, width):
        """Return the lower edges and slopes of all bins, and the bins of each column.

        ``indices`` has a row for each encoded column: its number, its first bin and
        its number of bins.
        """
        limits = np.finfo(dtype)
        encoded = [j for j, column in enumerate(self.edges) if column]
        # Rounded first, so that values of this dtype equal to an edge stay equal.
        edges = [
            np.clip(self.edges[j], limits.min, limits.max).astype(dtype).astype(float)
            for j in encoded
        ]
        # Edges that round to the same number make a step. An infinite slope would
        # give 0 times infinity. Differences of halves do not overflow.
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
    """Raise ValueError if numbers are not valid edges of a column."""
    if len(column) == 1:
        raise ValueError(
            f"Column {number} has one edge, {column[0]}, but a bin needs two. Give no "
            "edges for a column that is not encoded."
        )
    if not all(map(math.isfinite, column)):
        raise ValueError(f"Edges of column {number} must be finite, got {column}.")
    for left, right in zip(column, column[1:], strict=False):
        if not left < right:
            raise ValueError(
                f"Edges of column {number} must be ascending, got {left} before "
                f"{right}."
            )
