"""hummingbird: our MLP as tensors of torch, by way of scikit-learn's."""

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from twins import import_client

from skbackprop import MLPClassifier, MLPRegressor
from skbackprop.interchange import to_sklearn

import_client("torch")
ml = import_client("hummingbird.ml")
RNG = np.random.default_rng(0)
X = RNG.normal(3, 2, (80, 4))


@pytest.mark.parametrize("n_classes", [2, 3])
def test_a_pipeline_is_compiled_with_scikit_learns_network_in_it(n_classes):
    y = RNG.integers(n_classes, size=80)
    pipe = make_pipeline(StandardScaler(), MLPClassifier((8,), random_state=0))
    pipe.fit(X, y)
    theirs = make_pipeline(pipe[0], to_sklearn(pipe[-1]))
    found = ml.convert(theirs, "torch").predict_proba(X)
    np.testing.assert_allclose(found, pipe.predict_proba(X), rtol=1e-5)


def test_a_regressor_is_compiled_too():
    reg = MLPRegressor(hidden_layer_sizes=(8,), random_state=0).fit(X, X[:, 0])
    found = ml.convert(to_sklearn(reg), "torch").predict(X)
    np.testing.assert_allclose(found, reg.predict(X), rtol=1e-4, atol=1e-5)
