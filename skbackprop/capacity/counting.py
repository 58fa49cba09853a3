"""Cover's counting function: how many dichotomies a hyperplane can make."""

import math
from fractions import Fraction
from numbers import Integral, Real

import numpy as np
from scipy.special import gammaln
from sklearn.utils._param_validation import Interval, validate_params

_AT_LEAST_ONE = [Interval(Integral, 1, None, closed="left")]
_FAMILY = {
    "n_dimensions": _AT_LEAST_ONE,
    "affine": ["boolean"],
    "degree": _AT_LEAST_ONE,
}

# Counts of up to this many points are cheap enough to settle a close call.
_MAX_EXACT_POINTS = 10**5
_CLOSE_CALL = 1e-10  # far above the relative error of a probability

# The integrand of `_log_smaller_tail` falls by exp(-40) < 5e-18 over the nodes.
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(32)
_NODES, _WEIGHTS = (1 + _NODES) / 2, _WEIGHTS / 2
_FALL = 40.0


@validate_params(_FAMILY, prefer_skip_nested_validation=True)
def surface_dimension(n_dimensions, *, affine=False, degree=1):
    r"""Count the coefficients of a family of surfaces.

    A surface :math:`\{x : w \cdot \phi(x) = 0\}` is a hyperplane through the
    origin of the space that the feature map phi leads to. With N dimensions and
    degree r, the monomials of the family are

    .. math::

        D = \binom{N + r - 1}{r} \text{ of degree } r, \qquad
        D = \binom{N + r}{r} \text{ of degree at most } r \text{ (affine)}.

    Degree 1 is the hyperplane: N coefficients through the origin, N + 1 with an
    intercept.

    Parameters
    ----------
    n_dimensions : int
        Number N of coordinates of a point.
    affine : bool, default=False
        Whether monomials of lower degree take part, down to the constant.
    degree : int, default=1
        Degree r of the polynomial that vanishes on the surface.

    Returns
    -------
    int
        The dimension D of the feature space.

    See Also
    --------
    n_separable_dichotomies : The dichotomies that such surfaces make.

    Examples
    --------
    >>> from skbackprop.capacity import surface_dimension
    >>> surface_dimension(5, affine=True, degree=2)
    21
    """
    return math.comb(n_dimensions + affine + degree - 1, degree)


@validate_params(
    _FAMILY | {"n_points": _AT_LEAST_ONE}, prefer_skip_nested_validation=True
)
def n_separable_dichotomies(n_points, n_dimensions, *, affine=False, degree=1):
    r"""Count the labelings of points in general position that a surface can make.

    Cover's counting function [1]_,

    .. math:: C(P, D) = 2 \sum_{k=0}^{D-1} \binom{P-1}{k},

    of the :math:`2^P` labelings of P points. A labeling and its opposite count as
    two, and so do the two labelings that put all points on one side.

    The count is exact when the points are in general position: the images in the
    feature space of any D of them (of all, if P < D) are linearly independent. For
    hyperplanes through the origin these are the points themselves. For others it
    means that no D points lie on a common surface of the family: no N + 1 points
    on a hyperplane, no three on a line in the plane. Points drawn from a density
    are in general position with probability one. For all other points the count
    is an upper bound.

    Parameters
    ----------
    n_points : int
        Number P of points.
    n_dimensions : int
        Number N of coordinates of a point, or of a feature space: that is how to
        count for any feature map.
    affine : bool, default=False
        False for hyperplanes through the origin, True for those with an
        intercept. Monomials of lower degree in the same way.
    degree : int, default=1
        Degree of the polynomial that vanishes on the surface; see
        `surface_dimension` for D.

    Returns
    -------
    int
        The exact count, as large as it may be.

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
    A line in the plane makes 14 of the 16 labelings of four points: all but XOR
    and its opposite.

    >>> from skbackprop.capacity import n_separable_dichotomies
    >>> n_separable_dichotomies(4, 2, affine=True)
    14
    """
    dimension = surface_dimension(n_dimensions, affine=affine, degree=degree)
    n_points = int(n_points)
    if dimension > n_points // 2:
        # The sum of all binomials is known: subtract the shorter rest.
        rest = _binomial_sum(n_points - 1, max(n_points - dimension, 0))
        return 2**n_points - 2 * rest
    return 2 * _binomial_sum(n_points - 1, dimension)


