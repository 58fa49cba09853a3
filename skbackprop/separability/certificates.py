"""Proofs of verdicts on separability, and their verification."""

from dataclasses import dataclass, field

import numpy as np
from sklearn.utils import check_consistent_length, column_or_1d

from skbackprop.separability import alternatives, rational
from skbackprop.utils.validation import check_samples, naming_y

_LARGEST_EXACT_INTEGER = 2**53  # beyond it float64 has gaps
MANY_ROWS = 8  # from here on, bounding the error of approximate weights is faster


@dataclass(frozen=True, eq=False)
class SeparatingHyperplane:
    """Proof of separability: a hyperplane with one class on each side.

    It satisfies ``y_i (coef . x_i + intercept) > 0`` for all i.

    Parameters
    ----------
    coef : ndarray of shape (n_features,)
        Normal vector of the hyperplane.
    intercept : float
        Intercept; 0 if the hyperplane has to pass through the origin.
    normal : tuple of int
        Exact integers proportional to ``(*coef, intercept)``, which may be rounded.
    """

    coef: np.ndarray
    intercept: float
    normal: tuple = field(repr=False)

    def verify(self, X, y, *, affine=True):
        """Check the proof in exact arithmetic.

        Parameters
        ----------
        X : array-like of shape (n_points, n_features)
            The points.
        y : array-like of shape (n_points,)
            Labels of two classes.
        affine : bool, default=True
            Whether the hyperplane may have an intercept.

        Returns
        -------
        bool
            Whether every point is strictly on the side of its class.
        """
        return self._proves(*check_labeled_points(X, y), affine)

    def _proves(self, X, signs, affine):
        rows, _ = rational.integer_rows(rational.signed_rows(X, signs, affine))
        normal = np.array(self.normal[: rows.shape[1]], object)
        return bool((rows.dot(normal) > 0).all())


@dataclass(frozen=True, eq=False)
class VanishingCombination:
    r"""Proof of inseparability: a convex combination of y_i (x_i, 1) that vanishes.

    With its weights :math:`\lambda_i > 0`, any hyperplane :math:`(w, b)` has
    :math:`\sum_i \lambda_i y_i (w \cdot x_i + b) = 0`, so not all terms can be positive
    (Gordan 1873).

    Parameters
    ----------
    indices : ndarray of int
        Indices of the points that take part, at most n_features + 2.
    weights : ndarray of shape (len(indices),)
        Their positive weights, rounded, with sum 1.
    """

    indices: np.ndarray
    weights: np.ndarray

    def exact_weights(self, X, y, *, affine=True):
        """Return the exact weights.

        Parameters
        ----------
        X : array-like of shape (n_points, n_features)
            The points.
        y : array-like of shape (n_points,)
            Labels of two classes.
        affine : bool, default=True
            Whether hyperplanes may have an intercept.

        Returns
        -------
        list of Fraction
            Positive weights with sum 1; None if these points have no such weights.
        """
        return self._solve(*check_labeled_points(X, y), affine)

    def _solve(self, X, signs, affine):
        z = rational.signed_rows(X[self.indices], signs[self.indices], affine)
        weights = alternatives.vanishing_weights(z)
        return None if weights is None else rational.as_convex(weights)

    def verify(self, X, y, *, affine=True):
        """Check the proof in exact arithmetic.

        Parameters
        ----------
        X : array-like of shape (n_points, n_features)
            The points.
        y : array-like of shape (n_points,)
            Labels of two classes.
        affine : bool, default=True
            Whether hyperplanes may have an intercept.

        Returns
        -------
        bool
            Whether some combination of these points with positive weights vanishes.
        """
        return self._proves(*check_labeled_points(X, y), affine)

    def _proves(self, X, signs, affine):
        z = rational.signed_rows(X[self.indices], signs[self.indices], affine)
        if proved_weights(z) is not None:
            return True
        return self._solve(X, signs, affine) is not None


def proved_weights(rows):
    """Return proved weights of many rows that vanish with unique weights, or None."""
    n_rows, n_columns = rows.shape
    if not MANY_ROWS < n_rows <= n_columns + 1:
        return None
    return rational.approximate_weights(rows)


def as_exact_float64(X):
    """Return an array as float64; raise an error for integers it would round.

    Parameters
    ----------
    X : ndarray
        Finite numbers.

    Returns
    -------
    ndarray of float64
        The same numbers, C-contiguous.
    """
    if X.dtype.kind in "iu" and X.size:
        largest = max(int(X.max()), -int(X.min()))
        if largest > _LARGEST_EXACT_INTEGER:
            raise ValueError(
                f"X contains the integer {largest} or its negative, beyond 2**53, "
                "which float64 cannot represent exactly. Scale or shift X to smaller "
                "integers."
            )
    return np.ascontiguousarray(X, np.float64)


def check_labeled_points(X, y):
    """Return points as float64 and their labels as -1.0 and 1.0."""
    X = as_exact_float64(check_samples(X, dtype="numeric"))
    with naming_y(y):
        y = column_or_1d(y)
        check_consistent_length(X, y)
        classes, codes = np.unique(y, return_inverse=True)
    if len(classes) != 2:
        raise ValueError(
            f"y must have exactly two classes, got {len(classes)}: "
            f"{classes[:5].tolist()}. linear_separability_many also accepts labelings "
            "with one class."
        )
    return X, 2.0 * codes - 1
