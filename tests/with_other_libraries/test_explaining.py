"""shap: explanations of what a network predicts."""

import numpy as np
import pytest
from twins import assert_equal_for_twins, import_client

shap = import_client("shap")


@pytest.mark.slow  # shap compiles its own kernels
def test_explanations_are_the_same_and_add_up_to_predictions(flowers):
    X, y = flowers

    def client(clf):
        predict = clf.fit(X, y).predict_proba
        explanation = shap.Explainer(predict, X[::5], seed=0)(X[:5])
        total = explanation.values.sum(axis=1) + explanation.base_values
        np.testing.assert_allclose(total, predict(X[:5]), atol=1e-12)
        return explanation.values

    assert_equal_for_twins(client)
