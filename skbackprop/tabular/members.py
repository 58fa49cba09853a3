"""Members: the networks of an ensemble, and their parallel training."""

import itertools
import time
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from joblib import Parallel, delayed

from skbackprop.engine.observers import Observer
from skbackprop.exceptions import DivergenceError
from skbackprop.fitting.callbacks import watched_from_above
from skbackprop.fitting.validation_sets import NO_SET, GivenSet
from skbackprop.tabular.recipe import LAST_WAVE, Recipe


class Data(NamedTuple):
    """Training rows: inputs, targets, and weights (None means 1)."""

    X: np.ndarray
    y: np.ndarray
    sample_weight: np.ndarray | None

    def take(self, rows):
        """Return some of the rows."""
        weights = self.sample_weight
        return Data(
            self.X[rows], self.y[rows], None if weights is None else weights[rows]
        )


@dataclass(eq=False)
class Member:
    """A network, its data and the state of its training.

    Parameters
    ----------
    name : str
        Name in messages and for callbacks.
    view : str
    net : NetworkEstimator
    recipe : Recipe
    data : Data
    held_out : Data, default=None
        Validation data.

    Attributes
    ----------
    logits : dict of int to ndarray
        Outputs on ``held_out`` at the end of each wave.
    """

    name: str
    view: str
    net: object
    recipe: Recipe
    data: Data
    held_out: Data | None = None
    seconds: float = field(default=0.0, init=False)
    logits: dict = field(default_factory=dict, init=False)

    def train(self, n_epochs, observers=()):
        """Train for some epochs, or until an observer stops training.

        With ``warm_start``, this continues previous training.
        """
        begin = time.perf_counter()
        given = NO_SET
        if self.held_out is not None:
            given = GivenSet(*self.held_out)
            observers = [*observers, _AtWaveEnds(self)]
        self.net.set_params(max_iter=n_epochs)
        self.net._fit(*self.data, given, observers)
        self.seconds += time.perf_counter() - begin

    @property
    def n_epochs(self):
        """Number of epochs so far."""
        return len(getattr(self.net, "loss_curve_", ()))

    def held_out_logits(self):
        """Return the current outputs on ``held_out``."""
        return self.net._predict_read(self.held_out.X, np.copy)

    def finish(self):
        """Drop what only training needs: the data and the optimizer state."""
        self.data = self.held_out = None
        self.logits.clear()
        self.net.set_params(warm_start=False)
        self.net._training_state = None
        return self


class _AtWaveEnds(Observer):
    """Keeps the outputs of a member on the held-out rows at the ends of the waves."""

    def __init__(self, member):
        self._member = member

    def after_epochs(self, state):
        member = self._member
        for wave in range(LAST_WAVE + 1):
            if len(state.losses) == member.recipe.epochs_until(wave):
                member.logits[wave] = member.held_out_logits()
        return False


class _UntilInterrupted(Observer):
    """Stops training at the end of an epoch after Ctrl-C.

    Attributes
    ----------
    has_diverged : bool
        Whether an epoch has begun but not ended.
    """

    def __init__(self, interrupts):
        self._interrupts, self.has_diverged = interrupts, False

    def before_epochs(self, state):
        self.has_diverged = True

    def after_epochs(self, state):
        self.has_diverged = False
        return self._interrupts.came


@dataclass
class Trainer:
    """Trains members in parallel threads.

    Kernels release the GIL. All random numbers are seeded before, so that the result
    does not depend on the number of threads.

    Parameters
    ----------
    n_jobs : int or None
    interrupts : Interrupts
        Catches Ctrl-C, which stops running members and those that have not begun.
    context : CallbackContext or None
        Context of the fit if there are callbacks.
    verbose : bool
    """

    n_jobs: int | None
    interrupts: object
    context: object = None
    verbose: bool = False

    def __post_init__(self):
        self._numbers = itertools.count()

    def train(self, members, n_epochs):
        """Train members for ``n_epochs[i]`` more epochs; return those that are done.

        A member is done after these epochs, or if a callback has stopped it, but not if
        Ctrl-C has.

        Parameters
        ----------
        members : list of Member
        n_epochs : list of int
        """
        pairs = list(zip(members, n_epochs, strict=True))
        goals = [member.n_epochs + n for member, n in pairs]
        # Always threads, whatever joblib's backend, as they share the data.
        parallel = Parallel(n_jobs=self.n_jobs, require="sharedmem")
        parallel(
            delayed(self._train)(member, n, next(self._numbers))
            for member, n in pairs
            if n > 0
        )
        if not self.interrupts.came:
            return members
        goals = zip(members, goals, strict=True)
        return [member for member, goal in goals if member.n_epochs == goal]

    def _train(self, member, n_epochs, number):
        if self.interrupts.came:
            return
        observer = _UntilInterrupted(self.interrupts)
        with watched_from_above(self.context, member.net, member.name, number):
            member.train(n_epochs, [observer])
        if observer.has_diverged and not self.interrupts.came:
            raise DivergenceError(
                f"Training of {member.name} diverged in epoch {member.n_epochs + 1}. "
                "Try a smaller learning_rate_init."
            )
        if self.verbose:
            print(f"{member.name}: {member.n_epochs} epochs, {member.seconds:.1f} s")
