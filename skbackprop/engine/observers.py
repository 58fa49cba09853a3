"""Observers of training, and results on a validation set."""

from typing import NamedTuple

import numpy as np


class Validated(NamedTuple):
    """Loss, without penalty, and score of a network on a validation set."""

    loss: float
    score: float


class Observer:
    """An object that is called after every few epochs of training.

    Callbacks and checkpoints are observers. They may read the state and the
    parameters, which at each call of ``after_epochs`` are all that is needed to
    resume training.

    Attributes
    ----------
    epochs_per_call : float
        Maximum number of epochs between two calls.
    """

    epochs_per_call = np.inf

    def before_epochs(self, state):
        """Prepare for the next epochs."""

    def after_epochs(self, state):
        """Return whether to stop training."""
        return False
