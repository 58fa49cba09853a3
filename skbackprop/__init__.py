"""Neural networks trained by backpropagation, as scikit-learn estimators."""

import importlib

__version__ = "0.1.0.dev0"

# Names are imported on first access, so that a user of one estimator does not wait
# for all others (SPEC 1 of Scientific Python, by PEP 562). `__init__.pyi` lists them
# for editors and type checkers.
_HOMES = {
    "ChunkError": "exceptions",
    "DivergenceError": "exceptions",
    "DrLIM": "estimators.drlim",
    "FeaturePooling": "transformers.pooling",
    "LinearSeparator": "separability.linear_separator",
    "MLPClassifier": "estimators.mlp",
    "MLPRanker": "estimators.ranker",
    "MLPRegressor": "estimators.mlp",
    "MonomialFeatures": "transformers.monomials.features",
    "NetworkClassifier": "estimators.dag",
    "NetworkRegressor": "estimators.dag",
    "NotSeparableError": "exceptions",
    "PiecewiseLinearFeatures": "transformers.piecewise",
    "RecurrentClassifier": "estimators.recurrent",
    "RecurrentRegressor": "estimators.recurrent",
    "SeparabilityResult": "separability.verdicts",
    "SeparabilityResults": "separability.verdicts",
    "SeparatingHyperplane": "separability.certificates",
    "SmoothClippingScaler": "transformers.scaling",
    "SparseRandomExpansion": "transformers.expansion",
    "TabularClassifier": "tabular.classifier",
    "TabularRegressor": "tabular.regressor",
    "TrainingCurveDisplay": "inspection.training_curves",
    "VanishingCombination": "separability.certificates",
    "linear_separability": "separability.decisions",
    "linear_separability_many": "separability.decisions",
    "n_output_features": "transformers.monomials.counting",
}
_SUBPACKAGES = {
    "capacity",
    "chunks",
    "datasets",
    "distributed",
    "engine",
    "exceptions",
    "inspection",
    "interchange",
    "manifold",
    "network",
    "onnx",
    "separability",
}

__all__ = [*_HOMES]


def __getattr__(name):
    """Import a public name on first access."""
    if name in _SUBPACKAGES:
        return importlib.import_module(f"skbackprop.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module 'skbackprop' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"skbackprop.{_HOMES[name]}"), name)
    globals()[name] = value  # found there on the next access
    return value


def __dir__():
    """Return all public names, imported or not."""
    return sorted({*globals(), *__all__, *_SUBPACKAGES})
