"""The capacity of manifolds: how many can be separated per dimension."""

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

_FEWEST_DRAWS = 2  # for which a standard error is defined


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
    """Return X, the manifolds, the manifold of each sample, and signs or None."""
    X = check_samples(X)
    if y is None and groups is None:
        raise ValueError(
            "y or groups must assign the samples to manifolds. If each sample is a "
            "manifold, pass groups=range(n_samples)."
        )
    classes, class_of = _read_labels(y, "y", X)
    manifolds, manifold_of = _read_labels(groups, "groups", X)
    if manifolds is None:
        manifolds, manifold_of = classes, class_of
    elif y is not None:
        if dichotomies is not None:
            raise ValueError(
                "dichotomies must be None if y and groups are given: y then defines "
                "the dichotomies of groups."
            )
        dichotomies = _dichotomies_of(classes, class_of, manifolds, manifold_of)
    if dichotomies is not None:
        dichotomies = _check_dichotomies(dichotomies, len(manifolds), n_draws)
    return X, manifolds, manifold_of, dichotomies


def _read_labels(labels, name, X):
    """Return the distinct labels, and the index of the label of each sample."""
    if labels is None:
        return None, None
    with naming(name):
        labels = column_or_1d(labels)
        check_consistent_length(X, labels)
        if pd.isna(labels).any():
            raise ValueError(f"{name} must have no missing labels.")
        return np.unique(labels, return_inverse=True)


def _dichotomies_of(classes, class_of, manifolds, manifold_of):
    """Return one dichotomy per class against the rest, and only one for two classes."""
    class_of_manifold = np.zeros(len(manifolds), int)
    class_of_manifold[manifold_of] = class_of
    is_other = class_of_manifold[manifold_of] != class_of
    if is_other.any():
        group = manifolds[manifold_of[np.argmax(is_other)]]
        raise ValueError(
            "y must be the same for all samples of a group, but differs in group "
            f"{group}."
        )
    if len(classes) == 1:
        raise ValueError(
            "y must have at least two classes to define dichotomies of groups, got "
            f"only {classes[0]}. Omit y for random dichotomies."
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
            f"n_draws={n_draws} must be at least the number of dichotomies, "
            f"{len(dichotomies)}."
        )
    return np.where(is_positive, 1.0, -1.0)


def _check_span(X, affine):
    """Return a basis of the span of the samples, and their coordinates, rescaled.

    The scale does not affect the result, and that of X may be extreme.
    """
    largest = np.abs(X).max()
    basis, points = spanned_space(X / largest if largest > 0 else X, affine)
    if points.shape[1] == 0:
        where = "are equal" if affine else "are at the origin"
        raise ValueError(f"All samples of X {where}: there is no cone to measure.")
    return basis, points
