"""Targets: how y becomes what a loss reads, and logits become predictions.

The only place that knows classes and probabilities.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse, special
from sklearn.utils.multiclass import (
    check_classification_targets,
    type_of_target,
    unique_labels,
)

from skbackprop.engine import losses


@dataclass
class BinaryTargets:
    """Two classes: one logit z, P(second class) = 1 / (1 + exp(-z))."""

    classes: np.ndarray

    loss = losses.BinaryLogLoss()
    n_outputs = 1

    def encode(self, y, dtype):
        """Return a column of zeros and ones."""
        return _codes(y, self.classes).astype(dtype)[:, np.newaxis]

    def read(self, encoded):
        """Return the labels that were encoded."""
        return self.classes[encoded[:, 0].astype(int)]

    def decode(self, logits):
        """Return the likelier class of each row."""
        return self.classes[(logits[:, 0] > 0).astype(int)]

    def probabilities(self, logits):
        """Return the probabilities of the two classes."""
        return np.hstack([special.expit(-logits), special.expit(logits)])

    def log_probabilities(self, logits):
        """Return the logarithms of the probabilities, finite for finite logits."""
        return np.hstack([special.log_expit(-logits), special.log_expit(logits)])


@dataclass
class MulticlassTargets:
    """Several classes: one logit each, probabilities are their softmax."""

    classes: np.ndarray

    loss = losses.SoftmaxLogLoss()

    @property
    def n_outputs(self):
        """Number of classes."""
        return len(self.classes)

    def encode(self, y, dtype):
        """Return a column of class indices."""
        return _codes(y, self.classes).astype(dtype)[:, np.newaxis]

    def read(self, encoded):
        """Return the labels that were encoded."""
        return self.classes[encoded[:, 0].astype(int)]

    def decode(self, logits):
        """Return the likeliest class of each row."""
        return self.classes[logits.argmax(axis=1)]

    def probabilities(self, logits):
        """Return the softmax of the logits."""
        return special.softmax(logits, axis=1)

    def log_probabilities(self, logits):
        """Return the logarithm of the softmax, finite for finite logits."""
        return special.log_softmax(logits, axis=1)


@dataclass
class MultilabelTargets:
    """Any subset of the classes: one independent logit each."""

    classes: np.ndarray
    is_sparse: bool

    loss = losses.BinaryLogLoss()

    @property
    def n_outputs(self):
        """Number of labels."""
        return len(self.classes)

    def encode(self, y, dtype):
        """Return the label indicator matrix as floats."""
        y = y.toarray() if sparse.issparse(y) else np.asarray(y)
        if y.ndim != 2 or y.shape[1] != self.n_outputs:
            raise ValueError(
                f"y must be a label indicator matrix of {self.n_outputs} columns "
                f"as in the previous call to fit, got shape {y.shape}."
            )
        return np.ascontiguousarray(y != 0, dtype=dtype)

    def read(self, encoded):
        """Return the label indicator matrix that was encoded."""
        return encoded.astype(int)

    def decode(self, logits):
        """Return the label indicator matrix of the labels likelier than not."""
        return (logits > 0).astype(int)

    def probabilities(self, logits):
        """Return the probability of each label."""
        return special.expit(logits)

    def log_probabilities(self, logits):
        """Return the logarithms of the probabilities, finite for finite logits."""
        return special.log_expit(logits)


@dataclass
class NumericTargets:
    """Real numbers: predictions are the inverse link of the logits."""

    loss: losses.Loss
    n_outputs: int

    def encode(self, y, dtype):
        """Return the targets as a matrix of floats."""
        if sparse.issparse(y):
            raise TypeError("Sparse y is not supported in regression, use y.toarray().")
        y = np.asarray(y).reshape(len(y), -1)
        if y.shape[1] != self.n_outputs:
            raise ValueError(
                f"y must have {self.n_outputs} column(s) as in the previous call to "
                f"fit, got {y.shape[1]}."
            )
        if isinstance(self.loss, losses.HalfPoissonDeviance) and (y < 0).any():
            raise ValueError(
                "y must not be negative with loss='poisson', got a minimum of "
                f"{y.min()}."
            )
        with np.errstate(over="ignore"):
            encoded = np.ascontiguousarray(y, dtype=dtype)
        if not np.isfinite(encoded).all():
            raise ValueError(f"y has values too large for {np.dtype(dtype)}.")
        return encoded

    def read(self, encoded):
        """Return the targets that were encoded."""
        return encoded[:, 0] if self.n_outputs == 1 else encoded

    def decode(self, logits):
        """Return the predictions, one-dimensional where there is one output."""
        predictions = np.exp(logits) if self.loss.link == "exp" else logits
        return predictions[:, 0] if self.n_outputs == 1 else predictions


@dataclass
class StepTargets:
    """A target of its own for each step of a sequence.

    Parameters
    ----------
    step : BinaryTargets, MulticlassTargets or NumericTargets
        What the target of one step is.
    """

    step: object

    @property
    def loss(self):
        """That of a step, added up over the steps that a sequence has."""
        if isinstance(self.step.loss, losses.SoftmaxLogLoss):
            return losses.StepwiseLogLoss(self.step.n_outputs)
        return losses.IgnoringMissing(self.step.loss)

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
        is_code = isinstance(self.step, MulticlassTargets)
        n_columns = 1 if is_code else self.n_outputs
        steps = encoded.reshape(-1, n_columns)
        missing = np.isnan(steps)
        values = self.step.read(np.where(missing, 0, steps))
        shape = (len(encoded), -1, *values.shape[1:])
        missing = missing.reshape(shape) if values.ndim > 1 else missing[:, 0]
        return np.ma.array(values.reshape(shape), mask=missing.reshape(shape))

    def decode(self, logits):
        """Return the predictions by steps."""
        return self._by_steps(self.step.decode, logits)

    def probabilities(self, logits):
        """Return the probabilities of the classes by steps."""
        return self._by_steps(self.step.probabilities, logits)

    def log_probabilities(self, logits):
        """Return the logarithms of the probabilities by steps."""
        return self._by_steps(self.step.log_probabilities, logits)

    def _by_steps(self, decode, logits):
        flat = decode(np.ascontiguousarray(logits).reshape(-1, self.n_outputs))
        return flat.reshape(len(logits), -1, *flat.shape[1:])


def class_targets(y, classes=None):
    """Return the targets of a classifier for labels like ``y``.

    Parameters
    ----------
    y : array-like
    classes : array-like, default=None
        All classes, where y need not have each.
    """
    check_classification_targets(y)
    kind = type_of_target(y, input_name="y")
    if kind == "multiclass-multioutput":
        raise ValueError(
            "Multioutput target data is not supported: y has several columns that "
            "are not a label indicator matrix of zeros and ones."
        )
    if kind == "multilabel-indicator":
        return MultilabelTargets(np.arange(y.shape[1]), sparse.issparse(y))
    classes = unique_labels(y if classes is None else classes)
    if len(classes) < 2:
        raise ValueError(
            "This classifier needs samples of at least 2 classes, but the data "
            f"contains only one class: {classes.tolist()[0]!r}."
        )
    return (BinaryTargets if len(classes) == 2 else MulticlassTargets)(classes)


def unknown_labels(y, targets):
    """Return the labels in ``y`` that the targets do not have."""
    if isinstance(targets, MultilabelTargets) or y.ndim != 1:
        return []
    known = set(targets.classes.tolist())
    return [label for label in np.unique(y).tolist() if label not in known]


def _codes(y, classes):
    """Return the index of each label among the sorted classes."""
    if y.ndim != 1:
        raise ValueError(
            f"y has {y.shape[1]} columns, but the labels seen before were "
            "one-dimensional."
        )
    return np.searchsorted(classes, y.astype(classes.dtype, copy=False))
