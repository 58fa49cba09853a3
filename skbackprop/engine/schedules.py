"""Learning-rate schedules: rows of a table.

A schedule gives the learning rate of an epoch from the number of samples seen
before it, and says what follows when the loss no longer improves.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Constant:
    """Keep the initial learning rate."""

    initial: float

    def rates(self, n_seen, slowdown):
        """Return the learning rate of epochs that begin after ``n_seen`` samples.

        Parameters
        ----------
        n_seen : ndarray of int64 of shape (n_epochs,)
        slowdown : float
            Factor by which :meth:`slow_down` has reduced the rate so far.
        """
        return np.full(len(n_seen), self.initial * slowdown)

    def slow_down(self, slowdown):
        """Return the slowdown after a standstill, 0 to stop training."""
        return 0.0


@dataclass(frozen=True)
class InverseScaling(Constant):
    """Decay as initial / (samples seen + 1)^power, as scikit-learn's "invscaling"."""

    power: float

    def rates(self, n_seen, slowdown):
        """Return initial / (n_seen + 1)^power."""
        return self.initial / (n_seen + 1.0) ** self.power


@dataclass(frozen=True)
class Adaptive(Constant):
    """Divide the rate by 5 at each standstill until it is 1e-6 or less."""

    def slow_down(self, slowdown):
        """Return a fifth of the slowdown while the rate is above 1e-6."""
        return 0.0 if self.initial * slowdown <= 1e-6 else slowdown / 5
