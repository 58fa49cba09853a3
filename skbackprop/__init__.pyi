# Each with "as": jedi, which completes in IPython, passes over other imports of stubs.
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
from skbackprop.estimators.dag import NetworkClassifier as NetworkClassifier
from skbackprop.estimators.dag import NetworkRegressor as NetworkRegressor
from skbackprop.estimators.drlim import DrLIM as DrLIM
from skbackprop.estimators.mlp import MLPClassifier as MLPClassifier
from skbackprop.estimators.mlp import MLPRegressor as MLPRegressor
from skbackprop.estimators.ranker import MLPRanker as MLPRanker
from skbackprop.estimators.recurrent import RecurrentClassifier as RecurrentClassifier
from skbackprop.estimators.recurrent import RecurrentRegressor as RecurrentRegressor
from skbackprop.exceptions import ChunkError as ChunkError
from skbackprop.exceptions import DivergenceError as DivergenceError
from skbackprop.exceptions import NotSeparableError as NotSeparableError
from skbackprop.inspection.training_curves import (
    TrainingCurveDisplay as TrainingCurveDisplay,
)
from skbackprop.separability.certificates import (
    SeparatingHyperplane as SeparatingHyperplane,
)
from skbackprop.separability.certificates import (
    VanishingCombination as VanishingCombination,
)
from skbackprop.separability.decisions import linear_separability as linear_separability
from skbackprop.separability.decisions import (
    linear_separability_many as linear_separability_many,
)
from skbackprop.separability.linear_separator import LinearSeparator as LinearSeparator
from skbackprop.separability.verdicts import SeparabilityResult as SeparabilityResult
from skbackprop.separability.verdicts import SeparabilityResults as SeparabilityResults
from skbackprop.tabular.classifier import TabularClassifier as TabularClassifier
from skbackprop.tabular.regressor import TabularRegressor as TabularRegressor
from skbackprop.transformers.expansion import (
    SparseRandomExpansion as SparseRandomExpansion,
)
from skbackprop.transformers.monomials.counting import (
    n_output_features as n_output_features,
)
from skbackprop.transformers.monomials.features import (
    MonomialFeatures as MonomialFeatures,
)
from skbackprop.transformers.piecewise import (
    PiecewiseLinearFeatures as PiecewiseLinearFeatures,
)
from skbackprop.transformers.pooling import FeaturePooling as FeaturePooling
from skbackprop.transformers.scaling import SmoothClippingScaler as SmoothClippingScaler

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
