"""Dot products of rows."""

from typing import ClassVar

from skbackprop.network.modules.base import Module

__all__ = ["DotProduct"]


class DotProduct(Module):
    """Dot product of two rows: y = sum_j x1_j x2_j, of width 1.

    dx1 = dy x2, dx2 = dy x1.
    """

    n_inputs: ClassVar[int] = 2

    def output_width(self, *widths):
        """Return 1."""
        super().output_width(*widths)
        return 1

    def count_flops(self, *widths):
        """Return 1 per product and 1 per sum."""
        return sum(widths)
