"""scikit-learn's own checks of what an estimator has to be."""

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from skbackprop import (
    DrLIM,
    FeaturePooling,
    LinearSeparator,
    MLPClassifier,
    MLPRanker,
    MLPRegressor,
    MonomialFeatures,
    NetworkClassifier,
    NetworkRegressor,
    PiecewiseLinearFeatures,
    RecurrentClassifier,
    RecurrentRegressor,
    SmoothClippingScaler,
    SparseRandomExpansion,
)

# max_iter is what scikit-learn's own common tests set for its MLPs.
ESTIMATORS = [
    DrLIM(max_iter=20),
    LinearSeparator(),
    MLPClassifier(max_iter=100),
    MLPRanker(max_iter=100),
    MLPRegressor(max_iter=100),
    NetworkClassifier(max_iter=100),
    NetworkRegressor(max_iter=100),
    # So few that rounding is not amplified beyond what the checks put up with.
    RecurrentClassifier((16,), max_iter=50, learning_rate_init=0.01),
    RecurrentRegressor((16,), max_iter=100, learning_rate_init=0.01),
    MonomialFeatures(),
    SparseRandomExpansion(n_components=20),
    SparseRandomExpansion(n_components=20, top_k=0.1),
    PiecewiseLinearFeatures(),
    PiecewiseLinearFeatures(4, handle_missing="zeros", sparse_output=True),
    SmoothClippingScaler(),
    SmoothClippingScaler(limit=None),
    FeaturePooling(),
    FeaturePooling("logsumexp", groups="coactivation"),
    FeaturePooling("mean", groups="class_profiles"),
]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@parametrize_with_checks(ESTIMATORS)
def test_estimator_keeps_the_contract_of_scikit_learn(estimator, check):
    check(estimator)