def _binomial_sum(n, n_terms):
    """Return the sum of the first binomial coefficients of n, at most half of them.

    It is counted from nothing up or, if shorter, from one half of 2^n down.
    """
    if 3 * n_terms < n:
        total, term = 0, 1
        for k in range(n_terms):
            total += term
            term = term * (n - k) // (k + 1)
        return total
    middle = (n + 1) // 2
    term = math.comb(n, middle)
    total = (2**n - (term if n % 2 == 0 else 0)) // 2
    for k in range(middle, n_terms, -1):
        term = term * k // (n - k + 1)
        total -= term
    return total


@validate_params(
    _FAMILY | {"n_points": ["array-like", Integral]},
    prefer_skip_nested_validation=True,
)
def separability_probability(n_points, n_dimensions, *, affine=False, degree=1):
    r"""Return the probability that a random labeling is separable.

    .. math:: p(P, D) = C(P, D) / 2^P = I_{1/2}(P - D, D),

    which is 1 up to P = D, one half at P = 2 D, and falls to 0 around it the more
    sharply, the larger D. The regularised incomplete beta function I is integrated
    numerically, in constant time; relative errors stay below 1e-10 from one point to
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
        The probability, of the shape of `n_points`. Below 1e-308 it is 0; its
        logarithm is not.

    See Also
    --------
    separability_log_probability : The natural logarithm, where this underflows.
    n_separable_dichotomies : The exact count, and the conditions.

    Examples
    --------
    >>> from skbackprop.capacity import separability_probability
    >>> separability_probability([25, 50, 60], 25).round(4)
    array([1.    , 0.5   , 0.0963])
    """
    P, dimension = _points_and_dimension(n_points, n_dimensions, affine, degree)
    log_tail, is_complement = _log_smaller_tail(P, dimension)
    tail = np.exp(log_tail)
    return np.where(is_complement, 1 - tail, tail)[()]


@validate_params(
    _FAMILY | {"n_points": ["array-like", Integral]},
    prefer_skip_nested_validation=True,
)
def separability_log_probability(n_points, n_dimensions, *, affine=False, degree=1):
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
        The logarithm, in nats, of the shape of `n_points`.

    See Also
    --------
    separability_probability : The probability itself.

    Examples
    --------
    >>> from skbackprop.capacity import separability_log_probability
    >>> print(separability_log_probability(10**9, 10**3).round(3))
    -693132382.545
    """
    P, dimension = _points_and_dimension(n_points, n_dimensions, affine, degree)
    log_tail, is_complement = _log_smaller_tail(P, dimension)
    with np.errstate(divide="ignore"):  # log1p(-1), in the branch not taken
        return np.where(is_complement, np.log1p(-np.exp(log_tail)), log_tail)[()]


def _points_and_dimension(n_points, n_dimensions, affine, degree):
    """Return both as float64, the points as an array, after a check of them."""
    P = np.asarray(n_points)
    if P.dtype.kind not in "iu" or P.size == 0 or P.min() < 1:
        raise ValueError(f"n_points must be ints of at least 1, got {n_points!r}.")
    dimension = surface_dimension(n_dimensions, affine=affine, degree=degree)
    # More dimensions than points are as good as one for each.
    return P.astype(np.float64), float(min(dimension, P.max()))


def _log_smaller_tail(P, dimension):
    r"""Return log min(p, 1 - p), and where it is that of 1 - p.

    With a and b the larger and the smaller of P - D and D, n = a + b and
    :math:`\delta = (a - b) / n`,

    .. math::

        I_{1/2}(a, b) = \frac{2^{1-n}}{B(a, b)} \int_0^1
            (1 - v^2)^{(n - 2) / 2} e^{-(a - b) \operatorname{artanh} v} dv.

    No two factors of the integrand compensate each other, and it falls as
    exp(-x) or exp(-x^2) does: a few Gauss-Legendre nodes over where it lives are
    exact to rounding, for any P. The beta function is taken apart in the same
    way, after Loader (2000), "Fast and accurate computation of binomial
    probabilities": what is large and cancels in Stirling's formula is left out.
    """
    a, b = np.maximum(P - dimension, 0), np.minimum(P, dimension)
    is_complement = a < b
    a, b = np.maximum(a, b), np.maximum(np.minimum(a, b), 1)
    n, difference = a + b, a - b

    width = 2 * _FALL / (difference + np.sqrt(difference**2 + 2 * _FALL * (n - 2) + 1))
    width = np.minimum(width, 1)[..., np.newaxis]
    v = width * _NODES
    integrand = np.exp(
        (n[..., np.newaxis] / 2 - 1) * np.log1p(-v * v)
        - difference[..., np.newaxis] * np.arctanh(v)
    )
    log_integral = np.log((width * integrand * _WEIGHTS).sum(axis=-1))

    delta = difference / n
    log_cosine = np.where(  # log(1 - delta^2), which is 4 a b / n^2
        delta < 0.7,
        np.log1p(-(np.minimum(delta, 0.7) ** 2)),
        np.log(4 * (a / n) * (b / n)),
    )
    log_factor = (
        0.5 * np.log(n / (2 * np.pi))
        - 0.5 * (n - 1) * log_cosine
        - 0.5 * difference * np.log1p(difference / b)
        + _stirling_error(n)
        - _stirling_error(a)
        - _stirling_error(b)
    )
    log_tail = np.where(difference == 0, -np.log(2), log_factor + log_integral)
    return np.where(dimension < P, log_tail, -np.inf), is_complement


def _stirling_error(z):
    """Return log Gamma(z) less Stirling's formula for it, for z >= 1."""
    stirling = (z - 0.5) * np.log(z) - z + 0.5 * np.log(2 * np.pi)
    r = 1 / (z * z)
    series = (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - r / 1188)))) / z
    return np.where(z < 16, gammaln(z) - stirling, series)


