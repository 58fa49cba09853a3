"""Classification and regression with networks.

Mixins for :class:`skbackprop.fitting.estimator.NetworkEstimator` that define targets,
predictions and scores.
"""

from dataclasses import KW_ONLY, dataclass
from numbers import Real
from typing import ClassVar

import numpy as np
from scipy import sparse
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.metrics import d2_pinball_score, r2_score
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.class_weight import compute_class_weight
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from skbackprop.engine.losses import OF_CLASSES, OF_NUMBERS, Loss, Quantile
from skbackprop.fitting import targets as _targets
from skbackprop.fitting.settings import class_loss, number_loss


def is_stochastic(estimator):
    """Return whether the solver uses minibatches, as partial_fit requires."""
    if estimator.solver == "lbfgs":
        raise AttributeError(
            "partial_fit is only available for stochastic optimizers. "
            f"{estimator.solver} is not stochastic."
        )
    return True


def weigh_by_class(class_weight, classes, codes, sample_weight=None):
    """Return the sample weights multiplied by the class weights.

    Parameters
    ----------
    class_weight : dict or 'balanced'
        Weights of the classes. A part of the data may lack some of them.
    classes : ndarray of shape (n_classes,)
    codes : ndarray of int of shape (n_samples,)
        The index of each sample's class.
    sample_weight : ndarray of shape (n_samples,), default=None
    """
    of_classes = compute_class_weight(class_weight, classes=classes, y=classes[codes])
    if not (np.isfinite(of_classes) & (of_classes >= 0)).all():
        raise ValueError(
            f"class_weight={class_weight!r} must be finite weights that are not "
            "negative."
        )
    weights = of_classes[codes]
    return weights if sample_weight is None else weights * sample_weight


def gives_probabilities(estimator):
    """Return whether the loss estimates probabilities."""
    if not class_loss(estimator).gives_probabilities:
        raise AttributeError(
            f"Probabilities are not estimated with loss={estimator.loss!r}. Use "
            "decision_function, or loss='log_loss' or 'focal'."
        )
    return True


