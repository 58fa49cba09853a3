"""Distance of points from the manifold of others."""

from numbers import Integral

import numpy as np
from sklearn.neighbors import NearestNeighbors
from sklearn.utils import gen_batches
from sklearn.utils._param_validation import Interval, validate_params

from skbackprop.manifold import estimates as _dimension
from skbackprop.manifold.dimension import intrinsic_dimension
from skbackprop.utils.validation import FLOATS, check_samples


@validate_params(
    {
        "n_neighbors": [Interval(Integral, 2, None, closed="left")],
        "n_components": [None, Interval(Integral, 1, None, closed="left")],
    },
    prefer_skip_nested_validation=True,
)
def off_manifold_distance(X_train, X, *, n_neighbors=10, n_components=None):
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
    X_train = check_samples(X_train, "X_train", FLOATS)
    X = check_samples(X, "X")
    if X.shape[1] != X_train.shape[1]:
        raise ValueError(
            f"X must have the {X_train.shape[1]} features of X_train, got {X.shape[1]}."
        )
    firsts = _dimension.first_of_duplicates(X_train)
    X_train = np.unique(X_train[firsts], axis=0)
    if n_neighbors > len(X_train):
        raise ValueError(
            f"n_neighbors={n_neighbors} must be at most the {len(X_train)} distinct "
            f"samples of X_train."
        )
    if n_components is None:
        n_components = _rounded_dimension(X_train)
    if n_components >= n_neighbors:
        raise ValueError(
            f"n_neighbors={n_neighbors} is too small for n_components="
            f"{n_components} dimensions, it must be at least {n_components + 1}."
        )
    X_train = X_train.astype(float)
    search = NearestNeighbors(n_neighbors=n_neighbors).fit(X_train)
    distances = np.empty(len(X))
    for some in gen_batches(len(X), _dimension.batch_size(n_neighbors * X.shape[1])):
        neighbours = X_train[search.kneighbors(X[some], return_distance=False)]
        distances[some] = _distance_from_planes(neighbours, X[some], n_components)
    return distances


def _rounded_dimension(X_train):
    estimate = intrinsic_dimension(X_train)
    if not np.isfinite(estimate.dimension):
        raise ValueError(
            "The dimension of X_train cannot be estimated, as all neighbours are "
            "equally far. Set n_components."
        )
    return max(1, round(estimate.dimension))


def _distance_from_planes(neighbours, X, n_components):
    """Return the distance of each sample from the plane of its neighbours."""
    mean = neighbours.mean(axis=1)
    _, sizes, V = np.linalg.svd(neighbours - mean[:, np.newaxis], full_matrices=False)
    eps = np.finfo(float).eps * max(neighbours.shape[1:])
    varies = sizes > eps * sizes[:, :1]
    V = (V * varies[:, :, np.newaxis])[:, :n_components]
    error = X - mean
    error -= np.einsum("ncd,nc->nd", V, np.einsum("ncd,nd->nc", V, error))
    return np.linalg.norm(error, axis=1)
