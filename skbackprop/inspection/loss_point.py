"""The mean loss of a fitted network and its gradient, at any parameters."""

from typing import NamedTuple

import numpy as np
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import _num_samples

from skbackprop.engine import make_executor
from skbackprop.engine.bound_graph import connected
from skbackprop.engine.reference.losses import value_and_gradient
from skbackprop.engine.samples import Samples
from skbackprop.inspection.binding import bind, bind_targets

_ELEMENTS = 2**26  # maximum number over all signals


class Passes(NamedTuple):
    """Results of a forward and a backward pass.

    Attributes
    ----------
    signals : list of ndarray of shape (n_samples, width)
        Signals of all nodes.
    adjoints : list of ndarray or None
        Gradients of the mean loss in the signals; None for nodes that no gradient
        reaches.
    losses : ndarray of shape (n_samples,)
    gradient : ndarray of shape (n_parameters,)
        Gradient of the mean loss in the parameters.
    """

    signals: list
    adjoints: list
    losses: np.ndarray
    gradient: np.ndarray


class LossPoint:
    """A fitted network with samples, for its loss and gradient at any parameters."""

    def __init__(self, estimator, X, y):
        self.targets = bind_targets(estimator, X, y, np.float64)
        self.bound, self.X = bind(estimator, X, dtype=np.float64)
        self.loss = estimator._targets.loss
        width = self.bound.program.workspace_width
        n_rows = max(1, min(len(self.X), _ELEMENTS // width))
        self.X, self.targets = self.X[:n_rows], self.targets[:n_rows]
        program, parameters = self.bound.program, self.bound.parameters.copy()
        self._executor = make_executor(program, parameters, batch_size=n_rows)
        # Padding and missing connections are not learned.
        self.is_learned = np.zeros(self.bound.program.n_parameters, bool)
        for block in self.bound.learned_blocks():
            block.view(self.is_learned)[...] = connected(block, self.bound.graph)
        self.start = self.bound.parameters[self.is_learned]

    def run(self, parameters):
        """Return the Passes of all samples at these parameters."""
        self._executor.parameters[:] = parameters
        ((_, logits),) = self._executor.forward(Samples(self.X))
        losses, adjoint = value_and_gradient(self.loss, logits, self.targets)
        signals, adjoints, gradient = self._executor.vjp(self.X, adjoint / len(self.X))
        return Passes(signals, adjoints, losses, gradient)

    def slope(self, learned):
        """Return the gradient of the mean loss in the learned parameters."""
        parameters = self.bound.parameters.copy()
        parameters[self.is_learned] = learned
        return self.run(parameters).gradient[self.is_learned]


def draw_samples(X, y, max_samples, rng):
    """Return all samples, or a random subset of ``max_samples``."""
    if _num_samples(X) <= max_samples:
        return X, y
    rows = rng.choice(_num_samples(X), max_samples, replace=False)
    return _safe_indexing(X, rows), _safe_indexing(y, rows)
