r"""Dimension by scale, from ratios of distances to neighbours.

For 2n neighbours, evenly spread on a manifold of dimension d, the numbers
:math:`(T_j / T_{2n})^d` with j < 2n are a sorted sample of the uniform distribution.
The n-th of these 2n - 1 numbers, :math:`\mu^{-d}` with :math:`\mu = T_{2n} / T_n`, has
a beta distribution with parameters n and n, and :math:`t = \log \mu` has the density

.. math:: \frac{d}{B(n, n)} \, e^{-n d t} \, (1 - e^{-d t})^{n-1}.
"""

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import digamma, exprel
from scipy.stats import norm

from skbackprop.manifold.bias import correct_bias, expected_ratio_in_ball
from skbackprop.manifold.estimates import ROUNDING, standard_error_of_mean


def doubling(n_neighbors):
    """Return the numbers of neighbours 2, 4, 8, ... up to a power of 2."""
    return 2 ** np.arange(1, int(n_neighbors).bit_length())


def log_ratios_by_scale(log_distances):
    """Return logarithms of T_2n / T_n, a column per scale, 0 for rounding errors."""
    outer = doubling(log_distances.shape[1])
    log_ratios = log_distances[:, outer - 1] - log_distances[:, outer // 2 - 1]
    return np.where(log_ratios > ROUNDING, log_ratios, 0)


def estimates_by_scale(log_distances, indices, corrects_bias, confidence_level):
    """Return a table with the estimate, interval and distance of each scale."""
    quantile = norm.ppf((1 + confidence_level) / 2)
    log_ratios = log_ratios_by_scale(log_distances)
    n_samples, rows = len(log_distances), []
    for outer, t in zip(doubling(log_distances.shape[1]), log_ratios.T, strict=True):
        uncorrected = most_likely(t, outer // 2)
        reach = np.exp(quantile * relative_error(t, uncorrected, indices[:, :outer]))
        found = [uncorrected, uncorrected / reach, uncorrected * reach]
        if corrects_bias:
            found = correct_bias(found, n_samples, outer, expected_ratio_in_ball)
        dimension, low, high = found
        error = (high - low) / (2 * quantile) if np.isfinite(high) else np.inf
        distance = np.exp(log_distances[:, [outer // 2 - 1, outer - 1]]).mean()
        rows.append((outer, distance, dimension, error, low, high, uncorrected))
    names = ["n_neighbors", "distance", "dimension", "standard_error"]
    return pd.DataFrame(rows, columns=[*names, "lower", "upper", "uncorrected"])


def most_likely(t, n):
    r"""Return the maximum likelihood estimate from the ratios of one scale.

    The derivative of the log-likelihood of N ratios is

    .. math:: \frac{N}{d} + (n - 1) \sum_i \frac{t_i}{e^{d t_i} - 1} - n \sum_i t_i.

    It decreases with d. With N - 1 instead of N, the estimate for n = 1,
    (N - 1) / sum t, is unbiased.
    """
    mean = t.mean()
    if mean == 0:
        return np.inf
    share = 1 - 1 / len(t)
    return brentq(
        lambda d: share + (n - 1) * (1 / exprel(d * t)).mean() - n * d * mean,
        0,
        1 / mean,
    )


def relative_error(t, dimension, indices):
    """Return the standard error of the logarithm of a maximum likelihood estimate.

    For independent ratios the variance of the sum of derivatives would be the Fisher
    information. As neighbourhoods overlap, products of neighbours are included.
    """
    if not np.isfinite(dimension):
        return 0.0
    n, x = indices.shape[1] // 2, dimension * t
    h = 1 / exprel(x)
    scores = 1 + (n - 1) * h - n * x
    information = (n * x - (n - 1) * h * (1 - h - x)).mean()
    return standard_error_of_mean(scores, indices) / information


def local_estimates(t, n):
    """Return an estimate for each sample, from the logarithm of its ratio."""
    with np.errstate(divide="ignore"):
        return (digamma(2 * n) - digamma(n)) / t


def flattest(dimensions):
    """Return the scale whose estimate differs least from those of both neighbours.

    If there are fewer than three scales, return the last.
    """
    with np.errstate(invalid="ignore"):
        steps = np.abs(np.diff(np.log(dimensions)))
    steps = np.where(np.isnan(steps), np.inf, steps)  # between infinite estimates
    if len(steps) < 2:
        return len(steps)
    return 1 + int(np.argmin(np.maximum(steps[:-1], steps[1:])))
