"""Sequences: what users pass for them, and the rows that networks read."""

import warnings
from dataclasses import dataclass

import numpy as np
from sklearn.utils.validation import _num_samples, check_array

from skbackprop.engine import losses
from skbackprop.fitting.targets import Targets
from skbackprop.network.recurrence import SequenceLayout
from skbackprop.utils.validation import naming_the_column


@dataclass
class Sequences:
    """Sequences of equal width, padded to the longest.

    Attributes
    ----------
    values : ndarray of shape (n_samples, n_timesteps, n_features)
        Zero beyond the end of a sequence.
    lengths : ndarray of int64 of shape (n_samples,)
    """

    values: np.ndarray
    lengths: np.ndarray

    @property
    def is_ragged(self):
        """Whether some sequence is shorter than the longest."""
        return bool((self.lengths != self.values.shape[1]).any())

    @property
    def exists(self):
        """Boolean matrix (n_samples, n_timesteps): False where there is padding."""
        return np.arange(self.values.shape[1]) < self.lengths[:, np.newaxis]

    def layout(self, has_length):
        """Return how these sequences are laid out in rows."""
        return SequenceLayout(*self.values.shape[1:], self.is_ragged, has_length)

    def rows(self, layout):
        """Return the rows of a layout, C-contiguous."""
        n_samples, dtype = len(self.values), self.values.dtype
        parts = [self.values.reshape(n_samples, -1)]
        if layout.is_masked:
            parts.append(self.exists.astype(dtype))
        if layout.has_length:
            parts.append((1 / self.lengths)[:, np.newaxis].astype(dtype))
        return np.ascontiguousarray(np.concatenate(parts, axis=1))

    def like(self, rows, X, layout):
        """Return the values in rows as what they were read from, X, has them."""
        steps = rows[:, : self.values[0].size].reshape(self.values.shape)
        steps = steps if layout == "NTF" else steps.transpose(0, 2, 1)
        if not are_sequences(X):
            return steps.reshape(len(rows), -1)
        if not self.is_ragged:
            return steps
        axis = 0 if layout == "NTF" else 1
        pairs = zip(steps, self.lengths, strict=True)
        return [np.take(s, np.arange(length), axis) for s, length in pairs]

    def cut(self, steps):
        """Return an array by steps as it is, or as a list without the padding."""
        if not self.is_ragged:
            return steps
        return [s[:length] for s, length in zip(steps, self.lengths, strict=True)]


def are_sequences(X):
    """Tell whether X holds one matrix per sample, rather than one row."""
    if hasattr(X, "ndim") and not _holds_objects(X):
        return X.ndim == 3
    if hasattr(X, "shape") and len(X.shape) == 2:
        return False
    if not isinstance(X, (list, tuple, np.ndarray)):
        return False
    # Vectors of unequal length are no rows: meant as sequences, refused as such.
    lengths = {len(x) for x in X if _n_dimensions(x) == 1}
    is_ragged = len(X) == 0 or len(lengths) > 1
    return is_ragged or any(_n_dimensions(x) == 2 for x in X)


def _holds_objects(array):
    return getattr(array, "dtype", None) is np.dtype(object)


def _n_dimensions(sequence):
    if hasattr(sequence, "ndim"):
        return sequence.ndim
    if isinstance(sequence, (list, tuple)) and len(sequence):
        return 1 + _n_dimensions(sequence[0])
    return 0 if not isinstance(sequence, (list, tuple)) else 1


def read_sequences(X, dtype, layout):
    """Return the Sequences of an array (n, time, features) or of a list.

    Parameters
    ----------
    X : array of three dimensions, or list of matrices
    dtype : dtype or list of dtypes
        What float types may stay.
    layout : {'NTF', 'NFT'}
        Whether matrices are (time, features) or (features, time).

    Raises
    ------
    ValueError
        If a sequence is empty, is not finite, or has other features.
    """
    if len(X) == 0:
        raise ValueError("X has no sequences, but at least 1 is needed.")
    if getattr(X, "ndim", None) == 3 and 0 not in X.shape:
        with np.errstate(over="ignore"):
            values = check_array(X, dtype=dtype, allow_nd=True, ensure_all_finite=False)
        if np.isfinite(values).all():  # else it is said below in which sequence
            values = values if layout == "NTF" else values.transpose(0, 2, 1)
            return Sequences(values, np.full(len(values), values.shape[1]))
    matrices = [_read_matrix(i, matrix, dtype, layout) for i, matrix in enumerate(X)]
    widths = [matrix.shape[1] for matrix in matrices]
    for i, width in enumerate(widths):
        if width != widths[0]:
            raise ValueError(
                f"Sequence {i} of X has {width} feature(s), but sequence 0 has "
                f"{widths[0]} (layout={layout!r}: a sequence is {_shape_of(layout)})."
            )
    return _pad(matrices)


def _read_matrix(i, matrix, dtype, layout):
    """Return the i-th sequence as a matrix (time, features)."""
    name = f"Sequence {i} of X"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            shape = np.shape(matrix)
    except (ValueError, Warning):  # of a list of rows of unequal length
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
    with naming_the_column(features, name):
        return check_array(features, dtype=dtype, input_name=name)


def _shape_of(layout):
    return "(time, features)" if layout == "NTF" else "(features, time)"


