# Written by `make stubs` from the module beside it, which is what to change.

from numpy.typing import ArrayLike
from skbackprop.separability.verdicts import SeparabilityResult
from skbackprop.separability.verdicts import SeparabilityResults
from typing import Any

def linear_separability(
    X: ArrayLike,
    y: ArrayLike,
    *,
    affine: bool = True,
) -> SeparabilityResult:
    r"""Decide whether a hyperplane separates two classes, with a proof.

    The classes are separable if some :math:`(w, b)` has
    :math:`y_i (w \cdot x_i + b) > 0` for all i, where y is 1 for the class that sorts
    last and -1 for the other. Otherwise, some convex combination of the
    :math:`y_i (x_i, 1)` vanishes: the convex hulls of the classes intersect.

    The verdict does not depend on a tolerance. It is exact for the numbers in X as
    stored in float64; rounding may have moved points off a line or plane on which they
    were meant to lie.

    Parameters
    ----------
    X : array-like of shape (n_points, n_features)
        The points. Integers beyond 2**53 raise an error, as float64 would round them.
    y : array-like of shape (n_points,)
        Labels of two classes.
    affine : bool, default=True
        Whether the hyperplane may have an intercept. If False, b = 0.

    Returns
    -------
    SeparabilityResult
        The verdict and its proof.

    Raises
    ------
    ValueError
        If X is empty, not two-dimensional or not finite, or if y does not have one
        label per point, from exactly two classes.

    See Also
    --------
    linear_separability_many : Decide for many labelings, or many sets.

    References
    ----------
    .. [1] Gordan, P. (1873). "Ueber die Aufloesung linearer Gleichungen mit
       reellen Coefficienten". Mathematische Annalen 6.
    .. [2] Goldfarb, D. & Idnani, A. (1983). "A numerically stable dual method for
       solving strictly convex quadratic programs". Mathematical Programming 27.

    Examples
    --------
    >>> from skbackprop import linear_separability
    >>> X = [[0, 0], [0, 1], [1, 0], [1, 1]]
    >>> linear_separability(X, [0, 0, 0, 1]).separable
    True
    >>> exclusive_or = linear_separability(X, [0, 1, 1, 0])
    >>> exclusive_or.separable
    False
    >>> exclusive_or.certificate.weights
    array([0.25, 0.25, 0.25, 0.25])
    >>> exclusive_or.verify()
    True
    """

def linear_separability_many(
    X: ArrayLike,
    Y: ArrayLike,
    *,
    affine: bool = True,
    n_jobs: int | None = None,
) -> SeparabilityResults:
    """Decide separability for many labelings of a set of points, or many sets.

    Labelings with a single class are allowed, as in Cover's count.

    Parameters
    ----------
    X : array-like of shape (n_points, n_features) or (n_sets, n_points, n_features)
        One set of points, or a stack of sets.
    Y : array-like of shape (n_labelings, n_points), or with a stack of sets (n_sets, n_points) or (n_sets, n_labelings, n_points)
        Labels: -1 and 1, 0 and 1, or booleans.
    affine : bool, default=True
        Whether the hyperplanes may have an intercept.
    n_jobs : int, default=None
        Number of threads, as in joblib. The verdicts do not depend on it.

    Returns
    -------
    SeparabilityResults
        The verdicts. ``separable`` has the shape of Y without the last axis.

    Raises
    ------
    ValueError
        If X is empty or not finite, or if Y does not match X.

    See Also
    --------
    linear_separability : Decide for one labeled set.

    Examples
    --------
    Of the 16 labelings of the corners of a square, all but the exclusive or and its
    opposite are separable:

    >>> import numpy as np
    >>> from skbackprop import linear_separability_many
    >>> X = [[0, 0], [0, 1], [1, 0], [1, 1]]
    >>> Y = (np.arange(16)[:, np.newaxis] >> np.arange(4)) & 1
    >>> results = linear_separability_many(X, Y)
    >>> int(results.separable.sum())
    14
    >>> results[6].certificate.weights
    array([0.25, 0.25, 0.25, 0.25])
    """

def __getattr__(name: str) -> Any: ...
