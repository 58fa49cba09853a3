"""A search runs on a cluster by joblib's backend, with equal scores."""

import joblib
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV

from skbackprop import MLPClassifier


def test_a_grid_search_finds_what_it_finds_here(client):
    X, y = load_digits(return_X_y=True)
    clf = MLPClassifier((10,), max_iter=3, tol=None, random_state=0)
    search = GridSearchCV(clf, {"alpha": [0, 1]}, cv=2)
    here = search.fit(X[:400], y[:400]).cv_results_["mean_test_score"]
    with joblib.parallel_config("dask", client=client):
        there = search.fit(X[:400], y[:400]).cv_results_["mean_test_score"]
    np.testing.assert_array_equal(here, there)
