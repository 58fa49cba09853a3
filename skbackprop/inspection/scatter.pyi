# Written by `make stubs` from the module beside it, which is what to change.

from numpy.typing import ArrayLike
from typing import Any

def nc1(X: ArrayLike, y: ArrayLike) -> float:
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

def participation_ratio(X: ArrayLike) -> float:
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

def __getattr__(name: str) -> Any: ...
