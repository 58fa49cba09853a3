"""Draws: a random direction, a dichotomy of manifolds, the cone's nearest point."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.linalg import svd

from skbackprop.capacity._cones import nearest_in_cone

_DRAWS_AT_A_TIME = 10  # the same whatever the number of workers

# With an intercept, the weights of the two classes must balance. An additional long
# coordinate, in which t is 0, enforces this (Lawson & Hanson 1974, chapter 22). The
# error is of the order of its length to the power of -2.
_LENGTH_OF_BALANCE = 1e3
_ROUNDING = 1e-6  # relative; far above the error of a nearest point


class Batch(NamedTuple):
    """Draws that one worker computes with their own random generator."""

    experiment: int
    first: int
    n_trials: int

    @property
    def row(self):
        """The part of the result to give up if this batch kills its workers: itself."""
        return self.experiment, self.first


class Draw(NamedTuple):
    """The result of one draw.

    Attributes
    ----------
    direction : ndarray of shape (n_dimensions,)
        t.
    squared_length : float
        Squared length of the nearest point of the cone.
    anchors : sparse array of shape (n_manifolds, n_samples)
        The anchor point of each manifold, as weights of its samples.
    is_active : ndarray of shape (n_manifolds,)
        Whether the manifold takes part in the nearest point.
    """

    direction: np.ndarray
    squared_length: float
    anchors: sparse.csr_array
    is_active: np.ndarray


class Outcome(NamedTuple):
    """The result of a batch."""

    draws: list
    error: Exception = None


@dataclass(frozen=True)
class Clouds:
    """Manifolds as clouds of points, with the dichotomies to draw.

    Attributes
    ----------
    basis : ndarray of shape (n_features, n_dimensions)
        Orthonormal basis of the space that the samples span.
    points : ndarray of shape (n_samples, n_dimensions)
        Coordinates of the samples in this basis.
    manifold_of : ndarray of shape (n_samples,)
        Index of the manifold of each sample, sorted.
    dichotomies : ndarray of shape (n_dichotomies, n_manifolds), or None
        Labels -1.0 and 1.0, used in turn; None for random dichotomies.
    affine : bool
    seed : int
    """

    basis: np.ndarray
    points: np.ndarray
    manifold_of: np.ndarray
    dichotomies: np.ndarray
    affine: bool
    seed: int

    @property
    def n_manifolds(self):
        """The number P of manifolds."""
        return self.manifold_of[-1] + 1

    def batches(self, n_draws):
        """Divide draws into batches, in the same way every time."""
        return [
            Batch(0, first, min(_DRAWS_AT_A_TIME, n_draws - first))
            for first in range(0, n_draws, _DRAWS_AT_A_TIME)
        ]

    def run(self, batch):
        """Compute the draws of a batch."""
        key = (batch.first,)
        rng = np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=key))
        rays, lengths = self._rays()
        draws = []
        for number in range(batch.first, batch.first + batch.n_trials):
            t = _direction(self.basis, rng)
            dichotomy = self._dichotomy(number, rng)
            draws.append(self._draw(rays, lengths, t, dichotomy))
        return Outcome(draws)

    def _rays(self):
        """Return the samples as rays of similar length, and their divisors."""
        lengths = np.linalg.norm(self.points, axis=1)
        if self.affine:
            lengths = np.full(len(lengths), np.sqrt(np.square(lengths).mean()))
        lengths[lengths == 0] = 1
        rays = self.points / lengths[:, np.newaxis]
        if self.affine:
            balance = np.full((len(rays), 1), _LENGTH_OF_BALANCE)
            rays = np.hstack([rays, balance])
        return rays, lengths

    def _dichotomy(self, number, rng):
        if self.dichotomies is None:
            return rng.choice([-1.0, 1.0], self.n_manifolds)
        return self.dichotomies[number % len(self.dichotomies)]

    def _draw(self, rays, lengths, t, dichotomy):
        signs = dichotomy[self.manifold_of]
        if self.affine and abs(dichotomy.sum()) == len(dichotomy):
            # The intercept alone separates one class: there is nothing to balance.
            indices, weights = np.zeros(0, int), np.zeros(0)
        else:
            lifted = np.append(t, 0) if self.affine else t
            rays = rays * signs[:, np.newaxis]
            indices, weights = nearest_in_cone(rays, lifted)
            weights = weights / lengths[indices]
        nearest = (weights * signs[indices]) @ self.points[indices]
        rest = t - nearest
        if np.linalg.norm(rest) < _ROUNDING * np.linalg.norm(t):  # t is in the cone
            rest = t
        heights = signs * (self.points @ rest)
        anchors, is_active = self._anchors(indices, weights, heights)
        return Draw(t, float(nearest @ nearest), anchors, is_active)

    def _anchors(self, indices, weights, heights):
        """Return the weighted mean of the samples of each manifold.

        Without weights, it is the highest sample, the first to get a weight if t moved
        towards the manifold (Chung et al. 2018).
        """
        n_manifolds = self.n_manifolds
        manifolds = self.manifold_of[indices]
        totals = np.bincount(manifolds, weights, n_manifolds)
        is_active = totals > 0
        in_order = np.lexsort((heights, self.manifold_of))
        ends = np.searchsorted(self.manifold_of, np.arange(n_manifolds), "right")
        idle = np.flatnonzero(~is_active)
        rows = np.concatenate([manifolds, idle])
        columns = np.concatenate([indices, in_order[ends[idle] - 1]])
        shares = np.concatenate([weights / totals[manifolds], np.ones(len(idle))])
        shape = n_manifolds, len(self.manifold_of)
        return sparse.csr_array((shares, (rows, columns)), shape), is_active


def _direction(basis, rng):
    """Return a random direction with the root mean square length of normal vectors.

    All measures are quadratic in t, so a fixed length has the same expectations and
    less variance (Amelunxen et al. 2014). As t is drawn in feature space, it does not
    depend on the choice of a basis.
    """
    t = rng.standard_normal(len(basis)) @ basis
    return t * (np.sqrt(len(t)) / np.linalg.norm(t))


def spanned_space(X, affine):
    """Return an orthonormal basis of the span of samples, and their coordinates.

    If `affine`, it is the span of the deviations from the mean.
    """
    size = np.linalg.norm(X)
    if affine:
        X = X - X.mean(axis=0)
    _, values, directions = svd(X, full_matrices=False)
    rank = np.count_nonzero(values > size * max(X.shape) * np.finfo(float).eps)
    basis = directions[:rank].T
    return basis, X @ basis
