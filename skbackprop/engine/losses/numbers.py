"""Losses for regression.

Their settings, such as Huber's delta, may be arrays with a number for each output.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from skbackprop.engine.losses.base import ElementwiseLoss


class HalfSquaredError(ElementwiseLoss):
    """Half squared error: (z - t)^2 / 2, gradient z - t.

    Minimised by the mean.
    """

    averages_outputs: ClassVar[bool] = True
    reference: ClassVar[str] = "Legendre (1805)"

    def value(self, z, t, xp):
        """Return (z - t)^2 / 2."""
        return 0.5 * (z - t) * (z - t)

    def gradient(self, z, t, xp):
        """Return z - t."""
        return z - t

    def curvature(self, z, t, xp):
        """Return 1."""
        return xp.where(z == z, 1.0, z)


class AbsoluteError(ElementwiseLoss):
    """Absolute error: abs(z - t), gradient sign(z - t).

    Minimised by the median.
    """

    averages_outputs: ClassVar[bool] = True
    reference: ClassVar[str] = "Boscovich (1757)"

    def value(self, z, t, xp):
        """Return |z - t|."""
        return abs(z - t)

    def gradient(self, z, t, xp):
        """Return the sign of z - t, 0 where they are equal."""
        error = z - t
        return xp.where(error > 0.0, 1.0, xp.where(error < 0.0, -1.0, error))


@dataclass(frozen=True)
class Huber(ElementwiseLoss):
    """Huber loss: squared for small errors, absolute for errors beyond delta.

    With e = z - t and c = e clipped to [-delta, delta], the loss is c (e - c / 2).
    That is e^2 / 2 if abs(e) <= delta, else delta (abs(e) - delta / 2). The gradient
    is c.

    Parameters
    ----------
    delta : float, default=1.0
        Largest error that is squared, in units of the targets.
    """

    delta: float = 1.0
    averages_outputs: ClassVar[bool] = True
    reference: ClassVar[str] = "Huber (1964)"

    def __post_init__(self):
        if not self.delta > 0:
            raise ValueError(f"delta of Huber must be positive, got {self.delta!r}.")

    def value(self, z, t, xp):
        """Return c (e - c / 2)."""
        clipped = self.gradient(z, t, xp)
        return clipped * (z - t - 0.5 * clipped)

    def gradient(self, z, t, xp):
        """Return the clipped error."""
        return xp.maximum(xp.minimum(z - t, self.delta), -self.delta)

    def curvature(self, z, t, xp):
        """Return 1 where the error is squared, else 0."""
        size = abs(z - t)
        return xp.where(size <= self.delta, 1.0, xp.where(size > 0.0, 0.0, size))


@dataclass(frozen=True)
class Quantile(ElementwiseLoss):
    """Pinball loss: level (t - z) below the target, (1 - level) (z - t) above it.

    The gradient is -level below the target and 1 - level above it. Minimised by the
    quantile.

    Parameters
    ----------
    level : float or tuple of float, default=0.5
        Level of the quantile, between 0 and 1, or several levels, one for each
        output.
    """

    level: float | tuple = 0.5
    averages_outputs: ClassVar[bool] = True
    reference: ClassVar[str] = "Koenker & Bassett (1978)"

    def __post_init__(self):
        levels = np.atleast_1d(self.level)
        if (
            levels.ndim != 1
            or not levels.size
            or not ((levels > 0) & (levels < 1)).all()
        ):
            raise ValueError(
                "quantile must be a number strictly between 0 and 1, or a sequence of "
                f"such numbers, got {self.level!r}."
            )

    def value(self, z, t, xp):
        """Return the larger of -level (z - t) and (1 - level) (z - t)."""
        error = z - t
        return xp.maximum(-self.level * error, (1.0 - self.level) * error)

    def gradient(self, z, t, xp):
        """Return -level below the target, 1 - level above it, 0 at it."""
        error = z - t
        above = xp.where(error > 0.0, 1.0 - self.level, error)
        return xp.where(error < 0.0, -self.level, above)


class LogCosh(ElementwiseLoss):
    """Logarithm of the hyperbolic cosine of the error: log cosh(z - t).

    The gradient is tanh(z - t). The loss is smooth, close to half the squared error
    for small errors, and grows like the absolute error for large ones.
    """

    averages_outputs: ClassVar[bool] = True
    reference: ClassVar[str] = "Green (1990)"

    def value(self, z, t, xp):
        """Return |z - t| + log(1 + exp(-2 |z - t|)) - log 2."""
        size = abs(z - t)
        return size + (xp.log1p(xp.exp(-2.0 * size)) - 0.6931471805599453)

    def gradient(self, z, t, xp):
        """Return tanh(z - t)."""
        return xp.tanh(z - t)

    def curvature(self, z, t, xp):
        """Return 1 - tanh(z - t)^2."""
        slope = xp.tanh(z - t)
        return 1.0 - slope * slope


class HalfPoissonDeviance(ElementwiseLoss):
    """Half Poisson deviance with log link: exp(z) - t z + t log t - t.

    The gradient is exp(z) - t. Targets are counts, t >= 0, and 0 log 0 = 0.
    """

    link: ClassVar[str] = "exp"
    reference: ClassVar[str] = "Nelder & Wedderburn (1972)"

    def value(self, z, t, xp):
        """Return exp(z) - t z + t log t - t."""
        positive = xp.where(t > 0.0, t, 1.0)
        return xp.exp(z) - t * z + t * xp.log(positive) - t

    def gradient(self, z, t, xp):
        """Return exp(z) - t."""
        return xp.exp(z) - t

    def curvature(self, z, t, xp):
        """Return exp(z)."""
        return xp.exp(z)


class HalfGammaDeviance(ElementwiseLoss):
    """Half gamma deviance with log link: t exp(-z) + z - log t - 1.

    The gradient is 1 - t exp(-z). Targets are positive. The loss depends only on the
    ratio of target to prediction.
    """

    link: ClassVar[str] = "exp"
    reference: ClassVar[str] = "Nelder & Wedderburn (1972)"

    def value(self, z, t, xp):
        """Return r - log r - 1 for r = t exp(-z)."""
        return t * xp.exp(-z) + (z - xp.log(t) - 1.0)

    def gradient(self, z, t, xp):
        """Return 1 - t exp(-z)."""
        return 1.0 - t * xp.exp(-z)

    def curvature(self, z, t, xp):
        """Return t exp(-z)."""
        return t * xp.exp(-z)
