"""Classification and regression: the tasks that a network is put to.

Mixins beside :class:`skbackprop._estimator.NetworkEstimator`: what the targets
are, what is predicted, how it is scored.
"""

import numpy as np
from scipy import sparse
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from skbackprop import _targets
from skbackprop.engine.losses import HalfPoissonDeviance, HalfSquaredError


def is_stochastic(estimator):
    """Tell whether the solver learns from minibatches, as partial_fit needs."""
    if estimator.solver == "lbfgs":
        raise AttributeError(
            "partial_fit is only available for stochastic optimizers. "
            f"{estimator.solver} is not stochastic."
        )
    return True


class NetworkClassifierMixin(ClassifierMixin):
    """Classes, labels and probabilities."""

    @available_if(is_stochastic)
    def partial_fit(self, X, y, sample_weight=None, classes=None):
        """Learn from one pass (epoch) over the given data.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The input data.
        y : array-like of shape (n_samples,) or (n_samples, n_classes)
            The class labels, or a label indicator matrix.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each sample in the loss; 1 each by default.
        classes : array-like of shape (n_classes,), default=None
            All classes that ever occur. Needed in the first call (unless y is
            a label indicator matrix); may be left out afterwards.

        Returns
        -------
        self : object
            The estimator, trained for one epoch more.
        """
        return self._partial_fit(X, y, sample_weight, classes)

    def _make_targets(self, y, continues, classes, incremental):
        if not continues:
            if incremental and classes is None and y.ndim == 1:
                raise ValueError(
                    "classes must be passed on the first call to partial_fit."
                )
            targets = _targets.class_targets(y, classes)
            self.classes_ = targets.classes
        else:
            targets = self._targets
            if classes is not None and not np.array_equal(
                np.unique(classes), self.classes_
            ):
                raise ValueError(
                    f"`classes={classes!r}` is not the same as on last call to "
                    f"partial_fit, was: {self.classes_!r}"
                )
        if continues and not incremental:
            self._check_same_classes(y)
        if _targets.unknown_labels(y, targets):
            raise ValueError(
                "`y` has classes not in `self.classes_`. `self.classes_` has "
                f"{self.classes_}. 'y' has {np.unique(y)}."
            )
        return targets

    def _check_same_classes(self, y):
        if y.ndim == 1 and set(np.unique(y).tolist()) != set(self.classes_.tolist()):
            raise ValueError(
                "warm_start can only be used where `y` has the same classes as in the "
                f"previous call to fit. Previously got {self.classes_}, `y` has "
                f"{np.unique(y)}"
            )

    @staticmethod
    def _validation_score(true, predicted, weights):
        from sklearn.metrics import accuracy_score

        return accuracy_score(true, predicted, sample_weight=weights)

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
        is_sparse = getattr(self._targets, "is_sparse", False)
        return sparse.csr_matrix(labels) if is_sparse else labels

    def predict_proba(self, X):
        """Estimate the probabilities of the classes.

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

    def predict_log_proba(self, X):
        """Estimate the logarithms of the probabilities of the classes.

        Computed from the logits, so they are finite where ``predict_proba`` is
        rounded to 0.

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
        """Tell scikit-learn that label indicator matrices are welcome."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags


class NetworkRegressorMixin(RegressorMixin):
    """Real targets, one or several."""

    @available_if(is_stochastic)
    def partial_fit(self, X, y, sample_weight=None):
        """Learn from one pass (epoch) over the given data.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The input data.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            The target values.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each sample in the loss; 1 each by default.

        Returns
        -------
        self : object
            The estimator, trained for one epoch more.
        """
        return self._partial_fit(X, y, sample_weight)

    def _make_targets(self, y, continues, classes, incremental):
        is_poisson = self.loss == "poisson"
        loss = HalfPoissonDeviance() if is_poisson else HalfSquaredError()
        if continues:
            if self._targets.loss != loss:
                raise ValueError(
                    f"loss={self.loss!r} is not that of the network fitted before. "
                    "Use warm_start=False, or a new estimator."
                )
            return self._targets
        return _targets.NumericTargets(loss, 1 if y.ndim == 1 else y.shape[1])

    @staticmethod
    def _validation_score(true, predicted, weights):
        if not np.isfinite(predicted).all():
            return np.nan
        from sklearn.metrics import r2_score

        return r2_score(true, predicted, sample_weight=weights)

    def predict(self, X):
        """Predict the targets of samples.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The input data.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            The predicted values.
        """
        check_is_fitted(self)
        return self._predict_with(X, self._targets.decode)

    def __sklearn_tags__(self):
        """Tell scikit-learn that several outputs are welcome."""
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
