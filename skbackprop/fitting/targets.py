"""Targets: encoding of y for a loss, and decoding of logits into predictions.

Only this file deals with classes and probabilities.
"""

from dataclasses import KW_ONLY, dataclass

import numpy as np
from scipy import sparse, special
from sklearn.utils.multiclass import (
    check_classification_targets,
    type_of_target,
    unique_labels,
)

from skbackprop.engine import losses
from skbackprop.engine.losses.classes import margins, margins_vjp
from skbackprop.utils.validation import distinct_labels, naming_y


class Targets:
    """Encodes y for a loss, and decodes logits into predictions.

    Subclasses have a ``loss``, a number of outputs ``n_outputs``, and three methods:
    ``encode`` converts y to the input of the loss, ``read`` converts it back to y, and
    ``decode`` converts logits to predictions.
    """

    is_sparse = False  # whether predictions are a sparse matrix, as y was
    are_of_steps = False  # whether there is one for each step of a sequence
    are_scored_by_loss = False  # where no other score of a validation set is known

    @property
    def loss_of_output(self):
        """The loss of one prediction; ``loss`` may be a sum of these."""
        return self.loss

    @property
    def reads_logits(self):
        """Whether the loss reads logarithms, or log-odds, of predictions."""
        return self.loss.link == "exp"

    def vjp(self, logits, adjoint):
        """Return the adjoint of logits for an adjoint of scores or predictions.

        It is for scores if there is a method ``decision``, else for predictions, with
        the columns of the logits.
        """
        return adjoint

    def needed_in_both_parts(self, samples):
        """Return a mask of samples (or groups) that both parts of a split need.

        Return None if any samples will do. Raise ValueError if there are fewer than
        two.
        """

    def check_validation(self, samples):
        """Raise ValueError if a validation set cannot distinguish networks."""


@dataclass
class ClassTargets(Targets):
    """Classes, and the loss of classification.

    Attributes
    ----------
    classes : ndarray of shape (n_classes,)
    of_output : ClassLoss
        The loss of one output: yes or no.
    label_smoothing : float
        Share of each label to spread evenly over all classes.
    """

    classes: np.ndarray
    _: KW_ONLY
    of_output: losses.ClassLoss = losses.BinaryLogLoss()
    label_smoothing: float = 0.0

    @property
    def loss(self):
        """The sum of the losses of the outputs."""
        return self.of_output

    @property
    def reads_logits(self):
        """Whether the loss estimates probabilities."""
        return self.of_output.gives_probabilities

    @property
    def n_columns(self):
        """Columns that targets are encoded in."""
        return 1 if self.loss.reads_class_index else self.n_outputs

    def vjp(self, logits, adjoint):
        """Return the adjoint of logits for one of the scores."""
        if not self.of_output.gives_probabilities:
            return adjoint
        return self.of_output.log_odds_vjp(logits, adjoint)

    def _log_odds(self, logits):
        """Return the log-odds of yes, or the logits if the loss has none."""
        if not self.of_output.gives_probabilities:
            return logits.copy()
        return np.array(self.of_output.log_odds(logits))

    def _smoothed(self, encoded):
        """Return zeros and ones, or values closer to each other with smoothing."""
        return encoded * (1 - self.label_smoothing) + self.label_smoothing / 2


class BinaryTargets(ClassTargets):
    """Two classes: one logit z, P(second class) = 1 / (1 + exp(-z))."""

    n_outputs = 1

    def encode(self, y, dtype):
        """Return a column of zeros and ones."""
        return self._smoothed(_codes(y, self.classes).astype(dtype)[:, np.newaxis])

    def read(self, encoded):
        """Return the labels that were encoded."""
        return self.classes[(encoded[:, 0] > 0.5).astype(int)]

    def decode(self, logits):
        """Return the more likely class of each row."""
        return self.classes[(logits[:, 0] > 0).astype(int)]

    def decision(self, logits):
        """Return the score of each row, positive for the second class."""
        return self._log_odds(logits)[:, 0]

    def probabilities(self, logits):
        """Return the probabilities of the two classes."""
        odds = self.of_output.log_odds(logits)
        return np.hstack([special.expit(-odds), special.expit(odds)])

    def log_probabilities(self, logits):
        """Return the logarithms of the probabilities, finite for finite logits."""
        odds = self.of_output.log_odds(logits)
        return np.hstack([special.log_expit(-odds), special.log_expit(odds)])


class SingleClassTargets(BinaryTargets):
    """A single class, which is always predicted with probability 1."""

    def read(self, encoded):
        """Return the class for each row."""
        return np.repeat(self.classes, len(encoded))

    def decode(self, logits):
        """Return the class for each row."""
        return np.repeat(self.classes, len(logits))

    def probabilities(self, logits):
        """Return a column of ones."""
        return np.ones((len(logits), 1), logits.dtype)

    def log_probabilities(self, logits):
        """Return a column of zeros."""
        return np.zeros((len(logits), 1), logits.dtype)


