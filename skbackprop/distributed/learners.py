"""Learners: on each worker one, which trains on the partitions that are there."""

import copy
from typing import NamedTuple

import numpy as np

from skbackprop.distributed.partitions import joined
from skbackprop.engine.training import Outcome
from skbackprop.fitting.session import Session


class Learnt(NamedTuple):
    """What a learner sends of a round.

    Attributes
    ----------
    parameters : ndarray of shape (n_parameters,)
        Without padding.
    history : dict of list
        Of the epochs of the round, as ``history_`` has them.
    has_diverged : bool
    """

    parameters: np.ndarray
    history: dict
    has_diverged: bool


def begun(estimator, partitions, classes):
    """Return an estimator with a network that is begun, and has seen no epoch."""
    estimator = copy.deepcopy(estimator)
    X, y, weights = joined(partitions)
    Session.of_partial_fit(estimator, X, y, weights, classes)
    estimator._training_state = None
    return estimator


class Learner:
    """A network and the rows that it learns from, for as long as a fit takes.

    The moments of the optimizer and the rate of its schedule stay here. Only
    parameters come and go.

    Parameters
    ----------
    estimator : NetworkEstimator
        Begun, and set up so that nothing but the number of epochs ends training.
    partitions : list of Partition
    classes : ndarray or None
    """

    def __init__(self, estimator, partitions, classes):
        self._estimator = copy.deepcopy(estimator)  # threads of a process share it
        X, y, weights = joined(partitions)
        self._session = Session.of_partial_fit(self._estimator, X, y, weights, classes)

    def learn(self, parameters, n_epochs, seed):
        """Train from given parameters for some epochs, and return what is Learnt."""
        estimator, session = self._estimator, self._session
        estimator._program.fill(estimator._parameters, parameters)
        # Whoever takes this round over, shuffles alike.
        estimator._random_state = np.random.RandomState(seed)
        session.max_epochs = n_epochs
        session.run()
        return Learnt(
            estimator._program.compact(estimator._parameters),
            {k: column[-n_epochs:] for k, column in estimator.history_.items()},
            session.outcome is Outcome.DIVERGED,
        )
