"""Classification of tables."""

from dataclasses import dataclass
from numbers import Real
from typing import ClassVar

import numpy as np
from scipy import sparse
from sklearn.base import ClassifierMixin
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_is_fitted, column_or_1d

from skbackprop.estimators.dag import NetworkClassifier
from skbackprop.fitting.tasks import weigh_by_class
from skbackprop.tabular.base import TabularEstimator, weighted_mean
from skbackprop.tabular.calibration import log_sharpen
from skbackprop.utils.docs import inherit_docs


@inherit_docs
@dataclass(eq=False, repr=False)
class TabularClassifier(ClassifierMixin, TabularEstimator):
    r"""Ensemble of small networks that classifies the rows of a raw table.

    Numbers are scaled by their quartiles, smoothly clipped and, if it helps, encoded
    by piecewise-linear bins [2]_. Categories become indicator columns. Missing numbers
    are replaced by the median; missing categories have no indicator. Each network is a
    multilayer perceptron with a factor for each input, trained with Adam on the log
    loss, with the initial values, learning rates and schedule of RealMLP [1]_.
    Held-out rows decide on the encoding, on when to stop, and on a temperature T that
    calibrates the mean p of the members' probabilities:

    .. math:: P(k \mid x) \propto p_k(x)^{1 / T}

    Parameters
    ----------
    label_smoothing : float, default=0.1
        Share of each label, between 0 and 1, to spread evenly over all classes during
        training. The temperature corrects the probabilities afterwards.
    class_weight : dict or 'balanced', default=None
        Weights of the classes, which multiply the sample weights. 'balanced' means
        ``n_samples / (n_classes * np.bincount(y))``. Not supported for label indicator
        matrices.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Sorted class labels; column indices for label indicator matrices.
    temperature_ : float
        Temperature T. T' minimises the log loss of a network's softmax(z / T') on its
        held-out rows. As the mean is less confident than its members, T is 0.9 T', or
        0.9 :math:`\sqrt[3]{T'}` if T' > 1, since the mean averages out most of the
        noise that overfitted networks have learnt. 1 if there are too few rows to hold
        any out.

    See Also
    --------
    TabularRegressor : The same for regression.
    MLPClassifier : A single network with full control over training.

    Examples
    --------
    >>> import pandas as pd
    >>> from skbackprop import TabularClassifier
    >>> X = pd.DataFrame(
    ...     {
    ...         "size": [1.2, 3.4, None, 2.2, 0.7, 3.9] * 10,
    ...         "colour": ["red", "blue", "blue", None, "red", "green"] * 10,
    ...     }
    ... )
    >>> y = ["apple", "plum", "plum", "plum", "apple", "plum"] * 10
    >>> clf = TabularClassifier(n_estimators=2, max_iter=30, random_state=0)
    >>> clf.fit(X, y).predict(X[:3])
    array(['apple', 'plum', 'plum'], dtype='<U5')
    """

    label_smoothing: float = 0.1
    class_weight: dict | str | None = None

    _parameter_constraints: ClassVar[dict] = {
        **TabularEstimator._parameter_constraints,
        "label_smoothing": [Interval(Real, 0, 1, closed="left")],
        "class_weight": [None, dict, StrOptions({"balanced"})],
    }
    _kind: ClassVar[str] = "classes"
    _is_calibrated: ClassVar[bool] = True

    def predict(self, X):
        """Predict the class of each row.

        Parameters
        ----------
        X : {DataFrame, array-like} of shape (n_samples, n_features)
            A table with the columns seen during fit.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_classes)
            The predicted labels, as a label indicator matrix in multilabel
            classification.
        """
        check_is_fitted(self)
        probabilities = self._mean_probabilities(X)
        if self._is_multilabel:
            labels = (probabilities > 0.5).astype(int)
            return sparse.csr_matrix(labels) if self._is_sparse else labels
        return self.classes_[probabilities.argmax(axis=1)]

    def predict_proba(self, X):
        """Estimate the probabilities of the classes.

        Parameters
        ----------
        X : {DataFrame, array-like} of shape (n_samples, n_features)
            A table with the columns seen during fit.

        Returns
        -------
        y_prob : ndarray of shape (n_samples, n_classes)
            Probabilities, in the order of ``classes_``.
        """
        return np.exp(self.predict_log_proba(X))

    def predict_log_proba(self, X):
        """Estimate the logarithms of the probabilities of the classes.

        Parameters
        ----------
        X : {DataFrame, array-like} of shape (n_samples, n_features)
            A table with the columns seen during fit.

        Returns
        -------
        log_y_prob : ndarray of shape (n_samples, n_classes)
            Log-probabilities, in the order of ``classes_``.
        """
        check_is_fitted(self)
        probabilities = self._mean_probabilities(X)
        if not self._is_multilabel:
            return log_sharpen(probabilities, self.temperature_)
        both = np.stack([1 - probabilities, probabilities], axis=-1)
        return log_sharpen(both, self.temperature_)[..., 1]

    def _mean_probabilities(self, X):
        outputs = self._run_members(X, lambda net, z: net._targets.probabilities(z))
        return weighted_mean(outputs, self.weights_)

    # Hooks of the fit

    def _learn_targets(self, y, sample_weight):
        """Return the targets of the networks, the classes of rows, and weights."""
        check_classification_targets(y)
        kind = type_of_target(y, input_name="y")
        if kind == "multiclass-multioutput":
            raise ValueError(
                "Multioutput target data is not supported: y has several columns that "
                "are not a label indicator matrix of zeros and ones."
            )
        self._is_multilabel = kind == "multilabel-indicator"
        self._is_sparse = sparse.issparse(y)
        if self._is_multilabel:
            y = y.toarray() if self._is_sparse else np.asarray(y)
            if not np.isin(y, [0, 1]).all():
                raise ValueError(
                    "y, a label indicator matrix, must consist of zeros and ones, but "
                    f"has the values {np.unique(y).tolist()}."
                )
            self.classes_ = np.arange(y.shape[1])
            self.n_outputs_, codes = y.shape[1], np.zeros(len(y), int)
            if self.class_weight is not None:
                raise ValueError(
                    f"class_weight={self.class_weight!r} is not supported for label "
                    "indicator matrices. Use sample_weight, or class_weight=None."
                )
            return y, codes, sample_weight
        y = column_or_1d(y, warn=True)
        self.classes_, codes = np.unique(y, return_inverse=True)
        n_classes = len(self.classes_)
        self.n_outputs_ = 1 if n_classes <= 2 else n_classes
        if self.class_weight is not None:
            sample_weight = self._weigh(codes, sample_weight)
        return codes, codes, sample_weight

    def _weigh(self, codes, sample_weight):
        """Return the weights of rows, times those of their classes."""
        of_classes = weigh_by_class(self.class_weight, self.classes_, codes)
        with np.errstate(over="ignore"):
            weights = of_classes.astype(np.float32)
            weights = weights if sample_weight is None else weights * sample_weight
        if not (np.isfinite(weights).all() and weights.any()):
            raise ValueError(
                f"sample_weight times class_weight={self.class_weight!r} must be "
                "finite in float32, and not all 0."
            )
        return weights

    @property
    def _scoring(self):
        """Accuracy by default, or the loss if there are class weights."""
        return None if self.class_weight is None else "loss"

    def _new_net(self, graph, **settings):
        return NetworkClassifier(graph, **settings)

    def _settings_of_task(self):
        return {"label_smoothing": self.label_smoothing or None}

    def _variance_per_loss(self):
        return np.inf

    def __sklearn_tags__(self):
        """Tell scikit-learn that label indicator matrices are supported."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags
