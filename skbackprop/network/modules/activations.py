"""Elementwise modules, each with a formula and its derivative for both executors.

A formula is written once, in terms of ``xp``: NumPy for the reference executor,
the vector language of the kernels for the compiled one. It may use arithmetic,
comparisons, ``abs``, and the functions ``divide erf exp expm1 log log1p maximum
minimum sqrt tanh where`` of ``xp``.
"""

import math
from dataclasses import dataclass
from typing import ClassVar

from skbackprop.network.modules.base import Module

__all__ = [
    "Abs",
    "ELU",
    "Elementwise",
    "GELU",
    "HardTanh",
    "Identity",
    "LeakyReLU",
    "Mish",
    "ReLU",
    "SELU",
    "ScaledTanh",
    "SiLU",
    "Sigmoid",
    "SmoothClip",
    "Softplus",
    "Softsign",
    "Square",
    "Tanh",
]


class Elementwise(Module):
    """A function of one variable, applied to each element: y = f(x)."""

    is_elementwise: ClassVar[bool] = True
    # Whether the derivative needs x; where y suffices, y may overwrite x.
    derivative_needs_input: ClassVar[bool] = False
    backward_reads_output: ClassVar[bool] = True

    @property
    def may_overwrite(self):
        """The input, if the derivative does not need it."""
        return () if self.derivative_needs_input else (0,)

    def value(self, x, xp):
        """Return f(x)."""
        raise NotImplementedError

    def derivative(self, x, y, dy, xp):
        """Return dy f'(x) in terms of x, y = f(x), or both."""
        raise NotImplementedError


class Identity(Elementwise):
    """Identity: y = x, dx = dy."""

    passes_on: ClassVar[bool] = True

    def value(self, x, xp):
        """Return x."""
        return x

    def derivative(self, x, y, dy, xp):
        """Return dy."""
        return dy


class ReLU(Elementwise):
    """Rectified linear unit: y = max(x, 0), dx = dy where y > 0, else 0."""

    output_range: ClassVar[tuple] = (0.0, math.inf)

    def value(self, x, xp):
        """Return max(x, 0); NaN stays NaN."""
        return xp.where(x < 0.0, 0.0, x)

    def derivative(self, x, y, dy, xp):
        """Return dy where y is positive, else 0."""
        return xp.where(y > 0.0, dy, 0.0)


@dataclass(frozen=True)
class LeakyReLU(Elementwise):
    """ReLU with a slope for negative inputs: y = x where x > 0, else negative_slope x.

    dx = dy where y > 0, else negative_slope dy.

    Parameters
    ----------
    negative_slope : float, default=0.01
        Slope for negative inputs, at least 0.
    """

    negative_slope: float = 0.01

    def __post_init__(self):
        _check_not_negative("negative_slope", self.negative_slope)

    def value(self, x, xp):
        """Return x, times the slope where it is negative."""
        return xp.where(x < 0.0, self.negative_slope * x, x)

    def derivative(self, x, y, dy, xp):
        """Return dy times the slope."""
        return xp.where(y > 0.0, dy, self.negative_slope * dy)


@dataclass(frozen=True)
class ELU(Elementwise):
    """Exponential linear unit: y = x where x > 0, else alpha (exp(x) - 1).

    dx = dy where y > 0, else dy (y + alpha). Clevert, Unterthiner & Hochreiter
    (2016).

    Parameters
    ----------
    alpha : float, default=1.0
        At least 0. -alpha is the limit of y for large negative x.
    """

    alpha: float = 1.0

    def __post_init__(self):
        _check_not_negative("alpha", self.alpha)

    @property
    def output_range(self):
        """At least -alpha."""
        return (-self.alpha, math.inf)

    def value(self, x, xp):
        """Return x, or alpha (exp(x) - 1) where x is negative."""
        return xp.where(x < 0.0, self.alpha * xp.expm1(xp.minimum(x, 0.0)), x)

    def derivative(self, x, y, dy, xp):
        """Return dy, times y + alpha where y is not positive."""
        return xp.where(y > 0.0, dy, dy * (y + self.alpha))


# With these, mean 0 and variance 1 are a fixed point of the map from layer to layer.
_SELU_ALPHA = 1.6732632423543772
_SELU_SCALE = 1.0507009873554805


class SELU(Elementwise):
    """Scaled ELU: y = s x where x > 0, else s a (exp(x) - 1).

    dx = s dy where y > 0, else dy (y + s a). The constants s = 1.0507... and
    a = 1.6732... keep signals at mean 0 and variance 1 from layer to layer.
    Klambauer, Unterthiner, Mayr & Hochreiter (2017).
    """

    output_range: ClassVar[tuple] = (-1.7581, math.inf)

    def value(self, x, xp):
        """Return s x, or s a (exp(x) - 1) where x is negative."""
        decaying = (_SELU_SCALE * _SELU_ALPHA) * xp.expm1(xp.minimum(x, 0.0))
        return xp.where(x < 0.0, decaying, _SELU_SCALE * x)

    def derivative(self, x, y, dy, xp):
        """Return s dy, or dy (y + s a) where y is not positive."""
        decaying = dy * (y + _SELU_SCALE * _SELU_ALPHA)
        return xp.where(y > 0.0, _SELU_SCALE * dy, decaying)


