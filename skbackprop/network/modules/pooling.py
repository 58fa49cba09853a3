"""Modules that pool groups of adjacent columns."""

from dataclasses import dataclass
from typing import ClassVar

from skbackprop.network.modules.base import Module
from skbackprop.network.node import checked_width

__all__ = ["MaxPool", "MeanPool"]


@dataclass(frozen=True)
class _Pool(Module):
    """One column for each group of ``size`` adjacent columns."""

    size: int

    def __post_init__(self):
        checked_width("size", self.size)

    def output_width(self, width):
        """Return the number of groups."""
        if width % self.size:
            raise ValueError(
                f"{self!r} needs groups of {self.size}, which an input of width "
                f"{width} cannot be cut into."
            )
        return width // self.size

    def count_flops(self, width):
        """Return one for each column of the input."""
        return width


class MaxPool(_Pool):
    """The largest of each group: y_g = max of the x_i of group g.

    dx_i = dy_g for the first of the largest of group g, 0 for the others; y_g
    is NaN where one of the group is. After a Linear module this is a layer of
    maxout units (Goodfellow et al. 2013).

    Parameters
    ----------
    size : int
        Columns of a group, which lie side by side.

    Examples
    --------
    >>> from skbackprop.network import Input, MaxPool
    >>> MaxPool(5)(Input(100)).width
    20
    """

    backward_reads_output: ClassVar[bool] = True


class MeanPool(_Pool):
    """The mean of each group: y_g = mean of the x_i of group g.

    dx_i = dy_g / size.

    Parameters
    ----------
    size : int
        Columns of a group, which lie side by side.
    """

    backward_reads_adjoint_only: ClassVar[bool] = True
