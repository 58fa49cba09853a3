"""Sequences: reading them from X, and their layout in rows for networks."""

import warnings
from dataclasses import dataclass

import numpy as np
from sklearn.utils.validation import _get_feature_names

from skbackprop.engine.parts import Parts
from skbackprop.estimators.buckets import OWN_STEP_TO_TRAIN, find_buckets
from skbackprop.network.recurrence import SequenceLayout
from skbackprop.utils.validation import are_finite_floats, check_given, check_samples


@dataclass
class Sequences:
    """Concatenated sequences of equal width.

    Attributes
    ----------
    steps : ndarray of shape (n_steps, n_features)
        Steps of all sequences.
    lengths : ndarray of int64 of shape (n_samples,)
    """

    steps: np.ndarray
    lengths: np.ndarray

    @property
    def n_timesteps(self):
        """Number of steps of the longest sequence."""
        return int(self.lengths.max())

    @property
    def is_ragged(self):
        """Whether some sequence is shorter than the longest."""
        return bool((self.lengths != self.n_timesteps).any())

    @property
    def exists(self):
        """Boolean matrix (n_samples, n_timesteps), False for padding."""
        return existing_steps(self.lengths)

    @property
    def values(self):
        """Array (n_samples, n_timesteps, n_features) with padding by zeros."""
        shape = len(self.lengths), self.n_timesteps, self.steps.shape[1]
        if not self.is_ragged:
            return self.steps.reshape(shape)
        values = np.zeros(shape, self.steps.dtype)
        values[self.exists] = self.steps
        return values

    def layout(self, has_length):
        """Return the layout of these sequences in rows."""
        n_features = self.steps.shape[1]
        return SequenceLayout(self.n_timesteps, n_features, self.is_ragged, has_length)

    def rows(self, layout):
        """Return the rows of a layout, C-contiguous."""
        n_samples, dtype = len(self.lengths), self.steps.dtype
        parts = [self.values.reshape(n_samples, -1)]
        if layout.is_masked:
            parts.append(self.exists.astype(dtype))
        if layout.has_length:
            parts.append((1 / self.lengths)[:, np.newaxis].astype(dtype))
        return np.ascontiguousarray(np.concatenate(parts, axis=1))

    def like(self, rows, X, layout):
        """Return the values in rows in the format of X, from which they were read."""
        shape = len(rows), self.n_timesteps, self.steps.shape[1]
        steps = rows[:, : shape[1] * shape[2]].reshape(shape)
        steps = steps if layout == "NTF" else steps.transpose(0, 2, 1)
        if not are_sequences(X):
            return steps.reshape(len(rows), -1)
        if not self.is_ragged:
            return steps
        axis = 0 if layout == "NTF" else 1
        pairs = zip(steps, self.lengths, strict=True)
        return [np.take(s, np.arange(length), axis) for s, length in pairs]

    def rows_to_train(self, has_length):
        """Return the rows to train on, in parts by length if that takes less time.

        Returns
        -------
        rows : ndarray or Parts
        layouts : list of SequenceLayout
            Layouts of the parts, the longest last.
        """
        masks = find_buckets(self.lengths, OWN_STEP_TO_TRAIN)
        buckets = [self._chosen(mask) for mask in reversed(masks)]
        layouts = [bucket.layout(has_length) for bucket in buckets]
        pairs = zip(buckets, layouts, strict=True)
        arrays = [bucket.rows(layout) for bucket, layout in pairs]
        if len(arrays) == 1:
            return arrays[0], layouts
        return Parts(arrays, [np.flatnonzero(mask) for mask in masks[::-1]]), layouts

    def compute_in_buckets(self, compute, by_steps):
        """Compute an array from sequences, by buckets of similar length.

        Time and memory depend on the number of steps, not on the longest sequence.

        Parameters
        ----------
        compute : callable
            Returns an array with one row for each sequence of some Sequences.
        by_steps : bool
            Whether its second axis is time. If lengths differ, the result is then an
            array of objects, each as long as its sequence.
        """
        result = None
        for chosen in find_buckets(self.lengths):
            bucket = self._chosen(chosen)
            computed = compute(bucket)
            if by_steps and self.is_ragged:
                computed = bucket._cut(computed)
            if result is None:
                shape = len(self.lengths), *computed.shape[1:]
                result = np.empty(shape, computed.dtype)
            result[chosen] = computed
        return result

    def _chosen(self, chosen):
        """Return the Sequences of a boolean mask."""
        if chosen.all():
            return self
        steps = self.steps[np.repeat(chosen, self.lengths)]
        return Sequences(steps, self.lengths[chosen])

    def _cut(self, steps):
        """Return an array of objects, the existing steps of each sequence."""
        result = np.empty(len(steps), object)
        for i, length in enumerate(self.lengths):
            result[i] = steps[i, :length]
        return result


def existing_steps(lengths):
    """Return a boolean matrix, True for the steps of sequences of these lengths."""
    return np.arange(lengths.max()) < lengths[:, np.newaxis]