class MulticlassTargets(ClassTargets):
    """Several classes: one logit each, probabilities are their softmax."""

    @property
    def loss(self):
        """The loss of one class out of several."""
        if self.label_smoothing:
            return losses.SmoothedSoftmaxLogLoss(self.label_smoothing)
        return self.of_output.over_classes()

    @property
    def n_outputs(self):
        """Number of classes."""
        return len(self.classes)

    def encode(self, y, dtype):
        """Return a column of class indices, or an indicator matrix of the classes."""
        codes = _codes(y, self.classes)[:, np.newaxis]
        if not self.loss.reads_class_index:
            codes = codes == np.arange(self.n_outputs)
        return codes.astype(dtype)

    def read(self, encoded):
        """Return the labels that were encoded."""
        reads_index = self.loss.reads_class_index
        codes = encoded[:, 0] if reads_index else encoded.argmax(axis=1)
        return self.classes[codes.astype(int)]

    def decode(self, logits):
        """Return the most likely class of each row."""
        return self.classes[logits.argmax(axis=1)]

    def decision(self, logits):
        """Return the scores, largest for the predicted class.

        Logits are not comparable between rows, as they are defined up to a constant;
        the log-odds of a class against the others are.
        """
        if not self.of_output.gives_probabilities:
            return logits.copy()
        return margins(self.of_output.class_scores(logits))

    def vjp(self, logits, adjoint):
        """Return the adjoint of logits for one of the scores."""
        if not self.of_output.gives_probabilities:
            return adjoint
        scores = self.of_output.class_scores(logits)
        adjoint = margins_vjp(scores, adjoint)
        return self.of_output.class_scores_vjp(logits, adjoint)

    def probabilities(self, logits):
        """Return the softmax of the scores of the classes."""
        return _softmax(self.of_output.class_scores(logits))

    def log_probabilities(self, logits):
        """Return the logarithm of the softmax, finite for finite logits."""
        return special.log_softmax(self.of_output.class_scores(logits), axis=1)


@dataclass
class MultilabelTargets(ClassTargets):
    """Any subset of the classes: one independent logit each."""

    is_sparse: bool

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
        return self._smoothed(np.ascontiguousarray(y != 0, dtype=dtype))

    def read(self, encoded):
        """Return the label indicator matrix that was encoded."""
        return (encoded > 0.5).astype(int)

    def decode(self, logits):
        """Return the label indicator matrix of labels with probability above 1/2."""
        return (logits > 0).astype(int)

    def decision(self, logits):
        """Return the scores, positive for the predicted labels."""
        return self._log_odds(logits)

    def probabilities(self, logits):
        """Return the probability of each label."""
        return special.expit(self.of_output.log_odds(logits))

    def log_probabilities(self, logits):
        """Return the logarithms of the probabilities, finite for finite logits."""
        return special.log_expit(self.of_output.log_odds(logits))


# Invalid targets, and the advice in messages, for losses with a log link.
_FORBIDDEN = {
    losses.HalfGammaDeviance: (np.less_equal, "be positive with loss='gamma'"),
    losses.HalfPoissonDeviance: (np.less, "not be negative with loss='poisson'"),
}


@dataclass
class NumericTargets(Targets):
    """Real numbers: predictions are the inverse link of the logits."""

    loss: losses.Loss
    n_outputs: int

    @property
    def n_columns(self):
        """Columns that targets are encoded in."""
        return self.n_outputs

    def encode(self, y, dtype):
        """Return the targets as a matrix of floats."""
        return self._encode(y, dtype, self.n_outputs)

    def _encode(self, y, dtype, n_columns):
        if sparse.issparse(y):
            raise TypeError("Sparse y is not supported in regression, use y.toarray().")
        y = np.asarray(y).reshape(len(y), -1)
        if y.shape[1] != n_columns:
            raise ValueError(
                f"y must have {n_columns} column(s) as in the previous call to "
                f"fit, got {y.shape[1]}."
            )
        is_forbidden, what = _FORBIDDEN.get(type(self.loss), (None, None))
        if what and is_forbidden(y, 0).any():
            raise ValueError(f"y must {what}, got a minimum of {y.min()}.")
        if y.dtype.kind == "f" and np.isnan(y).any():  # None, among objects
            raise ValueError("Input y contains NaN.")
        with np.errstate(over="ignore"):
            encoded = np.require(y, dtype, ["C", "ALIGNED"])
        if not np.isfinite(encoded).all():
            raise ValueError(f"y has values too large for {np.dtype(dtype)}.")
        if what and is_forbidden(encoded, 0).any():
            raise ValueError(f"y must {what}, and so in {np.dtype(dtype)}.")
        return encoded

    def read(self, encoded):
        """Return the targets that were encoded."""
        return encoded[:, 0] if self.n_outputs == 1 else encoded

    def decode(self, logits):
        """Return the predictions, one-dimensional for a single output."""
        predictions = np.exp(logits) if self.loss.link == "exp" else logits
        return predictions[:, 0] if self.n_outputs == 1 else predictions

    def vjp(self, logits, adjoint):
        """Return the adjoint of logits for one of the predictions."""
        return adjoint * np.exp(logits) if self.loss.link == "exp" else adjoint


