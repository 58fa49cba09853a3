"""How far the next steps of training move the parameters, beside their size."""

import copy

import numpy as np

from skbackprop.engine.bound_graph import learned_blocks
from skbackprop.inspection.loss_point import draw_samples
from skbackprop.network.compiler import compile_graph

_AUTO = 200  # rows of a minibatch
# What partial_fit refuses, or says.
_SILENT = {"early_stopping": False, "checkpoint": None, "verbose": False}


def relative_updates(estimator, X, y, n_steps, rng):
    """Return |step| / |parameters| of each module with parameters, in order.

    The steps are taken by ``partial_fit`` of a copy, a minibatch each, so that they are
    those of the solver, with its momentum and penalties.

    Returns
    -------
    ndarray of shape (n_steps, n_modules)
        NaN where all parameters of a module are 0.
    """
    network = copy.deepcopy(estimator).set_params(**_SILENT)
    size = _AUTO if network.batch_size == "auto" else network.batch_size
    ratios, before = [], _norms_and_values(network)
    for _ in range(n_steps):
        network.partial_fit(*draw_samples(X, y, size, rng))
        after = _norms_and_values(network)
        ratios.append(
            [
                np.linalg.norm(new - old) / norm if norm else np.nan
                for (norm, old), (_, new) in zip(before, after, strict=True)
            ]
        )
        before = after
    return np.array(ratios)


def _norms_and_values(network):
    """Return the norm and a copy of the parameters of each module that has some."""
    parts = {}
    for block in learned_blocks(compile_graph(network.graph_)):
        values = block.view(network._parameters).ravel()
        parts.setdefault(block.module, []).append(values)
    values = [np.concatenate(parts[module]).astype(float) for module in sorted(parts)]
    return [(np.linalg.norm(v), v) for v in values]
