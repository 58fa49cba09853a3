"""The linear classifier sign(w . x + b), with exact separation."""

import threading
import warnings
from concurrent.futures import Future
from functools import partial

import numpy as np
from scipy.optimize import linprog
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from skbackprop.exceptions import NotSeparableError
from skbackprop.separability.certificates import as_exact_float64
from skbackprop.separability.rational import scale_to_ones, signed_rows
from skbackprop.separability.verdicts import decide
from skbackprop.utils.pages import LinkedToPage
from skbackprop.utils.undoing import all_or_nothing
from skbackprop.utils.validation import naming_y, validate_finite


class LinearSeparator(ClassifierMixin, LinkedToPage, BaseEstimator):
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

    _parameter_constraints = {
        "fit_intercept": ["boolean"],
        "on_inseparable": [StrOptions({"error", "warn", "soft"})],
    }

    def __init__(self, *, fit_intercept=True, on_inseparable="warn"):
        self.fit_intercept = fit_intercept
        self.on_inseparable = on_inseparable

    @all_or_nothing
    def fit(self, X, y):
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
        self._validate_params()
        X, y = validate_finite(self, X, y, dtype="numeric")
        X = as_exact_float64(X)
        with naming_y(y):
            check_classification_targets(y)
            classes, codes = np.unique(y, return_inverse=True)
        if len(classes) < 2:
            raise ValueError(
                "LinearSeparator needs samples of at least 2 classes, but the data "
                f"contains only one class: {classes.tolist()[0]!r}."
            )
        positive = range(len(classes)) if len(classes) > 2 else [1]
        results = [
            decide(X, np.where(codes == k, 1.0, -1.0), bool(self.fit_intercept))
            for k in positive
        ]
        inseparable = [
            (classes.tolist()[k], result)
            for k, result in zip(positive, results, strict=True)
            if not result.separable
        ]
        if inseparable:
            self._report(*inseparable[0], len(classes))
        self.classes_ = classes
        self.separable_ = not inseparable
        self.certificate_ = [result.certificate for result in results]
        planes = [_hyperplane(result) for result in results]
        self.coef_ = np.array([coef for coef, _ in planes])
        self.intercept_ = np.array([intercept for _, intercept in planes])
        self.margin_ = min(
            _least_distance(result, *plane)
            for result, plane in zip(results, planes, strict=True)
        )
        return self

    def _report(self, label, result, n_classes):
        """Report that a class is not separable, as set by on_inseparable."""
        others = "the other class" if n_classes == 2 else "the other classes"
        indices = result.certificate.indices
        shown = ", ".join(map(str, indices[:5])) + (", ..." if len(indices) > 5 else "")
        message = (
            f"no hyperplane separates class {label!r} from {others}: a convex "
            f"combination of its samples equals one of theirs (samples {shown})"
        )
        if self.on_inseparable == "error":
            raise NotSeparableError(
                f"{message}. on_inseparable='soft' uses the hyperplane with the "
                "smallest hinge loss.",
                result.certificate,
            )
        if self.on_inseparable == "warn":
            warnings.warn(
                f"{message}. The hyperplane with the smallest hinge loss is used.",
                ConvergenceWarning,
                stacklevel=3,
            )

    def decision_function(self, X):
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
        check_is_fitted(self)
        X = validate_finite(self, X, dtype=np.float64, reset=False)
        scores = X @ self.coef_.T + self.intercept_
        return scores[:, 0] if len(self.coef_) == 1 else scores

    def predict(self, X):
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
        scores = self.decision_function(X)
        if scores.ndim == 1:
            return self.classes_[(scores > 0).astype(int)]
        return self.classes_[scores.argmax(axis=1)]


def _hyperplane(result):
    """Return (coef, intercept), separating or with the smallest hinge loss.

    Both satisfy y_i (w . x_i + b) >= 1 where possible, so that scores of several
    classes are comparable. The certificate is scaled by a power of two, which is exact.
    """
    if not result.separable:
        return _least_hinge(result.X, result.y, result.affine)
    coef, intercept = result.certificate.coef, result.certificate.intercept
    least = (result.y * (result.X @ coef + intercept)).min()
    if least <= 0:  # floats cannot resolve the sides
        return coef, intercept
    exponent = 1 - np.frexp(least)[1]
    return np.ldexp(coef, exponent), np.ldexp(intercept, exponent)


def _least_hinge(X, signs, affine):
    r"""Minimize sum_i max(0, 1 - z_i . w), z_i = y_i (x_i, 1), by the dual program.

    The dual maximizes sum(a) subject to sum_i a_i z_i = 0 and 0 <= a_i <= 1. It has one
    equation per coordinate of w, with the multipliers w, while the primal program has
    one constraint per sample.
    """
    n_features = X.shape[1]
    _, factors, _ = scale_to_ones(X)
    z = signed_rows(X * factors, signs, affine)
    n_samples, n_columns = z.shape
    solve = partial(
        linprog, -np.ones(n_samples), A_eq=z.T, b_eq=np.zeros(n_columns), bounds=(0, 1)
    )
    # The simplex method may fail if columns are nearly dependent.
    for method in ("highs", "highs-ipm"):
        solution = _wait_for(solve, method=method)
        if solution.x is not None:
            break
    else:
        raise RuntimeError(f"the least hinge loss was not found: {solution.message}")
    w = -solution.eqlin.marginals
    return w[:n_features] * factors, w[n_features] if affine else 0.0


def _wait_for(function, *args, **keywords):
    """Call a function that ignores Ctrl-C, and stop waiting for it on Ctrl-C."""
    future = Future()

    def run():
        try:
            future.set_result(function(*args, **keywords))
        except BaseException as error:
            future.set_exception(error)

    # A daemon, as the interpreter would otherwise wait for it at exit.
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(timeout=0.1)  # without a timeout, Windows blocks Ctrl-C
    return future.result()


def _least_distance(result, coef, intercept):
    """Return the smallest signed distance of a sample from its hyperplane."""
    with np.errstate(divide="ignore", invalid="ignore"):
        distances = result.y * (result.X @ coef + intercept) / np.linalg.norm(coef)
    return float(np.nan_to_num(distances, nan=-np.inf).min())
