"""Data in chunks: validation, and reading during a fit."""

from contextlib import contextmanager

import joblib
import numpy as np
from sklearn import config_context, get_config
from sklearn.base import is_classifier
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _get_feature_names

from skbackprop.engine.chunked import ChunkedSamples, read_ahead
from skbackprop.engine.samples import Samples
from skbackprop.exceptions import ChunkError
from skbackprop.fitting.hooks import Data
from skbackprop.utils.chunks import LEARNERS, is_sequence
from skbackprop.utils.validation import (
    check_targets,
    check_weights,
    distinct_labels,
)

# Number of chunks whose rows are shuffled together, if the sequence has no ``buffer``.
DEFAULT_BUFFER = 4


def are_chunks(X, y):
    """Return whether X is a sequence of chunks, which contain their targets.

    Arrays, tables and mappings are not. In a list, each chunk is a tuple.
    """
    if y is not None or not is_sequence(X):
        return False
    if isinstance(X, (list, tuple)):
        return len(X) > 0 and all(isinstance(chunk, tuple) for chunk in X)
    return True


def check_reads_chunks(estimator):
    """Raise ValueError if an estimator with its settings cannot learn from chunks."""
    name = type(estimator).__name__
    if not estimator._reads_chunks:
        raise ValueError(
            f"{name} does not support a sequence of chunks; {LEARNERS} do. Pass X and "
            "y, or call partial_fit with one part of the data at a time."
        )
    if estimator.solver in ("lbfgs", "sdlm"):
        raise ValueError(
            f"solver={estimator.solver!r} needs all samples at once and does not "
            "support chunks. Use solver='adam' or 'sgd', or pass X and y."
        )
    if getattr(estimator, "class_weight", None) == "balanced":
        raise ValueError(
            "class_weight='balanced' needs all samples at once and does not support "
            "chunks. Pass a dict of weights, computed with "
            "sklearn.utils.class_weight.compute_class_weight from all of y."
        )
    if estimator.scoring not in (None, "loss"):
        raise ValueError(
            f"scoring={estimator.scoring!r} needs the whole validation set at once and "
            "does not support chunks. Use scoring=None or 'loss'."
        )


@contextmanager
def naming_chunk(index, name="Chunk"):
    """Add the number of the chunk to errors."""
    try:
        yield
    except Exception as error:  # the user's sequence may raise anything
        raise ChunkError(
            f"{name} {index} cannot be learned from: {type(error).__name__}: {error}"
        ) from error


