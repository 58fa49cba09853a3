"""The data for training and prediction, as read by both executors."""

from typing import NamedTuple

import numpy as np
from scipy import sparse

from skbackprop.engine.parts import Parts
from skbackprop.utils.gate import are_indices, check_sparse


def _is_readable(array):
    """Return whether an array is contiguous, aligned and in native byte order."""
    is_plain = array.flags.c_contiguous and array.flags.aligned
    return is_plain and array.dtype.isnative


class CSR(NamedTuple):
    """A CSR matrix with the index dtypes that kernels read.

    Attributes
    ----------
    data : ndarray of shape (n_entries,)
    indices : ndarray of int32 of shape (n_entries,)
        Column of each entry. Repeated entries add up.
    indptr : ndarray of int64 of shape (n_rows + 1,)
        Index of the first entry of each row.
    shape : tuple of int
    """

    data: np.ndarray
    indices: np.ndarray
    indptr: np.ndarray
    shape: tuple

    @classmethod
    def of(cls, matrix):
        """Return the parts of a scipy CSR matrix, copied only if converted.

        Raises
        ------
        ValueError
            If the parts contradict each other.
        """
        check_sparse(matrix)
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


class Groups(NamedTuple):
    """Groups of rows that share a loss: pairs, triplets, documents of a query.

    A group may be a whole minibatch, for losses that use its statistics.

    Attributes
    ----------
    members : ndarray of int64 of shape (n_memberships,)
        Rows of X that are members, group after group. A row may be in any number of
        groups.
    starts : ndarray of int64 of shape (n_groups + 1,)
        The members of group g are ``members[starts[g] : starts[g + 1]]``.
    redraw : callable, default=None
        Called before each epoch with the executor, the samples, the order of the
        groups to train on and a RandomState, to redraw the members in place. None
        for fixed members.
    source : tuple of ndarray, default=()
        Data from which members are drawn.
    counts : ndarray of int64 of shape (n_groups,), default=None
        If each group is a minibatch, its number of pairs. None if minibatches consist
        of several groups.
    draws_rows : bool, default=False
        Whether rows of X are redrawn from the source too.
    """

    members: np.ndarray
    starts: np.ndarray
    redraw: object = None
    source: tuple = ()
    counts: np.ndarray | None = None
    draws_rows: bool = False

    @classmethod
    def of_size(cls, members, size, redraw=None, source=()):
        """Return groups of equal size."""
        return cls(members, np.arange(0, len(members) + 1, size), redraw, source)

    @property
    def n_groups(self):
        """Number of groups."""
        return len(self.starts) - 1

    def most_members(self, n_groups):
        """Return the maximum number of members in a number of groups."""
        return int(np.sort(np.diff(self.starts))[-n_groups:].sum())

    def check(self, n_samples):
        """Raise ValueError if these are not valid groups of ``n_samples`` rows."""
        members, starts = self.members, self.starts
        are_right = (
            members.dtype == starts.dtype == np.int64
            and _is_readable(members)
            and _is_readable(starts)
            and starts[0] == 0
            and starts[-1] == len(members)
            and (starts[1:] >= starts[:-1]).all()
            and are_indices(members, n_samples)
        )
        if not are_right:
            raise ValueError(f"Groups of {n_samples} rows are not valid: {self}.")

    def expand(self, groups):
        """Return the memberships of some groups, and the start of each group."""
        sizes = np.diff(self.starts)[groups]
        starts = np.concatenate([[0], np.cumsum(sizes)])
        offsets = np.repeat(self.starts[groups] - starts[:-1], sizes)
        return offsets + np.arange(starts[-1]), starts


