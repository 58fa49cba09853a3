"""What each piece of the lecture's advice does to small networks, over seeds."""

import warnings
from typing import NamedTuple

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skbackprop import MLPClassifier
from skbackprop.engine.schedules import Cosine
from tests.benchmarks.report import as_text

N_EPOCHS = 60


def net(hidden=(256, 256), max_iter=N_EPOCHS, **params):
    """Return a network that learns for a fixed number of epochs."""
    fixed = {"max_iter": max_iter, "tol": 0, "n_iter_no_change": np.inf}
    return MLPClassifier(hidden, **fixed, **params)


def few_digits(seed):
    """Return 600 digits to learn from, and the rest to test."""
    X, y = load_digits(return_X_y=True)
    X, X_test, y, y_test = train_test_split(
        X / 16, y, train_size=600, random_state=seed, stratify=y
    )
    return X, y, X_test, y_test


def flipped_digits(seed):
    """Return few digits, a fifth of those to learn from with another label."""
    X, y, X_test, y_test = few_digits(seed)
    rng = np.random.default_rng(seed)
    is_flipped = rng.random(len(y)) < 0.2
    y[is_flipped] += rng.integers(1, 10, is_flipped.sum())
    return X, y % 10, X_test, y_test


def sorted_digits(seed):
    """Return few digits, first all zeros, then all ones, ..."""
    X, y, X_test, y_test = few_digits(seed)
    order = np.argsort(y, kind="stable")
    return X[order], y[order], X_test, y_test


def tumours(seed):
    """Return half of ``breast_cancer`` as it is, in all its units, and the rest."""
    X, y = load_breast_cancer(return_X_y=True)
    X, X_test, y, y_test = train_test_split(
        X, y, train_size=0.5, random_state=seed, stratify=y
    )
    return X, y, X_test, y_test


def error(model, X, y):
    """Return the share of samples that are classified wrong, in percent."""
    return 100 * (1 - model.score(X, y))


def surprise(model, X, y):
    """Return the log loss, in nats per sample."""
    return log_loss(y, model.predict_proba(X))


def zeros(model, X, y):
    """Return the share of weights that are exactly 0, in percent."""
    return 100 * np.mean(np.concatenate([w.ravel() for w in model.coefs_]) == 0)


class Case(NamedTuple):
    """Two estimators, without something and with it, and what is measured."""

    without: object
    with_it: object
    data: object = few_digits
    measure: object = error


SMOOTH, DROP = {"label_smoothing": 0.1}, {"dropout": (0.1, 0.5, 0.5)}
SGD = {"solver": "sgd", "batch_size": 32, "learning_rate_init": 0.1, "alpha": 0}
FAST = {**SGD, "learning_rate_init": 0.2, "max_iter": 10}
LOGISTIC, HE = {"activation": "logistic"}, {"weight_init": "he"}
L1 = {**SGD, "l1_alpha": 0.03}
LATE = {**L1, "regularization_start": 10}
CASES = {
    "ReLU, not logistic": Case(net((64, 64, 64), **LOGISTIC), net((64, 64, 64))),
    "He, not Glorot, 8 layers": Case(net((64,) * 8), net((64,) * 8, **HE)),
    "He, not Glorot, 20 layers": Case(net((64,) * 20), net((64,) * 20, **HE)),
    "log loss, not squared error": Case(net(loss="squared_error"), net()),
    "batches of 32, not of all": Case(net(batch_size=600), net(batch_size=32)),
    "shuffled, Adam": Case(net(shuffle=False), net(), sorted_digits),
    "shuffled, SGD": Case(net(shuffle=False, **SGD), net(**SGD), sorted_digits),
    "StandardScaler": Case(net(), make_pipeline(StandardScaler(), net()), tumours),
    "cosine, Adam, rate 0.01": Case(
        net(learning_rate_init=0.01),
        net(learning_rate_init=0.01, learning_rate=Cosine(period=N_EPOCHS)),
    ),
    "cosine, SGD, rate 0.2, 10 epochs": Case(
        net(**FAST), net(**FAST, learning_rate=Cosine(period=10))
    ),
    "L1": Case(net(**SGD), net(**L1)),
    "L1, weights that are 0, %": Case(net(**SGD), net(**L1), measure=zeros),
    "L1 after 10 epochs, not at once": Case(net(**L1), net(**LATE)),
    "L1 after 10 epochs, weights that are 0, %": Case(
        net(**L1), net(**LATE), measure=zeros
    ),
    "dropout": Case(net(), net(**DROP)),
    "dropout, flipped labels": Case(net(), net(**DROP), flipped_digits),
    "label smoothing": Case(net(), net(**SMOOTH)),
    "label smoothing, log loss": Case(net(), net(**SMOOTH), measure=surprise),
    "label smoothing, flipped labels": Case(net(), net(**SMOOTH), flipped_digits),
}


def measured_pair(case, seed):
    """Return what is measured without and with it, on the split of a seed."""
    X, y, X_test, y_test = case.data(seed)
    values = []
    for model in (clone(case.without), clone(case.with_it)):
        names = [name for name in model.get_params() if name.endswith("random_state")]
        model.set_params(**dict.fromkeys(names, seed))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(X, y)
        values.append(case.measure(model, X_test, y_test))
    return values


def run(options):
    """Train with and without, pair by pair, and compare."""
    seeds = range(4 if options.quick else 20)
    rows = []
    for name, case in CASES.items():
        values = np.array(
            Parallel(n_jobs=2)(delayed(measured_pair)(case, seed) for seed in seeds)
        )
        change = values[:, 1] - values[:, 0]
        rows.append(
            {
                "": name,
                "without": values[:, 0].mean(),
                "with": values[:, 1].mean(),
                "change": change.mean(),
                "standard error": change.std(ddof=1) / np.sqrt(len(change)),
            }
        )
    print(f"means over {len(seeds)} splits; test error in percent unless named")
    print(as_text(pd.DataFrame(rows)))
    return []
