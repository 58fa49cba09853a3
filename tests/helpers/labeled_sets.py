"""Labeled sets of points that are hard on a verdict about separability.

Fifteen families, each ``family(rng, n_points, n_features) -> X, y`` with labels of
-1 and 1, and what the tests and the benchmark ask of their verdicts.
"""

import numpy as np

from skbackprop.separability.alternatives import decide as _decide
from skbackprop.separability.rational import signed_rows as _signed_rows


def _labels(rng, n):
    return rng.choice([-1, 1], n)


def grid(rng, n, m):
    return rng.integers(-1, 2, (n, m)), _labels(rng, n)


def hypercube(rng, n, m):
    return rng.integers(0, 2, (n, m)), _labels(rng, n)


def duplicates(rng, n, m):
    """Duplicates have their labels drawn apart: often both."""
    X = rng.standard_normal((max(2, n // 2), m))
    return X[rng.integers(0, len(X), n)], _labels(rng, n)


def consistent_duplicates(rng, n, m):
    X = rng.standard_normal((max(2, n // 2), m))
    chosen = rng.integers(0, len(X), n)
    return X[chosen], _labels(rng, len(X))[chosen]


def both_labels(rng, n, m):
    """One point has both labels."""
    X, y = rng.standard_normal((n, m)), _labels(rng, n)
    X[-1], y[-1] = X[0], -y[0]
    return X, y


def collinear(rng, n, m):
    positions = rng.integers(-9, 10, n)
    return np.outer(positions, rng.integers(-3, 4, m)), _labels(rng, n)


def nearly_low_rank(rng, n, m):
    """Of low rank but for the rounding of the product."""
    rank = max(1, m // 2)
    X = rng.standard_normal((n, rank)) @ rng.standard_normal((rank, m))
    return X, _labels(rng, n)


def low_rank(rng, n, m):
    rank = max(1, m // 2)
    X = rng.integers(-2, 3, (n, rank)) @ rng.integers(-2, 3, (rank, m))
    return X, _labels(rng, n)


def weakly_separable(rng, n, m):
    """Some points are on the hyperplane that has the others on their sides."""
    X, w = rng.integers(-3, 4, (n, m)), rng.integers(-2, 3, m)
    sides = np.sign(X @ w)
    return X, np.where(sides == 0, _labels(rng, n), sides)


def tiny_margins(rng, n, m):
    """Most points are 1e-9 away from the hyperplane that separates."""
    X, w = rng.standard_normal((n, m)), rng.standard_normal(m)
    w /= np.linalg.norm(w)
    y = np.where(X @ w > 0, 1, -1)
    is_close = rng.random(n) < 0.7
    return X + np.outer((1e-9 * y - X @ w) * is_close, w), y


def wild_scales(rng, n, m):
    return rng.standard_normal((n, m)) * 10.0 ** rng.integers(-8, 9, m), _labels(rng, n)


def near_duplicates(rng, n, m):
    X, y = duplicates(rng, n, m)
    return X + 1e-13 * rng.standard_normal((n, m)), y


def sums_of_others(rng, n, m):
    """Half of the columns are totals, as far as these can be rounded."""
    X = rng.standard_normal((n, m - m // 2))
    totals = X.cumsum(axis=1)[:, -(m // 2) :]
    return np.hstack([X, totals]), _labels(rng, n)


def shares(rng, n, m):
    """Each row adds up to 1, up to rounding."""
    X = rng.random((n, m))
    return X / X.sum(axis=1, keepdims=True), _labels(rng, n)


def two_units(rng, n, m):
    """Each measure stands there in inches and in centimetres."""
    X = rng.standard_normal((n, -(-m // 2)))
    return np.hstack([X, 2.54 * X])[:, :m], _labels(rng, n)


FAMILIES = [
    grid,
    hypercube,
    duplicates,
    consistent_duplicates,
    both_labels,
    collinear,
    nearly_low_rank,
    low_rank,
    weakly_separable,
    tiny_margins,
    wild_scales,
    near_duplicates,
    sums_of_others,
    shares,
    two_units,
]


def gaussian(rng, n, m):
    return rng.standard_normal((n, m)), _labels(rng, n)


def labeled_sets(family, n_sets, seed, most_features=7):
    """Yield (X, y, affine) of a family, of few features and up to 4 times as many."""
    rng = np.random.default_rng([seed, *family.__name__.encode()])
    for _ in range(n_sets):
        n_features = int(rng.integers(2, most_features + 1))
        n_points = int(rng.integers(n_features + 1, 4 * n_features + 3))
        X, y = family(rng, n_points, n_features)
        yield X.astype(float), y, bool(rng.integers(2))


def exact_verdict(X, y, affine):
    """Return whether the exact solver separates, given all rows from the beginning."""
    z = _signed_rows(X, y, affine)
    return _decide(z, range(len(z)))[0] == "hyperplane"
