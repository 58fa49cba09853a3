"""Manifolds whose capacity is known, and the simulation that finds it for any."""

import numpy as np
from sklearn.datasets import load_digits

from skbackprop.separability import linear_separability_many


def first_of_each(X, y, classes, n_each):
    """Return the first samples of each class, and numbers of classes."""
    rows = [np.flatnonzero(y == label)[:n_each] for label in classes]
    return X[np.concatenate(rows)], np.repeat(range(len(classes)), n_each)


def digits(n_each):
    """Return the first pictures of each of scikit-learn's digits."""
    return first_of_each(*load_digits(return_X_y=True), range(10), n_each)


def circles(n_manifolds, radius, n_points=40):
    """Return circles around orthogonal unit vectors, in planes of their own."""
    angles = 2 * np.pi * np.arange(n_points) / n_points
    circle = radius * np.column_stack([np.cos(angles), np.sin(angles)])
    centers, *planes = np.eye(3 * n_manifolds).reshape(3, n_manifolds, -1)
    X = centers[:, np.newaxis] + circle @ np.stack(planes, axis=1)
    return X.reshape(-1, 3 * n_manifolds), np.repeat(range(n_manifolds), n_points)


def gaussian_spheres(dimension, radius, n_points, rng, n_manifolds=10, n_features=100):
    """Return spheres with random centers in random directions.

    In one dimension a sphere is a pair of points, in two they are evenly spaced.
    """
    if dimension == 1:
        u = np.array([[-1.0], [1.0]])
    elif dimension == 2:
        angles = 2 * np.pi * np.arange(n_points) / n_points
        u = np.column_stack([np.cos(angles), np.sin(angles)])
    else:
        u = rng.normal(size=(n_points, dimension))
        u /= np.linalg.norm(u, axis=1, keepdims=True)
    centers = rng.normal(size=(n_manifolds, 1, n_features))
    axes = rng.normal(size=(n_manifolds, dimension, n_features))
    X = (centers + radius * u @ axes).reshape(-1, n_features)
    return X, np.repeat(range(n_manifolds), len(u))


def simulated_capacity(X, y, *, dichotomies=None, affine=False, n_trials=200):
    """Return P / n for the n random directions in which one half is separable.

    A bisection finds n, and shares around it are interpolated. Trials draw
    directions, and one of the dichotomies; by default a random one of all.
    """
    rng = np.random.default_rng(0)
    n_manifolds, n_features = y.max() + 1, X.shape[1]
    shares = {}

    def share(n):
        if n not in shares:
            Z = [X @ rng.normal(size=(n_features, n)) for _ in range(n_trials)]
            if dichotomies is None:
                signs = rng.choice([-1, 1], (n_trials, n_manifolds))
            else:
                signs = rng.choice(dichotomies, n_trials)
            results = linear_separability_many(np.array(Z), signs[:, y], affine=affine)
            shares[n] = results.separable.mean()
        return shares[n]

    low, high = 0, n_features
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if share(middle) >= 0.5 else (middle, high)
    for n in range(max(1, low - 1), high + 2):
        share(n)
    rising = np.maximum.accumulate([shares[n] for n in sorted(shares)])
    return n_manifolds / np.interp(0.5, rising, sorted(shares))
