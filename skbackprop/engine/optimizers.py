"""The stochastic optimizers: rows of a table, one update formula each.

A step is ``parameter, *slots = update(parameter, gradient, *slots)``,
elementwise over the flat parameter vector, written in terms of ``xp`` and run
by both executors. What changes from step to step (learning rate, bias
correction) is computed for many steps at once by ``coefficients``.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np


@dataclass(frozen=True)
class Optimizer:
    """An update rule.

    Attributes
    ----------
    n_slots : int
        Vectors like the parameters that the rule carries from step to step.
    n_coefficients : int
        Numbers that it is given at each step.
    """

    n_slots: ClassVar[int]
    n_coefficients: ClassVar[int]

    def coefficients(self, steps, learning_rates):
        """Return the coefficients of the steps, shape (n_steps, n_coefficients).

        Parameters
        ----------
        steps : ndarray of int64 of shape (n_steps,)
            Numbers of the steps since the optimizer began, from 1 on.
        learning_rates : ndarray of float64 of shape (n_steps,)
        """
        raise NotImplementedError

    def update(self, parameter, gradient, slots, coefficients, xp):
        """Return the new parameter and the list of new slots."""
        raise NotImplementedError


@dataclass(frozen=True)
class SGD(Optimizer):
    """Gradient descent with momentum.

    .. math:: v <- mu v - eta g, w <- w + v

    or, with Nesterov's momentum (Nesterov 1983, as scikit-learn applies it),
    w <- w + mu v - eta g with the new v.
    """

    momentum: float
    nesterov: bool

    n_slots: ClassVar[int] = 1
    n_coefficients: ClassVar[int] = 2

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
class Adam(Optimizer):
    """Adam (Kingma & Ba 2015), epsilon beside the uncorrected root.

    m <- b1 m + (1 - b1) g, v <- b2 v + (1 - b2) g^2,
    w <- w - eta sqrt(1 - b2^t) / (1 - b1^t) m / (sqrt(v) + epsilon)
    """

    beta_1: float
    beta_2: float
    epsilon: float

    n_slots: ClassVar[int] = 2
    n_coefficients: ClassVar[int] = 6

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
