"""Streaming: step-by-step prediction of recurrent networks."""

import numpy as np
from scipy import sparse

from skbackprop.fitting.prediction import run_in_batches
from skbackprop.network.compiler import compile_graph
from skbackprop.network.streaming import unroll_once
from skbackprop.utils.validation import FLOATS, check_samples


def step_forth(estimator, net, x, state):
    """Return the predictions of a fitted network after a step, and the new state."""
    if net.is_bidirectional:
        raise ValueError(
            "predict_step does not support bidirectional=True, which also reads "
            "sequences backwards. Use predict, or fit with bidirectional=False."
        )
    x = check_samples(x, "x", FLOATS)
    if x.shape[1] != estimator.n_features_per_step_:
        raise ValueError(
            f"x has {x.shape[1]} features, but {type(estimator).__name__} is expecting "
            f"{estimator.n_features_per_step_} features of a time step."
        )
    parameters = estimator._parameters
    graph, n_state = _graph_of(net, estimator.n_features_per_step_)
    state = _read_state(state, net, (len(x), n_state + 1), parameters.dtype)
    # The last column counts the steps so far.
    n_steps = state[:, -1:] + 1
    rows = np.concatenate([x, state[:, :-1], 1 / n_steps], axis=1)
    rows = np.ascontiguousarray(rows, parameters.dtype)
    found = run_in_batches(compile_graph(graph), parameters, rows, np.copy, graph)
    output, new = found[:, : net.n_outputs], found[:, net.n_outputs :]
    return _decoded(estimator._targets, output), np.hstack([new, n_steps])


def _graph_of(net, n_features):
    """Return the graph of a step, which is cached in the network."""
    kept = vars(net).get("_step")
    if kept is None or kept[0] != n_features:
        kept = n_features, unroll_once(net, n_features)
        object.__setattr__(net, "_step", kept)
    return kept[1]


def _read_state(state, net, shape, dtype):
    """Return the state as an array of this shape, or the initial state for None."""
    if state is None:
        state = np.zeros(shape, dtype)
        if net.readout == "max":  # maximum over no steps
            state[:, -1 - net.layer_sizes[-1] : -1] = np.finfo(dtype).min
        return state
    state = check_samples(state, "state", dtype)
    if state.shape != shape:
        raise ValueError(
            "state must be the array that predict_step returned for these sequences, "
            f"of shape {shape}, got shape {state.shape}."
        )
    return state


def _decoded(targets, output):
    """Return the predictions from an output."""
    targets = targets.step if targets.are_of_steps else targets
    predicted = targets.decode(np.ascontiguousarray(output))
    is_sparse = getattr(targets, "is_sparse", False)
    return sparse.csr_matrix(predicted) if is_sparse else predicted
