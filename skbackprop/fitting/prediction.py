"""Running a network on any number of samples, in memory that does not grow."""

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

_CONVERTED_ROWS = 4096  # at a time, where X is not as the network reads it
_WORKSPACE_BYTES = 2**20  # what stays in the second-level cache
LARGEST_WORKSPACE_BYTES = 2**27  # of a net that runs for very many steps
_WORTH_A_THREAD = 50_000_000  # multiply-adds; a millisecond or so


def run_in_batches(program, parameters, X, decode, graph=None, n_jobs=1):
    """Return ``decode(logits)`` of all rows of X, computed minibatch by minibatch.

    How rows are cut into minibatches depends on the program alone, so that results are
    the same to the bit for any number of threads.

    Nothing is validated but what memory depends on: rows that are validated already
    can be run through one network after the other.

    Parameters
    ----------
    program : Program
    parameters : ndarray of shape (program.n_parameters,)
    X : ndarray or CSR matrix of shape (n_samples, n_features)
        Fastest where it is C-contiguous and of the parameters' dtype.
    decode : callable
        Makes an array of as many rows of the logits of some samples. It may be a
        view of these.
    graph : Graph, default=None
        What the program was compiled from. It is kept as long as the program stays
        bound, so that a call with an equal graph, made anew, finds both.
    n_jobs : int, default=1
        Most threads, as in :func:`skbackprop.fitting.threads.n_threads`. Each has a
        workspace of its own.

    Returns
    -------
    ndarray of shape (n_samples, ...)
    """
    needed = program.n_parameters, program.input.width
    if (len(parameters), X.shape[1]) != needed:
        raise ValueError(  # as the kernels would read beyond what there is
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
            # A view, as an executor that is kept must not keep the parameters.
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
    """Return a part that no other thread runs, None where there is none left."""
    try:
        return parts.popleft()
    except IndexError:
        return None


def _n_threads(program, n_samples, n_parts, n_jobs):
    """Return how many threads pay off, at most as many as they may be."""
    if n_parts == 1:
        return 1
    most = min(n_parts, n_samples * multiply_adds(program) // _WORTH_A_THREAD)
    return min(most, n_threads(n_jobs)) if most > 1 else 1


def _rows_at_once(program, dtype, n_samples):
    """Return how many rows go through a program at once: few numbers for all calls.

    Where samples are fewer than could, it is a power of two, so that calls with one
    more or one less find what was bound for others.
    """
    row_bytes = program.workspace_width * dtype.itemsize
    # 64 rows make up for reading the weights once more, and 8 almost do.
    most = max(64, _WORKSPACE_BYTES // row_bytes)
    most = max(8, min(most, LARGEST_WORKSPACE_BYTES // row_bytes))
    return min(most, 1 << (n_samples - 1).bit_length())


def as_network_reads(X, dtype):
    """Return X in the dtype of a network, C-contiguous or CSR."""
    is_sparse, was = sparse.issparse(X), X.dtype
    with np.errstate(over="ignore"):
        X = X.astype(dtype, copy=False) if is_sparse else np.asarray(X, dtype, "C")
    if was != dtype and not np.isfinite(X.data if is_sparse else X).all():
        raise ValueError(f"X has values too large for the network's {dtype}.")
    return CSR.of(X) if is_sparse else X
