"""Exact decisions on linear separability, with proofs.

A labeled set of points is linearly separable if some hyperplane has one class on each
side. Every verdict comes with a proof: a hyperplane, or a convex combination of the y_i
(x_i, 1) that vanishes.
"""

import numpy as np
from joblib import Parallel, delayed

from skbackprop.separability.active_set import make_solver
from skbackprop.separability.certificates import as_exact_float64, check_labeled_points
from skbackprop.separability.verdicts import SeparabilityResults, decide, decide_with
from skbackprop.utils.threads import n_threads_here
from skbackprop.utils.validation import check_samples


def linear_separability(X, y, *, affine=True):
    r"""Decide whether a hyperplane separates two classes, with a proof.

    The classes are separable if some :math:`(w, b)` has
    :math:`y_i (w \cdot x_i + b) > 0` for all i, where y is 1 for the class that sorts
    last and -1 for the other. Otherwise, some convex combination of the
    :math:`y_i (x_i, 1)` vanishes: the convex hulls of the classes intersect.

    The verdict does not depend on a tolerance. It is exact for the numbers in X as
    stored in float64; rounding may have moved points off a line or plane on which they
    were meant to lie.

    Parameters
    ----------
    X : array-like of shape (n_points, n_features)
        The points. Integers beyond 2**53 raise an error, as float64 would round them.
    y : array-like of shape (n_points,)
        Labels of two classes.
    affine : bool, default=True
        Whether the hyperplane may have an intercept. If False, b = 0.

    Returns
    -------
    SeparabilityResult
        The verdict and its proof.

    Raises
    ------
    ValueError
        If X is empty, not two-dimensional or not finite, or if y does not have one
        label per point, from exactly two classes.

    See Also
    --------
    linear_separability_many : Decide for many labelings, or many sets.

    References
    ----------
    .. [1] Gordan, P. (1873). "Ueber die Aufloesung linearer Gleichungen mit
       reellen Coefficienten". Mathematische Annalen 6.
    .. [2] Goldfarb, D. & Idnani, A. (1983). "A numerically stable dual method for
       solving strictly convex quadratic programs". Mathematical Programming 27.

    Examples
    --------
    >>> from skbackprop import linear_separability
    >>> X = [[0, 0], [0, 1], [1, 0], [1, 1]]
    >>> linear_separability(X, [0, 0, 0, 1]).separable
    True
    >>> exclusive_or = linear_separability(X, [0, 1, 1, 0])
    >>> exclusive_or.separable
    False
    >>> exclusive_or.certificate.weights
    array([0.25, 0.25, 0.25, 0.25])
    >>> exclusive_or.verify()
    True
    """
    X, signs = check_labeled_points(X, y)
    return decide(X, signs, affine)


def linear_separability_many(X, Y, *, affine=True, n_jobs=None):
    """Decide separability for many labelings of a set of points, or many sets.

    Labelings with a single class are allowed, as in Cover's count.

    Parameters
    ----------
    X : array-like of shape (n_points, n_features) or (n_sets, n_points, n_features)
        One set of points, or a stack of sets.
    Y : array-like of shape (n_labelings, n_points), or with a stack of sets \
(n_sets, n_points) or (n_sets, n_labelings, n_points)
        Labels: -1 and 1, 0 and 1, or booleans.
    affine : bool, default=True
        Whether the hyperplanes may have an intercept.
    n_jobs : int, default=None
        Number of threads, as in joblib. The verdicts do not depend on it.

    Returns
    -------
    SeparabilityResults
        The verdicts. ``separable`` has the shape of Y without the last axis.

    Raises
    ------
    ValueError
        If X is empty or not finite, or if Y does not match X.

    See Also
    --------
    linear_separability : Decide for one labeled set.

    Examples
    --------
    Of the 16 labelings of the corners of a square, all but the exclusive or and its
    opposite are separable:

    >>> import numpy as np
    >>> from skbackprop import linear_separability_many
    >>> X = [[0, 0], [0, 1], [1, 0], [1, 1]]
    >>> Y = (np.arange(16)[:, np.newaxis] >> np.arange(4)) & 1
    >>> results = linear_separability_many(X, Y)
    >>> int(results.separable.sum())
    14
    >>> results[6].certificate.weights
    array([0.25, 0.25, 0.25, 0.25])
    """
    X, Y = _check_many(X, Y)
    separable = _decide_many(X, Y, affine, n_jobs)
    return SeparabilityResults(separable, affine, X, Y)


# Validation


def _check_many(X, Y):
    """Return sets of points as float64 and labels as int8 of -1 and 1."""
    X = check_samples(X, dtype="numeric", allow_nd=True, ensure_2d=False)
    X = as_exact_float64(X)
    if X.ndim not in (2, 3) or not X.size:
        raise ValueError(
            "X must have the shape (n_points, n_features) or (n_sets, n_points, "
            f"n_features), of at least one each, got {X.shape}."
        )
    Y = np.asarray(Y)
    n_points = X.shape[-2]
    is_stack = X.ndim == 3
    if (
        Y.ndim not in ((2, 3) if is_stack else (2,))
        or Y.shape[-1] != n_points
        or (is_stack and len(Y) != len(X))
    ):
        expected = f"(n_labelings, {n_points})"
        if is_stack:
            expected = f"({len(X)}, {n_points}) or ({len(X)}, n_labelings, {n_points})"
        raise ValueError(f"Y must have the shape {expected}, got {Y.shape}.")
    is_positive = Y == 1
    if not ((is_positive | (Y == -1)).all() or (is_positive | (Y == 0)).all()):
        raise ValueError(
            "Y must only have labels -1 and 1, 0 and 1, or False and True, got "
            f"{np.unique(Y)[:5].tolist()}."
        )
    return X, np.where(is_positive, np.int8(1), np.int8(-1))


# Verdicts


def _decide_many(X, Y, affine, n_jobs):
    """Return the verdicts on valid sets of points and labelings."""
    n_parts = max(1, min(n_threads_here(n_jobs), len(Y)))
    bounds = np.linspace(0, len(Y), n_parts + 1).astype(int)
    parts = [slice(*bound) for bound in zip(bounds, bounds[1:], strict=False)]
    # Otherwise, a worker of a cluster would send the parts of its task to all others.
    verdicts = Parallel(n_jobs=n_jobs, require="sharedmem")(
        delayed(_decide_part)(X if X.ndim == 2 else X[part], Y[part], affine)
        for part in parts
    )
    return np.concatenate(verdicts)


def _decide_part(X, Y, affine):
    if Y.ndim == 2:
        return _decide_labelings(make_solver(X.shape, affine), X, Y, affine)
    solver = make_solver(X.shape[1:], affine)
    pairs = zip(X, Y, strict=True)
    return np.array([_decide_labelings(solver, *pair, affine) for pair in pairs])


def _decide_labelings(solver, X, Y, affine):
    """Return one verdict per row of Y, on one set of points or one set per row."""
    separable = np.empty(len(Y), bool)
    for piece, is_separable, is_proved in solver.verdicts(X, Y):
        separable[piece] = is_separable
        for i in piece.start + np.flatnonzero(~is_proved):
            points = X if X.ndim == 2 else X[i]
            separable[i] = decide_with(solver, points, Y[i], affine).separable
    return separable
