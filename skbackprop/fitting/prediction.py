"""Running a network on any number of samples, in memory that does not grow."""

from contextlib import contextmanager
from weakref import WeakKeyDictionary

import numpy as np
from scipy import sparse

from skbackprop.engine import make_executor
from skbackprop.engine.samples import CSR, Samples, batches

_CONVERTED_ROWS = 4096  # at a time, where X is not as the network reads it
_WORKSPACE_BYTES = 2**20  # what stays in the second-level cache
_FEW_ROWS = 32  # that are predicted by an executor that is kept
_MOST_BOUND = 4  # executors of one estimator: of threads that predict side by side
_BOUND = WeakKeyDictionary()
LARGEST_WORKSPACE_BYTES = 2**27  # of a net unrolled for very many steps


def run_in_batches(owner, program, parameters, X, decode):
    """Return ``decode(logits)`` of all rows of X, computed minibatch by minibatch.

    Parameters
    ----------
    owner : NetworkEstimator
        Whose parameters these are: what is bound for it goes with it.
    program : Program
    parameters : ndarray of shape (program.n_parameters,)
    X : ndarray or CSR matrix of shape (n_samples, n_features)
    decode : callable
        Makes an array of as many rows of the logits of some samples.

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
    is_read_as_it_is = (
        not sparse.issparse(X) and X.dtype == parameters.dtype and X.flags.c_contiguous
    )
    row_bytes = program.workspace_width * parameters.itemsize
    is_small = X.shape[0] <= _FEW_ROWS and _FEW_ROWS * row_bytes <= _WORKSPACE_BYTES
    if is_small and is_read_as_it_is:
        with _bound_for(owner, program, parameters) as executor:
            return np.array(decode(executor.forward_few(X)))
    # 64 rows make up for reading the weights once more, and 8 almost do.
    batch_size = max(64, _WORKSPACE_BYTES // row_bytes)
    batch_size = max(8, min(batch_size, LARGEST_WORKSPACE_BYTES // row_bytes))
    batch_size = min(batch_size, X.shape[0])
    executor = make_executor(program, parameters, batch_size=batch_size)
    at_a_time = X.shape[0] if is_read_as_it_is else _CONVERTED_ROWS
    result = None
    for rows in batches(X.shape[0], at_a_time):
        samples = Samples(as_network_reads(X[rows], parameters.dtype))
        for part, logits in executor.forward(samples):
            decoded = decode(logits)
            if result is None:
                result = np.empty((X.shape[0], *decoded.shape[1:]), decoded.dtype)
            first = rows.start + part.start
            result[first : first + len(logits)] = decoded
    return result


@contextmanager
def _bound_for(owner, program, parameters):
    """Lend an executor for a few rows, which no other thread has meanwhile.

    To bind a network takes several times as long as to run one row through it, so
    some executors are kept as long as their owner lives. They are never copied nor
    pickled with it, and hold for one parameter vector: its values may change.
    """
    kept, executor = _BOUND.setdefault(owner, []), None
    while kept and executor is None:
        try:
            executor = kept.pop()
        except IndexError:  # another thread was faster
            break
        if executor.parameters is not parameters or executor.program is not program:
            executor = None
    if executor is None:
        executor = make_executor(program, parameters, batch_size=_FEW_ROWS)
    yield executor
    if len(kept) < _MOST_BOUND:
        kept.append(executor)


def as_network_reads(X, dtype):
    """Return X in the dtype of a network, C-contiguous or CSR."""
    is_sparse, was = sparse.issparse(X), X.dtype
    with np.errstate(over="ignore"):
        X = X.astype(dtype, copy=False) if is_sparse else np.asarray(X, dtype, "C")
    if was != dtype and not np.isfinite(X.data if is_sparse else X).all():
        raise ValueError(f"X has values too large for the network's {dtype}.")
    return CSR.of(X) if is_sparse else X
