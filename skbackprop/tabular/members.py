"""Members: networks of an ensemble, and their training side by side."""

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
    """Rows to learn from: inputs, targets, weights (None: 1 each)."""

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
    """A network, what it learns from, and how far it has come.

    Parameters
    ----------
    name : str
        As messages and callbacks call it.
    view : str
    net : NetworkEstimator
    recipe : Recipe
    data : Data
    held_out : Data, default=None
        What it is validated on.

    Attributes
    ----------
    logits : dict of int to ndarray
        Outputs on ``held_out`` at the ends of the waves, by their numbers.
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
        """Let the network learn for some epochs, or until an observer says stop.

        What was begun before is gone on with.
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
        """Epochs behind it."""
        return len(getattr(self.net, "loss_curve_", ()))

    def held_out_logits(self):
        """Return the outputs on ``held_out``, of the network as it is."""
        return self.net._predict_read(self.held_out.X, np.copy)

    def finish(self):
        """Forget what only training needs: the data and the optimizer's memory."""
        self.data = self.held_out = None
        self.logits.clear()
        self.net.set_params(warm_start=False)
        self.net._training_state = None
        return self


class _AtWaveEnds(Observer):
    """Keeps what a member says of the rows held out, at the ends of the waves."""

    def __init__(self, member):
        self._member = member

    def after_epochs(self, state):
        member = self._member
        for wave in range(LAST_WAVE + 1):
            if len(state.losses) == member.recipe.epochs_until(wave):
                member.logits[wave] = member.held_out_logits()
        return False


class _UntilInterrupted(Observer):
    """Stops training at the end of an epoch when Ctrl-C has come.

    Attributes
    ----------
    has_diverged : bool
        Whether an epoch has begun that did not end.
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
    """Trains members, as many at a time as there are threads for.

    The kernels run without the interpreter's lock. All that is random is seeded
    before, so that the result does not depend on the number of threads.

    Parameters
    ----------
    n_jobs : int or None
    interrupts : Interrupts
        Ctrl-C is held back by it, and ends what runs and what has not begun.
    context : CallbackContext or None
        That of the fit, where there are callbacks.
    verbose : bool
    """

    n_jobs: int | None
    interrupts: object
    context: object = None
    verbose: bool = False

    def __post_init__(self):
        self._numbers = itertools.count()

    def train(self, members, n_epochs):
        """Train members for ``n_epochs[i]`` epochs more; return those that are done.

        They have got there, or a callback has stopped them before; not Ctrl-C.

        Parameters
        ----------
        members : list of Member
        n_epochs : list of int
        """
        pairs = list(zip(members, n_epochs, strict=True))
        goals = [member.n_epochs + n for member, n in pairs]
        # Threads even where joblib is told to use processes: they share the data.
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