class Samples(NamedTuple):
    """Rows of data, in the dtype of the network.

    The units that are ordered, shuffled, counted and weighted are groups, if there are
    groups, or else rows.

    Attributes
    ----------
    X : ndarray, CSR or Parts of shape (n_samples, n_features)
        Dense and C-contiguous, or sparse, or dense parts of unequal width.
    targets : ndarray or Parts of shape (n_samples, n_targets) or None
        Targets in the form of the loss, with groups a row for each membership. Parts
        with the same rows as X, if the targets are of unequal width too.
    weights : ndarray of shape (n_samples,) or None
        Sample weights, with groups one for each group. None for weights of 1.
    groups : Groups or None
        Groups for a ``GroupLoss``.
    """

    X: object
    targets: np.ndarray | None = None
    weights: np.ndarray | None = None
    groups: Groups | None = None

    # True for :class:`~skbackprop.engine.chunked.ChunkedSamples`.
    are_in_chunks = False

    @property
    def n_samples(self):
        """Number of rows."""
        return self.X.shape[0]

    @property
    def n_units(self):
        """Number of units: groups if there are any, else rows."""
        return self.n_samples if self.groups is None else self.groups.n_groups

    @property
    def are_minibatches(self):
        """Whether each unit is a whole minibatch."""
        return self.groups is not None and self.groups.counts is not None

    def count(self, units):
        """Return the number of samples, pairs or queries in units."""
        return (
            int(self.groups.counts[units].sum()) if self.are_minibatches else len(units)
        )

    def n_batches(self, units, batch_size):
        """Return the number of minibatches in an epoch on units."""
        return -(-len(units) // batch_size)

    @property
    def weight_sum(self):
        """Sum of the weights."""
        return self.n_units if self.weights is None else float(self.weights.sum())

    def most_rows(self, batch_size):
        """Return the maximum number of rows of a minibatch of units."""
        if self.groups is None:
            return batch_size
        return self.groups.most_members(batch_size)

    @property
    def are_redrawn(self):
        """Whether groups are redrawn before each epoch."""
        return self.groups is not None and self.groups.redraw is not None

    @property
    def is_sparse(self):
        """Whether X is sparse."""
        return isinstance(self.X, CSR)

    @property
    def are_in_parts(self):
        """Whether X is in parts, each with its own width and program."""
        return isinstance(self.X, Parts)

    @property
    def has_parted_targets(self):
        """Whether the targets are in parts too."""
        return isinstance(self.targets, Parts)

    def parts(self):
        """Return the samples of each part."""
        targets = self.targets
        if not self.has_parted_targets:
            targets = Parts([targets[rows] for rows in self.X.rows], self.X.rows)
        return [
            Samples(x, t, None if self.weights is None else self.weights[rows])
            for x, t, rows in zip(
                self.X.arrays, targets.arrays, self.X.rows, strict=True
            )
        ]

    def check_input(self, program, dtype):
        """Raise ValueError if kernels cannot read X safely."""
        X, width = self.X, program.input.width
        values = X.data if self.is_sparse else X
        if X.shape[1] != width or values.dtype != dtype or not _is_readable(values):
            raise ValueError(
                f"The network reads contiguous rows of {width} columns of {dtype}, got "
                f"X of shape {X.shape}, of {values.dtype}."
            )

    def check(self, program, dtype):
        """Raise ValueError if kernels cannot train on these samples safely."""
        self.check_input(program, dtype)
        groups, n_rows = self.groups, self.n_samples
        if groups is not None:
            groups.check(self.n_samples)
            n_rows = len(groups.members)
        needed = {"targets": (self.targets, n_rows)}
        if self.weights is not None:
            needed["weights"] = (self.weights, self.n_units)
        for name, (array, length) in needed.items():
            is_right = len(array) == length and array.dtype == dtype
            if not (is_right and _is_readable(array)):
                raise ValueError(
                    f"{name} must have {length} rows of {dtype}, got shape "
                    f"{array.shape} of {array.dtype}."
                )

    def identity(self):
        """Return the arrays that identify these samples, by name."""
        groups, X = self.groups, self.X
        if groups is not None:
            X = groups.source if groups.draws_rows else X
            drawn = () if self.are_redrawn else (groups.members,)
            groups = (groups.starts, *drawn, *groups.source)
        parts = {
            name: (*part.arrays, *part.rows)
            for name, part in self._asdict().items()
            if isinstance(part, Parts)
        }
        return {**self._asdict(), "X": X, "groups": groups, **parts}

    def fingerprint(self):
        """Return checksums of the data, sums of the elements' bits as integers.

        They take one pass over the data, at the speed of memory, and do not depend on
        the order of samples.
        """
        X = self.X[:3] if self.is_sparse else (self.X,)
        found = [part for part in (*X, self.targets, self.weights) if part is not None]
        arrays = []
        for part in found:
            arrays += part.arrays if isinstance(part, Parts) else [part]
        return [
            (*array.shape, int(array.view(f"u{array.itemsize}").sum(dtype=np.uint64)))
            for array in arrays
        ]

    def rows(self, indices):
        """Return some rows of X as a NumPy array or scipy matrix."""
        return self.X.rows(indices) if self.is_sparse else self.X[indices]


class EpochsRun(NamedTuple):
    """An executor's report on the epochs that it ran.

    Attributes
    ----------
    losses : ndarray of float64 of shape (n_epochs_done,)
        Mean loss over the samples, including the penalty, for each completed epoch.
    penalties : ndarray of float64 of shape (n_epochs_done,)
        The penalty in each of these losses.
    gradient_norms : ndarray of float64 of shape (n_epochs_done,)
        Mean over the samples of the norm of their minibatch's gradient, without the
        penalty and before clipping.
    update_ratios : ndarray of float64 of shape (n_epochs_done,)
        ||step|| / ||parameters|| of the last minibatch of each epoch.
    diverged : bool
        Whether a loss or a parameter was not finite in the next epoch. The parameters
        are then reset to the beginning of that epoch.
    best_loss : float
    no_improvement : int
        Number of consecutive epochs without improvement of the loss.
    """

    losses: np.ndarray
    penalties: np.ndarray
    gradient_norms: np.ndarray
    update_ratios: np.ndarray
    diverged: bool
    best_loss: float
    no_improvement: int


class StoppingRule(NamedTuple):
    """When the loss counts as improved, and how many epochs to wait for it."""

    tol: float
    max_no_improvement: float
    best_loss: float
    no_improvement: int


def batches(n_samples, batch_size):
    """Yield the slices of minibatches of ``n_samples`` samples."""
    for start in range(0, n_samples, batch_size):
        yield slice(start, min(start + batch_size, n_samples))
