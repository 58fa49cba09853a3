"""Bias and Scale, with a parameter for each column."""

from typing import ClassVar

from skbackprop.network.modules.base import Module

__all__ = ["Bias", "Scale"]


class Bias(Module):
    r"""Add a bias to each column: y = x + b, dx = dy, db = sum of dy.

    b has shape (n,), x and dy have shape (batch, n), and the sum is over the batch.
    """

    may_overwrite: ClassVar[tuple] = (0,)
    backward_reads_adjoint_only: ClassVar[bool] = True

    def parameter_shapes(self, width):
        """Return the shape of the bias."""
        return {"bias": (width,)}


class Scale(Module):
    r"""Multiply each column by a factor: y = x s, dx = dy s, ds = sum of dy x.

    s has shape (n,), x and dy have shape (batch, n), and the sum is over the batch.
    s is initialized with ones.
    """

    initial_values: ClassVar[dict] = {"scale": 1.0}

    def parameter_shapes(self, width):
        """Return the shape of the factors."""
        return {"scale": (width,)}
