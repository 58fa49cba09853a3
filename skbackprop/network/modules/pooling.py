"""Modules that pool groups of adjacent columns."""

from dataclasses import dataclass
from typing import ClassVar

from skbackprop.network.modules.base import Module
from skbackprop.network.node import checked_width

__all__ = ["MaxPool", "MeanPool"]


@dataclass(frozen=True)
class _Pool(Module):
    """Pooling: one output for each group of ``size`` adjacent columns."""

    size: int

    def __post_init__(self):
        checked_width("size", self.size)

    def output_width(self, width):
        """Return the number of groups."""
        if width % self.size:
            raise ValueError(
                f"{self!r} needs an input whose width is a multiple of {self.size}, "
                f"got {width}."
            )
        return width // self.size

    def count_flops(self, width):
        """Return 1 per column of the input."""
        return width


class MaxPool(_Pool):
    """Maximum of each group of columns: y_g = max of the x_i of group g.

    dx_i = dy_g for the first maximum of group g, 0 for the others. y_g is NaN if any
    x_i of the group is NaN. After a Linear module this makes a layer of maxout units
    (Goodfellow et al. 2013).

    Parameters
    ----------
    size : int
        Number of adjacent columns in a group.

    Examples
    --------
    >>> from skbackprop.network import Input, MaxPool
    >>> MaxPool(5)(Input(100)).width
    20
    """

    backward_reads_output: ClassVar[bool] = True


class MeanPool(_Pool):
    """Mean of each group of columns: y_g = mean of the x_i of group g.

    dx_i = dy_g / size.

    Parameters
    ----------
    size : int
        Number of adjacent columns in a group.
    """

    backward_reads_adjoint_only: ClassVar[bool] = True
