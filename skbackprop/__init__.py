"""Backprop as scikit-learn estimators: networks of modules on a jitted core."""

from skbackprop._certificates import SeparatingHyperplane, VanishingCombination
from skbackprop._verdicts import SeparabilityResult, SeparabilityResults
from skbackprop.exceptions import DivergenceError, NotSeparableError
from skbackprop.linear_separator import LinearSeparator
from skbackprop.mlp import MLPClassifier, MLPRegressor
from skbackprop.separability import linear_separability, linear_separability_many

__version__ = "0.1.0.dev0"

__all__ = [
    "DivergenceError",
    "LinearSeparator",
    "MLPClassifier",
    "MLPRegressor",
    "NotSeparableError",
    "SeparabilityResult",
    "SeparabilityResults",
    "SeparatingHyperplane",
    "VanishingCombination",
    "linear_separability",
    "linear_separability_many",
]
