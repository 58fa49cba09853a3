"""Scores with all defaults beside scikit-learn's MLP, on the data that it ships."""

import warnings

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from sklearn import neural_network
from sklearn.base import is_classifier
from sklearn.datasets import (
    load_breast_cancer,
    load_diabetes,
    load_digits,
    load_iris,
    load_wine,
)
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import skbackprop
from tests.benchmarks.report import Figure, as_text

DATA = {
    "digits": (load_digits, "MLPClassifier"),
    "breast_cancer": (load_breast_cancer, "MLPClassifier"),
    "wine": (load_wine, "MLPClassifier"),
    "iris": (load_iris, "MLPClassifier"),
    "diabetes": (load_diabetes, "MLPRegressor"),
}
MOST = 2  # standard errors between the means


def scores(package, class_name, X, y, seed):
    """Return the scores of five folds, of the network and the folds of a seed."""
    model = getattr(package, class_name)(random_state=seed)
    folds = StratifiedKFold if is_classifier(model) else KFold
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return cross_val_score(
            make_pipeline(StandardScaler(), model),
            X,
            y,
            cv=folds(5, shuffle=True, random_state=seed),
        )


def run(options):
    """Score both with the same folds and seeds; accuracy, R^2 for diabetes."""
    seeds = range(2 if options.quick else 10)
    rows, figures = [], []
    for name, (load, class_name) in DATA.items():
        X, y = load(return_X_y=True)
        pair = [
            np.concatenate(
                Parallel(n_jobs=2)(
                    delayed(scores)(package, class_name, X, y, seed) for seed in seeds
                )
            )
            for package in (skbackprop, neural_network)
        ]
        difference = pair[0] - pair[1]
        error = difference.std(ddof=1) / np.sqrt(len(difference))
        rows.append(
            {
                "": name,
                "ours": pair[0].mean(),
                "sklearn": pair[1].mean(),
                "difference": difference.mean(),
                "standard error": error,
            }
        )
        size = abs(difference.mean()) / max(error, np.finfo(float).eps)
        label = f"{name}, |difference| / standard error"
        figures.append(Figure("defaults", label, size, "<=", MOST))
    print(f"mean score of 5 folds for each of {len(seeds)} seeds, the same for both")
    print(as_text(pd.DataFrame(rows)))
    return figures