def are_sequences(X):
    """Return whether X holds one matrix per sample, rather than one row."""
    X = listed(X)
    if hasattr(X, "shape") and not (_holds_objects(X) and X.ndim == 1):
        return len(X.shape) == 3
    if not isinstance(X, (list, tuple, np.ndarray)):
        return False
    # Vectors of different lengths are meant as sequences, and refused later.
    lengths = {len(x) for x in X if _n_dimensions(x) == 1}
    is_ragged = len(X) == 0 or len(lengths) > 1
    return is_ragged or any(_n_dimensions(x) == 2 for x in X)


def listed(X):
    """Return a pandas or polars column as a list."""
    return X.to_list() if hasattr(X, "to_list") else X


def with_distinct_columns(X):
    """Return the first sequence for each distinct list of column names.

    As few lists differ, names can be compared with those of ``fit`` once for each.

    Returns
    -------
    list of (int, matrix)
        Index of the sequence, and the sequence.
    """
    X, found = listed(X), {}
    for i, matrix in enumerate(X[:1] if getattr(X, "ndim", 1) == 3 else X):
        names = _get_feature_names(matrix) if hasattr(matrix, "columns") else None
        found.setdefault(None if names is None else tuple(names), (i, matrix))
    return list(found.values())


def _holds_objects(array):
    return getattr(array, "dtype", None) is np.dtype(object)


def _n_dimensions(sequence):
    if hasattr(sequence, "shape"):
        return len(sequence.shape)
    if isinstance(sequence, (list, tuple)) and len(sequence):
        return 1 + _n_dimensions(sequence[0])
    return 0 if not isinstance(sequence, (list, tuple)) else 1


def read_sequences(X, dtype, layout):
    """Return the Sequences of an array (n, time, features) or of a list.

    Parameters
    ----------
    X : array of three dimensions, or list of matrices
    dtype : dtype or list of dtypes
        Accepted float dtypes.
    layout : {'NTF', 'NFT'}
        Whether matrices are (time, features) or (features, time).

    Raises
    ------
    ValueError
        If a sequence is empty, not finite, or has another number of features.
    """
    X = listed(X)
    if len(X) == 0:
        raise ValueError("X has no sequences, but at least 1 is needed.")
    check_given(X, "X")
    if getattr(X, "ndim", None) == 3 and 0 not in X.shape:
        values = _read_array(X, dtype)
        if values is not None:  # otherwise, the error below names the sequence
            values = values if layout == "NTF" else values.transpose(0, 2, 1)
            lengths = np.full(len(values), values.shape[1])
            return Sequences(values.reshape(-1, values.shape[2]), lengths)
    matrices = [_read_matrix(i, matrix, dtype, layout) for i, matrix in enumerate(X)]
    widths = [matrix.shape[1] for matrix in matrices]
    for i, width in enumerate(widths):
        if width != widths[0]:
            raise ValueError(
                f"Sequence {i} of X has {width} feature(s), but sequence 0 has "
                f"{widths[0]} (layout={layout!r}: a sequence is {_shape_of(layout)})."
            )
    lengths = np.array([len(matrix) for matrix in matrices])
    return Sequences(np.concatenate(matrices), lengths)


def _read_array(X, dtype):
    """Return a validated three-dimensional array, or None if it is not finite."""
    if are_finite_floats(X, dtype):
        return X
    with np.errstate(over="ignore"):
        options = {"allow_nd": True, "ensure_all_finite": False}
        values = check_samples(X, dtype=dtype, **options)
    return values if np.isfinite(values).all() else None


def _read_matrix(i, matrix, dtype, layout):
    """Return the i-th sequence as a matrix (time, features)."""
    name = f"Sequence {i} of X"
    check_given(matrix, name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            shape = np.shape(matrix)
    except (ValueError, Warning):  # rows have different lengths
        shape = (len(matrix),)
    if len(shape) != 2:
        raise ValueError(
            f"{name} has {len(shape)} dimension(s); each must be a matrix of shape "
            f"{_shape_of(layout)} with layout={layout!r}."
        )
    if 0 in shape:
        raise ValueError(
            f"{name} is empty, of shape {shape}; each needs at least one time step and "
            f"one feature (layout={layout!r})."
        )
    features = matrix if layout == "NTF" else np.asarray(matrix).T
    return check_samples(features, name, dtype)


def _shape_of(layout):
    return "(time, features)" if layout == "NTF" else "(features, time)"


def split_rows(X, n_timesteps, layout):
    """Return the Sequences in rows of equal length.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_columns)
    n_timesteps : int or None
        None means that each column is a step with one feature.
    layout : {'NTF', 'NFT'}
        Whether a row holds step after step, or feature after feature.
    """
    n_samples, n_columns = X.shape
    n_timesteps = n_columns if n_timesteps is None else n_timesteps
    if n_columns % n_timesteps:
        raise ValueError(
            f"n_timesteps={n_timesteps} does not divide the {n_columns} columns of X "
            "into steps of equal width."
        )
    n_features = n_columns // n_timesteps
    if layout == "NTF":
        values = X.reshape(n_samples, n_timesteps, n_features)
    else:
        values = X.reshape(n_samples, n_features, n_timesteps).transpose(0, 2, 1)
    lengths = np.full(n_samples, n_timesteps)
    return Sequences(values.reshape(-1, n_features), lengths)
