"""Learning rate schedules.

A schedule gives the learning rate of each step as a function of the epochs so far,
and decides what happens when the loss stops improving.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

__all__ = [
    "Adaptive",
    "Constant",
    "CosLog4",
    "Cosine",
    "Custom",
    "ExponentialDecay",
    "InverseScaling",
    "OneCycle",
    "Plateau",
    "Progress",
    "Schedule",
    "StepDecay",
    "Warmup",
]


class Progress(NamedTuple):
    """The progress of training at a number of steps.

    Parameters
    ----------
    epochs : ndarray of float64 of shape (n_steps,)
        Epochs before each step, including the fraction of the current epoch.
    n_seen : ndarray of int64 of shape (n_steps,)
        Samples seen before the step's epoch.
    slowdown : float
        Factor by which plateaus of the loss have reduced the rate so far.
    """

    epochs: np.ndarray
    n_seen: np.ndarray
    slowdown: float


@dataclass(frozen=True)
class Schedule:
    """A factor that multiplies the initial learning rate."""

    @property
    def length(self):
        """Length of the schedule in epochs; infinite if it has no end."""
        return np.inf

    def factors(self, progress):
        """Return the factor of each step.

        Parameters
        ----------
        progress : Progress
        """
        return np.full(len(progress.epochs), progress.slowdown)

    def slow_down(self, slowdown, initial):
        """Return the slowdown after a plateau of the loss; 0 stops training.

        Parameters
        ----------
        slowdown : float
            The current slowdown.
        initial : float
            Initial learning rate.
        """
        return 0.0


class Constant(Schedule):
    """Keep the initial learning rate."""


@dataclass(frozen=True)
class InverseScaling(Schedule):
    """Decay as 1 / (samples seen + 1)^power, like scikit-learn's "invscaling".

    Parameters
    ----------
    power : float, default=0.5
        Exponent of the decay.
    """

    power: float = 0.5

    def factors(self, progress):
        """Return (n_seen + 1)^-power, the same for all steps of an epoch."""
        return 1 / (progress.n_seen + 1.0) ** self.power


@dataclass(frozen=True)
class Plateau(Schedule):
    """Reduce the learning rate when the loss stops improving.

    The rate is reduced after ``n_iter_no_change`` epochs without improvement.

    Parameters
    ----------
    factor : float, default=0.1
        Factor that multiplies the rate.
    minimum : float, default=1e-6
        If the loss stops improving at a rate of at most ``minimum``, training ends.
    """

    factor: float = 0.1
    minimum: float = 1e-6

    def slow_down(self, slowdown, initial):
        """Return the reduced slowdown while the rate is above the minimum."""
        return 0.0 if initial * slowdown <= self.minimum else slowdown * self.factor


@dataclass(frozen=True)
class Adaptive(Plateau):
    """Divide the rate by 5 when the loss stops improving.

    This is scikit-learn's "adaptive".

    Parameters
    ----------
    factor : float, default=0.2
        Ignored: the rate is divided by 5, which rounds as in scikit-learn.
    minimum : float, default=1e-6
        If the loss stops improving at a rate of at most ``minimum``, training ends.
    """

    factor: float = 0.2

    def slow_down(self, slowdown, initial):
        """Return a fifth of the slowdown while the rate is above the minimum."""
        return 0.0 if initial * slowdown <= self.minimum else slowdown / 5


@dataclass(frozen=True)
class StepDecay(Schedule):
    """Multiply the rate by gamma every ``step_size`` epochs.

    Parameters
    ----------
    step_size : float, default=30
        Number of epochs between reductions.
    gamma : float, default=0.1
        Factor that multiplies the rate.
    """

    step_size: float = 30
    gamma: float = 0.1

    def factors(self, progress):
        """Return gamma^floor(epochs / step_size)."""
        return self.gamma ** np.floor(progress.epochs / self.step_size)


@dataclass(frozen=True)
class ExponentialDecay(Schedule):
    """Multiply the rate by gamma in each epoch, in equal steps: gamma^epochs.

    Parameters
    ----------
    gamma : float, default=0.95
        Factor that multiplies the rate in an epoch.
    """

    gamma: float = 0.95

    def factors(self, progress):
        """Return gamma^epochs."""
        return self.gamma**progress.epochs


@dataclass(frozen=True)
class Cosine(Schedule):
    """Cosine annealing with restarts, SGDR (Loshchilov & Hutter 2017).

    After t of the T epochs of a period, the factor is
    minimum + (1 - minimum) (1 + cos(pi t / T)) / 2.

    Parameters
    ----------
    period : float, default=10
        Length of the first period in epochs.
    growth : float, default=2
        Ratio of the length of a period to that of the period before.
    minimum : float, default=0
        Factor at the end of a period.
    restarts : bool, default=True
        Whether a new period begins at the end of a period. If False, the factor
        stays at the minimum after the first.
    """

    period: float = 10
    growth: float = 2
    minimum: float = 0.0
    restarts: bool = True

    @property
    def length(self):
        """The period, or infinity with restarts."""
        return np.inf if self.restarts else self.period

    def factors(self, progress):
        """Return the factor of each step from its position in its period."""
        part = progress.epochs / self.period
        if not self.restarts:
            part = np.minimum(part, 1)
        elif self.growth == 1:
            part = part % 1
        else:
            # Periods 1, growth, growth^2 ... end at (growth^k - 1) / (growth - 1).
            grown = 1 + part * (self.growth - 1)
            k = np.floor(np.log(grown) / np.log(self.growth) + 1e-12)
            begin = (self.growth**k - 1) / (self.growth - 1)
            part = np.maximum(part - begin, 0.0) / self.growth**k
        fallen = (1 + np.cos(np.pi * part)) / 2
        return self.minimum + (1 - self.minimum) * fallen


@dataclass(frozen=True)
class OneCycle(Schedule):
    """Raise the rate to ``learning_rate_init``, then lower it (Smith & Topin 2018).

    The rate rises along a cosine from 1 / 25 of ``learning_rate_init`` to
    ``learning_rate_init``, falls along another to 1e-4 / 25 of it, and stays there.
    Momentum does not change.

    Parameters
    ----------
    n_epochs : float, default=100
        Length of the cycle in epochs.
    rise : float, default=0.3
        Fraction of the cycle in which the rate rises.
    """

    n_epochs: float = 100
    rise: float = 0.3

    @property
    def length(self):
        """Length of the cycle."""
        return self.n_epochs

    def factors(self, progress):
        """Return the factor of each step."""
        part = np.minimum(progress.epochs / self.n_epochs, 1)
        rising = np.minimum(part / self.rise, 1)
        falling = np.maximum(part - self.rise, 0) / (1 - self.rise)
        low, lowest = 1 / 25, 1e-4 / 25
        up = low + (1 - low) * (1 - np.cos(np.pi * rising)) / 2
        down = lowest + (1 - lowest) * (1 + np.cos(np.pi * falling)) / 2
        return np.where(part < self.rise, up, down)


@dataclass(frozen=True)
class CosLog4(Schedule):
    """Four waves of increasing length (Holzmuller et al. 2024).

    The factor is (1 - cos(2 pi log2(1 + 15 t))) / 2 after a fraction t of training.

    Parameters
    ----------
    n_epochs : float, default=256
        Length of training in epochs.
    """

    n_epochs: float = 256

    @property
    def length(self):
        """Length of training."""
        return self.n_epochs

    def factors(self, progress):
        """Return the factor of each step."""
        part = np.minimum(progress.epochs / self.n_epochs, 1)
        return (1 - np.cos(2 * np.pi * np.log2(1 + 15 * part))) / 2


@dataclass(frozen=True)
class Custom(Schedule):
    """A factor given by a function of the epochs so far.

    Parameters
    ----------
    function : callable
        Takes the epochs so far as a float, including the fraction of the current
        epoch.
    """

    function: Callable

    def factors(self, progress):
        """Return the value of the function at each step's epochs."""
        factors = [self.function(float(epoch)) for epoch in progress.epochs]
        factors = np.array(factors, dtype=np.float64)
        if factors.shape != progress.epochs.shape or not (factors >= 0).all():
            raise ValueError(
                "A callable learning_rate must return a non-negative number for each "
                f"number of epochs, but {self.function!r} does not."
            )
        return factors


