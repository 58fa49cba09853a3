r"""The point of a cone nearest to a given point: non-negative least squares.

Most rays of a cone do not take part. Those that point from the current nearest point
towards t are added until there are none, so the problems to solve have a few hundred
rays out of many thousands.
"""

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve
from scipy.optimize import nnls

_FEW_NUMBERS = 2**14  # size of the problems that SciPy solves fastest
_TOLERANCE = 1e-8  # of products with t, which have the size of |t|
_LEAST_PROGRESS = 1e-13  # relative; less may be rounding errors
_MOST_EXCHANGES = 30
_MOST_SETBACKS = 3
_FIRST_GUESS = 0.25  # of the share of dimensions that rays span


def nearest_in_cone(rays, t):
    r"""Return the rays that the nearest point combines, and their weights.

    Minimizes :math:`|t - \sum_i \lambda_i z_i|` over :math:`\lambda \ge 0`.

    Parameters
    ----------
    rays : ndarray of shape (n_rays, n_dimensions)
        The rays z, of similar lengths.
    t : ndarray of shape (n_dimensions,)

    Returns
    -------
    indices : ndarray of int
    weights : ndarray of float
        The positive :math:`\lambda_i`.
    """
    if rays.size <= _FEW_NUMBERS:
        weights = _by_scipy(rays, t)
        indices = np.flatnonzero(weights)
        return indices, weights[indices]
    n_dimensions = rays.shape[1]
    indices, weights, rest = np.zeros(0, int), np.zeros(0), t
    tolerance = _TOLERANCE * np.linalg.norm(t)
    while True:
        gains = rays @ rest
        gains[indices] = 0
        new = np.flatnonzero(gains > tolerance)
        if len(new) > n_dimensions:
            new = new[np.argpartition(gains[new], -n_dimensions)[-n_dimensions:]]
        some = np.concatenate([indices, new])
        n_guessed = 1 + int(_FIRST_GUESS * (n_dimensions - len(indices)))
        guess = np.arange(len(some)) < len(indices)
        guess[np.argsort(-gains[some], kind="stable")[:n_guessed]] = True
        found = _least_squares(rays[some], t, guess, tolerance)
        is_used = found > 0
        rest_found = t - found[is_used] @ rays[some[is_used]]
        if not len(new) or rest_found @ rest_found >= (1 - _LEAST_PROGRESS) * (
            rest @ rest
        ):
            return indices, weights
        indices, weights, rest = some[is_used], found[is_used], rest_found


def _least_squares(rays, t, guess, tolerance):
    """Return the weights of a few rays, given a guess of which are positive."""
    weights = _exchange_blocks(rays @ rays.T, rays @ t, guess, tolerance)
    if weights is None:  # linearly dependent rays
        weights = _by_scipy(rays, t)
    return weights


def _by_scipy(rays, t):
    """Return the weights by the method of Lawson & Hanson (1974)."""
    return nnls(rays.T, t, maxiter=100 * len(rays))[0]


def _exchange_blocks(gram, products, is_positive, tolerance):
    """Solve by block principal pivoting; return None if it fails or takes too long.

    Each step sets all negative weights to 0 and adds all rays with a gain, unless their
    number has not decreased for several steps (Portugal, Judice & Vicente 1994, "A
    comparison of block pivoting and interior-point algorithms for linear least squares
    problems with nonnegative variables").
    """
    fewest, setbacks = len(products) + 1, 0
    for _ in range(_MOST_EXCHANGES):
        used = np.flatnonzero(is_positive)
        weights = np.zeros(len(products))
        try:
            factor = cho_factor(gram[np.ix_(used, used)], check_finite=False)
        except LinAlgError:
            return None
        weights[used] = cho_solve(factor, products[used], check_finite=False)
        gains = products - weights[used] @ gram[used]
        is_wrong = np.where(is_positive, weights < 0, gains > tolerance)
        n_wrong = np.count_nonzero(is_wrong)
        if n_wrong == 0:
            return weights
        setbacks = 0 if n_wrong < fewest else setbacks + 1
        fewest = min(n_wrong, fewest)
        if setbacks > _MOST_SETBACKS:  # one at a time, which always terminates
            is_wrong[: np.flatnonzero(is_wrong)[-1]] = False
        is_positive = is_positive ^ is_wrong
    return None
