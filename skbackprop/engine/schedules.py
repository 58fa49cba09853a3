"""Learning-rate schedules: rows of a table.

A schedule gives the learning rate of each step from how far training is, in
epochs, and says what follows when the loss no longer improves.
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
    """How far training is at each of some steps.

    Parameters
    ----------
    epochs : ndarray of float64 of shape (n_steps,)
        Epochs before the step, with the fraction of the present one.
    n_seen : ndarray of int64 of shape (n_steps,)
        Samples seen before its epoch.
    slowdown : float
        Factor by which standstills have reduced the rate so far.
    """

    epochs: np.ndarray
    n_seen: np.ndarray
    slowdown: float


@dataclass(frozen=True)
class Schedule:
    """The factor by which the initial learning rate is multiplied."""

    @property
    def length(self):
        """Epochs after which the schedule is over; infinite where it has no end."""
        return np.inf

    def factors(self, progress):
        """Return the factor of each step.

        Parameters
        ----------
        progress : Progress
        """
        return np.full(len(progress.epochs), progress.slowdown)

    def slow_down(self, slowdown, initial):
        """Return the slowdown after a standstill, 0 to stop training.

        Parameters
        ----------
        slowdown : float
            The one so far.
        initial : float
            Initial learning rate.
        """
        return 0.0


class Constant(Schedule):
    """Keep the initial learning rate."""


@dataclass(frozen=True)
class InverseScaling(Schedule):
    """Decay as 1 / (samples seen + 1)^power, as scikit-learn's "invscaling".

    Parameters
    ----------
    power : float, default=0.5
        How fast it decays.
    """

    power: float = 0.5

    def factors(self, progress):
        """Return (n_seen + 1)^-power, the same for all steps of an epoch."""
        return 1 / (progress.n_seen + 1.0) ** self.power


@dataclass(frozen=True)
class Plateau(Schedule):
    """Reduce the rate whenever training comes to a standstill.

    That is when ``n_iter_no_change`` epochs have brought no improvement.

    Parameters
    ----------
    factor : float, default=0.1
        By which the rate is multiplied.
    minimum : float, default=1e-6
        A standstill at a rate of at most this ends training.
    """

    factor: float = 0.1
    minimum: float = 1e-6

    def slow_down(self, slowdown, initial):
        """Return the reduced slowdown while the rate is above the minimum."""
        return 0.0 if initial * slowdown <= self.minimum else slowdown * self.factor


@dataclass(frozen=True)
class Adaptive(Plateau):
    """Divide the rate by 5 at each standstill, as scikit-learn's "adaptive".

    Parameters
    ----------
    factor : float, default=0.2
        Not read: dividing by 5 rounds as in scikit-learn, multiplying does not.
    minimum : float, default=1e-6
        A standstill at a rate of at most this ends training.
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
        Epochs from one reduction to the next.
    gamma : float, default=0.1
        By which the rate is multiplied.
    """

    step_size: float = 30
    gamma: float = 0.1

    def factors(self, progress):
        """Return gamma^floor(epochs / step_size)."""
        return self.gamma ** np.floor(progress.epochs / self.step_size)


@dataclass(frozen=True)
class ExponentialDecay(Schedule):
    """Multiply the rate by gamma each epoch, step by step: gamma^epochs.

    Parameters
    ----------
    gamma : float, default=0.95
        By which the rate is multiplied in an epoch.
    """

    gamma: float = 0.95

    def factors(self, progress):
        """Return gamma^epochs."""
        return self.gamma**progress.epochs


@dataclass(frozen=True)
class Cosine(Schedule):
    """Fall along a cosine, then begin again: SGDR (Loshchilov & Hutter 2017).

    Within a period of T epochs, t of them over, the factor is
    minimum + (1 - minimum) (1 + cos(pi t / T)) / 2.

    Parameters
    ----------
    period : float, default=10
        Epochs of the first period.
    growth : float, default=2
        By which each period is longer than the one before.
    minimum : float, default=0
        Factor at the end of a period.
    restarts : bool, default=True
        Whether it begins again; else it stays at the minimum after one period.
    """

    period: float = 10
    growth: float = 2
    minimum: float = 0.0
    restarts: bool = True

    @property
    def length(self):
        """One period, where there are no more."""
        return np.inf if self.restarts else self.period

    def factors(self, progress):
        """Return the factor of each step from the part of its period that is over."""
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
    """Rise to the initial rate and fall to almost nothing (Smith & Topin 2018).

    From 1 / 25 of the rate along a cosine to the rate, then along another to
    1e-4 / 25 of it, where it stays.

    Parameters
    ----------
    n_epochs : float, default=100
        Length of the cycle.
    rise : float, default=0.3
        Part of the cycle in which the rate rises.
    """

    n_epochs: float = 100
    rise: float = 0.3

    @property
    def length(self):
        """That of the cycle."""
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
    """Four waves, each longer than the one before (Holzmuller et al. 2024).

    (1 - cos(2 pi log2(1 + 15 t))) / 2 with t the part of training that is over.

    Parameters
    ----------
    n_epochs : float, default=256
        Length of training.
    """

    n_epochs: float = 256

    @property
    def length(self):
        """That of training."""
        return self.n_epochs

    def factors(self, progress):
        """Return the factor of each step."""
        part = np.minimum(progress.epochs / self.n_epochs, 1)
        return (1 - np.cos(2 * np.pi * np.log2(1 + 15 * part))) / 2


@dataclass(frozen=True)
class Custom(Schedule):
    """A factor that a function of the epochs so far gives.

    Parameters
    ----------
    function : callable
        Takes a float, epochs with the fraction of the present one.
    """

    function: Callable

    def factors(self, progress):
        """Return the function of each step's epochs."""
        factors = [self.function(float(epoch)) for epoch in progress.epochs]
        factors = np.array(factors, dtype=np.float64)
        if factors.shape != progress.epochs.shape or not (factors >= 0).all():
            raise ValueError(
                "A callable learning_rate must return a number of at least 0 for a "
                f"number of epochs, {self.function!r} does not."
            )
        return factors


@dataclass(frozen=True)
class Warmup(Schedule):
    """Rise linearly in the first epochs, in front of another schedule.

    Parameters
    ----------
    schedule : Schedule
        The other one.
    n_epochs : float
        Epochs until its rate is reached.
    """

    schedule: Schedule
    n_epochs: float

    @property
    def length(self):
        """That of the schedule."""
        return self.schedule.length

    def factors(self, progress):
        """Return the factors of the schedule, reduced in the first epochs."""
        rise = np.minimum(1.0, progress.epochs / self.n_epochs)
        return rise * self.schedule.factors(progress)

    def slow_down(self, slowdown, initial):
        """Return what the schedule returns."""
        return self.schedule.slow_down(slowdown, initial)


_ENDLESS = {
    "adaptive": Adaptive(),
    "constant": Constant(),
    "exponential": ExponentialDecay(),
    "invscaling": InverseScaling(),
    "plateau": Plateau(),
}
# Those that span a fit, of so many epochs: each fit goes through them once.
SPANNING = {
    "cosine": lambda n_epochs: Cosine(n_epochs, restarts=False),
    "coslog4": CosLog4,
    "onecycle": OneCycle,
    "step": lambda n_epochs: StepDecay(n_epochs / 3),
}
NAMES = sorted({*_ENDLESS, *SPANNING})


def named(name, n_epochs):
    """Return the schedule of a name, for a fit of so many epochs."""
    return _ENDLESS[name] if name in _ENDLESS else SPANNING[name](n_epochs)