class Softplus(Elementwise):
    """A smooth ReLU: y = log(1 + exp(x)), dx = dy (1 - exp(-y)).

    The derivative is the logistic function of x.
    """

    output_range: ClassVar[tuple] = (0.0, math.inf)

    def value(self, x, xp):
        """Return max(x, 0) + log(1 + exp(-|x|)), which does not overflow."""
        return xp.maximum(x, 0.0) + xp.log1p(xp.exp(-abs(x)))

    def derivative(self, x, y, dy, xp):
        """Return dy (1 - exp(-y))."""
        return dy * -xp.expm1(-y)


class SiLU(Elementwise):
    """Sigmoid linear unit, or swish: y = x s with s = 1 / (1 + exp(-x)).

    dx = dy s (1 + x (1 - s)). Elfwing, Uchibe & Doya (2018).
    """

    output_range: ClassVar[tuple] = (-0.2785, math.inf)
    derivative_needs_input: ClassVar[bool] = True
    backward_reads_output: ClassVar[bool] = False

    def value(self, x, xp):
        """Return x s."""
        return x * _sigmoid(x, xp)

    def derivative(self, x, y, dy, xp):
        """Return dy s (1 + x (1 - s))."""
        gate = _sigmoid(x, xp)
        return dy * (gate * (1.0 + x * (1.0 - gate)))


class GELU(Elementwise):
    r"""Gaussian error linear unit: y = x P(x), P the standard normal distribution.

    .. math:: P(x) = \frac12 (1 + \operatorname{erf}(x / \sqrt2)), \quad
        dx = dy\, (P(x) + x\, e^{-x^2/2} / \sqrt{2\pi})

    This is the exact form of Hendrycks & Gimpel (2016), not an approximation.
    """

    output_range: ClassVar[tuple] = (-0.17, math.inf)
    derivative_needs_input: ClassVar[bool] = True
    backward_reads_output: ClassVar[bool] = False

    def value(self, x, xp):
        """Return x P(x)."""
        return x * _normal_probability(x, xp)

    def derivative(self, x, y, dy, xp):
        """Return dy (P(x) + x p(x)) with the normal density p."""
        density = math.sqrt(0.5 / math.pi) * xp.exp(-0.5 * (x * x))
        return dy * (_normal_probability(x, xp) + x * density)


class Mish(Elementwise):
    """Mish: y = x t, t = tanh(log(1 + exp(x))), dx = dy (t + x (1 - t^2) s).

    s = 1 / (1 + exp(-x)). Misra (2020).
    """

    output_range: ClassVar[tuple] = (-0.3089, math.inf)
    derivative_needs_input: ClassVar[bool] = True
    backward_reads_output: ClassVar[bool] = False

    def value(self, x, xp):
        """Return x t."""
        return x * _tanh_of_softplus(x, xp)

    def derivative(self, x, y, dy, xp):
        """Return dy (t + x (1 - t^2) s)."""
        gate = _tanh_of_softplus(x, xp)
        return dy * (gate + x * (1.0 - gate * gate) * _sigmoid(x, xp))


class Sigmoid(Elementwise):
    """Logistic function: y = 1 / (1 + exp(-x)), dx = dy y (1 - y)."""

    output_range: ClassVar[tuple] = (0.0, 1.0)
    glorot_factor: ClassVar[float] = 2.0  # as in scikit-learn

    def value(self, x, xp):
        """Return 1 / (1 + exp(-x))."""
        return _sigmoid(x, xp)

    def derivative(self, x, y, dy, xp):
        """Return dy y (1 - y)."""
        return dy * (y * (1.0 - y))


class Tanh(Elementwise):
    """Hyperbolic tangent: y = tanh(x), dx = dy (1 - y^2)."""

    output_range: ClassVar[tuple] = (-1.0, 1.0)

    def value(self, x, xp):
        """Return tanh(x)."""
        return xp.tanh(x)

    def derivative(self, x, y, dy, xp):
        """Return dy (1 - y^2)."""
        return dy * (1.0 - y * y)


class ScaledTanh(Elementwise):
    """Scaled tanh: y = a tanh(2 x / 3) with a = 1.7159, close to x on [-1, 1].

    dx = dy 2/3 (a - y^2 / a). LeCun, Bottou, Orr & Mueller (1998).
    """

    output_range: ClassVar[tuple] = (-1.7159, 1.7159)

    def value(self, x, xp):
        """Return a tanh(2 x / 3)."""
        return 1.7159 * xp.tanh((2.0 / 3.0) * x)

    def derivative(self, x, y, dy, xp):
        """Return dy 2/3 (a - y^2 / a)."""
        return dy * (1.7159 * 2.0 / 3.0 - (2.0 / 3.0 / 1.7159) * (y * y))


