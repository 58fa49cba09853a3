# Written by `make stubs` from the module beside it, which is what to change.

from collections.abc import Sequence
from fractions import Fraction
from numpy.typing import ArrayLike
from numpy.typing import NDArray
from typing import Any

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
    coef: NDArray[Any]
    intercept: float
    normal: tuple[int, ...]
    def __init__(
        self,
        coef: NDArray[Any],
        intercept: float,
        normal: Sequence[int],
    ) -> None: ...
    def verify(self, X: ArrayLike, y: ArrayLike, *, affine: bool = True) -> bool:
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
    indices: NDArray[Any]
    weights: NDArray[Any]
    def __init__(self, indices: NDArray[Any], weights: NDArray[Any]) -> None: ...
    def exact_weights(
        self,
        X: ArrayLike,
        y: ArrayLike,
        *,
        affine: bool = True,
    ) -> list[Fraction]:
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

    def verify(self, X: ArrayLike, y: ArrayLike, *, affine: bool = True) -> bool:
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


def __getattr__(name: str) -> Any: ...
