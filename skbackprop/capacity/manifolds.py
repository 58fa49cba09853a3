"""The capacity of manifolds: how many of them can be told apart per dimension."""

from numbers import Integral, Real

import numpy as np
import pandas as pd
from scipy.stats import t as student
from sklearn.utils import check_consistent_length, column_or_1d
from sklearn.utils._param_validation import Interval, validate_params

from skbackprop.capacity._anchors import geometry
from skbackprop.capacity._draws import Clouds, spanned_space
from skbackprop.capacity._experiments import check_seed, progress_bar
from skbackprop.capacity._running import run_batches, tell_why
from skbackprop.capacity.manifold_estimate import ManifoldCapacity
from skbackprop.utils.validation import check_samples, naming

_FEWEST_DRAWS = 2  # of which a standard error can be made


@validate_params(
    {
        "n_draws": [Interval(Integral, _FEWEST_DRAWS, None, closed="left")],
        "affine": ["boolean"],
        "confidence_level": [Interval(Real, 0, 1, closed="neither")],
        "n_jobs": [None, Integral],
        "progress": [None, callable],
        "random_state": ["random_state"],
    },
    prefer_skip_nested_validation=True,
)
def manifold_capacity(
    X,
    y=None,
    *,
    groups=None,
    dichotomies=None,
    n_draws=200,
    affine=False,
    confidence_level=0.95,
    n_jobs=None,
    progress=None,
    random_state=None,
):
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
    X, manifolds, manifold_of, signs = _check(X, y, groups, dichotomies, n_draws)
    in_order = np.argsort(manifold_of, kind="stable")
    basis, points = _check_span(X[in_order], affine)
    seed = check_seed(random_state)
    clouds = Clouds(basis, points, manifold_of[in_order], signs, affine, seed)
    with progress_bar(progress, n_draws) as advance:
        outcomes, why_not_all = run_batches(
            [clouds], clouds.batches(n_draws), n_jobs, advance
        )
    draws = [draw for batch in sorted(outcomes) for draw in outcomes[batch].draws]
    if why_not_all and len(draws) < _FEWEST_DRAWS:
        raise why_not_all
    tell_why(why_not_all, draws, f"{len(draws)} of {n_draws} draws are finished.")
    return _estimate(clouds, draws, manifolds, confidence_level)


def _estimate(clouds, draws, manifolds, confidence_level):
    """Return the capacity of all draws, and the geometry of their anchor points."""
    lengths = np.array([draw.squared_length for draw in draws])
    mean, error = lengths.mean(), lengths.std(ddof=1) / np.sqrt(len(lengths))
    margin = error * student.ppf((1 + confidence_level) / 2, len(lengths) - 1)
    capacity, *interval = (
        float(len(manifolds) / needed) if needed > 0 else np.inf
        for needed in (mean, mean + margin, mean - margin)
    )
    found = geometry(clouds.points, draws)
    return ManifoldCapacity(
        capacity,
        tuple(interval),
        confidence_level,
        float(mean),
        float(found.dimension),
        float(found.radius),
        pd.Series(
            {
                "centers": found.center_alignment,
                "axes": found.axis_alignment,
                "centers_and_axes": found.center_axis_alignment,
            },
            name="alignment",
        ),
        pd.DataFrame(
            {
                "n_samples": np.bincount(clouds.manifold_of),
                "dimension": found.dimensions,
                "radius": found.radii,
                "active": np.mean([draw.is_active for draw in draws], axis=0),
            },
            index=pd.Index(manifolds, name="manifold"),
        ),
        lengths,
    )


# Validation


def _check(X, y, groups, dichotomies, n_draws):
    """Return X, the manifolds, which of them each sample is of, signs or None."""
    X = check_samples(X)
    if y is None and groups is None:
        raise ValueError(
            "y or groups must tell which samples make a manifold; where each is one "
            "of its own, groups=range(n_samples)."
        )
    classes, class_of = _read_labels(y, "y", X)
    manifolds, manifold_of = _read_labels(groups, "groups", X)
    if manifolds is None:
        manifolds, manifold_of = classes, class_of
    elif y is not None:
        if dichotomies is not None:
            raise ValueError(
                "dichotomies must be left out where y and groups are given: y tells "
                "the dichotomies of groups."
            )
        dichotomies = _dichotomies_of(classes, class_of, manifolds, manifold_of)
    if dichotomies is not None:
        dichotomies = _check_dichotomies(dichotomies, len(manifolds), n_draws)
    return X, manifolds, manifold_of, dichotomies


def _read_labels(labels, name, X):
    """Return the distinct labels, and which of them each sample has."""
    if labels is None:
        return None, None
    with naming(name):
        labels = column_or_1d(labels)
        check_consistent_length(X, labels)
        if pd.isna(labels).any():
            raise ValueError(f"{name} must have no missing labels.")
        return np.unique(labels, return_inverse=True)


def _dichotomies_of(classes, class_of, manifolds, manifold_of):
    """Return each class against the rest, one dichotomy if there are two classes."""
    class_of_manifold = np.zeros(len(manifolds), int)
    class_of_manifold[manifold_of] = class_of
    is_other = class_of_manifold[manifold_of] != class_of
    if is_other.any():
        group = manifolds[manifold_of[np.argmax(is_other)]]
        raise ValueError(
            f"y must be the same for all samples of a group, but is not for those of "
            f"group {group}."
        )
    if len(classes) == 1:
        raise ValueError(
            f"y must have at least two classes to make dichotomies of groups, got "
            f"{classes[0]} only; leave y out for random ones."
        )
    first = 1 if len(classes) == 2 else 0
    return np.arange(first, len(classes))[:, np.newaxis] == class_of_manifold


def _check_dichotomies(dichotomies, n_manifolds, n_draws):
    """Return dichotomies as an array of -1.0 and 1.0."""
    with naming("dichotomies"):
        dichotomies = np.asarray(dichotomies)
    shape = dichotomies.shape
    if dichotomies.ndim != 2 or shape[1] != n_manifolds or not shape[0]:
        raise ValueError(
            f"dichotomies must have the shape (n_dichotomies, {n_manifolds}), got "
            f"{shape}."
        )
    labels = dichotomies.astype(object)  # so that strings compare with numbers
    is_positive = labels == 1
    is_negative = (labels == -1) | (dichotomies.dtype == bool)
    is_wrong = ~(is_positive | is_negative)
    if is_wrong.any():
        raise ValueError(
            f"dichotomies must be labels -1 and 1, got {dichotomies[is_wrong][0]}."
        )
    if len(dichotomies) > n_draws:
        raise ValueError(
            f"n_draws={n_draws} must be at least the {len(dichotomies)} dichotomies, "
            "of which each is to be drawn."
        )
    return np.where(is_positive, 1.0, -1.0)


def _check_span(X, affine):
    """Return a basis of what the samples span and coordinates, in units of some kind.

    In what units they are is of no consequence, and those of X may be extreme.
    """
    largest = np.abs(X).max()
    basis, points = spanned_space(X / largest if largest > 0 else X, affine)
    if points.shape[1] == 0:
        where = "are equal" if affine else "are at the origin"
        raise ValueError(f"All samples of X {where}: there is no cone to measure.")
    return basis, points
