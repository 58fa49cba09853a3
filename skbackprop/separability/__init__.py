"""Exact decisions on linear separability, with proofs."""

from skbackprop.separability.certificates import (
    SeparatingHyperplane,
    VanishingCombination,
)
from skbackprop.separability.decisions import (
    linear_separability,
    linear_separability_many,
)
from skbackprop.separability.linear_separator import LinearSeparator
from skbackprop.separability.verdicts import SeparabilityResult, SeparabilityResults

__all__ = [
    "LinearSeparator",
    "SeparabilityResult",
    "SeparabilityResults",
    "SeparatingHyperplane",
    "VanishingCombination",
    "linear_separability",
    "linear_separability_many",
]
