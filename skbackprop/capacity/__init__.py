"""Cover's theorem in theory and experiment, and the capacity of manifolds."""

from skbackprop.capacity._experiments import CapacityEstimate
from skbackprop.capacity.counting import (
    capacity,
    n_separable_dichotomies,
    separability_log_probability,
    separability_probability,
    surface_dimension,
)
from skbackprop.capacity.curves import capacity_curve
from skbackprop.capacity.display import CapacityDisplay
from skbackprop.capacity.manifold_estimate import ManifoldCapacity
from skbackprop.capacity.manifolds import manifold_capacity
from skbackprop.capacity.search import empirical_capacity
from skbackprop.capacity.spheres import sphere_capacity

__all__ = [
    "CapacityDisplay",
    "CapacityEstimate",
    "ManifoldCapacity",
    "capacity",
    "capacity_curve",
    "empirical_capacity",
    "manifold_capacity",
    "n_separable_dichotomies",
    "separability_log_probability",
    "separability_probability",
    "sphere_capacity",
    "surface_dimension",
]
