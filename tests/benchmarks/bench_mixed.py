"""What to change of the MLP's defaults on a table with columns of all kinds.

5 folds of 6,000 rows of Adult, of which each entry is missing with probability 0.05.
Networks and the linear model come behind the same preparation; the others read frames.
"""

import time
import warnings

import numpy as np
import pandas as pd
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from skbackprop import MLPClassifier, TabularClassifier
from tests.benchmarks.report import as_line, as_text
from tests.benchmarks.tabular_sets import read

N_ROWS = 6000


def prepared(model):
    """Return a model behind imputation, scaling and indicators of names."""
    numbers = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True), StandardScaler()
    )
    names = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=10)
    columns = make_column_transformer(
        (numbers, make_column_selector(dtype_include="number")),
        (names, make_column_selector(dtype_exclude="number")),
    )
    return make_pipeline(columns, model)


def contestants(seed):
    """Return the models by name."""
    return {
        "MLP": prepared(MLPClassifier(random_state=seed)),
        "MLP, early_stopping": prepared(
            MLPClassifier(early_stopping=True, random_state=seed)
        ),
        "MLP, alpha=1": prepared(MLPClassifier(alpha=1.0, random_state=seed)),
        "tabular": TabularClassifier(n_jobs=1, random_state=seed),
        "linear": prepared(LogisticRegression(max_iter=2000)),
        "trees": HistGradientBoostingClassifier(
            categorical_features="from_dtype", random_state=seed
        ),
    }


def draw(data, seed):
    """Return rows with missing entries, and their classes."""
    rng = np.random.default_rng(seed)
    rows = rng.choice(len(data.frame), N_ROWS, replace=False)
    X = data.frame.iloc[rows].reset_index(drop=True)
    X = X.astype({name: "category" for name in X if X[name].dtype.kind not in "iuf"})
    return X.mask(rng.random(X.shape) < 0.05), data.y[rows]


def run(options):
    """Print accuracy, log loss and seconds, means over draws and folds."""
    if options.data_dir is None:
        print("Skipped: it needs --data-dir.")
        return []
    data = read("adult", options.data_dir)
    rows = []
    for seed in range(1 if options.quick else 3):
        X, y = draw(data, seed)
        folds = StratifiedKFold(5, shuffle=True, random_state=seed)
        for name, model in contestants(seed).items():
            begin = time.process_time()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)
                scoring = ["accuracy", "neg_log_loss"]
                found = cross_validate(model, X, y, cv=folds, scoring=scoring)
            row = {
                "model": name,
                "accuracy": found["test_accuracy"].mean(),
                "log loss": -found["test_neg_log_loss"].mean(),
                "CPU s a fit": (time.process_time() - begin) / 5,
            }
            print(as_line(row), flush=True)
            rows.append(row)
    means = pd.DataFrame(rows).groupby("model", sort=False).mean().reset_index()
    print(as_text(means))
    return []
