"""Data in chunks: what they must be, and how a fit reads them."""

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

# Chunks whose rows are shuffled together, where the sequence has no ``buffer``.
DEFAULT_BUFFER = 4


def are_chunks(X, y):
    """Tell whether X is a sequence of chunks, which have their targets with them.

    Arrays, tables and mappings are none. In a list each chunk is a tuple.
    """
    if y is not None or not is_sequence(X):
        return False
    if isinstance(X, (list, tuple)):
        return len(X) > 0 and all(isinstance(chunk, tuple) for chunk in X)
    return True


def check_reads_chunks(estimator):
    """Raise ValueError where an estimator, as it is set, cannot learn from chunks."""
    name = type(estimator).__name__
    if not estimator._reads_chunks:
        raise ValueError(
            f"{name} cannot be fitted to a sequence of chunks, which {LEARNERS} can. "
            "Give X and y, or call partial_fit with one part of the data at a time."
        )
    if estimator.solver in ("lbfgs", "sdlm"):
        raise ValueError(
            f"solver={estimator.solver!r} looks at all samples at once, which chunks "
            "are not. Use solver='adam', or 'sgd', or give X and y."
        )
    if getattr(estimator, "class_weight", None) == "balanced":
        raise ValueError(
            "class_weight='balanced' counts all samples at once, which chunks are "
            "not. Give weights by class, as compute_class_weight of sklearn.utils "
            "returns them for all of y."
        )
    if estimator.scoring not in (None, "loss"):
        raise ValueError(
            f"scoring={estimator.scoring!r} needs the validation set in one piece, "
            "which chunks are not. Use scoring=None or 'loss'."
        )


@contextmanager
def naming_chunk(index, name="Chunk"):
    """Say of which chunk an error is."""
    try:
        yield
    except Exception as error:  # whatever the user's sequence raises
        raise ChunkError(
            f"{name} {index} cannot be learned from: {type(error).__name__}: {error}"
        ) from error


class ChunkReader:
    """Reads the chunks of a fit as the network does, and holds them to the first.

    Parameters
    ----------
    estimator : NetworkEstimator
    chunks : sequence
        Of tuples (X, y) or (X, y, sample_weight).
    dtype : dtype or list of dtype
        Which dtypes X may keep.
    name : str, default='Chunk'
        What messages call one of them.
    """

    def __init__(self, estimator, chunks, dtype, name="Chunk"):
        self._estimator, self._chunks, self._name = estimator, chunks, name
        self._dtype = dtype
        self._config = get_config()  # of this thread; another one reads
        self._sizes = self._first = None
        if not len(chunks):
            raise ValueError("X is a sequence of no chunks. At least one is needed.")
        self.buffer = getattr(chunks, "buffer", DEFAULT_BUFFER)
        if not (isinstance(self.buffer, (int, np.integer)) and self.buffer >= 1):
            raise ValueError(
                f"buffer must be a number of chunks, at least 1, got {self.buffer!r}."
            )

    def __len__(self):
        return len(self._chunks)

    @property
    def is_small(self):
        """Whether all chunks are in the buffer at once."""
        return len(self) <= self.buffer

    # One chunk

    def read(self, index, reset=False):
        """Return the Data and the weights of a chunk, validated.

        With ``reset`` it is the first chunk of a new network.
        """
        with naming_chunk(index, self._name), config_context(**self._config):
            X, y, weights = self._parts(index)
            return self._validate(X, y, weights, reset)

    def _parts(self, index):
        """Return X, y and weights of a chunk, as the user has them."""
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
        """Raise ValueError where only this chunk, or only the first, has names."""
        has_names = _get_feature_names(X) is not None
        if has_names != hasattr(self._estimator, "feature_names_in_"):
            have, had = ("has", "had none") if has_names else ("has no", "had them")
            raise ValueError(f"X {have} names of columns, but the first {had}")

    def _check_like_first(self, data, weights):
        dtype, y, weighs_all_alike = self._first
        if data.X.dtype != dtype:
            raise ValueError(
                f"X is of {data.X.dtype}, but that of the first is {dtype}"
            )
        _check_like(data.y, y)
        if (weights is None) != weighs_all_alike:
            has = "has no" if weights is None else "has a"
            raise ValueError(f"it {has} sample_weight, unlike the first")

    def samples(self, index, of_classes=True):
        """Return the Samples of a chunk, for a network that is begun.

        ``of_classes`` says whether they weigh what their classes do, as well.
        """
        data, weights = self.read(index)
        estimator = self._estimator
        with naming_chunk(index, self._name):
            size = data.X.shape[0]
            if self._sizes is not None and size != self._sizes[index]:
                raise ValueError(
                    f"it has {size} rows, but had {self._sizes[index]} when the fit "
                    "began. Data must not change while it is learned from"
                )
            estimator._check_targets(estimator._targets, data.y, incremental=True)
            encoded = estimator._targets.encode(data.y, data.X.dtype)
            if of_classes:
                weights = estimator._weigh(weights, data.y, data.X.dtype, True)
        return Samples(data.X, encoded, weights)

    # All of them

    def join(self, first):
        """Return Data and weights of all chunks as one, the first of them given."""
        found = [first, *(self.read(index) for index in range(1, len(self)))]
        if len(found) == 1:
            return first
        X, y = (np.concatenate([data[i] for data, _ in found]) for i in range(2))
        weights = [weights for _, weights in found]
        return Data(X, y), None if weights[0] is None else np.concatenate(weights)

    def survey(self):
        """Read the targets of all chunks once, and return the labels there are.

        Where the sequence has a method ``targets``, nothing else is read; else whole
        chunks are. The labels are None unless they are classes of one column.
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
        """Return y and weights of a chunk, validated."""
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
        """Return all chunks as what a network that is begun is trained on."""
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
    """Raise ValueError where y is of another shape than that of the first chunk."""
    if y.shape[1:] != first.shape[1:]:
        raise ValueError(
            f"y is of shape (n_samples, *{y.shape[1:]}), but that of the first is "
            f"(n_samples, *{first.shape[1:]})"
        )


def _union(labels, y):
    """Return the labels so far and those of y, sorted."""
    check_classification_targets(y)
    own = distinct_labels(y)
    if labels is None:
        return own
    # NumPy would make text of both.
    are_text = [part.dtype.kind in "OSU" for part in (labels, own)]
    if are_text[0] != are_text[1]:
        raise ValueError(
            f"y has labels such as {own[0]!r}, but chunks before had {labels[0]!r}. "
            "Labels must be of one type"
        )
    return np.union1d(labels, own)
