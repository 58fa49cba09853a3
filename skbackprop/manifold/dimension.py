r"""Intrinsic dimension, distances from a manifold, and disentanglement.

`intrinsic_dimension` estimates how many coordinates the data has,
`off_manifold_distance` measures how far samples are from the manifold of training data,
and `disentanglement` whether the coordinates of a representation match the factors
that generated the data.
"""

from numbers import Integral, Real

import numpy as np
from sklearn.utils._param_validation import Interval, StrOptions, validate_params

from skbackprop.manifold import bias as _bias
from skbackprop.manifold import estimates as _dimension
from skbackprop.manifold import scales as _scales
from skbackprop.manifold.doubts import warn_of_lattices, warn_of_near_duplicates
from skbackprop.manifold.estimates import IntrinsicDimension
from skbackprop.utils.validation import FLOATS, check_samples

# The minimum number of neighbours for an estimate.
_FEWEST_NEIGHBORS = {"mle": 3, "two_nn": 2, "gride": 2, "pca": 2}
_MOST_NEIGHBORS_OF_GRIDE = 64  # by default
_SETTINGS = {
    "n_neighbors": ("mle", "gride", "pca"),
    "discard": ("two_nn",),
    "variance_threshold": ("pca",),
}


@validate_params(
    {
        "method": [StrOptions(set(_FEWEST_NEIGHBORS))],
        "n_neighbors": [None, Interval(Integral, 2, None, closed="left")],
        "discard": [None, Interval(Real, 0, 1, closed="left")],
        "variance_threshold": [None, Interval(Real, 0, 1, closed="right")],
        "correct_bias": ["boolean"],
        "confidence_level": [Interval(Real, 0, 1, closed="neither")],
    },
    prefer_skip_nested_validation=True,
)
def intrinsic_dimension(
    X,
    *,
    method="mle",
    n_neighbors=None,
    discard=None,
    variance_threshold=None,
    correct_bias=True,
    confidence_level=0.95,
):
    r"""Estimate the dimension of the manifold near which the data lies.

    'mle'
        Uses the distances :math:`T_1 \le \dots \le T_k` to the k nearest neighbours
        of each of n samples. The maximum of their likelihood [1]_ [2]_ is at

        .. math:: \frac{1}{d} = \frac{1}{n} \sum_{i=1}^n \frac{1}{k - 1}
           \sum_{j=1}^{k-1} \log \frac{T_k(x_i)}{T_j(x_i)}.

        Estimates for single samples use k - 2 instead of k - 1, which makes them
        unbiased.

    'two_nn'
        Uses only the ratio :math:`\mu = T_2 / T_1` [3]_, which is least affected by
        curvature and uneven density. Its distribution is
        :math:`F(\mu) = 1 - \mu^{-d}`. The largest ratios are censored at the largest of
        the r ratios that are kept. The estimate is that of maximum likelihood, times
        (r - 1) / r.

    'gride'
        Uses the ratios :math:`\mu = T_{2n} / T_n` for n = 1, 2, 4, 8, and so on [4]_,
        and gives the dimension as a function of scale. :math:`\mu^{-d}` has a beta
        distribution with parameters n and n. The estimate at each scale is that of
        maximum likelihood, with N - 1 instead of N samples. At n = 1 it is that of
        'two_nn' with ``discard=0``. The table `scales` of the result has all estimates.
        `dimension` is the estimate at the flattest part of the curve: at the scale
        whose estimate differs by the smallest factor from those of the scales before
        and after.

    'pca'
        The number of principal components that explain a given fraction of the
        variance of all data or, if `n_neighbors` is given, of each sample with its
        neighbours, averaged.

    Estimates from distances are too low in many dimensions. Samples are then so far
    from each other that most neighbourhoods reach the border of the data, where
    the number of neighbours grows more slowly than :math:`r^d`. With `correct_bias`,
    the result is the dimension of the ball for which the same number of samples,
    evenly spread, gives this estimate on average; it is computed from an integral. For
    'gride' the correction is made at each scale. Samples of a ball then have the same
    dimension at all scales, but for data without a border, estimates rise with the
    scale.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        The samples. Duplicates count once, even if they differ by rounding to the
        precision of X, single or double.
    method : {'mle', 'two_nn', 'gride', 'pca'}, default='mle'
        The method of estimation.
    n_neighbors : int, default=None
        Number of neighbours, for 'mle', 'gride' and 'pca'. For 'mle', at least 3; the
        default is 10, or fewer for small data. For 'gride', that of the largest scale,
        a power of 2; the default is 64, but at most an eighth of the samples. For
        'pca', the default uses all data.
    discard : float, default=None
        Fraction of the ratios, the largest ones, that 'two_nn' censors. The default
        is 0.1, as in [3]_.
    variance_threshold : float, default=None
        Fraction of the variance, for 'pca'. The default is 0.95.
    correct_bias : bool, default=True
        Whether to correct the bias of finite samples, for 'mle', 'two_nn' and 'gride'.
        If False, the estimates are the published ones.
    confidence_level : float, default=0.95
        Confidence level of the interval.

    Returns
    -------
    IntrinsicDimension
        The estimate, its interval, an estimate for each sample and, for 'gride', an
        estimate for each scale. The interval shows the spread of estimates, not their
        bias: it may exclude the true dimension.

    Raises
    ------
    ValueError
        If there are too few distinct samples, or if a parameter is for another
        method.

    Warns
    -----
    UserWarning
        If X has double precision but many samples differ by no more than rounding to
        single precision. If many distances are equal, as on lattices and for counts.
        If even the low end of the interval exceeds the number of features by more than
        a tenth. For 'gride', if this is so at any scale.

    Notes
    -----
    The interval of 'two_nn' is exact for independent ratios, as
    :math:`2 d \sum \log \mu` has a chi-squared distribution. Ratios of samples that are
    nearest neighbours of each other are not quite independent. The interval of 'mle' is
    asymptotic, with a variance that accounts for the overlap of neighbourhoods. For 100
    to 2000 samples of tori, cubes and spheres in 1 to 8 dimensions, a fraction of 0.85
    to 0.93 of the intervals at level 0.95 contained the mean of the estimates with
    'two_nn', and 0.87 to 0.98 with 'mle'. It was lowest in one dimension. For 'gride'
    and 100 to 2000 samples it was 0.80 to 1.00 at each scale, lowest in one dimension
    and highest at large scales. That variance is asymptotic too, and standard errors
    are 0.7 to 1.9 times the standard deviation of estimates. The interval of 'pca' with
    neighbours is the asymptotic one of a mean of counts, and is too narrow if nearly
    all counts are equal.

    An interval shows the variability of estimates. It does not cover the remaining
    bias. With 'mle' and 100 samples of a torus of four dimensions, the mean of the
    estimates was 5.9, and no interval contained 4.

    References
    ----------
    .. [1] Levina, E. & Bickel, P. J. (2005). "Maximum likelihood estimation of
       intrinsic dimension". NIPS 17.
    .. [2] MacKay, D. J. C. & Ghahramani, Z. (2005). "Comments on 'Maximum likelihood
       estimation of intrinsic dimension' by E. Levina and P. Bickel".
    .. [3] Facco, E., d'Errico, M., Rodriguez, A. & Laio, A. (2017). "Estimating the
       intrinsic dimension of datasets by a minimal neighborhood information".
       Scientific Reports 7.
    .. [4] Denti, F., Doimo, D., Laio, A. & Mira, A. (2022). "The generalized ratios
       intrinsic dimension estimator". Scientific Reports 12.

    Examples
    --------
    A sheet rolled up in three dimensions has dimension two:

    >>> from sklearn.datasets import make_swiss_roll
    >>> from skbackprop.manifold import intrinsic_dimension
    >>> X, _ = make_swiss_roll(2000, random_state=0)
    >>> intrinsic_dimension(X)
    IntrinsicDimension(1.97, 95% in [1.93, 2.01], method='mle', n_samples=2000)

    Noise has three dimensions, and dominates the distances to nearest neighbours:

    >>> X, _ = make_swiss_roll(2000, noise=0.3, random_state=0)
    >>> found = intrinsic_dimension(X, method="gride")
    >>> found
    IntrinsicDimension(2.05, 95% in [2.00, 2.10], method='gride', n_samples=2000)
    >>> found.scales.iloc[:, :4].round(2)
       n_neighbors  distance  dimension  standard_error
    0            2      0.73       2.82            0.08
    1            4      1.00       2.45            0.05
    2            8      1.39       2.29            0.04
    3           16      1.96       2.07            0.03
    4           32      2.80       2.05            0.03
    5           64      3.99       2.06            0.02
    """
    given = {
        "n_neighbors": n_neighbors,
        "discard": discard,
        "variance_threshold": variance_threshold,
    }
    for name, methods in _SETTINGS.items():
        if given[name] is not None and method not in methods:
            methods = " or ".join(map(repr, methods))
            raise ValueError(
                f"{name}={given[name]!r} is for method={methods}, not {method!r}. "
                f"Leave it out."
            )
    X = check_samples(X, "X", FLOATS)
    points, place = _check_points(X, method)
    n_neighbors = _check_n_neighbors(n_neighbors, method, len(points))
    scales = None
    if method == "pca":
        threshold = 0.95 if variance_threshold is None else variance_threshold
        found = _by_components(points, n_neighbors, threshold, confidence_level)
        uncorrected = found[0]
    elif method == "gride":
        scales, n_neighbors, uncorrected, found = _by_scales(
            points, n_neighbors, correct_bias, confidence_level
        )
        scales["distance"] *= float(np.abs(X).max())  # points are X divided by it
    else:
        if method == "two_nn" and discard is None:
            discard = 0.1
        uncorrected, found = _by_distances(
            points, n_neighbors, discard, correct_bias, confidence_level
        )
    dimension, interval, local = found
    return IntrinsicDimension(
        float(dimension),
        interval if interval is None else tuple(map(float, interval)),
        confidence_level,
        method,
        n_neighbors,
        len(points),
        float(uncorrected),
        local[place],
        scales,
    )


