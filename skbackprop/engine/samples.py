"""What a network is trained on, as both executors read it."""

from typing import NamedTuple

import numpy as np
from scipy import sparse

from skbackprop.engine.parts import Parts
from skbackprop.utils.gate import are_indices, check_sparse


def _is_readable(array):
    """Tell whether the elements follow each other, in the byte order of the machine."""
    is_plain = array.flags.c_contiguous and array.flags.aligned
    return is_plain and array.dtype.isnative


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
        """Take the parts of a scipy CSR matrix, copying only to convert them.

        Raises
        ------
        ValueError
            If they contradict each other.
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
    """Groups of rows that a loss sees together: pairs, triplets, lists of a query.

    A group may be a whole minibatch, of which a loss reads the statistics.

    Attributes
    ----------
    members : ndarray of int64 of shape (n_memberships,)
        Row of X of each membership, one group's after the other's. A row may be
        in any number of groups.
    starts : ndarray of int64 of shape (n_groups + 1,)
        The members of group g are ``members[starts[g] : starts[g + 1]]``.
    redraw : callable, default=None
        Called before each epoch with the executor, the samples, the order of the
        groups to train on and a RandomState, to draw their members anew in place.
        None: they stay as they are.
    source : tuple of ndarray, default=()
        What their members are drawn from.
    counts : ndarray of int64 of shape (n_groups,), default=None
        Where each group is a minibatch: the pairs in it, which are what the user
        counts. None: minibatches are made of several groups, which count 1 each.
    draws_rows : bool, default=False
        Whether rows of X are drawn anew as well, from the source.
    """

    members: np.ndarray
    starts: np.ndarray
    redraw: object = None
    source: tuple = ()
    counts: np.ndarray | None = None
    draws_rows: bool = False

    @classmethod
    def of_size(cls, members, size, redraw=None, source=()):
        """Return groups that all have as many members."""
        return cls(members, np.arange(0, len(members) + 1, size), redraw, source)

    @property
    def n_groups(self):
        """Number of groups."""
        return len(self.starts) - 1

    def most_members(self, n_groups):
        """Return how many members so many groups can have."""
        return int(np.sort(np.diff(self.starts))[-n_groups:].sum())

    def check(self, n_samples):
        """Raise ValueError where these are no groups of so many rows."""
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
            raise ValueError(f"These are no groups of {n_samples} rows: {self}.")

    def expand(self, groups):
        """Return the memberships of some groups, and where each begins there."""
        sizes = np.diff(self.starts)[groups]
        starts = np.concatenate([[0], np.cumsum(sizes)])
        offsets = np.repeat(self.starts[groups] - starts[:-1], sizes)
        return offsets + np.arange(starts[-1]), starts


class Samples(NamedTuple):
    """Rows of data, in the dtype of the network.

    Where there are groups, minibatches are made of these: what is put in order,
    shuffled, counted and weighed is then a group, else a row.

    Attributes
    ----------
    X : ndarray, CSR or Parts of shape (n_samples, n_features)
        Dense and C-contiguous, or sparse, or dense parts of unequal width.
    targets : ndarray or Parts of shape (n_samples, n_targets) or None
        As the loss reads them. With groups one row for each membership. Parts, of
        the same rows as those of X, where their width is unequal too.
    weights : ndarray of shape (n_samples,) or None
        None where every sample weighs 1. With groups one for each of them.
    groups : Groups or None
        For a ``GroupLoss``.
    """

    X: object
    targets: np.ndarray | None = None
    weights: np.ndarray | None = None
    groups: Groups | None = None

    # As :class:`~skbackprop.engine.chunked.ChunkedSamples` are.
    are_in_chunks = False

    @property
    def n_samples(self):
        """Number of rows."""
        return self.X.shape[0]

    @property
    def n_units(self):
        """Number of what minibatches are made of: groups, else rows."""
        return self.n_samples if self.groups is None else self.groups.n_groups

    @property
    def are_minibatches(self):
        """Whether each unit is a whole minibatch."""
        return self.groups is not None and self.groups.counts is not None

    def count(self, units):
        """Return how many samples, pairs or queries units are, as the user counts."""
        return (
            int(self.groups.counts[units].sum()) if self.are_minibatches else len(units)
        )

    def n_batches(self, units, batch_size):
        """Return how many minibatches an epoch on units has."""
        return -(-len(units) // batch_size)

    @property
    def weight_sum(self):
        """Sum of the weights."""
        return self.n_units if self.weights is None else float(self.weights.sum())

    def most_rows(self, batch_size):
        """Return how many rows a minibatch of so many units can have."""
        if self.groups is None:
            return batch_size
        return self.groups.most_members(batch_size)

    @property
    def are_redrawn(self):
        """Whether there are groups that are drawn anew before each epoch."""
        return self.groups is not None and self.groups.redraw is not None

    @property
    def is_sparse(self):
        """Whether X is sparse."""
        return isinstance(self.X, CSR)

    @property
    def are_in_parts(self):
        """Whether parts of X have a width and a program of their own."""
        return isinstance(self.X, Parts)

    @property
    def has_parted_targets(self):
        """Whether the targets are of unequal width too."""
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
        """Raise ValueError where kernels cannot read X: a gate, see :mod:`.gate`."""
        X, width = self.X, program.input.width
        values = X.data if self.is_sparse else X
        if X.shape[1] != width or values.dtype != dtype or not _is_readable(values):
            raise ValueError(
                f"The network reads {width} columns of {dtype}, one row after the "
                f"other; got X of shape {X.shape}, of {values.dtype}."
            )

    def check(self, program, dtype):
        """Raise ValueError where kernels cannot train on these samples."""
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
                    f"{name} must be {length} rows of {dtype}, got shape "
                    f"{array.shape} of {array.dtype}."
                )

    def identity(self):
        """Return the arrays that say which samples these are, by name."""
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
        """Return numbers that other data would hardly have: sums of all bits.

        They take one pass over the data, at the speed of memory. The order of the
        samples does not matter to them.
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
        """Return some rows of X, for NumPy to compute with."""
        return self.X.rows(indices) if self.is_sparse else self.X[indices]


class EpochsRun(NamedTuple):
    """What an executor reports of the epochs it ran.

    Attributes
    ----------
    losses : ndarray of float64 of shape (n_epochs_done,)
        Mean over the samples, penalty included, of each epoch that ended well.
    penalties : ndarray of float64 of shape (n_epochs_done,)
        The part of these losses that is penalty.
    gradient_norms : ndarray of float64 of shape (n_epochs_done,)
        Mean over the samples of the norm of their minibatch's gradient, penalty
        left out, before it is clipped.
    diverged : bool
        Whether the epoch after those met a loss or a parameter that was not
        finite. The parameters are then as at its begin.
    best_loss : float
    no_improvement : int
        Epochs in a row without improvement of the loss.
    """

    losses: np.ndarray
    penalties: np.ndarray
    gradient_norms: np.ndarray
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
