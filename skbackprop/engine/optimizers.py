"""The stochastic optimizers, each with its update formula.

A step is ``parameter, *slots = update(parameter, gradient, *slots)``,
elementwise over the flat parameter vector, written in terms of ``xp`` and run
by both executors. Numbers that change from step to step (learning rate, bias
correction) are computed for many steps at once by ``coefficients``.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

__all__ = [
    "Adagrad",
    "Adam",
    "Lion",
    "Nadam",
    "Optimizer",
    "RMSprop",
    "SDLM",
    "SGD",
]


@dataclass(frozen=True)
class Optimizer:
    """An update rule.

    Attributes
    ----------
    n_slots : int
        Number of vectors, of the size of the parameters, that the rule keeps from
        step to step.
    n_coefficients : int
        Number of coefficients of a step.
    rate_columns : tuple of int
        Indices of the coefficients that are proportional to the learning rate.
    uses_curvature : bool
        Whether ``take_curvature`` receives the second derivatives of the loss
        before each epoch.
    """

    n_slots: ClassVar[int]
    n_coefficients: ClassVar[int]
    rate_columns: ClassVar[tuple]
    uses_curvature: ClassVar[bool] = False

    def coefficients(self, steps, learning_rates):
        """Return the coefficients of the steps, shape (n_steps, n_coefficients).

        Parameters
        ----------
        steps : ndarray of int64 of shape (n_steps,)
            Numbers of the steps, counted from 1 at the optimizer's first step.
        learning_rates : ndarray of float64 of shape (n_steps,)
        """
        raise NotImplementedError

    def at_factor(self, coefficients, factor):
        """Return the coefficients of a step at a multiple of its learning rate."""
        coefficients = coefficients.copy()
        coefficients[list(self.rate_columns)] *= factor
        return coefficients

    def update(self, parameter, gradient, slots, coefficients, xp):
        """Return the new parameter and the list of new slots."""
        raise NotImplementedError


@dataclass(frozen=True)
class SGD(Optimizer):
    r"""Gradient descent with momentum.

    .. math:: v \leftarrow \mu v - \eta g, \qquad w \leftarrow w + v

    or, with Nesterov momentum (Nesterov 1983, as implemented by scikit-learn),
    :math:`w \leftarrow w + \mu v - \eta g` with the new v.

    Parameters
    ----------
    momentum : float
        Fraction of the previous update that is added to the current one.
    nesterov : bool
        Whether to use Nesterov momentum.
    """

    momentum: float
    nesterov: bool

    n_slots: ClassVar[int] = 1
    n_coefficients: ClassVar[int] = 2
    rate_columns: ClassVar[tuple] = (1,)

    def coefficients(self, steps, learning_rates):
        """Return (momentum, learning rate) of each step."""
        return np.column_stack(
            [np.full_like(learning_rates, self.momentum), learning_rates]
        )

    def update(self, parameter, gradient, slots, coefficients, xp):
        """Return the new parameter and velocity."""
        (velocity,) = slots
        momentum, learning_rate = coefficients
        velocity = momentum * velocity - learning_rate * gradient
        if self.nesterov:
            move = momentum * velocity - learning_rate * gradient
        else:
            move = velocity
        return parameter + move, [velocity]


@dataclass(frozen=True)
class SDLM(SGD):
    r"""Stochastic diagonal Levenberg-Marquardt (LeCun et al. 1998, section 9.1).

    Gradient descent with momentum and a learning rate for each parameter,

    .. math:: \eta_k = \frac{\eta}{h_k + d}

    where :math:`h_k` is the mean of :math:`\partial^2 E / \partial w_k^2` in the
    Gauss-Newton approximation, estimated before each epoch, and the damping d keeps
    the rates finite where the loss is flat.

    Parameters
    ----------
    momentum : float
        Fraction of the previous update that is added to the current one.
    nesterov : bool
        Whether to use Nesterov momentum.
    damping : float
        The damping d.
    """

    damping: float

    n_slots: ClassVar[int] = 2
    uses_curvature: ClassVar[bool] = True

    def take_curvature(self, slots, curvature):
        """Store 1 / (h + d) in the slots."""
        slots[1] = 1 / (curvature + self.damping)

    def update(self, parameter, gradient, slots, coefficients, xp):
        """Return the new parameter, the new velocity and the unchanged rates."""
        velocity, rate = slots
        parameter, (velocity,) = super().update(
            parameter, rate * gradient, [velocity], coefficients, xp
        )
        return parameter, [velocity, rate]


@dataclass(frozen=True)
class Adam(Optimizer):
    r"""Adam (Kingma & Ba 2015), with epsilon added to the uncorrected root.

    .. math:: m \leftarrow \beta_1 m + (1 - \beta_1) g, \quad
       v \leftarrow \beta_2 v + (1 - \beta_2) g^2, \quad
       w \leftarrow w - \eta \frac{\sqrt{1 - \beta_2^t}}{1 - \beta_1^t}
       \frac{m}{\sqrt{v} + \epsilon}

    Parameters
    ----------
    beta_1 : float
        Decay rate of the running mean of the gradient.
    beta_2 : float
        Decay rate of the running mean of the squared gradient.
    epsilon : float
        Constant that keeps the denominator positive.
    """

    beta_1: float
    beta_2: float
    epsilon: float

    n_slots: ClassVar[int] = 2
    n_coefficients: ClassVar[int] = 6
    rate_columns: ClassVar[tuple] = (4,)

    def coefficients(self, steps, learning_rates):
        """Return (b1, 1 - b1, b2, 1 - b2, corrected rate, epsilon) of each step."""
        table = np.empty((len(steps), self.n_coefficients))
        table[:, 0] = self.beta_1
        table[:, 1] = 1 - self.beta_1
        table[:, 2] = self.beta_2
        table[:, 3] = 1 - self.beta_2
        correction = np.sqrt(1 - self.beta_2**steps) / (1 - self.beta_1**steps)
        table[:, 4] = learning_rates * correction
        table[:, 5] = self.epsilon
        return table

    def update(self, parameter, gradient, slots, coefficients, xp):
        """Return the new parameter and moments."""
        mean, square = slots
        beta_1, rest_1, beta_2, rest_2, rate, epsilon = coefficients
        mean = beta_1 * mean + rest_1 * gradient
        square = beta_2 * square + rest_2 * (gradient * gradient)
        move = xp.divide(rate * mean, xp.sqrt(square) + epsilon)
        return parameter - move, [mean, square]


class Nadam(Adam):
    r"""Adam with Nesterov momentum (Dozat 2016), scheduled as in PyTorch.

    With m and v of :class:`Adam`, :math:`\mu_t = \beta_1 (1 - 0.96^{0.004 t} / 2)`
    and :math:`M_t = \mu_1 \mu_2 \cdots \mu_t`,

    .. math:: w \leftarrow w - \eta \,
       \frac{\frac{\mu_{t+1}}{1 - M_{t+1}} m + \frac{1 - \mu_t}{1 - M_t} g}
       {\sqrt{v / (1 - \beta_2^t)} + \epsilon}

    Parameters
    ----------
    beta_1 : float
        Decay rate of the running mean of the gradient.
    beta_2 : float
        Decay rate of the running mean of the squared gradient.
    epsilon : float
        Constant that keeps the denominator positive.
    """

    n_coefficients: ClassVar[int] = 8
    rate_columns: ClassVar[tuple] = (4, 5)

    def coefficients(self, steps, learning_rates):
        """Return (b1, 1 - b1, b2, 1 - b2, rates of m and g, root factor, epsilon)."""
        mu = self._momenta(np.arange(1, steps[-1] + 2))
        products = np.cumprod(mu)
        table = np.empty((len(steps), self.n_coefficients))
        table[:, :4] = self.beta_1, 1 - self.beta_1, self.beta_2, 1 - self.beta_2
        table[:, 4] = learning_rates * mu[steps] / (1 - products[steps])
        table[:, 5] = learning_rates * (1 - mu[steps - 1]) / (1 - products[steps - 1])
        table[:, 6] = 1 / np.sqrt(1 - self.beta_2**steps)
        table[:, 7] = self.epsilon
        return table

    def _momenta(self, steps):
        return self.beta_1 * (1 - 0.5 * 0.96 ** (0.004 * steps))

    def update(self, parameter, gradient, slots, coefficients, xp):
        """Return the new parameter and moments."""
        mean, square = slots
        beta_1, rest_1, beta_2, rest_2, of_mean, of_gradient, root, epsilon = (
            coefficients
        )
        mean = beta_1 * mean + rest_1 * gradient
        square = beta_2 * square + rest_2 * (gradient * gradient)
        move = of_mean * mean + of_gradient * gradient
        return parameter - xp.divide(move, root * xp.sqrt(square) + epsilon), [
            mean,
            square,
        ]


@dataclass(frozen=True)
class RMSprop(Optimizer):
    r"""Divide the gradient by its running root mean square (Tieleman & Hinton 2012).

    .. math:: v \leftarrow \beta_2 v + (1 - \beta_2) g^2, \qquad
       w \leftarrow w - \frac{\eta g}{\sqrt{v} + \epsilon}

    Parameters
    ----------
    beta_2 : float
        Decay rate of the running mean of the squared gradient.
    epsilon : float
        Constant that keeps the denominator positive.
    """

    beta_2: float
    epsilon: float

    n_slots: ClassVar[int] = 1
    n_coefficients: ClassVar[int] = 4
    rate_columns: ClassVar[tuple] = (2,)

    def coefficients(self, steps, learning_rates):
        """Return (b2, 1 - b2, learning rate, epsilon) of each step."""
        table = np.empty((len(steps), self.n_coefficients))
        table[:, 0], table[:, 1] = self.beta_2, 1 - self.beta_2
        table[:, 2], table[:, 3] = learning_rates, self.epsilon
        return table

    def update(self, parameter, gradient, slots, coefficients, xp):
        """Return the new parameter and mean square."""
        (square,) = slots
        beta_2, rest_2, rate, epsilon = coefficients
        square = beta_2 * square + rest_2 * (gradient * gradient)
        move = xp.divide(rate * gradient, xp.sqrt(square) + epsilon)
        return parameter - move, [square]


@dataclass(frozen=True)
class Adagrad(Optimizer):
    r"""Divide the gradient by the root of its sum of squares (Duchi et al. 2011).

    .. math:: s \leftarrow s + g^2, \qquad
       w \leftarrow w - \frac{\eta g}{\sqrt{s} + \epsilon}

    Parameters
    ----------
    epsilon : float
        Constant that keeps the denominator positive.
    """

    epsilon: float

    n_slots: ClassVar[int] = 1
    n_coefficients: ClassVar[int] = 2
    rate_columns: ClassVar[tuple] = (0,)

    def coefficients(self, steps, learning_rates):
        """Return (learning rate, epsilon) of each step."""
        return np.column_stack(
            [learning_rates, np.full_like(learning_rates, self.epsilon)]
        )

    def update(self, parameter, gradient, slots, coefficients, xp):
        """Return the new parameter and sum of squares."""
        (total,) = slots
        rate, epsilon = coefficients
        total = total + gradient * gradient
        move = xp.divide(rate * gradient, xp.sqrt(total) + epsilon)
        return parameter - move, [total]


@dataclass(frozen=True)
class Lion(Optimizer):
    r"""Step in the direction of the sign of a momentum (Chen et al. 2023).

    .. math:: w \leftarrow w - \eta \, \mathrm{sign}(\beta_1 m + (1 - \beta_1) g),
       \qquad m \leftarrow \beta_2 m + (1 - \beta_2) g

    Parameters
    ----------
    beta_1 : float
        Weight of the momentum in a step; the gradient has weight 1 - beta_1.
    beta_2 : float
        Decay rate of the running mean of the gradient.
    """

    beta_1: float
    beta_2: float

    n_slots: ClassVar[int] = 1
    n_coefficients: ClassVar[int] = 5
    rate_columns: ClassVar[tuple] = (4,)

    def coefficients(self, steps, learning_rates):
        """Return (b1, 1 - b1, b2, 1 - b2, learning rate) of each step."""
        table = np.empty((len(steps), self.n_coefficients))
        table[:, :4] = self.beta_1, 1 - self.beta_1, self.beta_2, 1 - self.beta_2
        table[:, 4] = learning_rates
        return table

    def update(self, parameter, gradient, slots, coefficients, xp):
        """Return the new parameter and momentum."""
        (mean,) = slots
        beta_1, rest_1, beta_2, rest_2, rate = coefficients
        direction = beta_1 * mean + rest_1 * gradient
        move = xp.where(direction > 0.0, rate, xp.where(direction < 0.0, -rate, 0.0))
        return parameter - move, [beta_2 * mean + rest_2 * gradient]
