"""Sizes of the next training steps, relative to the parameters."""

import copy

import numpy as np

from skbackprop.engine.bound_graph import learned_blocks
from skbackprop.engine.history import update_ratio
from skbackprop.inspection.loss_point import draw_samples
from skbackprop.network.compiler import compile_graph

_AUTO = 200  # rows of a minibatch
# partial_fit does not support the first two.
_SILENT = {"early_stopping": False, "checkpoint": None, "verbose": False}


def relative_updates(estimator, X, y, n_steps, rng):
    """Return ||step|| / ||parameters|| of each module with parameters, in order.

    A copy of the estimator takes each step by ``partial_fit`` on one minibatch, so the
    steps include the momentum and penalties of the solver.

    Returns
    -------
    ndarray of shape (n_steps, n_modules)
        NaN where all parameters of a module are 0.
    """
    network = copy.deepcopy(estimator).set_params(**_SILENT)
    size = _AUTO if network.batch_size == "auto" else network.batch_size
    ratios, before = [], _values_by_module(network)
    for _ in range(n_steps):
        network.partial_fit(*draw_samples(X, y, size, rng))
        after = _values_by_module(network)
        ratios.append(
            [update_ratio(old, new) for old, new in zip(before, after, strict=True)]
        )
        before = after
    return np.array(ratios)


def _values_by_module(network):
    """Return a copy of the parameters of each module with parameters."""
    parts = {}
    for block in learned_blocks(compile_graph(network.graph_)):
        values = block.view(network._parameters).ravel()
        parts.setdefault(block.module, []).append(values)
    return [np.concatenate(parts[module]) for module in sorted(parts)]
