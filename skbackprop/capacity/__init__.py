"""Cover's theorem, counted and measured."""

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
from skbackprop.capacity.search import empirical_capacity

__all__ = [
    "CapacityDisplay",
    "CapacityEstimate",
    "capacity",
    "capacity_curve",
    "empirical_capacity",
    "n_separable_dichotomies",
    "separability_log_probability",
    "separability_probability",
    "surface_dimension",
]
