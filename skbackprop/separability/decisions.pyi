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
    r"""Decide whether a hyperplane separates two classes, and prove it.

    Separable means that some :math:`(w, b)` has :math:`y_i (w \cdot x_i + b) > 0`
    for all i, where y is 1 for the class that sorts last and -1 for the other. If
    there is none, some convex combination of the :math:`y_i (x_i, 1)` vanishes:
    the convex hulls of the classes meet.

    The verdict is not a matter of tolerance. It is exact for the numbers in X as
    float64 stores them, which rounding may have moved off the lines and planes
    that they were meant to be on.

    Parameters
    ----------
    X : array-like of shape (n_points, n_features)
        The points. Integers beyond 2**53 are refused: float64 would round them.
    y : array-like of shape (n_points,)
        Labels of two kinds.
    affine : bool, default=True
        Whether the hyperplane may miss the origin. If not, b = 0.

    Returns
    -------
    SeparabilityResult
        The verdict and its proof.

    Raises
    ------
    ValueError
        If X is empty, not two-dimensional or not finite, or if y does not have
        one label per point, of exactly two kinds.

    See Also
    --------
    linear_separability_many : Verdicts on many labelings, or on many sets.

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

    Labelings count as Cover counts them: both of a pair ``y`` and ``-y``, and
    those with one class only too.

    Parameters
    ----------
    X : array-like of shape (n_points, n_features) or (n_sets, n_points, n_features)
        One set of points, or a stack of sets.
    Y : array-like of shape (n_labelings, n_points), or with a stack of sets (n_sets, n_points) or (n_sets, n_labelings, n_points)
        Labels: -1 and 1, 0 and 1, or truth values.
    affine : bool, default=True
        Whether the hyperplanes may miss the origin.
    n_jobs : int, default=None
        Threads, as joblib counts them. The verdicts do not depend on it.

    Returns
    -------
    SeparabilityResults
        Its ``separable`` has the shape of Y without the last axis.

    Raises
    ------
    ValueError
        If X is empty or not finite, or if Y does not fit it.

    See Also
    --------
    linear_separability : The verdict on one labeled set.

    Examples
    --------
    Of the 16 labelings of the corners of a square, all but the exclusive or and
    its opposite are separable:

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
