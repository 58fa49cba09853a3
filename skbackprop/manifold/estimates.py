r"""What distances to nearest neighbours tell about dimension.

Around a point inside a manifold of dimension d, sampled evenly, the number of samples
within a small distance r grows as :math:`r^d`. Of its k nearest neighbours, at
distances :math:`T_1 \le \dots \le T_k`, the :math:`d \log (T_k / T_j)`, j < k, are then
k - 1 exponential variables in order, and independent of :math:`T_k`.
"""

from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import brentq
from scipy.sparse import coo_array
from scipy.special import betainc
from scipy.stats import chi2, norm
from sklearn.neighbors import NearestNeighbors
from sklearn.utils import gen_batches

from skbackprop.utils.equal_rows import first_of_equals

_ELEMENTS_AT_A_TIME = 2**22
# Gauss-Legendre on [0, 1], for the share of a ball's volume that is further inside.
_NODES, _NODE_WEIGHTS = np.polynomial.legendre.leggauss(16)
_NODES, _NODE_WEIGHTS = (_NODES + 1) / 2, _NODE_WEIGHTS / 2
_N_RADII = 400
_LARGEST_BALL = 1e4  # dimensions; beyond, estimates count as infinite
_N_ROUNDINGS = 4  # between numbers that were computed in two ways
_ROUNDING = 1e-10  # relative; distances that differ by less are equal


@dataclass(frozen=True, eq=False)
class IntrinsicDimension:
    """An estimate of the dimension of the manifold that data lies near.

    Parameters
    ----------
    dimension : float
        The estimate; infinite where all neighbours are equally far.
    interval : tuple of float or None
        Bounds that hold the dimension with the level of confidence. None for
        principal components of all data, for which no statistics are assumed.
    confidence_level : float
        That of the interval.
    method : str
        How it was estimated.
    n_neighbors : int or None
        How many neighbours of each sample were looked at; None if all were.
    n_samples : int
        Number of distinct samples.
    uncorrected : float
        The estimate before its bias was corrected.
    local : ndarray of shape (n_samples,)
        An estimate for each row of X. Duplicates have the same.
    """

    dimension: float
    interval: tuple
    confidence_level: float
    method: str
    n_neighbors: int
    n_samples: int
    uncorrected: float
    local: np.ndarray = field(repr=False)

    def __float__(self):
        return self.dimension

    def __repr__(self):
        text = f"IntrinsicDimension({self.dimension:.2f}"
        if self.interval is not None:
            low, high = self.interval
            text += f", {self.confidence_level:.0%} in [{low:.2f}, {high:.2f}]"
        return f"{text}, method={self.method!r}, n_samples={self.n_samples})"


def first_of_duplicates(X):
    """Return of each row the first that it equals, at the precision of X.

    Numbers are rounded relative to what they were computed from: to the row itself,
    or, where it has been centred, to rows of the usual size.
    """
    eps = np.finfo(X.dtype).eps
    X = _of_unit_size(X)
    sizes = np.linalg.norm(X, axis=1)
    return first_of_equals(X, _N_ROUNDINGS * eps * np.maximum(sizes, np.median(sizes)))


def distinct_points(X):
    """Return distinct rows, moved and scaled to unit size, and where each row went."""
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
    """Return logarithms of distances to nearest other points, and who these are.

    scikit-learn may find neighbours by products of matrices, which cancel; the
    distances are worked out again from differences.
    """
    search = NearestNeighbors(n_neighbors=n_neighbors).fit(points)
    indices = search.kneighbors(return_distance=False)
    distances = np.empty(indices.shape)
    for some in gen_batches(len(points), batch_size(n_neighbors * points.shape[1])):
        difference = points[indices[some]] - points[some, np.newaxis]
        distances[some] = np.sqrt(np.einsum("nkd,nkd->nk", difference, difference))
    order = np.argsort(distances, axis=1, kind="stable")
    distances = np.take_along_axis(distances, order, axis=1)
    # Distinct points closer than the root of the smallest number.
    distances = np.maximum(distances, np.sqrt(np.finfo(float).tiny))
    return np.log(distances), np.take_along_axis(indices, order, axis=1)


