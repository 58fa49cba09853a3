"""Verdicts on separability: proposed by floats, proved in exact arithmetic."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from skbackprop.separability import exact, rational
from skbackprop.separability.active_set import make_solver
from skbackprop.separability.certificates import (
    SeparatingHyperplane,
    VanishingCombination,
)


@dataclass(frozen=True, eq=False)
class SeparabilityResult:
    """The verdict on one labeled set of points, with its proof.

    Parameters
    ----------
    separable : bool
        Whether some hyperplane has all points strictly on the sides of their classes.
    certificate : SeparatingHyperplane or VanishingCombination
        The proof.
    margin : float or None
        Distance of the closest point from the hyperplane, in the units of X; not the
        maximum margin. Infinite if all labels are the same and the intercept alone
        decides, None if there is no hyperplane.
    affine : bool
        Whether hyperplanes may have an intercept.
    X, y : ndarray
        The points and their labels.
    """

    separable: bool
    certificate: object
    margin: float
    affine: bool
    X: np.ndarray = field(repr=False)
    y: np.ndarray = field(repr=False)

    def __bool__(self):
        return self.separable

    @cached_property
    def weakly_separable(self):
        """Decide whether some hyperplane has no point on the wrong side.

        Hyperplanes that contain all points do not count. The decision is made in exact
        arithmetic on the first call.

        Returns
        -------
        bool
            True if some hyperplane has ``y_i (w . x_i + b) >= 0`` for all points and
            ``> 0`` for at least one.
        """
        return self.separable or self.weak_normal is not None

    @cached_property
    def weak_normal(self):
        """Return the exact hyperplane that proves weak separability.

        Among all hyperplanes without a point on the wrong side, it contains the fewest
        points.

        Returns
        -------
        tuple of int, or None
            Integers proportional to ``(*w, b)``; None if not weakly separable.
        """
        if self.separable:
            return self.certificate.normal
        z = rational.signed_rows(self.X, self.y, self.affine)
        normal = exact.weak_normal(z, self.certificate.indices)
        return None if normal is None else _with_intercept(normal, self.affine)

    def verify(self):
        """Check the certificate in exact rational arithmetic.

        Returns
        -------
        bool
            True; False would be a defect of this package.
        """
        return self.certificate._proves(self.X, self.y, self.affine)


@dataclass(frozen=True, eq=False)
class SeparabilityResults:
    """Verdicts on many labeled sets of points.

    ``results[i]`` is the :class:`SeparabilityResult` of set i. It is recomputed at each
    access, so that thousands of certificates take no memory.

    Parameters
    ----------
    separable : ndarray of bool, of the shape of Y without its last axis
        The proved verdicts.
    affine : bool
        Whether hyperplanes may have an intercept.
    X, Y : ndarray
        The sets of points and their labels, -1 or 1.
    """

    separable: np.ndarray
    affine: bool
    X: np.ndarray = field(repr=False)
    Y: np.ndarray = field(repr=False)

    def __len__(self):
        return len(self.separable)

    def __getitem__(self, index):
        signs = self.Y[index]
        if signs.ndim != 1:
            raise IndexError(
                f"results has {self.separable.ndim} axes, but the index {index!r} does "
                "not select a single result"
            )
        if self.X.ndim == 2:
            return decide(self.X, signs, self.affine)
        return decide(self.X[np.ravel(index)[0]], signs, self.affine)

    def verify(self):
        """Check all certificates in exact rational arithmetic.

        Returns
        -------
        bool
            True; False would be a defect of this package.
        """
        indices = np.ndindex(self.separable.shape)
        results = ((self.separable[index], self[index]) for index in indices)
        return all(
            result.separable == separable and result.verify()
            for separable, result in results
        )


def decide(X, signs, affine):
    """Decide on validated points and labels.

    Parameters
    ----------
    X : ndarray of float64 of shape (n_points, n_features)
        The points.
    signs : ndarray of shape (n_points,)
        Their labels, -1 and 1.
    affine : bool
        Whether the hyperplane may have an intercept.

    Returns
    -------
    SeparabilityResult
        The verdict and its proof.
    """
    return decide_with(make_solver(X.shape, affine), X, signs, affine)


def decide_with(solver, X, signs, affine):
    """Return the result for one labeled set, using a solver for its shape."""
    outcome = solver.decide(X, signs)
    if not outcome.is_proved:
        certificate = _decide_exactly(X, signs, affine, outcome)
    elif outcome.is_separable:
        normal = rational.integer_products(outcome.normal, outcome.factors)
        certificate = _hyperplane(normal, affine)
    else:
        rows = rational.signed_rows(X, signs, affine)[outcome.indices]
        weights = rational.convex_weights(outcome.weights, rows * outcome.factors)
        certificate = VanishingCombination(outcome.indices, weights)
    separable = isinstance(certificate, SeparatingHyperplane)
    margin = _margin(X, signs, certificate) if separable else None
    return SeparabilityResult(separable, certificate, margin, affine, X, signs)


def _decide_exactly(X, signs, affine, outcome):
    """Return the certificate, computed in exact arithmetic from a proposal."""
    proof = exact.settle(rational.signed_rows(X, signs, affine), outcome)
    if len(proof) == 1:
        return _hyperplane(*proof, affine)
    return VanishingCombination(*proof)


def _hyperplane(normal, affine):
    """Return the certificate for a normal vector of integers."""
    normal = _with_intercept(normal, affine)
    # A power of two: numbers that are floats times a power of two stay exact.
    unit = 1 << max(abs(number) for number in normal).bit_length()
    *coef, intercept = (number / unit for number in normal)
    return SeparatingHyperplane(np.array(coef), intercept, normal)


def _with_intercept(normal, affine):
    return tuple(normal) if affine else (*normal, 0)


def _margin(X, signs, hyperplane):
    """Return the distance of the closest point; 0 if rounding hides it."""
    least = (signs * (X @ hyperplane.coef + hyperplane.intercept)).min()
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.fmax(0.0, least / np.linalg.norm(hyperplane.coef)))
