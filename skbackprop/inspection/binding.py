"""Bound graphs: a graph with the parameters to run it."""

import numpy as np
from scipy import sparse
from sklearn.utils.validation import check_is_fitted

from skbackprop.engine.bound_graph import BoundGraph, connected, learned_blocks
from skbackprop.engine.losses import GroupLoss
from skbackprop.engine.parts import Parts
from skbackprop.fitting.hooks import FittingHooks
from skbackprop.network import Graph
from skbackprop.network.compiler import compile_graph
from skbackprop.utils.validation import check_samples


def bind(network, X, parameters=None, dtype=None):
    """Return the bound graph of a network, and the samples in its format.

    Parameters
    ----------
    network : Graph or fitted estimator
    X : array-like of shape (n_samples, n_features)
    parameters : ndarray or list of ndarray, default=None
        For a graph: a list of blocks, or one vector of all of them.
    dtype : dtype, default=None
        By default, float64 for a graph, and the dtype of the fit for an estimator.
    """
    if isinstance(network, Graph):
        bound = BoundGraph(network, _lay_out(network, parameters, dtype or np.float64))
        return bound, _check_points(bound, X)
    check_network(network)
    if parameters is not None:
        raise ValueError(
            "parameters must be None for a fitted estimator, which has its own."
        )
    X, graph = network._read_input(X)
    values = compile_graph(graph).allocate(dtype or network._parameters.dtype)
    values[:] = network._parameters
    X = X.toarray() if sparse.issparse(X) else X
    return BoundGraph(graph, values), X.astype(values.dtype)


def check_network(estimator):
    """Raise an error unless this is a fitted network of this package."""
    if not isinstance(estimator, FittingHooks):
        raise TypeError(
            f"estimator must be a network of this package, got {estimator!r}. For a "
            "pipeline, pass its last step, and X as transformed by the other steps."
        )
    check_is_fitted(estimator)


def bind_targets(estimator, X, y, dtype):
    """Return the targets, encoded for the loss of a fitted estimator."""
    loss = estimator._targets.loss
    if isinstance(loss, GroupLoss):
        raise ValueError(
            f"{type(estimator).__name__} minimises {loss!r}, a loss of groups of "
            "samples, but this function only supports losses of single samples. "
            "check_gradients without y checks the network itself."
        )
    data = estimator._read_data(X, y, dtype, reset=False)
    estimator._check_targets(estimator._targets, data.y, incremental=True)
    encoded = estimator._targets.encode(data.y, dtype)
    return encoded.joined() if isinstance(encoded, Parts) else encoded


def _lay_out(graph, parameters, dtype):
    """Return the flat parameter vector of a graph for parameters in either form."""
    program = compile_graph(graph)
    flat, learned = program.allocate(dtype), learned_blocks(program)
    for block in program.blocks:
        initial = graph.modules[block.module].initial_values
        block.view(flat)[...] = initial.get(block.name, 0.0)
    arrays = _as_blocks(parameters, program, learned)
    shapes = [np.shape(array) for array in arrays]
    if shapes not in ([b.shape for b in learned], [b.shape for b in program.blocks]):
        expected = ", ".join(f"{b.name} {b.shape}" for b in program.blocks)
        raise ValueError(
            f"parameters must be arrays for {expected or 'nothing'}, or a vector of "
            f"all their elements, got shapes {shapes}. Buffers are optional."
        )
    for block, array in zip(program.blocks, arrays, strict=False):
        module, mask = graph.modules[block.module], connected(block, graph)
        if np.any(np.where(mask, 0, array)):
            raise ValueError(
                f"The {block.name} of {module!r} must be 0 where nothing is connected."
            )
        block.view(flat)[...] = array
    return flat


def _as_blocks(parameters, program, learned):
    """Return a list of arrays for parameters that may be one vector."""
    if parameters is None:
        return []
    if isinstance(parameters, (list, tuple)):
        return parameters
    parameters = np.asarray(parameters)
    for blocks in (learned, program.blocks):
        sizes = [int(np.prod(block.shape)) for block in blocks]
        if parameters.shape == (sum(sizes),):
            parts = np.split(parameters, np.cumsum(sizes)[:-1]) if sizes else []
            return [p.reshape(b.shape) for p, b in zip(parts, blocks, strict=True)]
    return [parameters]


def _check_points(bound, X):
    """Return samples in the format that this graph reads."""
    X = check_samples(X, dtype=bound.dtype)
    if X.shape[1] != bound.graph.n_features:
        raise ValueError(
            f"X of shape {X.shape} does not fit node 0, "
            f"Input({bound.graph.n_features}), of shape (n, "
            f"{bound.graph.n_features})."
        )
    return X
