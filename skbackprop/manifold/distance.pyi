# Written by `make stubs` from the module beside it, which is what to change.

from numpy.typing import ArrayLike
from numpy.typing import NDArray
from typing import Any

def off_manifold_distance(
    X_train: ArrayLike,
    X: ArrayLike,
    *,
    n_neighbors: int = 10,
    n_components: int | None = None,
) -> NDArray[Any]:
    r"""Measure how far samples are from the manifold of training data.

    Near a sample x, the manifold is approximated by a plane through the mean :math:`m`
    of the nearest training samples, spanned by their first principal components
    :math:`V`. The distance is the norm of the orthogonal component,

    .. math:: \| (I - V V^T) (x - m) \|.

    It does not include the distance from training samples along the manifold.

    Parameters
    ----------
    X_train : array-like of shape (n_train, n_features)
        Samples on the manifold or near it. Duplicates count once, even if they
        differ by rounding to the precision of X_train.
    X : array-like of shape (n_samples, n_features)
        The samples. A sample that is also in X_train is one of its own neighbours.
    n_neighbors : int, default=10
        Number of training samples that define a plane.
    n_components : int, default=None
        Dimension of the manifold, less than `n_neighbors`. By default
        :func:`intrinsic_dimension` of X_train, rounded.

    Returns
    -------
    ndarray of shape (n_samples,)
        Distances, in the units of X. Directions in which the neighbours do not
        vary are not part of a plane, even if `n_components` is larger.

    Raises
    ------
    ValueError
        If there are too few training samples, or too few neighbours for the
        dimension.

    References
    ----------
    .. [1] Zhang, Z. & Zha, H. (2004). "Principal manifolds and nonlinear
       dimensionality reduction via tangent space alignment". SIAM Journal on
       Scientific Computing 26.

    Examples
    --------
    A circle, and points outside, on and inside of it:

    >>> import numpy as np
    >>> from skbackprop.manifold import off_manifold_distance
    >>> angle = np.linspace(0, 2 * np.pi, 200)
    >>> circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    >>> off_manifold_distance(circle, [[1.5, 0], [0, 1], [0.1, 0]]).round(2)
    array([0.5, 0. , 0.9])
    """

def __getattr__(name: str) -> Any: ...
