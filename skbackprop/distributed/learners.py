"""Learners, one on each worker, which train on the worker's partitions."""

import copy
from typing import NamedTuple

import numpy as np

from skbackprop.distributed.partitions import joined
from skbackprop.engine.training import Outcome
from skbackprop.fitting.session import Session


class Learnt(NamedTuple):
    """The result of a learner after a round.

    Attributes
    ----------
    parameters : ndarray of shape (n_parameters,)
        Parameters without padding.
    history : dict of list
        The epochs of the round, in the form of ``history_``.
    has_diverged : bool
    """

    parameters: np.ndarray
    history: dict
    has_diverged: bool


def begun(estimator, partitions, classes):
    """Return an estimator with an initialized network, before its first epoch."""
    estimator = copy.deepcopy(estimator)
    X, y, weights = joined(partitions)
    Session.of_partial_fit(estimator, X, y, weights, classes)
    estimator._training_state = None
    return estimator


class Learner:
    """A network and its training rows, kept on a worker for the duration of a fit.

    The moments of the optimizer and the state of its schedule stay here. Only
    parameters are exchanged.

    Parameters
    ----------
    estimator : NetworkEstimator
        Has an initialized network, and always trains all its epochs.
    partitions : list of Partition
    classes : ndarray or None
    """

    def __init__(self, estimator, partitions, classes):
        self._estimator = copy.deepcopy(estimator)  # as threads of a process share it
        X, y, weights = joined(partitions)
        self._session = Session.of_partial_fit(self._estimator, X, y, weights, classes)

    def learn(self, parameters, n_epochs, seed):
        """Train from given parameters for some epochs, and return a Learnt."""
        estimator, session = self._estimator, self._session
        estimator._program.fill(estimator._parameters, parameters)
        # A replacement that repeats this round shuffles in the same order.
        estimator._random_state = np.random.RandomState(seed)
        session.max_epochs = n_epochs
        session.run()
        return Learnt(
            estimator._program.compact(estimator._parameters),
            {k: column[-n_epochs:] for k, column in estimator.history_.items()},
            session.outcome is Outcome.DIVERGED,
        )
