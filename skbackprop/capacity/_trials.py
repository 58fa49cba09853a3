"""Trials: random labelings of random points, and whether they are separated."""

import time
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import sparse
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator

from skbackprop.separability.decisions import linear_separability_many
from skbackprop.utils.validation import check_samples

DISTRIBUTIONS = ("gaussian", "hypercube", "sphere")

# A batch is one task of a worker: large enough to be worth sending, small enough for a
# progress bar, and independent of the number of workers.
_MAX_TRIALS = 1000
_MAX_FITS = 5
_MAX_NUMBERS = 2**20

_SAMPLE = 1000  # number of points to fit a feature map on


class Batch(NamedTuple):
    """Trials that one worker runs with their own random generator."""

    experiment: int
    n_points: int
    first: int
    n_trials: int

    @property
    def row(self):
        """The row of the table that the batch belongs to."""
        return self.experiment, self.n_points


class Outcome(NamedTuple):
    """The result of a batch; errors are values, unlike those of lost workers."""

    n_successes: int
    seconds: float
    error: Exception = None


@dataclass(frozen=True)
class FeatureMap:
    """A fixed map to the space in which hyperplanes through the origin separate.

    Attributes
    ----------
    transformer : fitted transformer, or None for the points themselves
    affine : bool
        Whether the constant 1 is an additional feature.
    n_columns : int
        Number of features, including the constant.
    basis : ndarray of shape (n_columns, n_dimensions), or None
        Orthonormal basis of the span of the features, if they are linearly dependent.
        In other coordinates, rounding errors would count as additional dimensions.
    """

    transformer: object
    affine: bool
    n_columns: int = None
    basis: np.ndarray = None

    @property
    def n_dimensions(self):
        """Dimension of the space that the features span."""
        return self.n_columns if self.basis is None else self.basis.shape[1]

    def __call__(self, X):
        """Return the coordinates of points in that space."""
        features = self.features(X)
        return features if self.basis is None else features @ self.basis

    def features(self, X):
        """Return the features of points, as a dense float64 array."""
        if self.transformer is not None:
            X = self.transformer.transform(X)
        X = check_samples(X, "transformed X", accept_sparse=True)
        X = X.toarray() if sparse.issparse(X) else X
        return np.column_stack([X, np.ones(len(X))]) if self.affine else X


def fit_feature_map(transformer, affine, draw):
    """Fit the transformer to random points, and find the span of its features.

    ``draw(n)`` returns n points.
    """
    sample = draw(_SAMPLE)
    if transformer is not None and not isinstance(transformer, FrozenEstimator):
        transformer.fit(sample)
    feature_map = FeatureMap(transformer, affine)
    n_columns = feature_map.features(sample[:1]).shape[1]
    if 2 * n_columns > len(sample):
        sample = draw(2 * n_columns)
    features = feature_map.features(sample)
    norms = np.linalg.norm(features, axis=0)
    norms[norms == 0] = 1
    _, values, directions = np.linalg.svd(features / norms, full_matrices=False)
    tolerance = values[0] * max(features.shape) * np.finfo(float).eps
    rank = np.count_nonzero(values > tolerance)
    if rank == 0:
        raise ValueError("All features of the transformed points are 0.")
    if rank == n_columns:
        return FeatureMap(transformer, affine, n_columns)
    return FeatureMap(
        transformer, affine, n_columns, directions[:rank].T / norms[:, np.newaxis]
    )


