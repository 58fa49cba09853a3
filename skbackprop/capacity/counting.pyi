# Written by `make stubs` from the module beside it, which is what to change.

from numpy.typing import ArrayLike
from numpy.typing import NDArray
from typing import Any

def capacity(
    n_dimensions: int,
    *,
    probability: float = 0.5,
    affine: bool = False,
    degree: int = 1,
) -> int:
    """Return the largest number of points separable with a given probability.

    For probability 1/2, it is exactly 2 D, the capacity in Cover's sense. For 1, it is
    D, the largest number of points in general position whose labelings are all
    separable (the Vapnik-Chervonenkis dimension).

    Parameters
    ----------
    n_dimensions : int
        Number N of coordinates of a point, or of a feature space.
    probability : float, default=0.5
        Minimum probability of separability, in (0, 1].
    affine : bool, default=False
        False for hyperplanes through the origin, True for those with an intercept.
    degree : int, default=1
        Degree of the polynomial that vanishes on the surface; see
        `surface_dimension` for D.

    Returns
    -------
    int
        The largest P with ``separability_probability(P, ...) >= probability``. The
        decision is exact up to 10^5 points.

    See Also
    --------
    separability_probability : The inverse function.

    Examples
    --------
    >>> from skbackprop.capacity import capacity
    >>> capacity(25), capacity(25, affine=True), capacity(25, probability=0.99)
    (50, 52, 36)
    """

def n_separable_dichotomies(
    n_points: int,
    n_dimensions: int,
    *,
    affine: bool = False,
    degree: int = 1,
) -> int:
    r"""Count the separable labelings of points in general position.

    By Cover's counting function [1]_, a surface separates

    .. math:: C(P, D) = 2 \sum_{k=0}^{D-1} \binom{P-1}{k}

    of the :math:`2^P` labelings of P points. A labeling and its opposite count as two,
    and so do the two labelings that put all points on one side.

    The count is exact if the points are in general position: the images in feature
    space of any D of them (of all, if P < D) are linearly independent. For hyperplanes
    through the origin, the images are the points themselves. Otherwise, it means that
    no D points lie on a common surface of the family: no N + 1 points on a hyperplane,
    such as three on a line in the plane. Points drawn from a density are in general
    position with probability one. For all other points, the count is an upper bound.

    Parameters
    ----------
    n_points : int
        Number P of points.
    n_dimensions : int
        Number N of coordinates of a point, or the dimension of any feature space.
    affine : bool, default=False
        Whether hyperplanes have an intercept; for higher degrees, whether surfaces
        include monomials of lower degree.
    degree : int, default=1
        Degree of the polynomial that vanishes on the surface; see
        `surface_dimension` for D.

    Returns
    -------
    int
        The exact count, of any size.

    See Also
    --------
    separability_probability : The count as a share of all labelings.
    capacity : The number of points at which that share is one half.

    References
    ----------
    .. [1] T. M. Cover, "Geometrical and statistical properties of systems of linear
       inequalities with applications in pattern recognition", IEEE Transactions on
       Electronic Computers EC-14, 326-334, 1965.

    Examples
    --------
    A line in the plane separates 14 of the 16 labelings of four points: all but XOR and
    its opposite.

    >>> from skbackprop.capacity import n_separable_dichotomies
    >>> n_separable_dichotomies(4, 2, affine=True)
    14
    """

def separability_log_probability(
    n_points: int | ArrayLike,
    n_dimensions: int,
    *,
    affine: bool = False,
    degree: int = 1,
) -> float | NDArray[Any]:
    """Return the natural logarithm of the probability of separability.

    Parameters
    ----------
    n_points : int or array-like of int
        Number P of points, in general position; see `n_separable_dichotomies`.
    n_dimensions : int
        Number N of coordinates of a point, or of a feature space.
    affine : bool, default=False
        False for hyperplanes through the origin, True for those with an intercept.
    degree : int, default=1
        Degree of the polynomial that vanishes on the surface.

    Returns
    -------
    float or ndarray of float
        The logarithm, in nats, with the shape of `n_points`.

    See Also
    --------
    separability_probability : The probability itself.

    Examples
    --------
    >>> from skbackprop.capacity import separability_log_probability
    >>> print(separability_log_probability(10**9, 10**3).round(3))
    -693132382.545
    """

def separability_probability(
    n_points: int | ArrayLike,
    n_dimensions: int,
    *,
    affine: bool = False,
    degree: int = 1,
) -> float | NDArray[Any]:
    """Return the probability that a random labeling is separable.

    .. math:: p(P, D) = C(P, D) / 2^P = I_{1/2}(P - D, D),

    It is 1 up to P = D, one half at P = 2 D, and falls to 0 around that point, more
    sharply for larger D. The regularised incomplete beta function I is integrated
    numerically in constant time, with relative errors below 1e-10 from one point to
    :math:`10^9` and beyond.

    Parameters
    ----------
    n_points : int or array-like of int
        Number P of points, in general position; see `n_separable_dichotomies`.
    n_dimensions : int
        Number N of coordinates of a point, or of a feature space.
    affine : bool, default=False
        False for hyperplanes through the origin, True for those with an intercept.
    degree : int, default=1
        Degree of the polynomial that vanishes on the surface.

    Returns
    -------
    float or ndarray of float
        The probability, with the shape of `n_points`. Probabilities below 1e-308
        underflow to 0, but their logarithms do not.

    See Also
    --------
    separability_log_probability : The natural logarithm, which does not underflow.
    n_separable_dichotomies : The exact count, and its conditions.

    Examples
    --------
    >>> from skbackprop.capacity import separability_probability
    >>> separability_probability([25, 50, 60], 25).round(4)
    array([1.    , 0.5   , 0.0963])
    """

def surface_dimension(
    n_dimensions: int,
    *,
    affine: bool = False,
    degree: int = 1,
) -> int:
    r"""Count the coefficients of a family of surfaces.

    A surface :math:`\{x : w \cdot \phi(x) = 0\}` is a hyperplane through the origin in
    the space of the feature map :math:`\phi`. With N dimensions and monomials of degree
    r, this space has the dimension

    .. math::

        D = \binom{N + r - 1}{r} \text{ of degree } r, \qquad
        D = \binom{N + r}{r} \text{ of degree at most } r \text{ (affine)}.

    Degree 1 is a hyperplane: N coefficients through the origin, N + 1 with an
    intercept.

    Parameters
    ----------
    n_dimensions : int
        Number N of coordinates of a point.
    affine : bool, default=False
        Whether to include monomials of lower degree, down to the constant.
    degree : int, default=1
        Degree r of the polynomial that vanishes on the surface.

    Returns
    -------
    int
        The dimension D of the feature space.

    See Also
    --------
    n_separable_dichotomies : The number of dichotomies by such surfaces.

    Examples
    --------
    >>> from skbackprop.capacity import surface_dimension
    >>> surface_dimension(5, affine=True, degree=2)
    21
    """

def __getattr__(name: str) -> Any: ...
