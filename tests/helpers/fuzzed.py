"""Estimators for tests that draw their cases, and what all these tests ask."""

import pickle
import traceback
import warnings
from contextlib import contextmanager

import numpy as np
from sklearn.base import clone

from skbackprop import (
    DrLIM,
    FeaturePooling,
    LinearSeparator,
    MLPClassifier,
    MLPRanker,
    MLPRegressor,
    MonomialFeatures,
    NetworkClassifier,
    NetworkRegressor,
    PiecewiseLinearFeatures,
    RecurrentClassifier,
    RecurrentRegressor,
    SmoothClippingScaler,
    SparseRandomExpansion,
)
from skbackprop.network import Graph, Input, Linear, Tanh

_TRAINING = {"max_iter": 2, "batch_size": 5, "random_state": 0}
_MLP = {"hidden_layer_sizes": (3,), **_TRAINING}
_SEQUENCES = {"hidden_layer_sizes": (3,), "n_timesteps": 2, **_TRAINING}


def wired(n_features, n_outputs):
    """Return a graph with one hidden layer."""
    hidden = Tanh()(Linear(3)(Input(n_features)))
    return Graph(Linear(n_outputs)(hidden))


ESTIMATORS = {
    "mlp classifier": MLPClassifier(**_MLP),
    "mlp regressor": MLPRegressor(**_MLP),
    "network classifier": NetworkClassifier(wired, **_TRAINING),
    "network regressor": NetworkRegressor(wired, **_TRAINING),
    "recurrent classifier": RecurrentClassifier(**_SEQUENCES),
    "recurrent regressor": RecurrentRegressor(**_SEQUENCES),
    "ranker": MLPRanker(**_MLP),
    "drlim": DrLIM(similarity="labels", **_MLP),
    "separator": LinearSeparator(),
    "monomials": MonomialFeatures(),
    "bins": PiecewiseLinearFeatures(4),
    "scaler": SmoothClippingScaler(),
    "expansion": SparseRandomExpansion(5, n_inputs=2, random_state=0),
    "winners": SparseRandomExpansion(9, n_inputs=2, top_k=2, random_state=0),
    "pooling": FeaturePooling(),
    "learned pooling": FeaturePooling("mean", groups="coactivation", random_state=0),
}
NETWORKS = [name for name, one in ESTIMATORS.items() if hasattr(one, "save")]
N_SAMPLES, N_FEATURES = 12, 4  # of two steps with two features each
_METHODS = ("predict", "predict_proba", "decision_function", "transform")


def new_estimator(name, **settings):
    return clone(ESTIMATORS[name]).set_params(**settings)


def labels_for(name):
    """Return y for an estimator: labels, numbers, grades, or None."""
    numbers = np.arange(N_SAMPLES)
    if "classifier" in name or name in ("separator", "drlim"):
        return numbers % 2 * 2 - 1
    return {"ranker": numbers % 3}.get(
        name, np.sin(numbers) if "regr" in name else None
    )


def fit(estimator, X, y, method="fit", **given):
    if method == "partial_fit" and hasattr(estimator, "predict_proba"):
        given["classes"] = np.unique(y) if y is not None else None
    return quietly(getattr(estimator, method), X, y, **given)


def quietly(method, /, *arguments, **given):
    """Call a method; advice to users is allowed, a warning of arithmetic is not."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return method(*arguments, **given)


def outputs(estimator, X):
    """Return what a fitted estimator says of X, by method, as arrays."""
    results = {}
    for method in _METHODS:
        if hasattr(estimator, method):
            result = quietly(getattr(estimator, method), X)
            results[method] = getattr(result, "toarray", lambda r=result: r)()
    return results


def assert_finite(results):
    for method, result in results.items():
        assert np.isfinite(np.asarray(result, float)).all(), method


def assert_meant(error):
    """Assert that an error was raised on purpose, not met on the way."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    is_theirs = "sklearn" in frame.filename
    assert is_theirs or frame.line.startswith("raise"), "".join(
        traceback.format_exception(error)
    )
    assert str(error)


def refused(method, /, *arguments, **given):
    """Assert that a call is refused by an error that is meant to be one."""
    try:
        method(*arguments, **given)
    except (ValueError, TypeError) as error:
        assert_meant(error)
    else:
        raise AssertionError("It was accepted.")


def state(estimator):
    """Return all that an estimator is and has learned, to be compared."""
    return pickle.dumps(estimator)


@contextmanager
def unchanged(estimator):
    """Assert that what is done meanwhile leaves an estimator as it was."""
    before = state(estimator)
    yield
    assert state(estimator) == before
