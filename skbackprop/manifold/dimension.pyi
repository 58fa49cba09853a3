# Written by `make stubs` from the module beside it, which is what to change.

from numpy.typing import ArrayLike
from skbackprop.manifold.estimates import IntrinsicDimension
from typing import Any
from typing import Literal

def intrinsic_dimension(
    X: ArrayLike,
    *,
    method: Literal['mle', 'two_nn', 'gride', 'pca'] = 'mle',
    n_neighbors: int | None = None,
    discard: float | None = None,
    variance_threshold: float | None = None,
    correct_bias: bool = True,
    confidence_level: float = 0.95,
) -> IntrinsicDimension:
    r"""Estimate how many coordinates the manifold has that data lies near.

    'mle'
        By the distances :math:`T_1 \le \dots \le T_k` to the k nearest neighbours
        of each of n samples, whose likelihood is greatest [1]_ [2]_ at

        .. math:: \frac{1}{d} = \frac{1}{n} \sum_{i=1}^n \frac{1}{k - 1}
           \sum_{j=1}^{k-1} \log \frac{T_k(x_i)}{T_j(x_i)}.

        Estimates of single samples have k - 2 in the place of k - 1, and no bias.

    'two_nn'
        By the ratio :math:`\mu = T_2 / T_1` only [3]_, which is as little bothered by
        curvature and uneven density as can be. Its distribution is
        :math:`F(\mu) = 1 - \mu^{-d}`. The greatest ratios, which see furthest, are
        known only to be great, and the rest decides: the estimate is of greatest
        likelihood, times (r - 1) / r for r ratios that are kept.

    'gride'
        By ratios of distances that are twice as many neighbours away [4]_, for n = 1,
        2, 4, 8, and so on: the dimension as a function of scale. With
        :math:`\mu = T_{2n} / T_n`, the number :math:`\mu^{-d}` has a beta distribution
        with parameters n and n. The estimate of each scale is of greatest likelihood,
        but for N - 1 in the place of N samples: at n = 1 it is that of 'two_nn' with
        ``discard=0``. All are in the table `scales` of the result, whose `dimension` is
        that of the flattest part of the curve: of the scale whose estimate differs by
        the smallest factor from those of the scales before and after.

    'pca'
        The number of principal components that hold a share of the variance: of all
        data, or, if `n_neighbors` is given, of each sample with its neighbours,
        averaged.

    Estimates from distances are too low in many dimensions. Samples are then so far
    from each other that most neighbourhoods reach the border of the data, where
    there are fewer neighbours than :math:`r^d`. With `correct_bias` the estimate is
    replaced by the dimension of the ball in which as many samples, evenly spread,
    give it on average, which is known in closed form but for an integral. Of 'gride'
    this is done at each scale, so that a ball has the same dimension at all; where the
    data has no border, estimates rise with the scale instead.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        The samples. Duplicates count once, also where they differ by rounding to the
        precision of X, single or double.
    method : {'mle', 'two_nn', 'gride', 'pca'}, default='mle'
        How to estimate.
    n_neighbors : int, default=None
        Number of neighbours, for 'mle', 'gride' and 'pca'. By default 10 or as many as
        there are for 'mle', and all data for 'pca'. For 'mle' at least 3. For 'gride'
        that of the largest scale, a power of 2; by default 64, or less if that is more
        than an eighth of the samples.
    discard : float, default=None
        Share of greatest ratios that 'two_nn' cuts off; by default 0.1, as in [3]_.
    variance_threshold : float, default=None
        Share of the variance, for 'pca'; by default 0.95.
    correct_bias : bool, default=True
        Whether to correct the bias of finite samples, for 'mle', 'two_nn' and 'gride'.
        With False the estimates are the published ones.
    confidence_level : float, default=0.95
        Level of the interval.

    Returns
    -------
    IntrinsicDimension
        The estimate, its interval, an estimate for each sample, and for 'gride' one
        for each scale.

    Raises
    ------
    ValueError
        If there are too few distinct samples, or a setting belongs to another
        method.

    Warns
    -----
    UserWarning
        If many samples differ by no more than rounding to single precision although
        X is of double precision; if many distances are equal, as on lattices and
        between counts; if the dimension exceeds the number of features by more than a
        tenth, also at the low end of the interval. For 'gride', if that is so at any
        scale.

    Notes
    -----
    The interval of 'two_nn' is exact for independent ratios: :math:`2 d \sum \log \mu`
    has a chi-squared distribution. Ratios of samples that are nearest to each other
    are not quite independent. That of 'mle' is asymptotic, with a variance that takes
    the overlap of neighbourhoods into account. Of intervals at level 0.95, for 100 to
    2000 samples of tori, cubes and spheres in 1 to 8 dimensions, 0.85 to 0.93 held the
    mean of the estimates with 'two_nn', and 0.87 to 0.98 with 'mle', least in one
    dimension. For 'gride', of 100 to 2000 samples, it was 0.80 to 1.00 at each scale,
    least in one dimension and most at large scales: the variance is asymptotic too, and
    errors are 0.7 to 1.9 times the scatter. That of 'pca' with neighbours is the
    asymptotic one of a mean of counts, and too narrow where nearly all counts are the
    same.

    An interval tells how far estimates scatter, not how far they are from the truth:
    it does not cover bias that is left. With 'mle', of 100 samples on a torus of four
    dimensions, estimates had the mean 5.9, and no interval held 4.

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
    A sheet rolled up in three dimensions has two:

    >>> from sklearn.datasets import make_swiss_roll
    >>> from skbackprop.manifold import intrinsic_dimension
    >>> X, _ = make_swiss_roll(2000, random_state=0)
    >>> intrinsic_dimension(X)
    IntrinsicDimension(1.97, 95% in [1.93, 2.01], method='mle', n_samples=2000)

    Noise has three, and is what nearest neighbours see:

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

def __getattr__(name: str) -> Any: ...
