"""What cosine and dropout do to test errors, over seeds."""

import warnings

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split

from skbackprop import MLPClassifier
from skbackprop.engine.schedules import Cosine
from tests.benchmarks.report import as_text

N_EPOCHS = 60
PLAIN = {"hidden_layer_sizes": (256, 256), "max_iter": N_EPOCHS, "tol": 0}
# What is compared: the plain network, the one with the parameter, labels flipped.
CASES = {
    "cosine": (
        {"learning_rate_init": 0.01},
        {"learning_rate_init": 0.01, "learning_rate": Cosine(period=N_EPOCHS)},
        0.0,
    ),
    "dropout": ({}, {"dropout": (0.1, 0.5, 0.5)}, 0.0),
    "dropout, flipped labels": ({}, {"dropout": (0.1, 0.5, 0.5)}, 0.2),
}


def few_digits(seed, flipped):
    """Return 600 digits to learn from, some with another label, and the rest."""
    X, y = load_digits(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(
        X / 16, y, train_size=600, random_state=seed, stratify=y
    )
    rng = np.random.default_rng(seed)
    is_flipped = rng.random(len(y_train)) < flipped
    y_train[is_flipped] += rng.integers(1, 10, is_flipped.sum())
    return X_train, y_train % 10, X_test, y_test


def test_errors(settings, flipped, seed):
    """Return the test error of each of some settings, in percent."""
    X, y, X_test, y_test = few_digits(seed, flipped)
    errors = []
    for more in settings:
        model = MLPClassifier(**PLAIN, random_state=seed).set_params(**more)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            errors.append(100 * (1 - model.fit(X, y).score(X_test, y_test)))
    return errors


def run(options):
    """Train with and without on 600 of scikit-learn's digits, pair by pair."""
    seeds = range(4 if options.quick else 20)
    rows = []
    for name, (without, with_it, flipped) in CASES.items():
        errors = np.array(
            Parallel(n_jobs=2)(
                delayed(test_errors)((without, with_it), flipped, seed)
                for seed in seeds
            )
        )
        saved = errors[:, 0] - errors[:, 1]
        rows.append(
            {
                "": name,
                "without, %": errors[:, 0].mean(),
                "with, %": errors[:, 1].mean(),
                "saved, %": saved.mean(),
                "standard error": saved.std(ddof=1) / np.sqrt(len(saved)),
            }
        )
    print(f"mean test error over {len(seeds)} splits, {N_EPOCHS} epochs each")
    print(as_text(pd.DataFrame(rows)))
    return []
