"""Intrinsic dimension, distances from a manifold, and disentanglement."""

from skbackprop.manifold.dimension import intrinsic_dimension
from skbackprop.manifold.disentangling import Disentanglement, disentanglement
from skbackprop.manifold.display import DimensionByScaleDisplay
from skbackprop.manifold.distance import off_manifold_distance
from skbackprop.manifold.estimates import IntrinsicDimension

__all__ = [
    "DimensionByScaleDisplay",
    "Disentanglement",
    "IntrinsicDimension",
    "disentanglement",
    "intrinsic_dimension",
    "off_manifold_distance",
]