def _check_points(X, method):
    """Return distinct points, and the index of the point of each row of X."""
    points, place = _dimension.distinct_points(X)
    fewest = _FEWEST_NEIGHBORS[method] + 1
    if len(points) < fewest:
        raise ValueError(
            f"X must have at least {fewest} distinct samples for method={method!r}, "
            f"got {len(points)} in {len(place)} rows."
        )
    return points, place


def _check_n_neighbors(n_neighbors, method, n_points):
    if n_neighbors is None:
        largest_scale = min(_MOST_NEIGHBORS_OF_GRIDE, max(2, n_points // 8))
        return {
            "mle": min(10, n_points - 1),
            "two_nn": 2,
            "gride": int(_scales.doubling(largest_scale)[-1]),
            "pca": None,
        }[method]
    fewest = _FEWEST_NEIGHBORS[method]
    if not fewest <= n_neighbors < n_points:
        raise ValueError(
            f"n_neighbors={n_neighbors} must be at least {fewest} for "
            f"method={method!r}, and less than the {n_points} distinct samples of X."
        )
    if method == "gride" and n_neighbors & (n_neighbors - 1):
        lower = _scales.doubling(n_neighbors)[-1]
        raise ValueError(
            f"n_neighbors={n_neighbors} must be a power of 2 for method='gride', such "
            f"as {lower} or {2 * lower}."
        )
    return n_neighbors


def _by_distances(points, n_neighbors, discard, correct_bias, confidence_level):
    """Return the uncorrected estimate, the estimate, its interval and local estimates.

    ``discard`` is for two nearest neighbours; None selects maximum likelihood.
    """
    log_distances, indices = _dimension.nearest_neighbours(points, n_neighbors)
    if discard is None:
        found = _dimension.maximum_likelihood(log_distances, indices, confidence_level)
    else:
        found = _dimension.two_nearest(log_distances, confidence_level, discard)
    uncorrected = found[0]
    if correct_bias:
        found = _without_bias(*found, len(points), n_neighbors)
    warn_of_near_duplicates(points, log_distances)
    ties = (_dimension.log_ratios_of(log_distances) == 0).mean()
    warn_of_lattices(ties, found[0], found[1][0], points.shape[1])
    return uncorrected, found


def _by_scales(points, n_neighbors, correct_bias, confidence_level):
    """Return the table of scales, and neighbours and estimates of the flattest one."""
    log_distances, indices = _dimension.nearest_neighbours(points, n_neighbors)
    scales = _scales.estimates_by_scale(
        log_distances, indices, correct_bias, confidence_level
    )
    warn_of_near_duplicates(points, log_distances)
    log_ratios = _scales.log_ratios_by_scale(log_distances)
    ties = (log_ratios == 0).mean(axis=0)
    largest = scales.loc[scales["lower"].idxmax()]
    warn_of_lattices(
        ties.max(), largest["dimension"], largest["lower"], points.shape[1]
    )
    place = _scales.flattest(scales["dimension"])
    row = scales.loc[place]
    outer = int(row["n_neighbors"])
    local = _scales.local_estimates(log_ratios[:, place], outer // 2)
    if np.isfinite(row["dimension"]):
        local *= row["dimension"] / row["uncorrected"]
    found = row["dimension"], (row["lower"], row["upper"]), local
    return scales, outer, row["uncorrected"], found


def _by_components(points, n_neighbors, threshold, confidence_level):
    """Return the estimate by principal components, its interval and local estimates."""
    if n_neighbors is None:
        spectrum = _dimension.spectra(points[np.newaxis])[0]
        count = float(_dimension.n_components_of_variance(spectrum, threshold))
        return count, None, np.full(len(points), count)
    _, indices = _dimension.nearest_neighbours(points, n_neighbors)
    local = _dimension.local_components(points, indices, threshold).astype(float)
    interval = _dimension.normal_interval(local, indices, confidence_level)
    return local.mean(), interval, local


def _without_bias(dimension, interval, local, n_samples, n_neighbors):
    """Return estimates corrected for the bias of finite samples."""
    corrected, *interval = _bias.correct_bias(
        (dimension, *interval), n_samples, n_neighbors
    )
    if np.isfinite(dimension):
        local = local * (corrected / dimension)
    return corrected, interval, local
