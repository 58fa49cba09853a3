"""Elementwise modules: one formula and its derivative, for both executors.

A formula is written once, in terms of ``xp``: NumPy for the reference executor,
the vector language of the kernels for the compiled one. It may use arithmetic,
comparisons, ``abs``, and the functions ``divide erf exp expm1 log log1p maximum
minimum sqrt tanh where`` of ``xp``.
"""

from dataclasses import dataclass
from typing import ClassVar

from skbackprop.network.modules import Module


@dataclass(frozen=True)
class Elementwise(Module):
    """A function of one variable, applied to each element: y = f(x)."""

    # Whether the derivative needs x; where y suffices, y may overwrite x.
    derivative_needs_input: ClassVar[bool] = False
    backward_reads_output: ClassVar[bool] = True

    @property
    def may_overwrite(self):
        """The input, where the derivative does not need it."""
        return () if self.derivative_needs_input else (0,)

    def value(self, x, xp):
        """Return f(x)."""
        raise NotImplementedError

    def derivative(self, x, y, dy, xp):
        """Return dy f'(x) in terms of x, of y = f(x), or of both."""
        raise NotImplementedError


@dataclass(frozen=True)
class Identity(Elementwise):
    """Pass the input on: y = x, dx = dy."""

    def value(self, x, xp):
        """Return x."""
        return x

    def derivative(self, x, y, dy, xp):
        """Return dy."""
        return dy


@dataclass(frozen=True)
class ReLU(Elementwise):
    """Rectified linear unit: y = max(x, 0), dx = dy where y > 0, else 0."""

    def value(self, x, xp):
        """Return x where it is not negative; NaN stays NaN."""
        return xp.where(x < 0.0, 0.0, x)

    def derivative(self, x, y, dy, xp):
        """Return dy where the unit is on."""
        return xp.where(y > 0.0, dy, 0.0)


@dataclass(frozen=True)
class Sigmoid(Elementwise):
    """Logistic function: y = 1 / (1 + exp(-x)), dx = dy y (1 - y)."""

    def value(self, x, xp):
        """Return 1 / (1 + exp(-x)) without overflow."""
        decayed = xp.exp(-abs(x))
        return xp.divide(xp.where(x < 0.0, decayed, 1.0), 1.0 + decayed)

    def derivative(self, x, y, dy, xp):
        """Return dy y (1 - y)."""
        return dy * (y * (1.0 - y))


@dataclass(frozen=True)
class Tanh(Elementwise):
    """Hyperbolic tangent: y = tanh(x), dx = dy (1 - y^2)."""

    def value(self, x, xp):
        """Return tanh(x)."""
        return xp.tanh(x)

    def derivative(self, x, y, dy, xp):
        """Return dy (1 - y^2)."""
        return dy * (1.0 - y * y)
