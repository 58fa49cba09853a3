"""Numeric columns: one of scaled numbers, one more that says which are missing."""

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
    """What is learnt of a column of numbers.

    Attributes
    ----------
    name : str
    scale : RobustScale
    indicator : RobustScale or None
        Of the column that says what is missing, where something was.
    n_missing : int
    n_values : int
        Distinct ones that are not missing; 3 stands for 3 and more.
    edges : tuple of float
        Of bins, in units of scaled numbers.
    """

    name: str
    scale: RobustScale
    indicator: RobustScale | None
    n_missing: int
    n_values: int
    edges: tuple = ()

    def __post_init__(self):
        if any(b <= a for a, b in zip(self.edges, self.edges[1:], strict=False)):
            raise ValueError(f"edges of {self.name!r} do not ascend")

    @property
    def names(self):
        """Names of its columns in the matrix."""
        return [self.name, f"{self.name}_missing"][: 1 + (self.indicator is not None)]

    @property
    def all_edges(self):
        """Edges of each of its columns in the matrix."""
        return [self.edges, ()][: len(self.names)]

    def with_edges(self, column, n_bins):
        """Return this with edges of at most so many bins, where it has any.

        They are found among the numbers that a net will read, in float32: those
        that coincide there are no edges of two bins.
        """
        if self.n_values < 3:
            return self
        values = read_numbers(column, self.name)
        scaled = self.scale.of(values[~np.isnan(values)])
        edges = np.unique(bin_edges(scaled, n_bins).astype(np.float32))
        return replace(self, edges=tuple(edges.tolist()) if len(edges) > 2 else ())

    def report(self):
        """Return what was found, and what was made of it."""
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
    """Return what is learnt of a column of numbers, but for its edges."""
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
