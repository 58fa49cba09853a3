"""Checks that make arrays safe for compiled code to read.

Kernels read and write memory by address, and so does the compiled code of SciPy
that converts sparse matrices. An index out of bounds, a row that begins beyond the
data or a wrong item size corrupts memory. scikit-learn validates the values; the
checks here make sure that all accesses stay within the arrays.
"""

import numpy as np
from scipy import sparse

_COMPRESSED = ("csr", "csc", "bsr")


def check_sparse(X, name="X"):
    """Raise ValueError if the parts of a sparse matrix contradict each other.

    Anything but a sparse matrix passes. Corrupt matrices come from files
    (:func:`scipy.sparse.load_npz` does not check them), memory maps and code that
    sets their parts.

    Parameters
    ----------
    X : object
    name : str, default='X'
        The name of X in messages.
    """
    if not sparse.issparse(X) or X.ndim != 2:
        return
    if X.format in _COMPRESSED:
        fault = _fault_of_compressed(X)
    elif X.format == "coo":
        fault = _fault_of_coo(X)
    else:  # SciPy checks the other formats when it converts them
        fault = None
    if fault:
        raise ValueError(
            f"{name} is a corrupt {X.format.upper()} matrix of shape {X.shape}: "
            f"{fault}."
        )


def _fault_of_compressed(X):
    """Return what is wrong with a CSR, CSC or BSR matrix, or None."""
    block = X.blocksize if X.format == "bsr" else (1, 1)
    n_major, n_minor = X.shape[0] // block[0], X.shape[1] // block[1]
    if X.format == "csc":
        n_major, n_minor = n_minor, n_major
    for part in ("indptr", "indices"):
        array = getattr(X, part)
        if not isinstance(array, np.ndarray) or array.ndim != 1:
            return f"{part} is not a vector"
        if array.dtype.kind not in "iu":
            return f"{part} is of {array.dtype}, not of integers"
    starts, indices = X.indptr, X.indices
    if len(starts) != n_major + 1:
        return f"indptr has {len(starts)} entries instead of {n_major + 1}"
    if starts[0] != 0 or (starts[1:] < starts[:-1]).any():
        return "indptr does not begin with 0, or decreases"
    n_entries = min(len(indices), len(X.data))
    if starts[-1] > n_entries:
        return f"indptr ends with {starts[-1]}, but there are {n_entries} entries"
    return _fault_of_indices(indices[: starts[-1]], n_minor, "indices")


def _fault_of_coo(X):
    """Return what is wrong with a COO matrix, or None."""
    for name, indices, n in (("row", X.row, X.shape[0]), ("col", X.col, X.shape[1])):
        if len(indices) != len(X.data):
            return f"{name} has {len(indices)} entries, data {len(X.data)}"
        fault = _fault_of_indices(indices, n, name)
        if fault:
            return fault
    return None


def _fault_of_indices(indices, n, what):
    """Return what is wrong with indices that must be in [0, n), or None."""
    if not are_indices(indices, n):
        return f"{what} has entries from {indices.min()} to {indices.max()}"
    return None


def are_indices(indices, n):
    """Return whether all integers are in [0, n)."""
    if indices.dtype.kind == "i":  # negative ones become large, so max() is enough
        indices = indices.view(f"u{indices.dtype.itemsize}")
    return len(indices) == 0 or int(indices.max()) < n


def as_read_by_kernels(X, dtypes):
    """Return a validated array or sparse matrix in one of the given dtypes.

    Parameters
    ----------
    X : ndarray or sparse matrix
    dtypes : dtype or sequence of dtype
        X is converted to the first if it has none of these. scikit-learn converts
        arrays, but returns sparse data frames in the dtype of their columns.

    Returns
    -------
    ndarray or sparse matrix
        In native byte order; aligned if dense.
    """
    dtypes = dtypes if isinstance(dtypes, (list, tuple)) else [dtypes]
    if X.dtype not in dtypes:
        X = X.astype(dtypes[0])
    if not sparse.issparse(X) and not X.flags.aligned:
        X = X.copy()
    return X


def check_masked(X, name="X"):
    """Raise ValueError if entries of a masked array are masked.

    NumPy drops the mask when it converts, so masked values would be used.
    """
    if isinstance(X, np.ma.MaskedArray) and np.ma.is_masked(X):
        raise ValueError(
            f"{name} is a masked array with {np.ma.count_masked(X)} masked entries, "
            "whose mask would be ignored. Impute them (SimpleImputer, after "
            ".filled(np.nan)), or leave these samples out."
        )