class QuantileTargets(NumericTargets):
    """One target with several predicted quantiles, one output each."""

    def encode(self, y, dtype):
        """Return the same target for each output."""
        encoded = self._encode(y, dtype, 1)
        return np.ascontiguousarray(np.repeat(encoded, self.n_outputs, axis=1))

    def read(self, encoded):
        """Return the targets that were encoded."""
        return encoded[:, 0]

    def decode(self, logits):
        """Return the predictions, sorted in the order of their levels.

        If quantiles cross, this rearrangement does not increase their loss
        (Chernozhukov, Fernandez-Val & Galichon 2010).
        """
        return np.take_along_axis(logits, self._sources(logits), axis=1)

    def vjp(self, logits, adjoint):
        """Return the adjoint of the logits in their original order."""
        result = np.empty_like(adjoint)
        np.put_along_axis(result, self._sources(logits), adjoint, axis=1)
        return result

    def _sources(self, logits):
        """Return the index of the logit of each prediction, row by row."""
        ranks = np.argsort(np.argsort(self.loss.level, kind="stable"))
        return np.argsort(logits, axis=1, kind="stable")[:, ranks]


def class_targets(y, classes=None, **settings):
    """Return the targets of a classifier for labels like ``y``.

    Parameters
    ----------
    y : array-like
    classes : array-like, default=None
        All classes, if y may lack some.
    **settings
        Loss and smoothing of :class:`ClassTargets`.
    """
    if classes is not None and y.ndim == 1:
        # A small part of y need not look like classes.
        return _targets_of_classes(unique_labels(classes), settings)
    with naming_y(y):
        check_classification_targets(y)
    kind = type_of_target(y, input_name="y")
    if kind == "multiclass-multioutput":
        raise ValueError(
            "Multioutput target data is not supported: y has several columns that "
            "are not a label indicator matrix of zeros and ones."
        )
    if kind == "multilabel-indicator":
        return MultilabelTargets(np.arange(y.shape[1]), sparse.issparse(y), **settings)
    with naming_y(y):
        return _targets_of_classes(unique_labels(y), settings)


def _targets_of_classes(classes, settings):
    kinds = {1: SingleClassTargets, 2: BinaryTargets}
    return kinds.get(len(classes), MulticlassTargets)(classes, **settings)


def number_targets(y, loss):
    """Return the targets of a regressor for numbers like ``y``."""
    n_targets = 1 if y.ndim == 1 else y.shape[1]
    if not isinstance(loss, losses.Quantile) or np.ndim(loss.level) == 0:
        return NumericTargets(loss, n_targets)
    if n_targets > 1:
        raise ValueError(
            f"Several levels, quantile={loss.level!r}, require a single target, but y "
            f"has {n_targets} columns. Use one level, or fit one regressor per column "
            "(MultiOutputRegressor)."
        )
    return QuantileTargets(loss, len(loss.level))


def check_labels(y, targets):
    """Raise ValueError if y has labels that the targets do not have."""
    if isinstance(targets, MultilabelTargets) or y.ndim != 1:
        return
    labels = distinct_labels(y)
    if not set(labels.tolist()) <= set(targets.classes.tolist()):
        raise ValueError(
            "`y` has classes not in `self.classes_`. `self.classes_` has "
            f"{targets.classes}. 'y' has {labels}."
        )


def check_same_classes(y, targets):
    """Raise ValueError if the classes of a continued fit have changed."""
    if y.ndim != 1:
        return
    labels = distinct_labels(y)
    if set(labels.tolist()) != set(targets.classes.tolist()):
        raise ValueError(
            "warm_start can only be used where `y` has the same classes as in the "
            f"previous call to fit. Previously got {targets.classes}, `y` has {labels}"
        )


def _codes(y, classes):
    """Return the index of each label among the sorted classes."""
    if y.ndim != 1:
        raise ValueError(
            f"y has {y.shape[1]} columns, but the labels seen before were "
            "one-dimensional."
        )
    return np.searchsorted(classes, y.astype(classes.dtype, copy=False))


def _softmax(scores):
    """Return the softmax of each row, bit-identical to that of scipy.special.

    The maximum does not depend on the order, and NumPy finds it faster down the
    columns.
    """
    highest = np.maximum.reduce(np.ascontiguousarray(scores.T))
    result = scores - highest[:, np.newaxis]
    np.exp(result, out=result)
    result /= np.add.reduce(result, axis=1, keepdims=True)
    return result
