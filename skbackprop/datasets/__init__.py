"""Generators of data with known factors."""

from skbackprop.datasets.digits import make_shifted_digits
from skbackprop.datasets.poses import make_pose_manifold, render_heads
from skbackprop.datasets.spirals import make_spirals

__all__ = ["make_pose_manifold", "make_shifted_digits", "make_spirals", "render_heads"]