@dataclass(frozen=True)
class Experiment:
    """A distribution of points, and the classifier or feature map to separate them.

    Attributes
    ----------
    data : str or ndarray of shape (n_samples, n_features)
        Distribution of the points, or points to draw from.
    n_features : int
    seed : int
    feature_map : FeatureMap, or None
    classifier : unfitted classifier, or None
        Exactly one of the two is None.
    """

    data: object
    n_features: int
    seed: int
    feature_map: FeatureMap = None
    classifier: object = None

    @property
    def n_dimensions(self):
        """Dimension D of Cover's theorem; NaN for a classifier."""
        return self.feature_map.n_dimensions if self.feature_map else np.nan

    @property
    def unit(self):
        """The natural unit of numbers of points."""
        return self.feature_map.n_dimensions if self.feature_map else self.n_features

    def batches(self, experiment, n_points, trials):
        """Divide a range of trials into batches, in the same way every time."""
        size = _MAX_FITS
        if self.feature_map:
            numbers = n_points * max(self.feature_map.n_columns, self.n_features)
            size = min(_MAX_TRIALS, max(1, _MAX_NUMBERS // numbers))
        return [
            Batch(experiment, n_points, first, min(size, trials.stop - first))
            for first in range(trials.start, trials.stop, size)
        ]

    def run(self, batch):
        """Run the trials of a batch."""
        start = time.perf_counter()
        try:
            n_successes = self._count_successes(batch)
        except Exception as error:
            return Outcome(0, 0.0, error)
        return Outcome(n_successes, time.perf_counter() - start)

    def _count_successes(self, batch):
        key = (self.n_features, batch.n_points, batch.first)
        rng = np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=key))
        n_trials, n_points = batch.n_trials, batch.n_points
        X = draw_points(self.data, n_trials, n_points, self.n_features, rng)
        y = rng.choice([-1, 1], (n_trials, n_points))
        if self.feature_map is None:
            return sum(
                fits_perfectly(self.classifier, points, labels, rng)
                for points, labels in zip(X, y, strict=True)
            )
        Z = self.feature_map(X.reshape(-1, self.n_features))
        Z = Z.reshape(n_trials, n_points, -1)
        verdicts = linear_separability_many(Z, y, affine=False, n_jobs=1)
        return int(verdicts.separable.sum())


def learns_labels(estimator):
    """Return whether an estimator is a classifier to fit; frozen ones transform."""
    while hasattr(estimator, "steps") and not isinstance(estimator, FrozenEstimator):
        estimator = estimator.steps[-1][1]
    is_frozen = isinstance(estimator, FrozenEstimator)
    return hasattr(estimator, "predict") and not is_frozen


def prepare(estimator, data, n_features, affine, seed):
    """Return the experiment, with a classifier to fit or a fitted feature map."""
    if learns_labels(estimator):
        return Experiment(data, n_features, seed, classifier=estimator)
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(n_features,)))
    if estimator is not None:
        estimator = seeded_clone(estimator, rng)

    def draw(n_points):
        if isinstance(data, np.ndarray):
            return data
        return draw_points(data, 1, n_points, n_features, rng)[0]

    try:
        feature_map = fit_feature_map(estimator, affine, draw)
    except Exception as error:
        raise ValueError(
            f"{estimator} failed on points with {n_features} features: {error}"
        ) from error
    return Experiment(data, n_features, seed, feature_map)


def draw_points(data, n_sets, n_points, n_features, rng):
    """Draw sets of points from a distribution, or of distinct rows of an array."""
    shape = (n_sets, n_points, n_features)
    if isinstance(data, np.ndarray):
        rows = [rng.choice(len(data), n_points, replace=False) for _ in range(n_sets)]
        return data[np.array(rows)]
    if data == "hypercube":
        return rng.choice([-1.0, 1.0], shape)
    X = rng.standard_normal(shape)
    if data == "sphere":
        X /= np.linalg.norm(X, axis=-1, keepdims=True)
    return X


def fits_perfectly(classifier, X, y, rng):
    """Return whether a classifier, once trained, predicts every label correctly."""
    classifier = seeded_clone(classifier, rng)
    if len(np.unique(y)) == 1:
        return True  # a constant suffices, and most classifiers reject one class
    return bool((classifier.fit(X, y).predict(X) == y).all())


def seeded_clone(estimator, rng):
    """Clone an estimator, and seed the parts without a random_state."""
    seeds = {
        name: int(rng.integers(2**31))
        for name, value in sorted(estimator.get_params().items())
        if name.rpartition("__")[2] == "random_state" and value is None
    }
    estimator = clone(estimator)
    estimator.set_params(**seeds)  # returns None for a frozen estimator
    return estimator
