"""What a network is trained on, as both executors read it."""

from typing import NamedTuple

import numpy as np
from scipy import sparse


class CSR(NamedTuple):
    """A sparse matrix by rows, with the index dtypes that the kernels read.

    Attributes
    ----------
    data : ndarray of shape (n_entries,)
    indices : ndarray of int32 of shape (n_entries,)
        Column of each entry; repeated entries add up.
    indptr : ndarray of int64 of shape (n_rows + 1,)
        Where each row begins.
    shape : tuple of int
    """

    data: np.ndarray
    indices: np.ndarray
    indptr: np.ndarray
    shape: tuple

    @classmethod
    def of(cls, matrix):
        """Take the parts of a scipy CSR matrix, copying only to convert them."""
        return cls(
            np.ascontiguousarray(matrix.data),
            np.ascontiguousarray(matrix.indices, dtype=np.int32),
            np.ascontiguousarray(matrix.indptr, dtype=np.int64),
            matrix.shape,
        )

    def rows(self, indices):
        """Return some rows as a scipy matrix."""
        parts = (self.data, self.indices, self.indptr)
        return sparse.csr_matrix(parts, self.shape, copy=False)[indices]


class Samples(NamedTuple):
    """Rows of data, in the dtype of the network.

    Attributes
    ----------
    X : ndarray or CSR of shape (n_samples, n_features)
        Dense and C-contiguous, or sparse.
    targets : ndarray of shape (n_samples, n_targets) or None
        As the loss reads them.
    weights : ndarray of shape (n_samples,) or None
        None where every sample weighs 1.
    """

    X: object
    targets: np.ndarray | None = None
    weights: np.ndarray | None = None

    @property
    def n_samples(self):
        """Number of rows."""
        return self.X.shape[0]

    @property
    def weight_sum(self):
        """Sum of the weights."""
        return self.n_samples if self.weights is None else float(self.weights.sum())

    @property
    def is_sparse(self):
        """Whether X is sparse."""
        return isinstance(self.X, CSR)

    def rows(self, indices):
        """Return some rows of X, for NumPy to compute with."""
        return self.X.rows(indices) if self.is_sparse else self.X[indices]


class EpochsRun(NamedTuple):
    """What an executor reports of the epochs it ran.

    Attributes
    ----------
    losses : ndarray of float64 of shape (n_epochs_done,)
        Mean over the samples, penalty included, of each epoch that ended well.
    diverged : bool
        Whether the epoch after those met a loss or a parameter that was not
        finite. The parameters are then as at its begin.
    best_loss : float
    no_improvement : int
        Epochs in a row without improvement of the loss.
    """

    losses: np.ndarray
    diverged: bool
    best_loss: float
    no_improvement: int


class StoppingRule(NamedTuple):
    """When the loss counts as improved, and how long to wait for it (epochs)."""

    tol: float
    max_no_improvement: float
    best_loss: float
    no_improvement: int


def batches(n_samples, batch_size):
    """Yield the slices that cut ``n_samples`` into minibatches."""
    for start in range(0, n_samples, batch_size):
        yield slice(start, min(start + batch_size, n_samples))
