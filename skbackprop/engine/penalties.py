"""Penalties, weight decay and limits on norms, which keep weights small.

They apply to weight matrices, not to biases, from a given epoch on. A step needs a
few coefficients of them, which are computed for many steps at once and precede those
of the optimizer.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np


@dataclass(frozen=True)
class Penalties:
    """L2 and L1 penalties, decoupled weight decay, and a limit on norms.

    Let n be the sum of the sample weights of a minibatch and eta its learning rate.

    - ``alpha / 2 ||W||^2 / n`` and ``l1_alpha ||W||_1 / n`` are added to the loss.
    - The L1 penalty is minimised by the proximal step
      w <- sign(w) max(|w| - eta l1_alpha / n, 0) (Beck & Teboulle 2009) after the
      optimizer's step, which gives exact zeros.
    - Decoupled weight decay is w <- (1 - eta weight_decay) w before the optimizer's
      step (Loshchilov & Hutter 2019).
    - After the step, columns of W (the weights of a unit) with a norm above
      ``max_norm`` are scaled down to it (Srivastava et al. 2014).

    Parameters
    ----------
    alpha, l1_alpha, weight_decay : float, default=0
    max_norm : float, default=None
    start : float, default=0
        Number of epochs before any of these apply.
    """

    alpha: float = 0.0
    l1_alpha: float = 0.0
    weight_decay: float = 0.0
    max_norm: float | None = None
    start: float = 0.0

    # The coefficients of a step, in this order.
    ALPHA: ClassVar[int] = 0
    L1_ALPHA: ClassVar[int] = 1
    SHRINKAGE: ClassVar[int] = 2  # eta l1_alpha
    DECAY: ClassVar[int] = 3  # eta weight_decay
    MAX_NORM: ClassVar[int] = 4
    n_coefficients: ClassVar[int] = 5

    def coefficients(self, epochs, learning_rates):
        """Return the coefficients of the steps, shape (n_steps, n_coefficients).

        Parameters
        ----------
        epochs : ndarray of float64 of shape (n_steps,)
            Epochs before each step.
        learning_rates : ndarray of float64 of shape (n_steps,)
        """
        is_on = epochs >= self.start
        limit = np.inf if self.max_norm is None else self.max_norm
        table = np.empty((len(epochs), self.n_coefficients))
        table[:, self.ALPHA] = self.alpha * is_on
        table[:, self.L1_ALPHA] = self.l1_alpha * is_on
        table[:, self.SHRINKAGE] = self.l1_alpha * learning_rates * is_on
        table[:, self.DECAY] = self.weight_decay * learning_rates * is_on
        table[:, self.MAX_NORM] = np.where(is_on, limit, np.inf)
        return table
