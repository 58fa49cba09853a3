"""The geometry of manifolds from anchor points: dimension, radius, alignments."""

from typing import NamedTuple

import numpy as np
from scipy.linalg import solve

_ROUNDING = 1e-10  # relative; shorter axes count as 0
_RIDGE = 1e-12  # relative; replaces a pseudo-inverse
_LEAST_REST = 1e-6  # relative; smaller rests are errors of the ridge


class Geometry(NamedTuple):
    """The measures of all manifolds together, and of each manifold alone."""

    dimension: float
    radius: float
    center_alignment: float
    axis_alignment: float
    center_axis_alignment: float
    dimensions: np.ndarray
    radii: np.ndarray


def geometry(points, draws):
    """Return the measures of Chou et al. (2025), and of Chung et al. (2018).

    Centers are means of anchor points; axes are the deviations from them.
    """
    centers = sum(draw.anchors for draw in draws) @ points / len(draws)
    gram = centers @ centers.T
    lengths = np.sqrt(np.diag(gram))
    directions = _normalized(centers)
    inner, outer, along_axes, squares, by_axes, by_both = [], [], [], [], [], []
    for draw in draws:
        axes = _axes(draw.anchors @ points, centers)
        along = axes @ draw.direction
        axes_gram = axes @ axes.T
        inner.append(_quadratic_form(axes_gram, along))
        outer.append(_quadratic_form(axes_gram + gram, along))
        unit_axes = _normalized(axes)
        along_axes.append(unit_axes @ draw.direction)
        squares.append(np.diag(axes_gram))
        by_axes.append(_alignment(unit_axes, unit_axes))
        by_both.append(_alignment(directions, unit_axes))
    inner, outer = np.mean(inner), np.mean(outer)
    rest = inner - outer if inner - outer > _LEAST_REST * inner else 0.0
    return Geometry(
        dimension=inner / len(centers),
        radius=np.sqrt(_ratio(outer, rest)),
        center_alignment=_alignment(directions, directions),
        axis_alignment=np.mean(by_axes),
        center_axis_alignment=np.mean(by_both),
        dimensions=np.mean(np.square(along_axes), axis=0),
        radii=_ratio(np.sqrt(np.mean(squares, axis=0)), lengths),
    )


def _axes(anchors, centers):
    """Return anchors - centers, and exactly 0 where they differ by rounding."""
    axes = anchors - centers
    sizes = np.linalg.norm(anchors, axis=1)
    axes[np.linalg.norm(axes, axis=1) <= _ROUNDING * sizes] = 0
    return axes


def _quadratic_form(gram, t):
    """Return t' G^+ t, for t in the range of G."""
    size = np.trace(gram)
    if not t.any() or size == 0:
        return 0.0
    return t @ solve(gram + _RIDGE * size * np.eye(len(t)), t, assume_a="pos")


def _alignment(first, second):
    """Return the mean absolute cosine between different manifolds; 0 for one."""
    n_pairs = len(first) * (len(first) - 1)
    if not n_pairs or not second.any():
        return 0.0
    cosines = np.abs(first @ second.T)
    return (cosines.sum() - np.trace(cosines)) / n_pairs


def _normalized(vectors):
    """Return vectors scaled to length 1; zero vectors stay 0."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(lengths > 0, lengths, 1)


def _ratio(numerator, denominator):
    """Return the ratio of non-negative numbers, where 0 / 0 is 0."""
    beyond = np.where(numerator > 0, np.inf, 0.0)
    return np.divide(numerator, denominator, out=beyond, where=denominator > 0)