def batch_size(n_elements_each):
    """Return how many samples of so many elements are worked on at a time."""
    return max(1, _ELEMENTS_AT_A_TIME // n_elements_each)


# Estimates: global, interval, one per point


def maximum_likelihood(log_distances, indices, confidence_level):
    """Return Levina and Bickel's estimate as MacKay and Ghahramani average it.

    Neighbourhoods overlap, so the sums of points that are neighbours are correlated;
    the variance of their mean takes the products of neighbours along.
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
    r"""Return the likelihood estimate from ratios of the two smallest distances.

    :math:`\log \mu` has the density :math:`d e^{-d t}`. Of n, the r smallest are known
    and the others no smaller: :math:`2 d T` has a chi-squared distribution with 2 r
    degrees of freedom, T being the sum of all after cutting to the largest known.
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
    """Return logarithms of T_k / T_j for all j < k, 0 where rounding may differ."""
    log_ratios = log_distances[:, -1:] - log_distances[:, :-1]
    return np.where(log_ratios > _ROUNDING, log_ratios, 0)


def n_components_of_variance(spectra, threshold):
    """Return how many of the largest variances make up a share of their sum."""
    variances = np.sort(np.maximum(spectra, 0), axis=-1)[..., ::-1]
    shares = np.cumsum(variances, axis=-1)
    # A share that is the threshold but for rounding counts as reached.
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
    """Return the variances along the principal axes of sets of points, and zeros."""
    sets = sets - sets.mean(axis=1, keepdims=True)
    transposed = np.swapaxes(sets, 1, 2)
    wide = sets.shape[1] <= sets.shape[2]
    return np.linalg.eigvalsh(sets @ transposed if wide else transposed @ sets)


def normal_interval(values, indices, confidence_level):
    """Return the interval of a mean, from its standard error."""
    reach = norm.ppf((1 + confidence_level) / 2)
    reach *= standard_error_of_mean(values, indices)
    return values.mean() - reach, values.mean() + reach


def standard_error_of_mean(values, indices):
    """Return that of values which are correlated between neighbours only."""
    n, k = indices.shape
    rows = np.repeat(np.arange(n), k)
    links = coo_array((np.ones(n * k), (rows, indices.ravel())), shape=(n, n)).tocsr()
    links = links.maximum(links.T)
    error = values - values.mean()
    alone = error @ error
    return np.sqrt(max(alone, alone + error @ (links @ error))) / n


# The bias of finite samples


def expected_in_ball(dimension, n_samples, n_neighbors):
    r"""Return what the likelihood estimates for an evenly filled ball, on average.

    Let F(r) be the share of the ball within r of a sample. The expectation of the sum
    of :math:`\log (T_k / T_j)` is the integral over log r of

    .. math:: \sum_{j<k} P(T_j \le r) - (k - 1) P(T_k \le r)
       = N F \, P(B \le k - 2), \qquad B \sim \text{Binomial}(N - 1, F),

    with N = n - 1. Well inside the ball, F is proportional to :math:`r^d` and the
    integral (k - 1) / d. Near the surface F grows more slowly, and more so the
    more neighbourhoods reach it: in many dimensions all do.
    """
    n_others = n_samples - 1
    start = np.log(1e-6 / n_samples) / dimension
    log_r = np.linspace(start, np.log(2), _N_RADII)
    from_centre = _NODES[:, np.newaxis] ** (1 / dimension)
    F = share_of_ball(np.exp(log_r), from_centre, dimension)
    tail = betainc(n_others - n_neighbors + 1, n_neighbors - 1, 1 - F)
    integrand = _NODE_WEIGHTS @ (n_others * F * tail)
    steps = np.diff(log_r)
    integral = steps @ (integrand[1:] + integrand[:-1]) / 2
    return (n_neighbors - 1) / integral


def share_of_ball(r, s, dimension):
    """Return the share of a unit ball within r of a point at distance s of its centre.

    Two balls meet in two caps, on either side of the plane through the sphere in
    which their surfaces meet.
    """
    # In less than a tenth of a dimension points are all but at the centre, s = 0.
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        ours = (1 + s**2 - r**2) / (2 * s)  # the plane's distance from the centre
        theirs = (s - ours) / r
    with np.errstate(divide="ignore"):
        # r underflows in few dimensions, caps are next to nothing in many.
        log_volume = dimension * np.log(r)
        log_cap = np.log(_cap(theirs, dimension))
    share = _cap(ours, dimension) + np.exp(np.minimum(log_volume + log_cap, 0))
    inside = np.exp(np.minimum(log_volume, 0))
    share = np.where(r <= 1 - s, inside, np.where(r >= 1 + s, 1, share))
    return np.clip(share, 0, 1)


def _cap(distance, dimension):
    """Return the share of a unit ball beyond a plane at some distance."""
    distance = np.clip(distance, -1, 1)
    half = betainc((dimension + 1) / 2, 0.5, 1 - distance**2) / 2
    return np.where(distance > 0, half, 1 - half)


def correct_bias(estimates, n_samples, n_neighbors):
    """Return the dimensions of the balls for which the estimates are expected."""
    return [_corrected(estimate, n_samples, n_neighbors) for estimate in estimates]


def _corrected(estimate, n_samples, n_neighbors):
    if not np.isfinite(estimate):
        return estimate

    def excess(dimension):
        return expected_in_ball(dimension, n_samples, n_neighbors) - estimate

    low = high = estimate
    while excess(low) > 0:
        low /= 2
    while excess(high) < 0:
        high *= 2
        if high > _LARGEST_BALL:
            return np.inf
    return low if low == high else brentq(excess, low, high, xtol=1e-6 * low)
