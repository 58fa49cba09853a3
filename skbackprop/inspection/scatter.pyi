# Written by `make stubs` from the module beside it, which is what to change.

from numpy.typing import ArrayLike
from typing import Any

def nc1(X: ArrayLike, y: ArrayLike) -> float:
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

def participation_ratio(X: ArrayLike) -> float:
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

def __getattr__(name: str) -> Any: ...
