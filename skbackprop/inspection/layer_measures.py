"""Measures of the representation of samples in a layer."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from skbackprop.capacity.manifolds import manifold_capacity
from skbackprop.inspection.scatter import centred, nc1, participation_ratio
from skbackprop.inspection.similarity import alignment, unit_kernel
from skbackprop.manifold.dimension import intrinsic_dimension
from skbackprop.manifold.estimates import distinct_points
from skbackprop.separability.decisions import linear_separability_many
from skbackprop.utils.warnings import warn_user

_POINTS_OF_A_MANIFOLD = 50
_FEWEST_DRAWS = 200
_MOSTLY = 0.5  # of the classes
_FEWEST_NEIGHBOURS = 3  # distinct samples that have two neighbours


class Given(NamedTuple):
    """What the measures of a layer read besides its values.

    Attributes
    ----------
    codes : ndarray of int of shape (n_samples,) or None
        The class of each sample.
    kernel : ndarray of shape (n_samples, n_samples) or None
        Kernel of the reference of CKA.
    seed : int
        The same for all layers, so that they do not differ by chance.
    n_jobs : int or None
    """

    codes: np.ndarray
    kernel: np.ndarray
    seed: int
    n_jobs: int


class Measured(NamedTuple):
    """The value of a measure, and its interval where it has one."""

    value: float
    interval: tuple = None


class Measure(NamedTuple):
    """A measure, as a function of the layer's values and Given, and its axis label."""

    compute: Callable
    label: str
    needs_classes: bool = False


def _capacity(Z, given):
    """Return the capacity of the classes as manifolds, one against the rest."""
    rng = np.random.default_rng(given.seed)
    rows = draw_of_each(given.codes, _POINTS_OF_A_MANIFOLD, rng)
    Z, codes = centred(Z[rows]), given.codes[rows]
    if not Z.any():
        return Measured(0.0, (0.0, 0.0))
    found = manifold_capacity(
        Z,
        codes,
        groups=codes,
        affine=True,
        n_draws=max(_FEWEST_DRAWS, codes.max() + 1),
        n_jobs=given.n_jobs,
        random_state=given.seed,
    )
    lower, upper = found.interval
    is_separable = _each_against_the_rest(Z, codes, given.n_jobs)
    if is_separable.mean() < _MOSTLY:
        lower = 0.0
        warn_user(
            f"{is_separable.sum()} of {len(is_separable)} classes are linearly "
            "separable from the rest. The capacity, which is never below P / N for P "
            "classes in N dimensions, is an upper bound."
        )
    return Measured(found.capacity, (lower, upper))


def _dimension(Z, given):
    """Return the intrinsic dimension, 0 for too few distinct points."""
    if len(distinct_points(Z)[0]) < _FEWEST_NEIGHBOURS:
        return Measured(0.0, (0.0, 0.0))
    found = intrinsic_dimension(Z, method="two_nn")
    return Measured(found.dimension, found.interval)


def _separability(Z, given):
    """Return the share of classes that are linearly separable from all others."""
    return Measured(_each_against_the_rest(Z, given.codes, given.n_jobs).mean())


def _cka(Z, given):
    return Measured(alignment(unit_kernel(Z), given.kernel))


def _participation_ratio(Z, given):
    return Measured(participation_ratio(Z))


def _nc1(Z, given):
    return Measured(nc1(Z, given.codes))


MEASURES = {
    "capacity": Measure(_capacity, "capacity", needs_classes=True),
    "dimension": Measure(_dimension, "dimension"),
    "separability": Measure(_separability, "separability", needs_classes=True),
    "cka": Measure(_cka, "CKA"),
    "participation_ratio": Measure(_participation_ratio, "participation ratio"),
    "nc1": Measure(_nc1, "NC1", needs_classes=True),
}


def _each_against_the_rest(Z, codes, n_jobs):
    """Return whether each class is separable from the rest; once for two classes."""
    n_classes = codes.max() + 1
    ones = np.arange(n_classes) if n_classes > 2 else [1]
    labelings = codes == np.reshape(ones, (-1, 1))
    return linear_separability_many(Z, labelings, n_jobs=n_jobs).separable


def draw_of_each(codes, n_each, rng):
    """Return sorted rows: up to ``n_each`` of each class."""
    drawn = [
        rng.permutation(np.flatnonzero(codes == code))[:n_each]
        for code in range(codes.max() + 1)
    ]
    return np.sort(np.concatenate(drawn))
