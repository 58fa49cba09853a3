"""A fit that fails leaves what it was called on as it was."""

import pickle

import numpy as np
import pytest

from skbackprop import (
    FeaturePooling,
    LinearSeparator,
    MLPClassifier,
    MonomialFeatures,
    SparseRandomExpansion,
)

X = np.random.default_rng(0).normal(size=(12, 4))
Y = np.arange(12) % 2
# Each is refused when X has been found to be good.
FAILURES = {
    "classifier": (MLPClassifier(dropout=(0.1,)), Y),
    "separator": (LinearSeparator(), np.zeros(12)),
    "monomials": (MonomialFeatures(max_degrees=[1]), None),
    "expansion": (SparseRandomExpansion(5, n_inputs=9), None),
    "pooling": (FeaturePooling(groups=[[9]]), None),
    "learned pooling": (FeaturePooling(groups="random", n_groups=9), None),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_a_fit_that_fails_leaves_an_estimator_unfitted(failure):
    estimator, y = FAILURES[failure]
    if hasattr(estimator, "random_state"):
        estimator.random_state = np.random.RandomState(0)
    before = pickle.dumps(estimator)
    with pytest.raises(ValueError):
        estimator.fit(X, y)
    assert pickle.dumps(estimator) == before