class ChunkReader:
    """Reads and validates the chunks of a fit, and checks that they match the first.

    Parameters
    ----------
    estimator : NetworkEstimator
    chunks : sequence
        Sequence of tuples (X, y) or (X, y, sample_weight).
    dtype : dtype or list of dtype
        The dtypes that X may have.
    name : str, default='Chunk'
        Name of a chunk in messages.
    """

    def __init__(self, estimator, chunks, dtype, name="Chunk"):
        self._estimator, self._chunks, self._name = estimator, chunks, name
        self._dtype = dtype
        self._config = get_config()  # of this thread; another thread reads
        self._sizes = self._first = None
        if not len(chunks):
            raise ValueError("X must contain at least one chunk, got none.")
        self.buffer = getattr(chunks, "buffer", DEFAULT_BUFFER)
        if not (isinstance(self.buffer, (int, np.integer)) and self.buffer >= 1):
            raise ValueError(
                f"buffer must be a number of chunks, at least 1, got {self.buffer!r}."
            )

    def __len__(self):
        return len(self._chunks)

    @property
    def is_small(self):
        """Whether all chunks fit into the buffer at once."""
        return len(self) <= self.buffer

    # One chunk

    def read(self, index, reset=False):
        """Return the validated Data and weights of a chunk.

        ``reset`` is True for the first chunk of a new network.
        """
        with naming_chunk(index, self._name), config_context(**self._config):
            X, y, weights = self._parts(index)
            return self._validate(X, y, weights, reset)

    def _parts(self, index):
        """Return X, y and weights of a chunk as the user passed them."""
        chunk = self._chunks[int(index)]
        if not isinstance(chunk, tuple) or len(chunk) not in (2, 3):
            raise TypeError(
                "a chunk must be a tuple (X, y) or (X, y, sample_weight), got "
                f"{type(chunk).__name__}"
            )
        return chunk if len(chunk) == 3 else (*chunk, None)

    def _validate(self, X, y, weights, reset=False):
        estimator = self._estimator
        if hasattr(X, "nnz") or hasattr(X, "sparse"):
            raise TypeError("X is sparse, but chunks must be dense. Return X.toarray()")
        if not reset:
            self._check_named(X)
        data = estimator._read_data(X, y, self._dtype, reset=reset)
        weights = check_weights(weights, data.X)
        first = self._first
        if first is None:
            self._first = data.X.dtype, data.y[:0], weights is None
        else:
            self._check_like_first(data, weights)
        return data, weights

    def _check_named(self, X):
        """Raise ValueError if only one of this chunk and the first has names."""
        has_names = _get_feature_names(X) is not None
        if has_names != hasattr(self._estimator, "feature_names_in_"):
            have, had = ("has", "had none") if has_names else ("has no", "had them")
            raise ValueError(f"X {have} column names, but the first {had}")

    def _check_like_first(self, data, weights):
        dtype, y, weighs_all_alike = self._first
        if data.X.dtype != dtype:
            raise ValueError(f"X has dtype {data.X.dtype}, but the first has {dtype}")
        _check_like(data.y, y)
        if (weights is None) != weighs_all_alike:
            has = "has no" if weights is None else "has a"
            raise ValueError(f"the chunk {has} sample_weight, unlike the first")

    def samples(self, index, of_classes=True):
        """Return the Samples of a chunk for an initialized network.

        ``of_classes`` says whether to include class weights.
        """
        data, weights = self.read(index)
        estimator = self._estimator
        with naming_chunk(index, self._name):
            size = data.X.shape[0]
            if self._sizes is not None and size != self._sizes[index]:
                raise ValueError(
                    f"it has {size} rows, but had {self._sizes[index]} when the fit "
                    "began. Data must not change during a fit"
                )
            estimator._check_targets(estimator._targets, data.y, incremental=True)
            encoded = estimator._targets.encode(data.y, data.X.dtype)
            if of_classes:
                weights = estimator._weigh(weights, data.y, data.X.dtype, True)
        return Samples(data.X, encoded, weights)

    # All of them

    def join(self, first):
        """Return Data and weights of all chunks together, given the first."""
        found = [first, *(self.read(index) for index in range(1, len(self)))]
        if len(found) == 1:
            return first
        X, y = (np.concatenate([data[i] for data, _ in found]) for i in range(2))
        weights = [weights for _, weights in found]
        return Data(X, y), None if weights[0] is None else np.concatenate(weights)

    def survey(self):
        """Read the targets of all chunks once, and return the distinct labels.

        If the sequence has a method ``targets``, only this is called; otherwise, whole
        chunks are read. The labels are None unless they are classes in one column.
        """
        sizes, labels, hashes = [], None, []
        for index, (y, weights) in enumerate(
            read_ahead(self._read_targets, range(len(self)))
        ):
            sizes.append(len(y))
            hashes.append(joblib.hash((y, weights)))
            if is_classifier(self._estimator) and y.ndim == 1:
                with naming_chunk(index, self._name):
                    labels = _union(labels, y)
        self._sizes = np.array(sizes)
        self._description = " ".join(map(str, [*sizes, *hashes]))
        return labels

    def _read_targets(self, index):
        """Return the validated y and weights of a chunk."""
        if not hasattr(self._chunks, "targets"):
            data, weights = self.read(index)
            return data.y, weights
        with naming_chunk(index, self._name), config_context(**self._config):
            y, *weights = self._chunks.targets(int(index))
            is_numeric = not is_classifier(self._estimator)
            y = check_targets(y, len(y), is_numeric)
            y = y.ravel() if y.ndim == 2 and y.shape[1] == 1 else y
            _check_like(y, self._first[1])
            weights = weights[0] if weights else None
            return y, check_weights(weights, np.empty((len(y), 1)))

    def chunked_samples(self, of_classes=True):
        """Return all chunks as training samples for an initialized network."""
        first = self.samples(0, of_classes)
        like = Samples(*(part if part is None else part[:0] for part in first))
        return ChunkedSamples(
            lambda index: self.samples(index, of_classes),
            self._sizes,
            int(self.buffer),
            like,
            f"{self._description} {joblib.hash(first.X)}",
        )


def _check_like(y, first):
    """Raise ValueError if the shape of y differs from that of the first chunk."""
    if y.shape[1:] != first.shape[1:]:
        raise ValueError(
            f"y has shape (n_samples, *{y.shape[1:]}), but the first has "
            f"(n_samples, *{first.shape[1:]})"
        )


def _union(labels, y):
    """Return the sorted union of the labels so far and those of y."""
    check_classification_targets(y)
    own = distinct_labels(y)
    if labels is None:
        return own
    # NumPy would convert both to text.
    are_text = [part.dtype.kind in "OSU" for part in (labels, own)]
    if are_text[0] != are_text[1]:
        raise ValueError(
            f"y has labels such as {own[0]!r}, but earlier chunks had {labels[0]!r}. "
            "Labels must be of one type"
        )
    return np.union1d(labels, own)