@validate_params(
    {
        "n_dimensions": _AT_LEAST_ONE,
        "probability": [Interval(Real, 0, 1, closed="right")],
        "affine": ["boolean"],
        "degree": _AT_LEAST_ONE,
    },
    prefer_skip_nested_validation=True,
)
def capacity(n_dimensions, *, probability=0.5, affine=False, degree=1):
    """Return the largest number of points separable with a given probability.

    For one half it is exactly 2 D, the capacity in Cover's sense; for 1 it is D,
    the number of points in general position whose labelings are all separable (the
    Vapnik-Chervonenkis dimension).

    Parameters
    ----------
    n_dimensions : int
        Number N of coordinates of a point, or of a feature space.
    probability : float, default=0.5
        The least probability of separability, in (0, 1].
    affine : bool, default=False
        False for hyperplanes through the origin, True for those with an intercept.
    degree : int, default=1
        Degree of the polynomial that vanishes on the surface; see
        `surface_dimension` for D.

    Returns
    -------
    int
        The largest P with ``separability_probability(P, ...) >= probability``. Up to
        10^5 points that is decided exactly.

    See Also
    --------
    separability_probability : The function that this inverts.

    Examples
    --------
    >>> from skbackprop.capacity import capacity
    >>> capacity(25), capacity(25, affine=True), capacity(25, probability=0.99)
    (50, 52, 36)
    """
    dimension = surface_dimension(n_dimensions, affine=affine, degree=degree)
    if probability in (0.5, 1):  # floats next to 1 could not tell
        return 2 * dimension if probability == 0.5 else dimension
    below = dimension  # always separable
    above = 2 * dimension + 1  # less often than one half
    while _reaches(probability, above, dimension):
        below, above = above, 2 * above
    while above - below > 1:
        middle = (below + above) // 2
        if _reaches(probability, middle, dimension):
            below = middle
        else:
            above = middle
    return below


def _reaches(probability, n_points, dimension):
    """Tell whether a random labeling is separable with at least that probability."""
    difference = separability_log_probability(n_points, dimension) - math.log(
        probability
    )
    if abs(difference) > _CLOSE_CALL or n_points > _MAX_EXACT_POINTS:
        return difference >= 0
    count = n_separable_dichotomies(n_points, dimension)
    return Fraction(count, 2**n_points) >= Fraction(probability)
