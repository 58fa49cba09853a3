"""Piecewise-linear features: the bins of a column, and how far a value fills each."""

import numpy as np


def bin_edges(values, n_bins):
    """Return the edges between which a column is encoded, in ascending order.

    They are quantiles. Where values are tied, some coincide; as many are taken from
    the distinct values instead, so that a column of mostly zeros still has bins
    where the others lie. At most ``n_bins`` distinct values are the edges themselves.

    Parameters
    ----------
    values : array-like of shape (n_samples,)
        NaN is left out.
    n_bins : int
        Most bins that the edges, one more, may lie between.

    Returns
    -------
    ndarray of float64
        Empty where there are fewer than three distinct values.
    """
    values = np.asarray(values, np.float64)
    values = np.sort(values[~np.isnan(values)])
    is_first = np.ones(len(values), bool)
    is_first[1:] = values[1:] != values[:-1]
    distinct = values[is_first]
    if len(distinct) < 3:
        return np.empty(0)
    if len(distinct) <= n_bins:
        return distinct
    edges = np.unique(_quantiles_of_sorted(values, n_bins + 1))
    n_lost = n_bins + 1 - len(edges)
    if n_lost > 2:
        edges = np.unique([*edges, *_quantiles_of_sorted(distinct, n_lost)])
    return edges


def _quantiles_of_sorted(values, n):
    """Return n quantiles at equal distances, as np.quantile does, without a sort."""
    places = np.linspace(0, 1, n) * (len(values) - 1)
    left = np.minimum(places.astype(np.intp), len(values) - 2)
    return _between(values[left], values[left + 1], places - left)


def _between(a, b, share):
    """Return a + share (b - a), from the nearer end, rounded as NumPy rounds it."""
    with np.errstate(over="ignore", invalid="ignore"):
        gap = b - a
        found = np.where(share < 0.5, a + gap * share, b - gap * (1 - share))
    return np.where(np.isfinite(gap), found, a * (1 - share) + b * share)
