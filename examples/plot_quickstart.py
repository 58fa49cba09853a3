"""
How much faster does a grid search get by changing one import?
==============================================================

The same search on scikit-learn's handwritten digits, with
:class:`skbackprop.MLPClassifier` and with scikit-learn's class of that name: same
pipeline, same grid, same folds, same two worker processes.
"""

import time

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
# The search fits 8 candidates on 3 folds, and the best one once more. To be fair to
# both, this process and the workers have run either class before the clock starts, and
# each fit has one thread: more threads of BLAS would compete for the cores.

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
# Accuracies in cross-validation. Both begin with the same weights and shuffle alike, so
# their accuracies are the same up to rounding.

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
# The best parameters, the accuracy on digits that the search has not seen, and the time
# that the search took.

for name, search in searches.items():
    print(f"\n{name}")
    print(f"  best parameters  {search.best_params_}")
    print(f"  test accuracy    {search.score(X_test, y_test):.4f}")
    print(f"  wall time        {seconds[name]:.2f} s")
ratio = seconds["scikit-learn"] / seconds["skbackprop"]
print(f"\nscikit-learn took {ratio:.1f} times as long.")

# %%
# The training loss of the best candidate by epochs and by seconds.

figure, (by_epoch, by_time) = plt.subplots(1, 2, figsize=(9, 3.5), sharey=True)
styles = [("#0072B2", "-"), ("#D55E00", "--")]
for (name, search), style in zip(searches.items(), styles, strict=True):
    loss_curve = search.best_estimator_["mlp"].loss_curve_
    epochs = np.arange(1, len(loss_curve) + 1)
    color, line = style
    look = {"color": color, "linestyle": line, "label": name}
    by_epoch.plot(epochs, loss_curve, **look)
    by_time.plot(epochs * search.refit_time_ / len(epochs), loss_curve, **look)
by_epoch.set(xlabel="epoch", ylabel="training loss", yscale="log")
by_time.set(xlabel="seconds")
by_epoch.legend()
figure.suptitle("The best candidate, fitted to all training data")
figure.tight_layout()
figure.savefig("quickstart.png")
print("learning curves: quickstart.png")

# %%
# The losses are the same in each epoch, and an epoch of skbackprop takes less time. So
# the search finds the same parameters and the same accuracy, only sooner.
