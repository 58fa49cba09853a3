"""A table with columns of all kinds, targets for it, and small ensembles."""

import numpy as np
import pandas as pd
from numpy.testing import assert_array_equal

from skbackprop import TabularClassifier, TabularRegressor

N = 240
_RNG = np.random.default_rng(0)
FRAME = pd.DataFrame(
    {
        "size": _RNG.normal(size=N),
        "income": np.exp(_RNG.normal(size=N)),
        "colour": _RNG.choice(["red", "green", "blue"], size=N),
        "member": _RNG.random(N) < 0.4,
        "rating": pd.array(_RNG.integers(0, 6, size=N), dtype="Int64"),
    }
)
FRAME.loc[::7, "income"] = np.nan
FRAME.loc[::11, "colour"] = None
FRAME.loc[::13, "rating"] = pd.NA
_SUM = FRAME["size"] + (FRAME["colour"] == "red") + FRAME["member"]
LABELS = np.where(_SUM > 1.2, "high", np.where(_SUM > 0.2, "middle", "low"))
NUMBERS = _SUM.to_numpy() + 0.1 * _RNG.normal(size=N)
_SHORT = {"n_estimators": 2, "max_iter": 20, "random_state": 0}
_SHORT["hidden_layer_sizes"] = (32, 32)
_SMALL = {**_SHORT, "max_iter": 5, "hidden_layer_sizes": (8,)}


def classifier(**settings):
    return TabularClassifier(**{**_SHORT, **settings})


def regressor(**settings):
    return TabularRegressor(**{**_SHORT, **settings})


def small_classifier(**settings):
    return TabularClassifier(**{**_SMALL, **settings})


def small_regressor(**settings):
    return TabularRegressor(**{**_SMALL, **settings})


def many(n_rows=2100, noise=0.0):
    """Return a table, labels and numbers of as many rows as spare some."""
    rng = np.random.default_rng(0)
    rows = rng.integers(N, size=n_rows)
    labels, numbers = LABELS[rows], NUMBERS[rows]
    labels = np.where(rng.random(n_rows) < noise, rng.permutation(labels), labels)
    return FRAME.iloc[rows].reset_index(drop=True), labels, numbers


def outputs(estimator, X=FRAME):
    """Return probabilities of a classifier, predictions of a regressor."""
    predict = getattr(estimator, "predict_proba", estimator.predict)
    return predict(X)


def assert_same_bits(one, other, X=FRAME):
    assert_array_equal(outputs(one, X), outputs(other, X))
