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
    r"""Measure how many manifolds a hyperplane can tell apart, per dimension.

    A manifold is a cloud of samples that get one label all together: the pictures of
    one object, say. A dichotomy labels P manifolds with -1 and 1, and is separable if
    some hyperplane has all samples of each class on a side of its own. Looked at in n
    random directions only, it is so in half of all cases if n is about the
    statistical dimension [1]_ of the cone of the samples with their signs,

    .. math:: N^* = E |\Pi(t)|^2, \qquad
       C = \{\textstyle\sum_i \lambda_i y_i x_i : \lambda_i \ge 0\}, \qquad
       \alpha = P / N^*,

    where :math:`\Pi(t)` is the point of C that is nearest to t, and t has the standard
    normal distribution. Alpha is the capacity [2]_ [3]_. For manifolds of one point
    each, in general position, it is 2 as long as P is at most N: Cover's theorem. The
    larger the manifolds are, and the more alike, the smaller it is.

    What the nearest point takes of a manifold is its anchor point

    .. math:: s = \sum_i \lambda_i x_i \Big/ \sum_i \lambda_i,

    of its own samples, and where it takes nothing, the sample that it would take
    first. With :math:`s_0` the mean of s over all draws, :math:`s_1 = s - s_0`,
    :math:`t_1` the products of t with all :math:`s_1`, :math:`G_0` and :math:`G_1` the
    Gram matrices of :math:`s_0` and :math:`s_1`, the dimension and the radius are [3]_

    .. math:: D = \frac{1}{P} E[t_1^T G_1^+ t_1], \qquad
       R^2 = \frac{E[t_1^T (G_0 + G_1)^+ t_1]}
                  {E[t_1^T G_1^+ t_1] - E[t_1^T (G_0 + G_1)^+ t_1]},

    and alpha is about :math:`(1 + R^{-2}) / D` where D is large. Of each manifold alone
    they are
    :math:`E[(t_1 / |s_1|)^2]` and :math:`(E |s_1|^2)^{1/2} / |s_0|` [2]_: those of a
    sphere, if it is one.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        The samples. At the origin they have no influence, unless `affine`.
    y : array-like of shape (n_samples,), default=None
        Classes. Without `groups`, each class is a manifold, and dichotomies are
        random. With `groups`, which are then the manifolds, y gives the dichotomies:
        each class against the rest, for two classes one dichotomy. Where classes are
        the manifolds and it is them that are to be told apart, ``groups=y``.
    groups : array-like of shape (n_samples,), default=None
        The manifold that each sample belongs to. Without `y`, dichotomies are random.
    dichotomies : array-like of shape (n_dichotomies, n_manifolds), default=None
        Labels -1 and 1 of the manifolds, in sorted order, where they are to be
        neither random nor those of y. Draws take them in turns.
    n_draws : int, default=200
        How often a direction t is drawn, and with it a random dichotomy: each of
        the :math:`2^P` has the same chance, as often as it comes.
    affine : bool, default=False
        False for hyperplanes through the origin, as in [2]_ and [3]_. True to let them
        have an intercept: C is then restricted to :math:`\sum_i \lambda_i y_i = 0`,
        and the origin is put into the mean of all samples.
    confidence_level : float, default=0.95
        Level of the interval.
    n_jobs : int, default=None
        Workers of the joblib backend that is active; processes by default. They
        have no influence on the result.
    progress : callable, default=None
        Makes a progress bar: ``tqdm.tqdm`` or what is called like it,
        ``progress(total=n)`` with methods ``update(n)`` and ``close()``, counting
        draws.
    random_state : int, RandomState instance or None, default=None
        Seed of directions and dichotomies.

    Returns
    -------
    ManifoldCapacity
        Capacity, interval, dimension, radius, alignments, a table of manifolds, and
        a method `plot`. After an interrupt (Ctrl-C) it is of the draws that were
        finished by then.

    Raises
    ------
    ValueError
        If neither y nor groups is given, or all samples are at the origin (or equal,
        if `affine`); if y is not the same for all samples of a group, or has one
        class only; if there are more dichotomies than draws.

    See Also
    --------
    sphere_capacity : The capacity of spheres of a dimension and radius.
    empirical_capacity : The capacity of a representation of points, by trials.
    linear_separability_many : Whether dichotomies are separable, with proofs.

    Notes
    -----
    What dichotomies are not separable in all N dimensions are not so in fewer. N* is
    at most N all the same, and alpha then is too large: look at
    :func:`~skbackprop.linear_separability` first where samples are many.

    The interval is that of the mean of independent draws, by Student's distribution.
    It holds for these samples, whatever others of the manifolds would tell.

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
    Ten points, each of them a manifold, and ten circles around them of radius 1:

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
