"""Cover's counting function: the number of linearly separable dichotomies."""

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

# Exact counts of up to this many points are cheap enough to decide close calls.
_MAX_EXACT_POINTS = 10**5
_CLOSE_CALL = 1e-10  # far above the relative error of a probability

# The integrand of `_log_smaller_tail` falls by exp(-40) < 5e-18 over the nodes.
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(32)
_NODES, _WEIGHTS = (1 + _NODES) / 2, _WEIGHTS / 2
_FALL = 40.0


@validate_params(_FAMILY, prefer_skip_nested_validation=True)
def surface_dimension(n_dimensions, *, affine=False, degree=1):
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
    return math.comb(n_dimensions + affine + degree - 1, degree)


@validate_params(
    _FAMILY | {"n_points": _AT_LEAST_ONE}, prefer_skip_nested_validation=True
)
def n_separable_dichotomies(n_points, n_dimensions, *, affine=False, degree=1):
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
    dimension = surface_dimension(n_dimensions, affine=affine, degree=degree)
    n_points = int(n_points)
    if dimension > n_points // 2:
        # The sum of all binomials is known: subtract the rest, which is shorter.
        rest = _binomial_sum(n_points - 1, max(n_points - dimension, 0))
        return 2**n_points - 2 * rest
    return 2 * _binomial_sum(n_points - 1, dimension)


def _binomial_sum(n, n_terms):
    """Return the sum of the first binomial coefficients of n, at most half of them.

    It counts up from 0 or, if shorter, down from one half of 2^n.
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
    P, dimension = _points_and_dimension(n_points, n_dimensions, affine, degree)
    log_tail, is_complement = _log_smaller_tail(P, dimension)
    with np.errstate(divide="ignore"):  # log1p(-1), in the branch not taken
        return np.where(is_complement, np.log1p(-np.exp(log_tail)), log_tail)[()]


def _points_and_dimension(n_points, n_dimensions, affine, degree):
    """Validate both and return them as float64, the points as an array."""
    P = np.asarray(n_points)
    if P.dtype.kind not in "iu" or P.size == 0 or P.min() < 1:
        raise ValueError(f"n_points must be positive ints, got {n_points!r}.")
    dimension = surface_dimension(n_dimensions, affine=affine, degree=degree)
    # More dimensions than points are equivalent to one for each point.
    return P.astype(np.float64), float(min(dimension, P.max()))


def _log_smaller_tail(P, dimension):
    r"""Return log min(p, 1 - p), and a mask of where 1 - p is smaller.

    With a and b the larger and the smaller of P - D and D, n = a + b and
    :math:`\delta = (a - b) / n`,

    .. math::

        I_{1/2}(a, b) = \frac{2^{1-n}}{B(a, b)} \int_0^1
            (1 - v^2)^{(n - 2) / 2} e^{-(a - b) \operatorname{artanh} v} dv.

    The factors of the integrand do not compensate each other, and it falls like exp(-x)
    or exp(-x^2): a few Gauss-Legendre nodes over its support are exact up to rounding
    for any P. The beta function follows Loader (2000), "Fast and accurate computation
    of binomial probabilities", which leaves out the large terms that cancel in
    Stirling's formula.
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
    """Return log Gamma(z) minus Stirling's formula, for z >= 1."""
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
    dimension = surface_dimension(n_dimensions, affine=affine, degree=degree)
    if probability in (0.5, 1):  # floats near 1 could not decide
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
    """Return whether a labeling is separable with at least that probability."""
    difference = separability_log_probability(n_points, dimension) - math.log(
        probability
    )
    if abs(difference) > _CLOSE_CALL or n_points > _MAX_EXACT_POINTS:
        return difference >= 0
    count = n_separable_dichotomies(n_points, dimension)
    return Fraction(count, 2**n_points) >= Fraction(probability)
