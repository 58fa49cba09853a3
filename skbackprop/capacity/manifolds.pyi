# Written by `make stubs` from the module beside it, which is what to change.

from collections.abc import Callable
from numpy.typing import ArrayLike
from skbackprop.capacity.manifold_estimate import ManifoldCapacity
from typing import Any
import numpy as np

def manifold_capacity(
    X: ArrayLike,
    y: ArrayLike | None = None,
    *,
    groups: ArrayLike | None = None,
    dichotomies: ArrayLike | None = None,
    n_draws: int = 200,
    affine: bool = False,
    confidence_level: float = 0.95,
    n_jobs: int | None = None,
    progress: Callable[..., Any] | None = None,
    random_state: int | np.random.RandomState | None = None,
) -> ManifoldCapacity:
    r"""Measure how many manifolds a hyperplane can separate, per dimension.

    A manifold is a cloud of samples with the same label, such as the pictures of one
    object. A dichotomy labels P manifolds with -1 and 1. It is separable if some
    hyperplane has all samples of each class on one side. After projection to n random
    directions, it is separable with probability one half if n is about the statistical
    dimension [1]_ of the cone of the signed samples,

    .. math:: N^* = E |\Pi(t)|^2, \qquad
       C = \{\textstyle\sum_i \lambda_i y_i x_i : \lambda_i \ge 0\}, \qquad
       \alpha = P / N^*,

    where :math:`\Pi(t)` is the point of C nearest to t, and t has a standard normal
    distribution. Alpha is the capacity [2]_ [3]_. For manifolds of a single point, in
    general position, it is 2 as long as P is at most N, by Cover's theorem. It is
    smaller for larger manifolds and for manifolds that are more alike.

    The contribution of a manifold to the nearest point is its anchor point

    .. math:: s = \sum_i \lambda_i x_i \Big/ \sum_i \lambda_i,

    summed over its own samples. If it contributes nothing, s is the sample that would
    contribute first. With :math:`s_0` the mean of s over all draws,
    :math:`s_1 = s - s_0`, :math:`t_1` the products of t with all :math:`s_1`, and
    :math:`G_0` and :math:`G_1` the Gram matrices of :math:`s_0` and :math:`s_1`, the
    dimension and the radius are [3]_

    .. math:: D = \frac{1}{P} E[t_1^T G_1^+ t_1], \qquad
       R^2 = \frac{E[t_1^T (G_0 + G_1)^+ t_1]}
                  {E[t_1^T G_1^+ t_1] - E[t_1^T (G_0 + G_1)^+ t_1]},

    and alpha is about :math:`(1 + R^{-2}) / D` for large D. For each manifold alone,
    they are :math:`E[(t_1 / |s_1|)^2]` and :math:`(E |s_1|^2)^{1/2} / |s_0|` [2]_; for
    a sphere, these are its dimension and radius.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        The samples. Samples at the origin have no influence, unless `affine`.
    y : array-like of shape (n_samples,), default=None
        Classes. Without `groups`, each class is a manifold, and dichotomies are random.
        With `groups`, the groups are the manifolds, and y defines the dichotomies: each
        class against the rest, a single dichotomy for two classes. To separate each
        class from the rest, pass ``groups=y`` too.
    groups : array-like of shape (n_samples,), default=None
        The manifold of each sample. Without `y`, dichotomies are random.
    dichotomies : array-like of shape (n_dichotomies, n_manifolds), default=None
        Labels -1 and 1 of the manifolds in sorted order, to use in turn instead of
        random dichotomies or those of y.
    n_draws : int, default=200
        Number of draws of a direction t, each with a random dichotomy, uniform over all
        :math:`2^P`.
    affine : bool, default=False
        Whether hyperplanes may have an intercept. False means hyperplanes through the
        origin, as in [2]_ and [3]_. If True, C is restricted to
        :math:`\sum_i \lambda_i y_i = 0`, and the origin is moved to the mean of all
        samples.
    confidence_level : float, default=0.95
        Confidence level of the interval.
    n_jobs : int, default=None
        Number of joblib workers, which are processes by default. The results do not
        depend on it.
    progress : callable, default=None
        Creates a progress bar that counts draws: ``tqdm.tqdm``, or any callable
        ``progress(total=n)`` whose result has the methods ``update(n)`` and
        ``close()``.
    random_state : int, RandomState instance or None, default=None
        Controls the directions and dichotomies.

    Returns
    -------
    ManifoldCapacity
        Capacity, interval, dimension, radius, alignments, a table of manifolds, and a
        method `plot`. After an interrupt (Ctrl-C), the result of the draws finished by
        then.

    Raises
    ------
    ValueError
        If neither y nor groups is given; if all samples are at the origin (or equal, if
        `affine`); if y differs between samples of a group, or has only one class; or if
        there are more dichotomies than draws.

    See Also
    --------
    sphere_capacity : The capacity of spheres of given dimension and radius.
    empirical_capacity : The capacity of a representation of points, by trials.
    linear_separability_many : Decide whether dichotomies are separable, with proofs.

    Notes
    -----
    Dichotomies that are not separable in all N dimensions are not separable in fewer.
    As N* is still at most N, alpha is then too large: with many samples, check
    :func:`~skbackprop.linear_separability` first.

    The interval is for the mean of independent draws, by Student's t-distribution. It
    is for the given samples and does not include the variation between samples of the
    manifolds.

    References
    ----------
    .. [1] D. Amelunxen, M. Lotz, M. B. McCoy and J. A. Tropp, "Living on the edge:
       phase transitions in convex programs with random data", Information and
       Inference 3, 224-294, 2014.
    .. [2] S. Chung, D. D. Lee and H. Sompolinsky, "Classification and geometry of
       general perceptual manifolds", Physical Review X 8, 031003, 2018.
    .. [3] C.-N. Chou et al., "Geometry linked to untangling efficiency reveals
       structure and computation in neural populations", bioRxiv 2024.02.26.582157,
       2025.

    Examples
    --------
    Ten points, each a manifold, and ten circles of radius 1 around them:

    >>> import numpy as np
    >>> from skbackprop.capacity import manifold_capacity, sphere_capacity
    >>> centers = np.eye(10, 30)
    >>> manifold_capacity(centers, groups=range(10), n_draws=1000, random_state=0)
    ManifoldCapacity(1.98, 95% in [1.93, 2.05], dimension=0, radius=0, n_manifolds=10)
    >>> angles = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    >>> circle = np.column_stack([np.cos(angles), np.sin(angles)])
    >>> planes = np.eye(30)[10:].reshape(10, 2, 30)
    >>> circles = (centers[:, np.newaxis] + circle @ planes).reshape(400, 30)
    >>> found = manifold_capacity(circles, np.repeat(range(10), 40), random_state=0)
    >>> print(f"{found.capacity:.2f}, D={found.dimension:.1f}, R={found.radius:.1f}")
    0.64, D=2.0, R=1.0
    >>> print(sphere_capacity(1, 2).round(2))
    0.67
    """

def __getattr__(name: str) -> Any: ...
