"""Backprop as scikit-learn estimators: networks of modules on a jitted core."""

from skbackprop.dag import NetworkClassifier, NetworkRegressor
from skbackprop.exceptions import DivergenceError
from skbackprop.mlp import MLPClassifier, MLPRegressor
from skbackprop.recurrent import RecurrentClassifier, RecurrentRegressor
from skbackprop.monomials import MonomialFeatures, n_output_features

__version__ = "0.1.0.dev0"

__all__ = [
    "DivergenceError",
    "MLPClassifier",
    "MLPRegressor",
    "NetworkClassifier",
    "NetworkRegressor",
    "RecurrentClassifier",
    "RecurrentRegressor",
    "MonomialFeatures",
    "n_output_features",
]