@dataclass(frozen=True)
class Warmup(Schedule):
    """Increase the rate linearly in the first epochs of another schedule.

    Parameters
    ----------
    schedule : Schedule
        The other schedule.
    n_epochs : float
        Length of the warmup in epochs, after which the rate is that of ``schedule``.
    """

    schedule: Schedule
    n_epochs: float

    @property
    def length(self):
        """Length of the other schedule."""
        return self.schedule.length

    def factors(self, progress):
        """Return the factors of the other schedule, reduced in the first epochs."""
        rise = np.minimum(1.0, progress.epochs / self.n_epochs)
        return rise * self.schedule.factors(progress)

    def slow_down(self, slowdown, initial):
        """Return the slowdown of the other schedule."""
        return self.schedule.slow_down(slowdown, initial)


_ENDLESS = {
    "adaptive": Adaptive(),
    "constant": Constant(),
    "exponential": ExponentialDecay(),
    "invscaling": InverseScaling(),
    "plateau": Plateau(),
}
# Schedules as long as a fit, given its number of epochs.
SPANNING = {
    "cosine": lambda n_epochs: Cosine(n_epochs, restarts=False),
    "coslog4": CosLog4,
    "onecycle": OneCycle,
    "step": lambda n_epochs: StepDecay(n_epochs / 3),
}
NAMES = sorted({*_ENDLESS, *SPANNING})


def named(name, n_epochs):
    """Return a schedule by name, for a fit of ``n_epochs`` epochs."""
    return _ENDLESS[name] if name in _ENDLESS else SPANNING[name](n_epochs)
