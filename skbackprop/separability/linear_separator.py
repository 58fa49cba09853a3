"""The linear classifier sign(w . x + b), by a hyperplane that separates exactly."""

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

    _parameter_constraints = {
        "fit_intercept": ["boolean"],
        "on_inseparable": [StrOptions({"error", "warn", "soft"})],
    }

    def __init__(self, *, fit_intercept=True, on_inseparable="warn"):
        self.fit_intercept = fit_intercept
        self.on_inseparable = on_inseparable

    @all_or_nothing
    def fit(self, X, y):
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
        """Say that a class is not separable, as loud as on_inseparable asks for."""
        others = "the other class" if n_classes == 2 else "the other classes"
        indices = result.certificate.indices
        shown = ", ".join(map(str, indices[:5])) + (", ..." if len(indices) > 5 else "")
        message = (
            f"no hyperplane separates class {label!r} from {others}: a convex "
            f"combination of its samples equals one of theirs (samples {shown})"
        )
        if self.on_inseparable == "error":
            raise NotSeparableError(
                f"{message}. on_inseparable='soft' takes the hyperplane of least "
                "hinge loss.",
                result.certificate,
            )
        if self.on_inseparable == "warn":
            warnings.warn(
                f"{message}. The hyperplane of least hinge loss takes its place.",
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
            Positive on the side of the class: of the second of two.
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
            The class on whose side it is; of several the one with the largest
            decision function.
        """
        scores = self.decision_function(X)
        if scores.ndim == 1:
            return self.classes_[(scores > 0).astype(int)]
        return self.classes_[scores.argmax(axis=1)]


def _hyperplane(result):
    """Return (coef, intercept): separating, else of least hinge loss.

    Both kinds have y_i (w . x_i + b) >= 1 where they can, so that the scores of
    several classes compare. A power of two takes the certificate there, exactly.
    """
    if not result.separable:
        return _least_hinge(result.X, result.y, result.affine)
    coef, intercept = result.certificate.coef, result.certificate.intercept
    least = (result.y * (result.X @ coef + intercept)).min()
    if least <= 0:  # floats do not tell the sides apart
        return coef, intercept
    exponent = 1 - np.frexp(least)[1]
    return np.ldexp(coef, exponent), np.ldexp(intercept, exponent)


def _least_hinge(X, signs, affine):
    r"""Minimize sum_i max(0, 1 - z_i . w), z_i = y_i (x_i, 1), by the dual program.

    That is to maximize sum(a) over sum_i a_i z_i = 0 and 0 <= a_i <= 1: as many
    equations as w has coordinates, of which the multipliers are w. The primal
    program has as many as there are samples.
    """
    n_features = X.shape[1]
    _, factors, _ = scale_to_ones(X)
    z = signed_rows(X * factors, signs, affine)
    n_samples, n_columns = z.shape
    solve = partial(
        linprog, -np.ones(n_samples), A_eq=z.T, b_eq=np.zeros(n_columns), bounds=(0, 1)
    )
    # The simplex method may fail where columns nearly depend on each other.
    for method in ("highs", "highs-ipm"):
        solution = _wait_for(solve, method=method)
        if solution.x is not None:
            break
    else:
        raise RuntimeError(f"the least hinge loss was not found: {solution.message}")
    w = -solution.eqlin.marginals
    return w[:n_features] * factors, w[n_features] if affine else 0.0


def _wait_for(function, *args, **keywords):
    """Call a function that knows no Ctrl-C; where it comes, wait no longer for it."""
    future = Future()

    def run():
        try:
            future.set_result(function(*args, **keywords))
        except BaseException as error:
            future.set_exception(error)

    # A daemon, as the interpreter would otherwise wait for it before it exits.
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(timeout=0.1)  # without timeout, Windows holds back Ctrl-C
    return future.result()


def _least_distance(result, coef, intercept):
    """Return the least signed distance of a sample from its hyperplane."""
    with np.errstate(divide="ignore", invalid="ignore"):
        distances = result.y * (result.X @ coef + intercept) / np.linalg.norm(coef)
    return float(np.nan_to_num(distances, nan=-np.inf).min())
