r"""Estimates of dimension from distances to nearest neighbours.

Around a point inside an evenly sampled manifold of dimension d, the number of samples
within a small distance r grows as :math:`r^d`. For the k nearest neighbours at
distances :math:`T_1 \le \dots \le T_k`, the :math:`d \log (T_k / T_j)` with j < k are
then k - 1 sorted exponential variables, independent of :math:`T_k`.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.stats import chi2, norm
from sklearn.neighbors import NearestNeighbors
from sklearn.utils import gen_batches

from skbackprop.utils.equal_rows import first_of_equals

_ELEMENTS_AT_A_TIME = 2**22
_N_ROUNDINGS = 4  # tolerance for numbers that are computed in two ways
ROUNDING = 1e-10  # relative; distances that differ by less count as equal


@dataclass(frozen=True, eq=False)
class IntrinsicDimension:
    """An estimate of the dimension of the manifold near which data lies.

    Parameters
    ----------
    dimension : float
        The estimate; infinite if all neighbours are equally far.
    interval : tuple of float or None
        Confidence interval of the dimension. None for principal components of all
        data.
    confidence_level : float
        Confidence level of the interval.
    method : str
        The method of estimation.
    n_neighbors : int or None
        Number of neighbours of each sample, or None for all samples. For 'gride', that
        of the scale of the estimate.
    n_samples : int
        Number of distinct samples.
    uncorrected : float
        The estimate before the correction of its bias.
    local : ndarray of shape (n_samples,)
        An estimate for each row of X, equal for duplicates.
    scales : DataFrame or None
        For 'gride', a row for each scale; None for other methods. The columns are
        ``n_neighbors``; ``distance``, the mean of the distances to the last neighbour
        and to the one of half its rank, in units of X; ``dimension``;
        ``standard_error``, half the width of the interval divided by the quantile of
        the normal distribution; ``lower`` and ``upper``, the ends of the interval; and
        ``uncorrected``.
    """

    dimension: float
    interval: tuple
    confidence_level: float
    method: str
    n_neighbors: int
    n_samples: int
    uncorrected: float
    local: np.ndarray = field(repr=False)
    scales: pd.DataFrame = field(default=None, repr=False)

    def __float__(self):
        return self.dimension

    def __repr__(self):
        text = f"IntrinsicDimension({self.dimension:.2f}"
        if self.interval is not None:
            low, high = self.interval
            text += f", {self.confidence_level:.0%} in [{low:.2f}, {high:.2f}]"
        return f"{text}, method={self.method!r}, n_samples={self.n_samples})"


def first_of_duplicates(X):
    """Return for each row the index of the first equal row, at the precision of X.

    The tolerance is relative to the norm of the row or, as rows may have been centred,
    to the median norm if that is larger.
    """
    eps = np.finfo(X.dtype).eps
    X = _of_unit_size(X)
    sizes = np.linalg.norm(X, axis=1)
    return first_of_equals(X, _N_ROUNDINGS * eps * np.maximum(sizes, np.median(sizes)))


def distinct_points(X):
    """Return distinct rows, centred and scaled, and the index of each row in them."""
    firsts = first_of_duplicates(X)
    X = _of_unit_size(X)
    X = X - X.mean(axis=0)
    points, place = np.unique(X[firsts], axis=0, return_inverse=True)
    return points, place.reshape(-1)


def _of_unit_size(X):
    X = X.astype(float)
    largest = np.abs(X).max()
    return X / largest if largest > 0 else X


def nearest_neighbours(points, n_neighbors):
    """Return logarithms of distances to the nearest other points, and their indices.

    scikit-learn may compute distances from matrix products, with cancellation. The
    distances are therefore recomputed from differences.
    """
    search = NearestNeighbors(n_neighbors=n_neighbors).fit(points)
    indices = search.kneighbors(return_distance=False)
    distances = np.empty(indices.shape)
    for some in gen_batches(len(points), batch_size(n_neighbors * points.shape[1])):
        difference = points[indices[some]] - points[some, np.newaxis]
        distances[some] = np.sqrt(np.einsum("nkd,nkd->nk", difference, difference))
    order = np.argsort(distances, axis=1, kind="stable")
    distances = np.take_along_axis(distances, order, axis=1)
    # Distinct points may have a distance whose square underflows.
    distances = np.maximum(distances, np.sqrt(np.finfo(float).tiny))
    return np.log(distances), np.take_along_axis(indices, order, axis=1)


def batch_size(n_elements_each):
    """Return the number of samples per batch, given the elements of each."""
    return max(1, _ELEMENTS_AT_A_TIME // n_elements_each)


# Estimates: the global one, its interval, and local ones


def maximum_likelihood(log_distances, indices, confidence_level):
    """Return Levina and Bickel's estimate, averaged as by MacKay and Ghahramani.

    As neighbourhoods overlap, the sums of neighbouring points are correlated. The
    variance of their mean includes the products of neighbours.
    """
    k = log_distances.shape[1]
    sums = log_ratios_of(log_distances).sum(axis=1)
    mean = sums.mean()
    with np.errstate(divide="ignore"):
        local = (k - 2) / sums
    if mean == 0:
        return np.inf, (np.inf, np.inf), local
    dimension = (k - 1) / mean
    error = standard_error_of_mean(sums, indices) / mean
    reach = np.exp(norm.ppf((1 + confidence_level) / 2) * error)
    return dimension, (dimension / reach, dimension * reach), local


def two_nearest(log_distances, confidence_level, discard):
    r"""Return the estimate from ratios of the two smallest distances.

    :math:`\log \mu` has the density :math:`d e^{-d t}`. Of n values, all but the r
    smallest are censored at the largest of these. Then :math:`2 d T` has a chi-squared
    distribution with 2 r degrees of freedom, where T is the sum of all.
    """
    log_ratios = log_ratios_of(log_distances)[:, 0]
    n_kept = max(2, int(np.ceil(len(log_ratios) * (1 - discard))))
    cut = np.partition(log_ratios, n_kept - 1)[n_kept - 1]
    total = np.minimum(log_ratios, cut).sum()
    with np.errstate(divide="ignore"):
        local = 1 / log_ratios
    if total == 0:
        return np.inf, (np.inf, np.inf), local
    tails = np.array([1 - confidence_level, 1 + confidence_level]) / 2
    low, high = chi2.ppf(tails, 2 * n_kept) / (2 * total)
    return (n_kept - 1) / total, (low, high), local


def log_ratios_of(log_distances):
    """Return logarithms of T_k / T_j for all j < k, 0 for rounding errors."""
    log_ratios = log_distances[:, -1:] - log_distances[:, :-1]
    return np.where(log_ratios > ROUNDING, log_ratios, 0)


def n_components_of_variance(spectra, threshold):
    """Return the number of largest variances that make up a fraction of their sum."""
    variances = np.sort(np.maximum(spectra, 0), axis=-1)[..., ::-1]
    shares = np.cumsum(variances, axis=-1)
    # A sum that equals the threshold up to rounding is enough.
    goal = threshold * shares[..., -1:] * (1 - 1e-12)
    return 1 + (shares < goal).sum(axis=-1)


def local_components(points, indices, threshold):
    """Return the number of principal components of each neighbourhood."""
    counts = np.empty(len(points), int)
    k = indices.shape[1]
    for some in gen_batches(len(points), batch_size((k + 1) * points.shape[1])):
        around = np.concatenate([points[some, np.newaxis], points[indices[some]]], 1)
        counts[some] = n_components_of_variance(spectra(around), threshold)
    return counts


def spectra(sets):
    """Return the variances of sets of points along principal axes, and zeros."""
    sets = sets - sets.mean(axis=1, keepdims=True)
    transposed = np.swapaxes(sets, 1, 2)
    wide = sets.shape[1] <= sets.shape[2]
    return np.linalg.eigvalsh(sets @ transposed if wide else transposed @ sets)


def normal_interval(values, indices, confidence_level):
    """Return the confidence interval of a mean, from its standard error."""
    reach = norm.ppf((1 + confidence_level) / 2)
    reach *= standard_error_of_mean(values, indices)
    return values.mean() - reach, values.mean() + reach


def standard_error_of_mean(values, indices):
    """Return the standard error for values correlated between neighbours only."""
    n, k = indices.shape
    rows = np.repeat(np.arange(n), k)
    links = coo_array((np.ones(n * k), (rows, indices.ravel())), shape=(n, n)).tocsr()
    links = links.maximum(links.T)
    error = values - values.mean()
    alone = error @ error
    return np.sqrt(max(alone, alone + error @ (links @ error))) / n
