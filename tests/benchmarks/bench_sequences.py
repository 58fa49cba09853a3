"""Test errors of recurrent nets on the official splits of three real data sets.

The settings are those of the least log loss in cross-validation on the training
part, over several seeds, as so few sequences leave much to chance. The test part
is only looked at with what was chosen.
"""

import time

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import make_pipeline

from skbackprop import RecurrentClassifier
from tests.benchmarks.measure import on_cores
from tests.benchmarks.real_data import load
from tests.benchmarks.report import Figure, as_text

TARGETS = {"japanese_vowels": 3, "basic_motions": 5, "italy_power": 4}  # percent

GRID = {
    "readout": ["last", "max"],
    "bidirectional": [False, True],
    "alpha": [0.01, 0.1],
    "learning_rate_init": [0.001, 0.003],
}
STEP = "recurrentclassifier__"  # what names of parameters begin with in a pipeline


class ChannelScaler(TransformerMixin, BaseEstimator):
    """Give each channel mean 0 and variance 1 over all steps of all sequences."""

    def fit(self, X, y=None):
        """Learn mean and standard deviation of each channel."""
        steps = np.concatenate(X)
        self.mean_, self.scale_ = steps.mean(axis=0), steps.std(axis=0)
        return self

    def transform(self, X):
        """Return the list of scaled sequences, in float32."""
        return [((steps - self.mean_) / self.scale_).astype(np.float32) for steps in X]


def recurrent(**params):
    """Return the pipeline of the scaler and a GRU of 64 units, 100 epochs."""
    return make_pipeline(
        ChannelScaler(),
        RecurrentClassifier((64,), batch_size=16, max_iter=100, tol=0, **params),
    )


def least_mean_loss(results):
    """Return a candidate of the settings whose loss, over their seeds, is least."""
    table = pd.DataFrame(results["params"])
    table["score"] = results["mean_test_loss"]  # less than 0, the larger the better
    return (
        table.groupby([STEP + name for name in GRID])["score"]
        .transform("mean")
        .argmax()
    )


def choose(X, y, n_folds, seeds):
    """Return the settings that cross-validation chooses, and its error in percent."""
    search = GridSearchCV(
        recurrent(),
        {STEP + name: values for name, values in GRID.items()}
        | {STEP + "random_state": list(seeds)},
        scoring={"loss": "neg_log_loss", "accuracy": "accuracy"},
        refit=least_mean_loss,
        cv=StratifiedKFold(n_folds, shuffle=True, random_state=0),
        n_jobs=-1,
    )
    search.fit(X, y)
    accuracy = search.cv_results_["mean_test_accuracy"][search.best_index_]
    settings = {name: search.best_params_[STEP + name] for name in GRID}
    return settings, 100 * (1 - accuracy)


def test_errors(data, settings, seeds):
    """Return the test error of each seed in percent, and the seconds of each fit."""
    X_train, y_train, X_test, y_test = data
    errors, seconds = [], []
    for seed in seeds:
        model = recurrent(**settings, random_state=seed)
        start = time.perf_counter()
        model.fit(X_train, y_train)
        seconds.append(time.perf_counter() - start)
        errors.append(100 * (1 - model.score(X_test, y_test)))
    return errors, seconds


def run(options):
    """Choose, fit and test on each of the data sets."""
    if not options.data_dir:
        print("needs the real data sets: --data-dir FOLDER (with load.py); left out")
        return []
    n_folds, seeds = (3, range(2)) if options.quick else (5, range(5))
    search_seeds = seeds[:1] if options.quick else seeds[:3]
    figures, rows = [], []
    for name, target in TARGETS.items():
        X, y, meta = load(name, options.data_dir)
        test = meta["test"]
        data = list(X[~test]), y[~test], list(X[test]), y[test]
        settings, validation_error = choose(*data[:2], n_folds, search_seeds)
        with on_cores(1):
            errors, seconds = test_errors(data, settings, seeds)
        print(f"{name}: {settings}, test errors {np.round(errors, 2)}", flush=True)
        rows.append(
            {
                "": name,
                "train, test": f"{len(data[0])}, {len(data[2])}",
                "validation error, %": validation_error,
                "mean test error, %": np.mean(errors),
                "worst": max(errors),
                "seconds per fit": np.median(seconds),
            }
        )
        label = f"{name}, mean test error of {len(seeds)} seeds"
        figures.append(Figure("sequences", label, np.mean(errors), "<=", target, "%"))
    print(as_text(pd.DataFrame(rows)))
    return figures
