"""Correction of the bias of finite samples, computed for samples that fill a ball.

Near the border of the data, the number of neighbours grows more slowly than
:math:`r^d`, so that estimates from distances are too low. For a ball, their mean is an
integral of incomplete beta functions.
"""

import numpy as np
from scipy.optimize import brentq
from scipy.special import betainc, digamma

# Gauss-Legendre on [0, 1], for the fraction of a ball's volume that is further inside.
_NODES, _NODE_WEIGHTS = np.polynomial.legendre.leggauss(16)
_NODES, _NODE_WEIGHTS = (_NODES + 1) / 2, _NODE_WEIGHTS / 2
_N_RADII = 400
_LARGEST_BALL = 1e4  # dimensions; larger estimates count as infinite


def expected_in_ball(dimension, n_samples, n_neighbors):
    r"""Return the expected maximum likelihood estimate for a uniformly filled ball.

    Let F(r) be the fraction of the ball within r of a sample. The expectation of the
    sum of :math:`\log (T_k / T_j)` is the integral over log r of

    .. math:: \sum_{j<k} P(T_j \le r) - (k - 1) P(T_k \le r)
       = N F \, P(B \le k - 2), \qquad B \sim \text{Binomial}(N - 1, F),

    with N = n - 1. Far inside the ball, F is proportional to :math:`r^d` and the
    integral is (k - 1) / d. Near the surface F grows more slowly. In many dimensions,
    all neighbourhoods reach the surface.
    """
    n_others = n_samples - 1

    def integrand(F):
        tail = betainc(n_others - n_neighbors + 1, n_neighbors - 1, 1 - F)
        return n_others * F * tail

    return (n_neighbors - 1) / _mean_over_ball(integrand, dimension, n_samples)


def expected_ratio_in_ball(dimension, n_samples, n_neighbors):
    r"""Return the expected estimate from the ratio of two distances for a ball.

    The ratio is :math:`T_{2n} / T_n`, with 2n neighbours. The mean of its logarithm is
    :math:`(\psi(2n) - \psi(n)) / d` on a manifold. For a ball it is the integral over
    log r of :math:`P(T_n \le r) - P(T_{2n} \le r)`, where
    :math:`P(T_n \le r) = P(B \ge n)` with B ~ Binomial(N, F).
    """
    n_others, n = n_samples - 1, n_neighbors // 2

    def integrand(F):
        nearer = betainc(n, n_others - n + 1, F)
        return nearer - betainc(2 * n, n_others - 2 * n + 1, F)

    mean = digamma(2 * n) - digamma(n)
    return mean / _mean_over_ball(integrand, dimension, n_samples)


def _mean_over_ball(integrand, dimension, n_samples):
    """Return the integral over log r of a function of F, averaged over the ball."""
    start = np.log(1e-6 / n_samples) / dimension
    log_r = np.linspace(start, np.log(2), _N_RADII)
    from_centre = _NODES[:, np.newaxis] ** (1 / dimension)
    F = share_of_ball(np.exp(log_r), from_centre, dimension)
    values = _NODE_WEIGHTS @ integrand(F)
    return np.diff(log_r) @ (values[1:] + values[:-1]) / 2


def share_of_ball(r, s, dimension):
    """Return the fraction of a unit ball within r of a point at distance s from centre.

    The intersection of two balls consists of two caps, on both sides of the plane in
    which their surfaces intersect.
    """
    # For dimensions below a tenth, points are nearly at the centre, s = 0.
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        ours = (1 + s**2 - r**2) / (2 * s)  # the plane's distance from the centre
        theirs = (s - ours) / r
    with np.errstate(divide="ignore"):
        # r underflows in low dimensions, caps are nearly empty in high ones.
        log_volume = dimension * np.log(r)
        log_cap = np.log(_cap(theirs, dimension))
    share = _cap(ours, dimension) + np.exp(np.minimum(log_volume + log_cap, 0))
    inside = np.exp(np.minimum(log_volume, 0))
    share = np.where(r <= 1 - s, inside, np.where(r >= 1 + s, 1, share))
    return np.clip(share, 0, 1)


def _cap(distance, dimension):
    """Return the fraction of a unit ball beyond a plane at a distance."""
    distance = np.clip(distance, -1, 1)
    half = betainc((dimension + 1) / 2, 0.5, 1 - distance**2) / 2
    return np.where(distance > 0, half, 1 - half)


def correct_bias(estimates, n_samples, n_neighbors, expected=expected_in_ball):
    """Return the dimensions of balls with these expected estimates."""
    return [_corrected(each, n_samples, n_neighbors, expected) for each in estimates]


def _corrected(estimate, n_samples, n_neighbors, expected):
    if not np.isfinite(estimate):
        return estimate

    def excess(dimension):
        return expected(dimension, n_samples, n_neighbors) - estimate

    low = high = estimate
    while excess(low) > 0:
        low /= 2
    while excess(high) < 0:
        high *= 2
        if high > _LARGEST_BALL:
            return np.inf
    return low if low == high else brentq(excess, low, high, xtol=1e-6 * low)
