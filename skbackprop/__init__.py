"""Backprop as scikit-learn estimators: networks of modules on a jitted core."""

from skbackprop.exceptions import DivergenceError
from skbackprop.expansion import SparseRandomExpansion
from skbackprop.mlp import MLPClassifier, MLPRegressor
from skbackprop.pooling import FeaturePooling

__version__ = "0.1.0.dev0"

__all__ = [
    "DivergenceError",
    "FeaturePooling",
    "MLPClassifier",
    "MLPRegressor",
    "SparseRandomExpansion",
]
