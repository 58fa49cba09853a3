"""How samples scatter: in how many directions, and around the means of classes."""

import numpy as np
from sklearn.utils import check_consistent_length

from skbackprop.utils.validation import check_samples, check_targets

_ROUNDINGS = 8  # of a mean, relative to the numbers that it is of


def participation_ratio(X):
    r"""Return in how many directions samples scatter, each by its share.

    With the eigenvalues :math:`\lambda_i` of the covariance of d features it is

    .. math:: \frac{(\sum_i \lambda_i)^2}{\sum_i \lambda_i^2} \in [1, d]

    and d only where all are the same. It counts the directions of a hyperplane that
    data lies near; a curved manifold has fewer dimensions.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        At least 2 samples.

    Returns
    -------
    float
        Not more than ``n_samples - 1``; 0 where all samples are the same.

    See Also
    --------
    skbackprop.manifold.intrinsic_dimension : Also of manifolds that are curved.

    Notes
    -----
    Of few samples it is too low: of n from a normal distribution with d equal
    variances it is about d / (1 + d / n).

    References
    ----------
    Gao, P. et al. (2017). "A theory of multineuronal dimensionality, dynamics and
    measurement". bioRxiv 214262.

    Examples
    --------
    >>> import numpy as np
    >>> from skbackprop.inspection import participation_ratio
    >>> X = np.vstack([np.diag([1, 1, 1, 0]), -np.diag([1, 1, 1, 0])])
    >>> round(participation_ratio(X), 6)
    3.0
    """
    X = centred(check_samples(X, ensure_min_samples=2))
    is_wide = X.shape[0] < X.shape[1]
    products = X @ X.T if is_wide else X.T @ X
    total = np.trace(products)
    return float(total**2 / np.sum(products**2)) if total > 0 else 0.0


def nc1(X, y):
    r"""Return how much classes vary within, beside how far their means are apart.

    The first sign of neural collapse [1]_: in the last hidden layer of a network
    that is trained on and on, samples of a class come together in one point. With
    :math:`\Sigma_W` the covariance within classes and :math:`\Sigma_B` that of the
    means of C classes,

    .. math:: NC_1 = \frac{1}{C} \operatorname{tr}(\Sigma_W \Sigma_B^+)

    where + is the pseudo-inverse. It does not change with the scale of X, nor by a
    rotation.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        The samples.
    y : array-like of shape (n_samples,)
        Their classes: at least two, of at least two samples each. All count alike,
        whatever their sizes.

    Returns
    -------
    float
        0 where each class is one point, and larger the less the means tell of it.
        Infinite where all classes have the same mean.

    Raises
    ------
    ValueError
        If there are fewer classes, or fewer samples of one.

    References
    ----------
    .. [1] Papyan, V., Han, X. Y. & Donoho, D. L. (2020). "Prevalence of neural collapse
       during the terminal phase of deep learning training". PNAS 117.

    Examples
    --------
    Two classes with means 2 apart, and a variance of 1 in that direction:

    >>> from skbackprop.inspection import nc1
    >>> round(nc1([[-2], [0], [0], [2]], [0, 0, 1, 1]), 6)
    0.5
    """
    X = check_samples(X)
    check_consistent_length(X, y)
    classes, codes = np.unique(check_targets(y, len(X), False), return_inverse=True)
    sizes = np.bincount(codes.ravel())
    if len(codes) != len(X) or len(classes) < 2 or sizes.min() < 2:
        raise ValueError(
            "y must hold at least two classes, of at least two samples each, got "
            f"{len(classes)} of {sizes.min()} or more."
        )
    return float(_nc1(centred(X), codes, sizes))


def _nc1(X, codes, sizes):
    r"""Return tr(S_W S_B^+) / C: the :math:`v_k' S_W v_k / s_k^2` along axes of means.

    The k-th axis v_k has the singular value s_k, whose square is C times an
    eigenvalue of S_B.
    """
    means = np.zeros((len(sizes), X.shape[1]))
    np.add.at(means, codes, X)
    means /= sizes[:, np.newaxis]
    _, spreads, axes = np.linalg.svd(means - means.mean(axis=0), full_matrices=False)
    rounding = _ROUNDINGS * max(means.shape) * np.finfo(float).eps
    is_real = spreads > rounding  # X is of size 1
    if not is_real.any():
        return np.inf
    within = ((X - means[codes]) @ axes[is_real].T) ** 2
    weights = 1 / (len(sizes) * sizes[codes])
    return np.sum(weights @ within / spreads[is_real] ** 2)


def centred(X):
    """Return deviations from the mean, the largest of them 1.

    Columns that are constant but for rounding are exactly 0.
    """
    X = X.astype(float)
    largest = np.abs(X).max()
    X = X / largest if largest > 0 else X
    sizes = np.abs(X).max(axis=0)
    X = X - X.mean(axis=0)
    spreads = np.abs(X).max(axis=0)
    X[:, spreads <= _ROUNDINGS * np.finfo(float).eps * sizes] = 0
    largest = np.abs(X).max()
    return X / largest if largest > 0 else X