def _pad(matrices):
    lengths = np.array([len(matrix) for matrix in matrices])
    shape = len(matrices), lengths.max(), matrices[0].shape[1]
    values = np.zeros(shape, np.result_type(*{matrix.dtype for matrix in matrices}))
    for row, matrix in zip(values, matrices, strict=True):
        row[: len(matrix)] = matrix
    return Sequences(values, lengths)


def split_rows(X, n_timesteps, layout):
    """Return the Sequences that rows of equal length hold.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_columns)
    n_timesteps : int or None
        None: each column is a step of one feature.
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
    return Sequences(values, np.full(n_samples, n_timesteps))


@dataclass
class StepValues:
    """What y holds for each step: labels or numbers, all sequences in a row.

    Attributes
    ----------
    flat : ndarray of shape (n_steps,) or (n_steps, n_outputs)
    exists : ndarray of bool of shape (n_samples, n_timesteps)
    """

    flat: np.ndarray
    exists: np.ndarray

    def __len__(self):
        return len(self.exists)


def read_steps(y, sequences):
    """Return the StepValues of y: an array by steps, or a list of such.

    Raises
    ------
    ValueError
        If a sequence of y is not as long as that of X, or is not finite.
    """
    if _num_samples(y) != len(sequences.lengths):
        raise ValueError(
            f"X has {len(sequences.lengths)} sequences, but y has {len(y)}."
        )
    y = y if isinstance(y, (list, tuple)) else np.asarray(y)
    pairs = zip(y, sequences.lengths, strict=True)
    parts = [_read_values(i, *pair) for i, pair in enumerate(pairs)]
    for i, part in enumerate(parts):
        if part.shape[1:] != parts[0].shape[1:]:
            raise ValueError(
                f"Sequence {i} of y has values of shape {part.shape[1:]}, but those of "
                f"sequence 0 are of shape {parts[0].shape[1:]}."
            )
    return StepValues(np.concatenate(parts), sequences.exists)


def _read_values(i, part, length):
    """Return the values of the i-th sequence of y."""
    part = np.asarray(part)
    if part.ndim == 0 or len(part) != length:
        raise ValueError(
            f"Sequence {i} of y must have a value for each of the {length} steps "
            f"of that of X (return_sequences=True), got shape {part.shape}."
        )
    if part.dtype.kind == "f" and not np.isfinite(part).all():
        raise ValueError(f"Sequence {i} of y contains NaN or infinity.")
    return part[:, 0] if part.ndim == 2 and part.shape[1] == 1 else part


@dataclass
class StepTargets(Targets):
    """A target of its own for each step of a sequence.

    Parameters
    ----------
    step : BinaryTargets, MulticlassTargets or NumericTargets
        What the target of one step is.
    """

    step: object

    are_of_steps = True

    @property
    def loss_of_output(self):
        """That of a step."""
        return self.step.loss

    @property
    def reads_logits(self):
        """Whether that of a step does."""
        return self.step.reads_logits

    @property
    def loss(self):
        """That of a step, added up over the steps that a sequence has."""
        loss = self.step.loss
        if isinstance(loss, losses.ElementwiseLoss):
            return losses.IgnoringMissing(loss)
        if loss == losses.SoftmaxLogLoss():
            return losses.StepwiseLogLoss(self.step.n_outputs)
        raise ValueError(
            f"return_sequences=True with {self.step.n_outputs} classes knows no "
            f"{loss!r}. Use loss='log_loss' without label_smoothing, 'squared_hinge' "
            "or 'squared_error', or return_sequences=False."
        )

    @property
    def n_outputs(self):
        """Number of outputs of a step."""
        return self.step.n_outputs

    def encode(self, y, dtype):
        """Return what the steps encode, side by side; NaN where there is none."""
        codes = self.step.encode(y.flat, dtype)
        encoded = np.full((*y.exists.shape, codes.shape[1]), np.nan, dtype)
        encoded[y.exists] = codes
        return encoded.reshape(len(encoded), -1)

    def read(self, encoded):
        """Return the values by steps that were encoded, masked where there is none."""
        steps = encoded.reshape(-1, self.step.n_columns)
        missing = np.isnan(steps)
        values = self.step.read(np.where(missing, 0, steps))
        shape = (len(encoded), -1, *values.shape[1:])
        missing = missing.reshape(shape) if values.ndim > 1 else missing[:, 0]
        return np.ma.array(values.reshape(shape), mask=missing.reshape(shape))

    def decode(self, logits):
        """Return the predictions by steps."""
        return self._by_steps(self.step.decode, logits)

    def decision(self, logits):
        """Return the logits by steps."""
        return self._by_steps(self.step.decision, logits)

    def vjp(self, logits, adjoint):
        """Return the adjoint of logits for one of what steps show of them."""
        shape = -1, self.n_outputs
        return self.step.vjp(logits.reshape(shape), adjoint.reshape(shape)).reshape(
            adjoint.shape
        )

    def probabilities(self, logits):
        """Return the probabilities of the classes by steps."""
        return self._by_steps(self.step.probabilities, logits)

    def log_probabilities(self, logits):
        """Return the logarithms of the probabilities by steps."""
        return self._by_steps(self.step.log_probabilities, logits)

    def _by_steps(self, decode, logits):
        flat = decode(np.ascontiguousarray(logits).reshape(-1, self.n_outputs))
        return flat.reshape(len(logits), -1, *flat.shape[1:])
