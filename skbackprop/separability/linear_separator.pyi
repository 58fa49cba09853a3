# Written by `make stubs` from the module beside it, which is what to change.

from numpy.typing import ArrayLike
from numpy.typing import NDArray
from skbackprop.separability.certificates import SeparatingHyperplane
from skbackprop.separability.certificates import VanishingCombination
from sklearn.base import BaseEstimator
from sklearn.base import ClassifierMixin
from typing import Any
from typing import Literal
from typing_extensions import Self

class LinearSeparator(ClassifierMixin, BaseEstimator):
    r"""Linear classifier that separates the classes exactly, if they are separable.

    The classifier is :math:`y = \mathrm{sign}(w \cdot x + b)`, as in the perceptron
    [1]_. Where the perceptron stops after a maximum number of epochs, this classifier
    always finds a hyperplane with every training sample on the side of its class, or a
    proof that there is none (see :func:`skbackprop.linear_separability`). With more
    than two classes, it separates each from all others.

    Separating hyperplanes are scaled to :math:`y_i (w \cdot x_i + b) \ge 1`.
    Predictions are computed in float64 and subject to rounding errors near the
    hyperplane; the certificates are exact.

    Parameters
    ----------
    fit_intercept : bool, default=True
        Whether to fit an intercept. If False, hyperplanes pass through the origin.
    on_inseparable : {"error", "warn", "soft"}, default="warn"
        What to do if no hyperplane separates a class from the others: raise
        :class:`skbackprop.NotSeparableError`; or use the hyperplane with the smallest
        hinge loss, :math:`\sum_i \max(0, 1 - y_i (w \cdot x_i + b))`, with a
        ConvergenceWarning ("warn") or without ("soft").

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Class labels, sorted.
    coef_ : ndarray of shape (1, n_features) or (n_classes, n_features)
        Normal vectors of the hyperplanes: one for two classes, else one per class.
    intercept_ : ndarray of shape (1,) or (n_classes,)
        Intercepts of the hyperplanes.
    separable_ : bool
        Whether every hyperplane separates its class from the others.
    margin_ : float
        Smallest distance of a training sample from a hyperplane, in the units of X.
        Negative if a sample is on the wrong side.
    certificate_ : list of SeparatingHyperplane or VanishingCombination
        The proof of each verdict. ``certificate_[k].verify(X, y == classes_[k])``
        checks it in exact arithmetic; for two classes, pass ``y`` itself.
    n_features_in_ : int
        Number of features seen during fit.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, where X has string column names.

    See Also
    --------
    skbackprop.linear_separability : Only decide whether classes are separable.
    sklearn.linear_model.Perceptron : Approximate a separating hyperplane.

    References
    ----------
    .. [1] Rosenblatt, F. (1958). "The perceptron: a probabilistic model for
       information storage and organization in the brain". Psychological Review 65.

    Examples
    --------
    >>> from skbackprop import LinearSeparator
    >>> X = [[0, 0], [0, 1], [1, 0], [1, 1]]
    >>> both = LinearSeparator().fit(X, [0, 0, 0, 1])
    >>> both.separable_
    True
    >>> both.predict(X)
    array([0, 0, 0, 1])
    >>> either = LinearSeparator(on_inseparable="soft").fit(X, [0, 1, 1, 0])
    >>> either.separable_
    False
    >>> either.certificate_[0].verify(X, [0, 1, 1, 0])
    True
    """
    fit_intercept: bool
    on_inseparable: Literal["error", "warn", "soft"]
    classes_: NDArray[Any]
    """Class labels, sorted."""
    coef_: NDArray[Any]
    """Normal vectors of the hyperplanes: one for two classes, else one per class."""
    intercept_: NDArray[Any]
    """Intercepts of the hyperplanes."""
    separable_: bool
    """Whether every hyperplane separates its class from the others."""
    margin_: float
    """Smallest distance of a training sample from a hyperplane, in the units of X.
    Negative if a sample is on the wrong side.
    """
    certificate_: list[SeparatingHyperplane] | VanishingCombination
    """The proof of each verdict. ``certificate_[k].verify(X, y == classes_[k])``
    checks it in exact arithmetic; for two classes, pass ``y`` itself.
    """
    n_features_in_: int
    """Number of features seen during fit."""
    feature_names_in_: NDArray[Any]
    """Names of the features, where X has string column names."""
    def __init__(
        self,
        *,
        fit_intercept: bool = True,
        on_inseparable: Literal["error", "warn", "soft"] = 'warn',
    ) -> None: ...
    def decision_function(self, X: ArrayLike) -> NDArray[Any]:
        """Return w . x + b for each sample and hyperplane.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The input data.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_classes)
            Scores, positive on the side of the class; for two classes, of the second.
        """

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Find a hyperplane for two classes, or one per class for more.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The input data.
        y : array-like of shape (n_samples,)
            The class labels.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        NotSeparableError
            If a class is not separable from the others and ``on_inseparable="error"``.
        """

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Predict the class of each sample.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The input data.

        Returns
        -------
        ndarray of shape (n_samples,)
            The predicted class: with more than two classes, the one with the largest
            decision function.
        """

    def set_score_request(self, **requests: bool | str | None) -> Self: ...

def __getattr__(name: str) -> Any: ...
