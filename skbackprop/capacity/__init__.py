"""Cover's theorem, counted and measured."""

from skbackprop.capacity.counting import (
    capacity,
    n_separable_dichotomies,
    separability_log_probability,
    separability_probability,
    surface_dimension,
)

__all__ = [
    "capacity",
    "n_separable_dichotomies",
    "separability_log_probability",
    "separability_probability",
    "surface_dimension",
]
