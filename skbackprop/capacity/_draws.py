"""Draws: a random direction, a dichotomy of manifolds, and its cone's nearest point."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.linalg import svd

from skbackprop.capacity._cones import nearest_in_cone

_DRAWS_AT_A_TIME = 10  # the same whatever the number of workers

# Weights of the two classes must balance where hyperplanes have an intercept. It is
# asked for by one more coordinate, which is long and in which t is 0 (Lawson & Hanson
# 1974, chapter 22). The error is of the order of its length to the power of -2.
_LENGTH_OF_BALANCE = 1e3
_ROUNDING = 1e-6  # relative; far above what a nearest point is known to


class Batch(NamedTuple):
    """Draws that one worker does, by one random generator of their own."""

    experiment: int
    first: int
    n_trials: int

    @property
    def row(self):
        """What is given up where this batch kills its workers: itself."""
        return self.experiment, self.first


class Draw(NamedTuple):
    """What came of one draw.

    Attributes
    ----------
    direction : ndarray of shape (n_dimensions,)
        t.
    squared_length : float
        That of the nearest point of the cone.
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
    """What came of a batch."""

    draws: list
    error: Exception = None


@dataclass(frozen=True)
class Clouds:
    """Manifolds as clouds of points, and how dichotomies of them come about.

    Attributes
    ----------
    basis : ndarray of shape (n_features, n_dimensions)
        Orthonormal basis of the space that the samples span.
    points : ndarray of shape (n_samples, n_dimensions)
        Their coordinates in it.
    manifold_of : ndarray of shape (n_samples,)
        Sorted numbers of manifolds.
    dichotomies : ndarray of shape (n_dichotomies, n_manifolds), or None
        -1.0 and 1.0, taken in turns; None for random ones.
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
        """Do the draws of a batch."""
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
        """Return the samples as rays of like lengths, and what they were divided by."""
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
            # The intercept alone makes it: there is nothing to balance.
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
        """Return the mean of each manifold's samples by their weights.

        A manifold without weights has its highest sample: the one that would be the
        first to get some, did t lean towards it (Chung et al. 2018).
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
    """Return a random direction of the length that normal vectors have on average.

    All that is measured is quadratic in t, so that expectations are the same, and
    they are found sooner without the variance of lengths (Amelunxen et al. 2014).
    Drawn among all features, t does not depend on the choice of a basis.
    """
    t = rng.standard_normal(len(basis)) @ basis
    return t * (np.sqrt(len(t)) / np.linalg.norm(t))


def spanned_space(X, affine):
    """Return an orthonormal basis of what samples span, and their coordinates in it.

    If `affine`, it is their differences from the mean that do.
    """
    size = np.linalg.norm(X)
    if affine:
        X = X - X.mean(axis=0)
    _, values, directions = svd(X, full_matrices=False)
    rank = np.count_nonzero(values > size * max(X.shape) * np.finfo(float).eps)
    basis = directions[:rank].T
    return basis, X @ basis
