"""Measures of layers: what each of them tells of the samples' representation."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from skbackprop.inspection.scatter import nc1, participation_ratio
from skbackprop.inspection.similarity import alignment, unit_kernel
from skbackprop.manifold.dimension import intrinsic_dimension
from skbackprop.manifold.estimates import distinct_points
from skbackprop.separability.decisions import linear_separability_many

_FEWEST_NEIGHBOURS = 3  # distinct samples that have two neighbours


class Given(NamedTuple):
    """What the measures of a layer read beside it.

    Attributes
    ----------
    codes : ndarray of int of shape (n_samples,) or None
        The class of each sample.
    kernel : ndarray of shape (n_samples, n_samples) or None
        Of the reference that CKA compares with.
    seed : int
        The same for all layers, so that what differs between them is not the draw.
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
    """A measure: of the values of a layer and what is Given, and the axis it is on."""

    compute: Callable
    label: str
    needs_classes: bool = False


def _dimension(Z, given):
    """Return the intrinsic dimension; fewer points than have neighbours have none."""
    if len(distinct_points(Z)[0]) < _FEWEST_NEIGHBOURS:
        return Measured(0.0, (0.0, 0.0))
    found = intrinsic_dimension(Z, method="two_nn")
    return Measured(found.dimension, found.interval)


def _separability(Z, given):
    """Return the share of classes that a hyperplane separates from all others."""
    n_classes = given.codes.max() + 1
    ones = np.arange(n_classes) if n_classes > 2 else [1]
    Y = given.codes == np.reshape(ones, (-1, 1))
    results = linear_separability_many(Z, Y, n_jobs=given.n_jobs)
    return Measured(results.separable.mean())


def _cka(Z, given):
    return Measured(alignment(unit_kernel(Z), given.kernel))


def _participation_ratio(Z, given):
    return Measured(participation_ratio(Z))


def _nc1(Z, given):
    return Measured(nc1(Z, given.codes))


MEASURES = {
    "dimension": Measure(_dimension, "intrinsic dimension"),
    "separability": Measure(_separability, "separable classes", needs_classes=True),
    "cka": Measure(_cka, "CKA"),
    "participation_ratio": Measure(_participation_ratio, "participation ratio"),
    "nc1": Measure(_nc1, "NC1", needs_classes=True),
}


def draw_of_each(codes, n_each, rng):
    """Return rows in order: so many of each class, or all that it has."""
    drawn = [
        rng.permutation(np.flatnonzero(codes == code))[:n_each]
        for code in range(codes.max() + 1)
    ]
    return np.sort(np.concatenate(drawn))
