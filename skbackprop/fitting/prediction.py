"""Running a network on any number of samples, in memory that does not grow."""

import numpy as np
from scipy import sparse

from skbackprop.engine import make_executor
from skbackprop.engine.samples import CSR, Samples, batches

_CONVERTED_ROWS = 4096  # at a time, where X is not as the network reads it
_WORKSPACE_BYTES = 2**20  # what stays in the second-level cache
LARGEST_WORKSPACE_BYTES = 2**27  # of a net unrolled for very many steps


def run_in_batches(program, parameters, X, decode):
    """Return ``decode(logits)`` of all rows of X, computed minibatch by minibatch.

    Parameters
    ----------
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
    row_bytes = program.workspace_width * parameters.itemsize
    # 64 rows make up for reading the weights once more, and 8 almost do.
    batch_size = max(64, _WORKSPACE_BYTES // row_bytes)
    batch_size = max(8, min(batch_size, LARGEST_WORKSPACE_BYTES // row_bytes))
    batch_size = min(batch_size, X.shape[0])
    executor = make_executor(program, parameters, batch_size=batch_size)
    is_read_as_it_is = (
        not sparse.issparse(X) and X.dtype == parameters.dtype and X.flags.c_contiguous
    )
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


def as_network_reads(X, dtype):
    """Return X in the dtype of a network, C-contiguous or CSR."""
    is_sparse, was = sparse.issparse(X), X.dtype
    with np.errstate(over="ignore"):
        X = X.astype(dtype, copy=False) if is_sparse else np.asarray(X, dtype, "C")
    if was != dtype and not np.isfinite(X.data if is_sparse else X).all():
        raise ValueError(f"X has values too large for the network's {dtype}.")
    return CSR.of(X) if is_sparse else X
