"""Numeric columns: scaled numbers, and an indicator of missing values."""

from dataclasses import dataclass, replace

import numpy as np

from skbackprop.tabular.columns import read_numbers
from skbackprop.tabular.records import Record
from skbackprop.tabular.scaling import (
    RobustScale,
    refuse_infinity,
    scale_of,
    scale_of_counts,
)
from skbackprop.transformers.piecewise import bin_edges


@dataclass(frozen=True)
class NumericColumn(Record):
    """The settings learnt from a column of numbers.

    Attributes
    ----------
    name : str
    scale : RobustScale
    indicator : RobustScale or None
        Scale of the indicator of missing values, None if no value was missing.
    n_missing : int
    n_values : int
        Number of distinct values that are not missing; 3 means 3 or more.
    edges : tuple of float
        Bin edges in units of scaled numbers.
    """

    name: str
    scale: RobustScale
    indicator: RobustScale | None
    n_missing: int
    n_values: int
    edges: tuple = ()

    def __post_init__(self):
        if any(b <= a for a, b in zip(self.edges, self.edges[1:], strict=False)):
            raise ValueError(f"edges of {self.name!r} must be ascending")

    @property
    def names(self):
        """Names of its columns in the matrix."""
        return [self.name, f"{self.name}_missing"][: 1 + (self.indicator is not None)]

    @property
    def all_edges(self):
        """Edges of each of its columns in the matrix."""
        return [self.edges, ()][: len(self.names)]

    def with_edges(self, column, n_bins):
        """Return the column with edges of at most ``n_bins`` bins.

        Edges are computed from scaled numbers in float32, as networks read them, so
        that they remain distinct.
        """
        if self.n_values < 3:
            return self
        values = read_numbers(column, self.name)
        scaled = self.scale.of(values[~np.isnan(values)])
        edges = np.unique(bin_edges(scaled, n_bins).astype(np.float32))
        return replace(self, edges=tuple(edges.tolist()) if len(edges) > 2 else ())

    def report(self):
        """Return a dict that describes the column and its encoding."""
        if self.n_values == 0:
            rule = "all missing: 0"
        elif self.n_values == 1:
            rule = "constant: 0"
        else:
            rule = "scaled by median and quartiles"
        if self.indicator is not None:
            rule += ", and which are missing"
        return {
            "name": self.name,
            "kind": "numeric",
            "levels": None,
            "missing": self.n_missing,
            "bins": max(0, len(self.edges) - 1),
            "rule": rule,
        }


def learn_numeric(column, name):
    """Return the NumericColumn of a column, without edges."""
    values = read_numbers(column, name)
    present = values[~np.isnan(values)]
    n_missing = len(values) - len(present)
    indicator, n_values = None, 0
    if len(present):
        smallest, largest = present.min(), present.max()
        if np.isinf(smallest) or np.isinf(largest):
            refuse_infinity(name)
        is_between = (present > smallest) & (present < largest)
        n_values = 1 + (largest > smallest) + is_between.any()
        if n_missing:
            indicator = scale_of_counts([0, 1], [len(present), n_missing])
    scale = scale_of(present)
    return NumericColumn(name, scale, indicator, n_missing, int(n_values))
