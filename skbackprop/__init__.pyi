from skbackprop import capacity as capacity
from skbackprop import chunks as chunks
from skbackprop import datasets as datasets
from skbackprop import distributed as distributed
from skbackprop import engine as engine
from skbackprop import exceptions as exceptions
from skbackprop import inspection as inspection
from skbackprop import interchange as interchange
from skbackprop import manifold as manifold
from skbackprop import network as network
from skbackprop import onnx as onnx
from skbackprop import separability as separability
from skbackprop.estimators.dag import NetworkClassifier, NetworkRegressor
from skbackprop.estimators.drlim import DrLIM
from skbackprop.estimators.mlp import MLPClassifier, MLPRegressor
from skbackprop.estimators.ranker import MLPRanker
from skbackprop.estimators.recurrent import RecurrentClassifier, RecurrentRegressor
from skbackprop.exceptions import ChunkError, DivergenceError, NotSeparableError
from skbackprop.inspection.training_curves import TrainingCurveDisplay
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
from skbackprop.tabular.classifier import TabularClassifier
from skbackprop.tabular.regressor import TabularRegressor
from skbackprop.transformers.expansion import SparseRandomExpansion
from skbackprop.transformers.monomials.counting import n_output_features
from skbackprop.transformers.monomials.features import MonomialFeatures
from skbackprop.transformers.piecewise import PiecewiseLinearFeatures
from skbackprop.transformers.pooling import FeaturePooling
from skbackprop.transformers.scaling import SmoothClippingScaler

__version__: str

__all__ = [
    "ChunkError",
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
    "PiecewiseLinearFeatures",
    "RecurrentClassifier",
    "RecurrentRegressor",
    "SeparabilityResult",
    "SeparabilityResults",
    "SeparatingHyperplane",
    "SmoothClippingScaler",
    "SparseRandomExpansion",
    "TabularClassifier",
    "TabularRegressor",
    "TrainingCurveDisplay",
    "VanishingCombination",
    "linear_separability",
    "linear_separability_many",
    "n_output_features",
]
