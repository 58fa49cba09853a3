"""The gate: what is established of arrays before compiled code reads them.

Kernels read and write by address, and so does the compiled code of SciPy that
converts sparse matrices: an index out of bounds, a row that begins beyond the data
or a number of another size is memory read or written that belongs to somebody
else. scikit-learn validates what a user may mean; that memory is safe is checked
here, whoever made the array.
"""

import numpy as np
from scipy import sparse

_COMPRESSED = ("csr", "csc", "bsr")


def check_sparse(X, name="X"):
    """Raise ValueError where the parts of a sparse matrix contradict each other.

    Anything but a sparse matrix passes. Matrices come corrupt out of files
    (:func:`scipy.sparse.load_npz` does not check them), memory maps and code that
    sets their parts.

    Parameters
    ----------
    X : object
    name : str, default='X'
        What the user calls it.
    """
    if not sparse.issparse(X) or X.ndim != 2:
        return
    if X.format in _COMPRESSED:
        fault = _fault_of_compressed(X)
    elif X.format == "coo":
        fault = _fault_of_coo(X)
    else:  # the others are converted by code that checks
        fault = None
    if fault:
        raise ValueError(
            f"{name} is a corrupt {X.format.upper()} matrix of shape {X.shape}: "
            f"{fault}."
        )


def _fault_of_compressed(X):
    """Return what is wrong with a CSR, CSC or BSR matrix, None where it is sound."""
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
    """Return what is wrong with a matrix of triplets, None where it is sound."""
    for name, indices, n in (("row", X.row, X.shape[0]), ("col", X.col, X.shape[1])):
        if len(indices) != len(X.data):
            return f"{name} has {len(indices)} entries, data {len(X.data)}"
        fault = _fault_of_indices(indices, n, name)
        if fault:
            return fault
    return None


def _fault_of_indices(indices, n, what):
    """Return what is wrong with indices that must be at least 0 and below n."""
    if not are_indices(indices, n):
        return f"{what} has entries from {indices.min()} to {indices.max()}"
    return None


def are_indices(indices, n):
    """Tell whether integers are all at least 0 and below n."""
    if indices.dtype.kind == "i":  # one comparison: negative ones become large
        indices = indices.view(f"u{indices.dtype.itemsize}")
    return len(indices) == 0 or int(indices.max()) < n


def as_read_by_kernels(X, dtypes):
    """Return a validated array or sparse matrix in one of some dtypes.

    Parameters
    ----------
    X : ndarray or sparse matrix
    dtypes : dtype or sequence of dtype
        Where X has none of these, it gets the first. scikit-learn converts arrays,
        but hands sparse data frames back in the dtype of their columns.

    Returns
    -------
    ndarray or sparse matrix
        In the byte order of the machine; dense ones aligned.
    """
    dtypes = dtypes if isinstance(dtypes, (list, tuple)) else [dtypes]
    if X.dtype not in dtypes:
        X = X.astype(dtypes[0])
    if not sparse.issparse(X) and not X.flags.aligned:
        X = X.copy()
    return X


def check_masked(X, name="X"):
    """Raise ValueError where entries of a masked array are masked.

    NumPy drops masks when it converts, so that what is masked would be learnt from.
    """
    if isinstance(X, np.ma.MaskedArray) and np.ma.is_masked(X):
        raise ValueError(
            f"{name} is a masked array with {np.ma.count_masked(X)} masked entries, "
            "which would be read as if they were not. Impute them (SimpleImputer, "
            "after .filled(np.nan)), or leave these samples out."
        )
