"""One estimator of each public class, fitted: for ways to store and convert them."""

import numpy as np
from sklearn.base import BaseEstimator

import skbackprop

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 4))
Y = np.arange(40) % 2
TARGET = X[:, 0] * X[:, 1]
SEQUENCES = X.reshape(40, 2, 2)
BRIEF = {"max_iter": 2, "tol": None, "random_state": 0}
TABLES = {"n_estimators": 1, "max_iter": 2, "random_state": 0}
ESTIMATORS = sorted(
    name
    for name in skbackprop.__all__
    if isinstance(getattr(skbackprop, name), type)
    and issubclass(getattr(skbackprop, name), BaseEstimator)
)
NETWORKS = [n for n in ESTIMATORS if hasattr(getattr(skbackprop, n), "learning_rate")]
_SETTINGS = {
    "DrLIM": ({"similarity": "labels", **BRIEF}, (X, Y)),
    "FeaturePooling": ({}, (X,)),
    "LinearSeparator": ({}, (X, X[:, 0] > 0)),
    "MLPClassifier": (BRIEF, (X, Y)),
    "MLPRanker": (BRIEF, (X, Y)),
    "MLPRegressor": (BRIEF, (X, TARGET)),
    "MonomialFeatures": ({}, (X,)),
    "NetworkClassifier": (BRIEF, (X, Y)),
    "NetworkRegressor": (BRIEF, (X, TARGET)),
    "PiecewiseLinearFeatures": ({}, (X,)),
    "RecurrentClassifier": (BRIEF, (SEQUENCES, Y)),
    "RecurrentRegressor": (BRIEF, (SEQUENCES, TARGET)),
    "SmoothClippingScaler": ({}, (X,)),
    "SparseRandomExpansion": ({}, (X,)),
    "TabularClassifier": (TABLES, (X, Y)),
    "TabularRegressor": (TABLES, (X, TARGET)),
}


def fitted(name, dtype=np.float64, **settings):
    """Return the estimator of a name, fitted to X (SEQUENCES) of a dtype."""
    own, (rows, *targets) = _SETTINGS[name]
    estimator = getattr(skbackprop, name)(**{**own, **settings})
    return estimator.fit(rows.astype(dtype), *targets)


def rows_of(estimator):
    """Return the rows (sequences) that an estimator was fitted to."""
    return _SETTINGS[type(estimator).__name__][1][0]


def outputs(estimator):
    """Return what a fitted estimator makes of the rows that it was fitted to."""
    rows = rows_of(estimator)
    methods = ("predict_proba", "decision_function", "predict", "transform")
    method = next(m for m in methods if hasattr(estimator, m))
    found = getattr(estimator, method)(rows)
    return found.toarray() if hasattr(found, "toarray") else np.asarray(found)
