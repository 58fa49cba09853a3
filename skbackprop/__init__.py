"""Backprop as scikit-learn estimators: networks of modules on a jitted core."""

from skbackprop._certificates import SeparatingHyperplane, VanishingCombination
from skbackprop._verdicts import SeparabilityResult, SeparabilityResults
from skbackprop.dag import NetworkClassifier, NetworkRegressor
from skbackprop.drlim import DrLIM
from skbackprop.exceptions import DivergenceError, NotSeparableError
from skbackprop.expansion import SparseRandomExpansion
from skbackprop.linear_separator import LinearSeparator
from skbackprop.mlp import MLPClassifier, MLPRegressor
from skbackprop.monomials import MonomialFeatures, n_output_features
from skbackprop.pooling import FeaturePooling
from skbackprop.ranking import MLPRanker
from skbackprop.recurrent import RecurrentClassifier, RecurrentRegressor
from skbackprop.separability import linear_separability, linear_separability_many
from skbackprop.training_display import TrainingCurveDisplay

__version__ = "0.1.0.dev0"

__all__ = [
    "DivergenceError",
    "DrLIM",
    "FeaturePooling",
    "LinearSeparator",
    "MLPClassifier",
    "MLPRanker",
    "MLPRegressor",
    "MonomialFeatures",
    "NetworkClassifier",
    "NetworkRegressor",
    "NotSeparableError",
    "RecurrentClassifier",
    "RecurrentRegressor",
    "SeparabilityResult",
    "SeparabilityResults",
    "SeparatingHyperplane",
    "SparseRandomExpansion",
    "TrainingCurveDisplay",
    "VanishingCombination",
    "linear_separability",
    "linear_separability_many",
    "n_output_features",
]
