"""Modules that combine several signals elementwise.

As for activations, the formula of a module and its derivatives are written
once, in terms of ``xp`` (:mod:`skbackprop.network.modules.activations`).
"""

import functools
from typing import ClassVar

from skbackprop.network.modules.base import Module

__all__ = ["Add", "Combination", "Max", "Multiply", "Subtract", "Where"]


class Combination(Module):
    r"""An elementwise function of two or three variables: y = f(x1, x2, ...).

    A signal of width 1 is combined with each column of the others. Backward,

    .. math:: dx_{k,ij} = dy_{ij}\, \partial f / \partial x_k,

    summed over the columns if x_k has width 1.

    Attributes
    ----------
    folds : bool
        Whether it accepts more than two inputs, which are combined one after the
        other.
    """

    n_inputs: ClassVar[int] = 2
    folds: ClassVar[bool] = False

    def __call__(self, *nodes):
        """Apply the module to ``nodes`` and return the node of its output."""
        if self.folds and len(nodes) > 2:
            return functools.reduce(self, nodes)
        return super().__call__(*nodes)

    def output_width(self, *widths):
        """Return the common width of the inputs wider than 1."""
        widest = max(widths)
        if set(widths) - {1, widest}:
            raise ValueError(
                f"{self!r} needs inputs of equal width, or of width 1, got {widths}."
            )
        return widest

    def value(self, *inputs_and_xp):
        """Return f(x1, x2, ...)."""
        raise NotImplementedError

    def derivatives(self, *inputs_dy_xp):
        """Return the adjoint of each input, or None for inputs without one."""
        raise NotImplementedError


class Add(Combination):
    """Sum of signals: y = x1 + x2, dx1 = dy, dx2 = dy.

    ``Add()(a, b, c)`` is (a + b) + c.
    """

    folds: ClassVar[bool] = True
    passes_on: ClassVar[bool] = True
    is_sum: ClassVar[bool] = True
    may_overwrite: ClassVar[tuple] = (0, 1)

    def value(self, x1, x2, xp):
        """Return x1 + x2."""
        return x1 + x2

    def derivatives(self, x1, x2, dy, xp):
        """Return dy twice."""
        return dy, dy


class Subtract(Combination):
    """Difference of two signals: y = x1 - x2, dx1 = dy, dx2 = -dy."""

    passes_on: ClassVar[bool] = True
    may_overwrite: ClassVar[tuple] = (0, 1)

    def value(self, x1, x2, xp):
        """Return x1 - x2."""
        return x1 - x2

    def derivatives(self, x1, x2, dy, xp):
        """Return dy and -dy."""
        return dy, -dy


class Multiply(Combination):
    """Elementwise product of signals: y = x1 x2, dx1 = dy x2, dx2 = dy x1.

    Used for terms of degree 2, and for gates, in which a signal between 0 and 1
    scales another one. ``Multiply()(a, b, c)`` is (a b) c.
    """

    folds: ClassVar[bool] = True
    can_add: ClassVar[bool] = True

    def value(self, x1, x2, xp):
        """Return x1 x2."""
        return x1 * x2

    def derivatives(self, x1, x2, dy, xp):
        """Return dy x2 and dy x1."""
        return dy * x2, dy * x1


class Max(Combination):
    """Elementwise maximum of signals: y = max(x1, x2), NaN where either is NaN.

    dx1 = dy where x1 > x2, else 0; dx2 = dy - dx1. At ties, the second input gets
    the gradient. ``Max()(a, b, c)`` is max(max(a, b), c).
    """

    folds: ClassVar[bool] = True

    def value(self, x1, x2, xp):
        """Return max(x1, x2)."""
        return xp.maximum(x1, x2)

    def derivatives(self, x1, x2, dy, xp):
        """Return dy for the larger input."""
        is_first = x1 > x2
        return xp.where(is_first, dy, 0.0), xp.where(is_first, 0.0, dy)


class Where(Combination):
    """Choice between two signals: y = x1 where condition > 0, else x2.

    Called as ``Where()(condition, x1, x2)``. A condition of width 1 selects
    whole rows. dx1 = dy where condition > 0, else 0; dx2 = dy - dx1. The condition
    gets no gradient.
    """

    n_inputs: ClassVar[int] = 3
    may_overwrite: ClassVar[tuple] = (1, 2)
    stops_gradient: ClassVar[tuple] = (0,)

    def value(self, condition, x1, x2, xp):
        """Return x1 where the condition is positive, else x2."""
        return xp.where(condition > 0.0, x1, x2)

    def derivatives(self, condition, x1, x2, dy, xp):
        """Return dy for the selected input."""
        is_first = condition > 0.0
        return None, xp.where(is_first, dy, 0.0), xp.where(is_first, 0.0, dy)
