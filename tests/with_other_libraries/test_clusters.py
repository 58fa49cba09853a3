"""Ray: a search by joblib's backend, with equal scores."""

import joblib
import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV
from twins import import_client

from skbackprop import MLPClassifier

ray = import_client("ray")


@pytest.fixture
def cluster():
    import_client("ray.util.joblib").register_ray()
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    yield
    ray.shutdown()


@pytest.mark.slow
def test_a_grid_search_finds_what_it_finds_here(cluster, flowers):
    clf = MLPClassifier((8,), max_iter=5, random_state=0)
    search = GridSearchCV(clf, {"alpha": [0, 1]}, cv=2)
    here = search.fit(*flowers).cv_results_["mean_test_score"]
    with joblib.parallel_config("ray"):
        there = search.fit(*flowers).cv_results_["mean_test_score"]
    np.testing.assert_array_equal(here, there)
