"""Prediction for any number of samples in constant memory."""

import threading
from collections import deque

import numpy as np
from scipy import sparse

from skbackprop.engine import make_executor
from skbackprop.engine.compiled.blocks import multiply_adds
from skbackprop.engine.idle import idle_executors
from skbackprop.engine.samples import CSR, Samples, batches
from skbackprop.engine.threads import run_together
from skbackprop.fitting.threads import n_threads

_CONVERTED_ROWS = 4096  # converted at a time, if X is not in the network's format
_WORKSPACE_BYTES = 2**20  # fits into the second-level cache
LARGEST_WORKSPACE_BYTES = 2**27  # for a network that runs for very many steps
_WORTH_A_THREAD = 50_000_000  # multiply-adds; a millisecond or so


def run_in_batches(program, parameters, X, decode, graph=None, n_jobs=1):
    """Return ``decode(logits)`` of all rows of X, computed in minibatches.

    The division into minibatches depends only on the program, so results are
    bit-identical for any number of threads.

    Only sizes are validated, so that validated rows can be run through several
    networks.

    Parameters
    ----------
    program : Program
    parameters : ndarray of shape (program.n_parameters,)
    X : ndarray or CSR matrix of shape (n_samples, n_features)
        Fastest if it is C-contiguous and has the dtype of the parameters.
    decode : callable
        Converts the logits of some samples to an array with as many rows, which may be
        a view.
    graph : Graph, default=None
        The graph of the program. It is kept as long as the program stays bound, so that
        a call with a new, equal graph finds both.
    n_jobs : int, default=1
        Maximum number of threads, as in :func:`skbackprop.fitting.threads.n_threads`.
        Each has its own workspace.

    Returns
    -------
    ndarray of shape (n_samples, ...)
    """
    needed = program.n_parameters, program.input.width
    if (len(parameters), X.shape[1]) != needed:
        raise ValueError(  # the kernels would read out of bounds
            f"The network needs {needed} parameters and features, got "
            f"{(len(parameters), X.shape[1])}."
        )
    n_samples, dtype = X.shape[0], parameters.dtype
    is_read_as_it_is = (
        not sparse.issparse(X) and X.dtype == dtype and X.flags.c_contiguous
    )
    n_rows = _rows_at_once(program, dtype, n_samples)
    result, allocating = [], threading.Lock()
    parts = deque(batches(n_samples, n_rows if is_read_as_it_is else _CONVERTED_ROWS))

    def write(rows, decoded):
        with allocating:
            if not result:
                shape = n_samples, *decoded.shape[1:]
                result.append(np.empty(shape, decoded.dtype))
        result[0][rows] = decoded

    def run_part(executor, rows):
        part = X[rows] if is_read_as_it_is else as_network_reads(X[rows], dtype)
        for batch, logits in executor.forward(Samples(part)):
            first = rows.start + batch.start
            write(slice(first, first + len(logits)), decode(logits))

    def run_parts():
        executor = idle_executors.take(program, parameters, n_rows)
        if executor is None:
            # A view, so that a kept executor does not keep the parameters alive.
            executor = make_executor(program, parameters[:], batch_size=n_rows)
            executor.graph = graph
        try:
            while rows := _claimed(parts):
                run_part(executor, rows)
        except BaseException:
            parts.clear()
            raise
        idle_executors.put(executor, parameters)

    run_together(run_parts, _n_threads(program, n_samples, len(parts), n_jobs))
    return result[0]


def _claimed(parts):
    """Return a part that no other thread runs, or None if none is left."""
    try:
        return parts.popleft()
    except IndexError:
        return None


def _n_threads(program, n_samples, n_parts, n_jobs):
    """Return the number of threads that pays off, within the allowed maximum."""
    if n_parts == 1:
        return 1
    most = min(n_parts, n_samples * multiply_adds(program) // _WORTH_A_THREAD)
    return min(most, n_threads(n_jobs)) if most > 1 else 1


def _rows_at_once(program, dtype, n_samples):
    """Return the number of rows to run at once, which takes only few values.

    For few samples it is a power of two, so that calls with slightly different numbers
    of samples reuse bound executors.
    """
    row_bytes = program.workspace_width * dtype.itemsize
    # 64 rows make up for reading the weights again, and 8 almost do.
    most = max(64, _WORKSPACE_BYTES // row_bytes)
    most = max(8, min(most, LARGEST_WORKSPACE_BYTES // row_bytes))
    return min(most, 1 << (n_samples - 1).bit_length())


def as_network_reads(X, dtype):
    """Return X in the dtype of the network, C-contiguous or CSR."""
    is_sparse, was = sparse.issparse(X), X.dtype
    with np.errstate(over="ignore"):
        X = X.astype(dtype, copy=False) if is_sparse else np.asarray(X, dtype, "C")
    if was != dtype and not np.isfinite(X.data if is_sparse else X).all():
        raise ValueError(f"X has values too large for the network's {dtype}.")
    return CSR.of(X) if is_sparse else X
