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
    r"""Linear classifier whose hyperplane separates exactly when one does.

    The oldest of learning machines [1]_: :math:`y = \mathrm{sign}(w \cdot x + b)`.
    Where the perceptron and its heirs stop after so many epochs, this one ends
    with a hyperplane that leaves every training sample on the side of its class,
    or with a proof that there is none (see
    :func:`skbackprop.linear_separability`).

    Several classes are each separated from all the others.

    Hyperplanes are scaled to :math:`y_i (w \cdot x_i + b) \ge 1` where they
    separate. Predictions are worked out in float64, which tells the sides of a
    hyperplane apart down to rounding; the certificates know no such limit.

    Parameters
    ----------
    fit_intercept : bool, default=True
        Whether the hyperplane may miss the origin.
    on_inseparable : {"error", "warn", "soft"}, default="warn"
        What to do where no hyperplane separates a class from the others: raise
        :class:`skbackprop.NotSeparableError`; or take the hyperplane of least hinge
        loss, :math:`\sum_i \max(0, 1 - y_i (w \cdot x_i + b))`, with a
        ConvergenceWarning or without.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The classes.
    coef_ : ndarray of shape (1, n_features) or (n_classes, n_features)
        Normal vectors of the hyperplanes: one for two classes, else one for each.
    intercept_ : ndarray of shape (1,) or (n_classes,)
        Their intercepts.
    separable_ : bool
        Whether every hyperplane separates its class from the others.
    margin_ : float
        Least distance of a training sample from a hyperplane, in the units of X.
        Negative where a sample is on the wrong side.
    certificate_ : list of SeparatingHyperplane or VanishingCombination
        The proof of each verdict. ``certificate_[k].verify(X, y == classes_[k])``
        checks it in exact arithmetic; for two classes, with ``y`` itself.
    n_features_in_ : int
        Number of features seen during fit.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, where X has string column names.

    See Also
    --------
    skbackprop.linear_separability : The verdict alone.
    sklearn.linear_model.Perceptron : Approaches a separating hyperplane.

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
    """The classes."""
    coef_: NDArray[Any]
    """Normal vectors of the hyperplanes: one for two classes, else one for each."""
    intercept_: NDArray[Any]
    """Their intercepts."""
    separable_: bool
    """Whether every hyperplane separates its class from the others."""
    margin_: float
    """Least distance of a training sample from a hyperplane, in the units of X.
    Negative where a sample is on the wrong side.
    """
    certificate_: list[SeparatingHyperplane] | VanishingCombination
    """The proof of each verdict. ``certificate_[k].verify(X, y == classes_[k])``
    checks it in exact arithmetic; for two classes, with ``y`` itself.
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
            Positive on the side of the class: of the second of two.
        """

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Find a hyperplane for two classes, or one for each of several.

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
            If a class is not separable from the others and ``on_inseparable`` is
            ``"error"``.
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
            The class on whose side it is; of several the one with the largest
            decision function.
        """

    def set_score_request(self, **requests: bool | str | None) -> Self: ...

def __getattr__(name: str) -> Any: ...