class HardTanh(Elementwise):
    """Hard tanh: y = min(max(x, -1), 1); dx = dy where abs(y) < 1, else 0."""

    output_range: ClassVar[tuple] = (-1.0, 1.0)

    def value(self, x, xp):
        """Return x clipped to [-1, 1]."""
        return xp.maximum(xp.minimum(x, 1.0), -1.0)

    def derivative(self, x, y, dy, xp):
        """Return dy between the limits, else 0."""
        return xp.where(abs(y) < 1.0, dy, 0.0)


class Softsign(Elementwise):
    """Softsign: y = x / (1 + abs(x)), dx = dy (1 - abs(y))^2."""

    output_range: ClassVar[tuple] = (-1.0, 1.0)

    def value(self, x, xp):
        """Return x / (1 + |x|)."""
        return xp.divide(x, 1.0 + abs(x))

    def derivative(self, x, y, dy, xp):
        """Return dy (1 - |y|)^2."""
        rest = 1.0 - abs(y)
        return dy * (rest * rest)


@dataclass(frozen=True)
class SmoothClip(Elementwise):
    r"""A smooth clip: close to x near 0, always between -limit and limit.

    .. math:: y = x / \sqrt{1 + (x / l)^2}, \quad dx = dy\, (1 - (y / l)^2)^{3/2}

    where l is the limit. The derivative also equals dy (1 + (x/l)^2)^(-3/2).
    Outliers keep their order but lose influence. Holzmueller, Grinsztajn &
    Steinwart (2024) clip standardised features this way.

    Parameters
    ----------
    limit : float, default=3.0
        Limit of the absolute value of y, positive and finite.
    """

    limit: float = 3.0

    def __post_init__(self):
        if not 0 < self.limit < math.inf:
            raise ValueError(f"limit must be positive and finite, got {self.limit!r}.")

    @property
    def output_range(self):
        """From -limit to limit."""
        return (-self.limit, self.limit)

    def value(self, x, xp):
        """Return l v / sqrt(v^2 + w^2), with v = x / l clipped to [-1, 1], w = v l / x.

        The squares are at most 1, however large x is.
        """
        share = x * (1.0 / self.limit)
        within = xp.maximum(xp.minimum(share, 1.0), -1.0)
        rest = xp.divide(1.0, xp.maximum(abs(share), 1.0))
        length = xp.sqrt(within * within + rest * rest)
        return xp.divide(self.limit * within, length)

    def derivative(self, x, y, dy, xp):
        """Return dy (1 - (y / l)^2)^(3/2)."""
        share = y * (1.0 / self.limit)
        rest = xp.maximum(1.0 - share * share, 0.0)  # y may exceed l by rounding
        return dy * (rest * xp.sqrt(rest))


class Square(Elementwise):
    """Square: y = x^2, dx = 2 dy x."""

    output_range: ClassVar[tuple] = (0.0, math.inf)
    derivative_needs_input: ClassVar[bool] = True
    backward_reads_output: ClassVar[bool] = False

    def value(self, x, xp):
        """Return x^2."""
        return x * x

    def derivative(self, x, y, dy, xp):
        """Return 2 dy x."""
        return 2.0 * (dy * x)


class Abs(Elementwise):
    """Absolute value: y = abs(x), dx = dy where x > 0, -dy where x < 0, 0 at 0."""

    output_range: ClassVar[tuple] = (0.0, math.inf)
    derivative_needs_input: ClassVar[bool] = True
    backward_reads_output: ClassVar[bool] = False

    def value(self, x, xp):
        """Return |x|."""
        return abs(x)

    def derivative(self, x, y, dy, xp):
        """Return dy with the sign of x."""
        return xp.where(x > 0.0, dy, xp.where(x < 0.0, -dy, 0.0))


def _sigmoid(x, xp):
    """Return 1 / (1 + exp(-x)) without overflow."""
    decayed = xp.exp(-abs(x))
    return xp.divide(xp.where(x < 0.0, decayed, 1.0), 1.0 + decayed)


def _normal_probability(x, xp):
    return 0.5 + 0.5 * xp.erf(math.sqrt(0.5) * x)


def _tanh_of_softplus(x, xp):
    """Return ((1 + e^x)^2 - 1) / ((1 + e^x)^2 + 1) in terms of exp(-|x|)."""
    decayed = xp.exp(-abs(x))
    numerator = xp.where(x < 0.0, decayed * (decayed + 2.0), 1.0 + 2.0 * decayed)
    rest = xp.where(x < 0.0, 2.0, 2.0 * (decayed * decayed))
    return xp.divide(numerator, numerator + rest)


def _check_not_negative(name, number):
    if not number >= 0:
        raise ValueError(f"{name} must be at least 0, got {number!r}.")
