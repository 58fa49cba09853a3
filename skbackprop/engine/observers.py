"""Who watches training, and what a validation set says of it."""

from typing import NamedTuple

import numpy as np


class Validated(NamedTuple):
    """Loss, penalty left out, and score of a network on a validation set."""

    loss: float
    score: float


class Observer:
    """Someone who is told how training goes, after one or more epochs each time.

    Callbacks and checkpoints are observers. State and parameters are theirs to
    read: what stands in them when ``after_epochs`` is called is all that training
    needs to go on from there.

    Attributes
    ----------
    epochs_per_call : float
        Most epochs between two calls.
    """

    epochs_per_call = np.inf

    def before_epochs(self, state):
        """Do what is to be done before the next epochs."""

    def after_epochs(self, state):
        """Return whether training shall stop here."""
        return False
