"""A grid search on the digits, two jobs: wall time with threads and processes."""

import joblib
import pandas as pd
from joblib.externals.loky import get_reusable_executor
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tests.benchmarks.contestants import SKLEARN, load_class
from tests.benchmarks.measure import wall_time
from tests.benchmarks.report import Figure, as_text

# Fresh workers first have to import everything; started ones have run a search.
FRESH, STARTED = "loky, fresh workers", "loky, started workers"
TARGETS = {"threading": 6, STARTED: 3, FRESH: 3}

# 8 candidates x 3 folds = 24 fits, and the refit of the best.
GRID = {
    "hidden_layer_sizes": [(50,), (100,)],
    "alpha": [1e-4, 1e-1],
    "learning_rate_init": [1e-3, 1e-2],
}


def search(class_path):
    """Return the search, not yet fitted."""
    model = make_pipeline(StandardScaler(), load_class(class_path)(random_state=0))
    step = model.steps[-1][0]
    grid = {f"{step}__{name}": values for name, values in GRID.items()}
    return GridSearchCV(model, grid, cv=3, n_jobs=2)


def search_time(class_path, backend):
    """Return the wall time of a search and its score."""
    X, y = load_digits(return_X_y=True)
    if backend == FRESH:
        get_reusable_executor().shutdown(wait=True)
    with joblib.parallel_config(backend=backend.split(",")[0]):
        fitted = search(class_path)
        seconds = wall_time(fitted.fit, X, y)
    return seconds, fitted.best_score_


def run(options):
    """Let both take turns on each backend."""
    repeats = 1 if options.quick else 3
    paths = {"ours": options.ours, "sklearn": SKLEARN}
    for backend in TARGETS:  # starts all workers, fills the cache of compiled code
        search_time(options.ours, backend)
    figures, rows = [], []
    for backend, target in TARGETS.items():
        best = dict.fromkeys(paths, float("inf"))
        row = {"backend": backend}
        for _ in range(repeats):
            for name, path in paths.items():
                seconds, row[f"{name}, CV accuracy"] = search_time(path, backend)
                best[name] = min(best[name], seconds)
        row |= {f"{name}, s": seconds for name, seconds in best.items()}
        rows.append(row)
        ratio = best["sklearn"] / best["ours"]
        figures.append(
            Figure("search", f"sklearn / ours, {backend}", ratio, ">=", target, "x")
        )
    print(f"24 fits and a refit, n_jobs=2, best of {repeats}, float64")
    print(as_text(pd.DataFrame(rows)))
    return figures
