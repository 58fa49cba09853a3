"""
How much faster does a grid search get by changing one import?
==============================================================

One search on scikit-learn's handwritten digits, twice: with
:class:`skbackprop.MLPClassifier` and with the class it stands in for. Same
pipeline, same grid, same folds, same two worker processes.
"""

import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from sklearn import neural_network
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

import skbackprop

X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)
libraries = {
    "skbackprop": skbackprop.MLPClassifier(max_iter=500, random_state=0),
    "scikit-learn": neural_network.MLPClassifier(max_iter=500, random_state=0),
}

# %%
# The search: 8 candidates on 3 folds, 24 fits, and one more of the best. To
# be fair to both, this process and the workers have run either class before
# the clock starts, and each fit has one thread: with more, those of BLAS would
# fight for the cores.

grid = {
    "mlp__hidden_layer_sizes": [(50,), (100,)],
    "mlp__alpha": [1e-4, 1e-1],
    "mlp__learning_rate_init": [1e-3, 1e-2],
}
for n_jobs in (1, 2):
    Parallel(n_jobs)(
        delayed(clone(mlp).partial_fit)(X_train, y_train, classes=np.unique(y))
        for mlp in 2 * list(libraries.values())
    )
searches, seconds = {}, {}
for name, mlp in libraries.items():
    pipeline = Pipeline([("scale", StandardScaler()), ("mlp", mlp)])
    search = GridSearchCV(pipeline, grid, cv=3, n_jobs=2)
    start = time.perf_counter()
    with threadpool_limits(1):
        searches[name] = search.fit(X_train, y_train)
    seconds[name] = time.perf_counter() - start

# %%
# The cross-validation table. Both begin with the same weights and shuffle
# alike, so that their accuracies are the same but for rounding.

columns = {"mean_test_score": "accuracy", "mean_fit_time": "seconds per fit"}
table = pd.concat(
    {name: pd.DataFrame(s.cv_results_)[list(columns)] for name, s in searches.items()},
    axis=1,
).rename(columns=columns)
candidates = pd.DataFrame(searches["skbackprop"].cv_results_["params"])
candidates.columns = candidates.columns.str.removeprefix("mlp__")
table.index = pd.MultiIndex.from_frame(candidates)
print(table.round(4).to_string())

# %%
# What was found, how well it does on digits that the search has not seen, and
# how long the search took.

for name, search in searches.items():
    print(f"\n{name}")
    print(f"  best parameters  {search.best_params_}")
    print(f"  test accuracy    {search.score(X_test, y_test):.4f}")
    print(f"  wall time        {seconds[name]:.2f} s")
ratio = seconds["scikit-learn"] / seconds["skbackprop"]
print(f"\nscikit-learn took {ratio:.1f} times as long.")

# %%
# Both descend along the same curve; one of them sooner.

figure, (by_epoch, by_time) = plt.subplots(1, 2, figsize=(9, 3.5), sharey=True)
for (name, search), style in zip(searches.items(), ["-", "--"], strict=True):
    loss_curve = search.best_estimator_["mlp"].loss_curve_
    epochs = np.arange(1, len(loss_curve) + 1)
    by_epoch.plot(epochs, loss_curve, style, label=name)
    by_time.plot(epochs * search.refit_time_ / len(epochs), loss_curve, style)
by_epoch.set(xlabel="epochs", ylabel="training loss", yscale="log")
by_time.set(xlabel="seconds")
by_epoch.legend()
figure.suptitle("The best candidate, fitted to all training data")
figure.tight_layout()

picture = Path("quickstart.png").resolve()
figure.savefig(picture)
print(f"\nlearning curves: {picture}")
