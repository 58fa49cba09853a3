"""Searches and capacities run on a cluster by joblib's backends, with equal results."""

import joblib
import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV

from skbackprop import MLPClassifier
from skbackprop.capacity import capacity_curve, empirical_capacity
from skbackprop.fitting.threads import n_threads

X, Y = load_digits(return_X_y=True)


@pytest.fixture(params=["dask", "ray"])
def context(request):
    """Return a context in which joblib works on two processes of a backend."""
    if request.param == "dask":
        client = request.getfixturevalue("client")
        yield lambda: joblib.parallel_config("dask", client=client)
    else:
        ray = pytest.importorskip("ray")
        ray.init(num_cpus=2, include_dashboard=False, configure_logging=False)
        pytest.importorskip("ray.util.joblib").register_ray()
        yield lambda: joblib.parallel_config("ray", n_jobs=2)
        ray.shutdown()


def test_a_grid_search_finds_what_it_finds_here(context):
    clf = MLPClassifier((10,), max_iter=3, tol=None, random_state=0)
    search = GridSearchCV(clf, {"alpha": [0, 1]}, cv=2)
    here = search.fit(X[:400], Y[:400]).cv_results_["mean_test_score"]
    with context():
        there = search.fit(X[:400], Y[:400]).cv_results_["mean_test_score"]
    np.testing.assert_array_equal(here, there)


COUNTS = ["n_points", "n_trials", "n_successes"]


def test_a_capacity_curve_is_what_it_is_here(context):
    settings = {"n_features": 4, "n_points": [6, 8], "n_trials": 20, "random_state": 0}
    here = capacity_curve(**settings)
    with context():
        there = capacity_curve(**settings)
    assert here[COUNTS].equals(there[COUNTS])


@pytest.mark.parametrize(
    "estimator",
    [None, MLPClassifier((2,), max_iter=10, tol=None)],
    ids=["hyperplanes", "networks"],
)
def test_a_search_for_a_capacity_finds_what_it_finds_here(client, estimator):
    # Not on Ray, whose processes start anew for each of its many small steps.
    settings = {"n_features": 4, "max_trials": 32, "random_state": 0}
    here = empirical_capacity(estimator, **settings)
    with joblib.parallel_config("dask", client=client):
        there = empirical_capacity(estimator, **settings)
    assert here.curve[COUNTS].equals(there.curve[COUNTS])
    assert (here.lower, here.upper) == (there.lower, there.upper)


def test_threads_of_a_fit_are_not_the_cores_of_the_cluster(client):
    with joblib.parallel_config("dask", client=client):
        assert n_threads(1) == 1
        assert n_threads(7) == 7
        [found] = joblib.Parallel()([joblib.delayed(n_threads)(None)])
    assert found == 1
