"""fairlearn: networks that treat groups alike."""

import numpy as np
import pytest
from twins import assert_equal_for_twins, import_client

fairlearn = import_client("fairlearn")


@pytest.fixture
def groups(flowers):
    """Return X, whether a flower is of the last class, and its group."""
    X, y = flowers
    return X, (y == 2).astype(int), (X[:, 0] > 0).astype(int)


def test_thresholds_of_groups_are_the_same(groups):
    X, y, group = groups
    postprocessing = import_client("fairlearn.postprocessing")

    def client(clf):
        model = postprocessing.ThresholdOptimizer(
            estimator=clf, predict_method="predict_proba"
        ).fit(X, y, sensitive_features=group)
        return model.predict(X, sensitive_features=group, random_state=0)

    assert_equal_for_twins(client, max_iter=200)


def test_a_reduction_makes_the_same_of_weights_of_samples(groups):
    X, y, group = groups
    reductions = import_client("fairlearn.reductions")

    def client(clf):
        parity = reductions.DemographicParity()
        model = reductions.ExponentiatedGradient(clf, parity, max_iter=3)
        model.fit(X, y, sensitive_features=group)
        return np.asarray(model.predict(X, random_state=0))

    assert_equal_for_twins(client)
