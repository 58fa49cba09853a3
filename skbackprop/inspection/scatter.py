"""Variation of samples: its number of directions, and variation within classes."""

import numpy as np
from sklearn.utils import check_consistent_length

from skbackprop.utils.validation import check_samples, check_targets

_ROUNDINGS = 8  # rounding error of a mean, in units of the relative precision


def participation_ratio(X):
    r"""Return the effective number of directions in which samples vary.

    With the eigenvalues :math:`\lambda_i` of the covariance of d features, it is

    .. math:: \frac{(\sum_i \lambda_i)^2}{\sum_i \lambda_i^2} \in [1, d]

    and equals d only if all eigenvalues are equal. It measures the dimension of a
    linear subspace near the data; a curved manifold has a lower dimension.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        At least 2 samples.

    Returns
    -------
    float
        At most ``n_samples - 1``; 0 if all samples are equal.

    See Also
    --------
    skbackprop.manifold.intrinsic_dimension : Dimension of curved manifolds too.

    Notes
    -----
    For few samples, it is too low: for n samples from a normal distribution with d
    equal variances, it is about d / (1 + d / n).

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
    r"""Return the variation within classes relative to that of their means.

    It measures the first sign of neural collapse [1]_: in the last hidden layer of a
    network that is trained for a long time, the samples of each class converge to one
    point. With the covariance :math:`\Sigma_W` within classes and the covariance
    :math:`\Sigma_B` of the means of C classes,

    .. math:: NC_1 = \frac{1}{C} \operatorname{tr}(\Sigma_W \Sigma_B^+)

    where + denotes the pseudo-inverse. It is invariant to scaling and rotation of X.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        The samples.
    y : array-like of shape (n_samples,)
        Their classes: at least two, with at least two samples each. All classes have
        the same weight, whatever their size.

    Returns
    -------
    float
        0 if each class is a single point, larger the more the classes overlap, and
        infinite if all classes have the same mean.

    Raises
    ------
    ValueError
        If there are fewer classes, or fewer samples in a class.

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
            "y must have at least two classes, of at least two samples each, got "
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
    """Return deviations from the mean, scaled to a maximum of 1.

    Columns that are constant up to rounding are exactly 0.
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