@dataclass(eq=False, repr=False)
class NetworkClassifierMixin(ClassifierMixin):
    """Mixin for classification.

    Parameters
    ----------
    loss : str or ClassLoss, default='log_loss'
        The loss to minimise: 'log_loss', 'hinge' (that of Crammer & Singer for more
        than two classes), 'squared_hinge', 'squared_error' to targets of +1 and -1
        (LeCun et al. 1998 [1]_, with ``scaled_tanh`` units), or 'focal' (Lin et al.
        2017); or an instance of a class of :mod:`skbackprop.engine.losses`, such as
        ``Focal(gamma=1)``. Only 'log_loss' and 'focal' estimate probabilities.
    label_smoothing : float, default=None
        Share of each label, between 0 and 1, to spread evenly over all classes (Szegedy
        et al. 2016). Only with ``loss='log_loss'``.
    class_weight : dict or 'balanced', default=None
        Weights of the classes, which multiply the sample weights; they must not all be
        0. In a dict, missing classes have weight 1. 'balanced' means
        ``n_samples / (n_classes * np.bincount(y))`` and is not supported by
        ``partial_fit``. Not supported for label indicator matrices and steps of
        sequences.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Class labels, sorted.
    """

    _: KW_ONLY
    loss: str | Loss = "log_loss"
    label_smoothing: float | None = None
    class_weight: dict | str | None = None

    _constraints_of_task: ClassVar[dict] = {
        "loss": [StrOptions(set(OF_CLASSES)), Loss],
        "label_smoothing": [None, Interval(Real, 0, 1, closed="left")],
        "class_weight": [None, dict, StrOptions({"balanced"})],
    }

    @available_if(is_stochastic)
    def partial_fit(self, X, y, sample_weight=None, classes=None):
        """Train for one pass (epoch) over the given data.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The input data.
        y : array-like of shape (n_samples,) or (n_samples, n_classes)
            The class labels, or a label indicator matrix.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each sample in the loss. By default, all samples have weight 1.
        classes : array-like of shape (n_classes,), default=None
            All classes across all calls to partial_fit. Required in the first call,
            unless y is a label indicator matrix; optional afterwards.

        Returns
        -------
        self : object
            The estimator, trained for one more epoch.
        """
        return self._partial_fit(X, y, sample_weight, classes)

    def _new_targets(self, y, classes=None, incremental=False):
        if incremental and classes is None and y.ndim == 1:
            raise ValueError("classes must be passed on the first call to partial_fit.")
        targets = _targets.class_targets(y, classes, **self._loss_settings())
        _targets.check_labels(y, targets)
        self.classes_ = targets.classes
        return targets

    def _check_targets(self, targets, y, classes=None, incremental=False):
        settings = self._loss_settings()
        if any(getattr(targets, name) != new for name, new in settings.items()):
            _refuse_other_loss(self)
        if classes is not None and not np.array_equal(
            np.unique(classes), targets.classes
        ):
            raise ValueError(
                f"`classes={classes!r}` is not the same as on last call to "
                f"partial_fit, was: {targets.classes!r}"
            )
        if not incremental:
            _targets.check_same_classes(y, targets)
        _targets.check_labels(y, targets)

    def _loss_settings(self):
        """Return the settings of the loss, for the targets."""
        return {
            "of_output": class_loss(self),
            "label_smoothing": self.label_smoothing or 0.0,
        }

    def _weigh(self, sample_weight, y, dtype, incremental):
        """Return the weights of the samples, times those of their classes."""
        if self.class_weight is None:
            return sample_weight
        of_class = f"class_weight={self.class_weight!r}"
        if getattr(y, "ndim", None) != 1:
            raise ValueError(
                f"{of_class} needs samples of one class each. It does not support "
                "label indicator matrices and steps of sequences "
                "(return_sequences=True). Use sample_weight, or class_weight=None."
            )
        if incremental and self.class_weight == "balanced":
            raise ValueError(
                f"{of_class} needs all samples, which partial_fit does not have. Pass "
                "a dict of weights, computed with "
                "sklearn.utils.class_weight.compute_class_weight from all of y."
            )
        codes = np.searchsorted(self.classes_, y)
        weights = weigh_by_class(self.class_weight, self.classes_, codes, sample_weight)
        with np.errstate(over="ignore"):  # infinite weights are refused later
            return weights.astype(dtype)

    def _validation_score(self, true, predicted, weights=None, starts=None):
        # accuracy_score itself needs about 1 ms, more than the network often does,
        # to find out what kind of labels these are.
        is_right = true == predicted
        is_right = is_right.all(axis=1) if is_right.ndim == 2 else is_right
        return float(np.average(is_right, weights=weights))

    def predict(self, X):
        """Predict the class of each sample.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The input data.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_classes)
            The predicted labels; a label indicator matrix in multilabel
            classification.
        """
        check_is_fitted(self)
        labels = self._predict_with(X, self._targets.decode)
        return sparse.csr_matrix(labels) if self._targets.is_sparse else labels

    def decision_function(self, X):
        """Return scores of the classes that are comparable between samples.

        With ``loss="log_loss"`` and ``"focal"``, the scores are the log-odds log p -
        log(1 - p) of each class; with other losses, the raw output of the network.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The input data.

        Returns
        -------
        scores : ndarray of shape (n_samples,) or (n_samples, n_classes)
            For two classes, one score, positive if the second class is predicted.
            Otherwise one score per class, largest for the predicted class; in
            multilabel classification, positive for the predicted labels.
        """
        check_is_fitted(self)
        return self._predict_with(X, self._targets.decision)

    @available_if(gives_probabilities)
    def predict_proba(self, X):
        """Estimate the probabilities of the classes.

        Only available with ``loss="log_loss"`` and ``"focal"``.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The input data.

        Returns
        -------
        y_prob : ndarray of shape (n_samples, n_classes)
            Probabilities, in the order of ``classes_``.
        """
        check_is_fitted(self)
        return self._predict_with(X, self._targets.probabilities)

    @available_if(gives_probabilities)
    def predict_log_proba(self, X):
        """Estimate the logarithms of the probabilities of the classes.

        They are computed from the logits, so they are finite even where
        ``predict_proba`` rounds to 0.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The input data.

        Returns
        -------
        log_y_prob : ndarray of shape (n_samples, n_classes)
            Log-probabilities, in the order of ``classes_``.
        """
        check_is_fitted(self)
        return self._predict_with(X, self._targets.log_probabilities)

    def __sklearn_tags__(self):
        """Tell scikit-learn that label indicator matrices are supported."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags


@dataclass(eq=False, repr=False)
class NetworkRegressorMixin(RegressorMixin):
    """Mixin for regression with one or several targets.

    Parameters
    ----------
    loss : str or Loss, default='squared_error'
        The loss to minimise: 'squared_error' (half the squared error),
        'absolute_error', 'huber', 'log_cosh', 'quantile' (see ``quantile``), 'poisson'
        (half the deviance with log link, for non-negative targets) or 'gamma' (the same
        for positive targets); or an instance of a class of
        :mod:`skbackprop.engine.losses`, such as ``Huber(delta=2)``.
    quantile : float or sequence of float, default=None
        Levels of the quantiles to predict with ``loss='quantile'``, between 0 and 1.
        For several levels, predictions have one column per level. None means 0.5.
    """

    _: KW_ONLY
    quantile: float | tuple | None = None

    _constraints_of_task: ClassVar[dict] = {
        "loss": [StrOptions(set(OF_NUMBERS)), Loss],
        "quantile": [None, Real, "array-like"],
    }

    @available_if(is_stochastic)
    def partial_fit(self, X, y, sample_weight=None):
        """Train for one pass (epoch) over the given data.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The input data.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            The target values.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each sample in the loss. By default, all samples have weight 1.

        Returns
        -------
        self : object
            The estimator, trained for one more epoch.
        """
        return self._partial_fit(X, y, sample_weight)

    def _new_targets(self, y, classes=None, incremental=False):
        return _targets.number_targets(y, number_loss(self))

    def _check_targets(self, targets, y, classes=None, incremental=False):
        if targets.loss != number_loss(self):
            _refuse_other_loss(self)

    def _validation_score(self, true, predicted, weights=None, starts=None):
        if not np.isfinite(predicted).all():
            return np.nan
        loss = self._targets.loss_of_output
        if isinstance(loss, Quantile):
            return share_explained(loss, true, predicted, weights)
        return r2_score(true, predicted, sample_weight=weights)

    def score(self, X, y, sample_weight=None):
        """Return R^2, or its analogue for quantiles.

        For quantiles, the score is :func:`sklearn.metrics.d2_pinball_score`, which
        replaces the squared error by the pinball loss, averaged over the levels.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The input data.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            The true values.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each sample.

        Returns
        -------
        score : float
            At most 1. The best constant prediction scores 0.
        """
        predicted = self.predict(X)
        if isinstance(self._targets.loss, Quantile):
            return self._validation_score(y, predicted, sample_weight)
        return super().score(X, y, sample_weight)

    def predict(self, X):
        """Predict the target values.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The input data.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            The predicted values. Several quantiles have one column each.
        """
        check_is_fitted(self)
        return self._predict_with(X, self._targets.decode)

    def __sklearn_tags__(self):
        """Tell scikit-learn that several outputs are supported."""
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


def share_explained(loss, true, predicted, weights):
    """Return 1 - loss / loss of the empirical quantile, the mean over levels."""
    levels = np.ravel(loss.level)
    columns = [predicted] if len(levels) == 1 else predicted.T
    return np.mean(
        [
            d2_pinball_score(true, column, sample_weight=weights, alpha=level)
            for level, column in zip(levels, columns, strict=True)
        ]
    )


def _refuse_other_loss(estimator):
    raise ValueError(
        f"loss={estimator.loss!r}, with its settings, differs from that of the network "
        "fitted before. Use warm_start=False, or a new estimator."
    )
