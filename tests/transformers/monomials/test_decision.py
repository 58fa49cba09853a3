"""Linear decisions on monomials that are not made."""

import numpy as np
import pytest
from monomial_cases import (
    BEYOND,
    executor,  # noqa: F401  (a fixture)
    samples,
)
from scipy import sparse
from sklearn.linear_model import LogisticRegression, Ridge

from skbackprop import MonomialFeatures


@pytest.mark.usefixtures("executor")
@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array])
@pytest.mark.parametrize("n_outputs", [1, 3])
@pytest.mark.parametrize(
    "settings",
    [
        *({"degree": d} for d in (0, 1, 2, 3, (2, 2), (2, 4))),
        *({"degree": d, "interaction_only": True} for d in (2, (2, 2))),
        {"degree": 2, "max_degrees": [1, 0, 2, 1]},
        *BEYOND.values(),
    ],
)
@pytest.mark.parametrize("include_bias", [True, False])
def test_linear_decisions_equal_those_on_the_expansion(
    include_bias, settings, n_outputs, container
):
    if settings.get("degree") == 0 and not include_bias:
        return
    X = container(samples(600))
    expand = MonomialFeatures(**settings, include_bias=include_bias).fit(X)
    rng = np.random.default_rng(1)
    coef = rng.normal(size=(n_outputs, expand.n_output_features_))
    intercept = rng.normal(size=n_outputs)
    expected = expand.transform(X) @ coef.T + intercept
    decision = expand.linear_decision(X, coef, intercept)
    assert decision.shape == ((600,) if n_outputs == 1 else (600, n_outputs))
    np.testing.assert_allclose(
        decision, expected.reshape(decision.shape), rtol=1e-11, atol=1e-11
    )


@pytest.mark.parametrize("n_features", [31, 32, 33, 64, 130])
def test_quadratic_forms_of_many_features_are_right(n_features):
    X = samples(9, n_features)
    expand = MonomialFeatures(2).fit(X)
    coef = np.random.default_rng(1).normal(size=(3, expand.n_output_features_))
    expected = expand.transform(X) @ coef.T
    decision = expand.linear_decision(X, coef)
    np.testing.assert_allclose(decision, expected, rtol=1e-10, atol=1e-10)


def test_decisions_are_those_of_fitted_linear_models():
    X = samples(200)
    expand = MonomialFeatures(2, include_bias=False)
    expanded = expand.fit_transform(X)
    y = (X[:, 0] * X[:, 1] > 0).astype(int)
    for targets in (y, y + (X[:, 2] > 1)):
        model = LogisticRegression().fit(expanded, targets)
        decision = expand.linear_decision(X, model.coef_, model.intercept_)
        np.testing.assert_allclose(
            decision, model.decision_function(expanded), rtol=1e-9, atol=1e-9
        )
    model = Ridge().fit(expanded, y)
    decision = expand.linear_decision(X, model.coef_, model.intercept_)
    np.testing.assert_allclose(decision, model.predict(expanded), atol=1e-12)


def test_linear_decisions_keep_float32_and_say_what_is_wrong():
    X = samples(dtype=np.float32)
    expand = MonomialFeatures(2).fit(X)
    assert expand.linear_decision(X, np.ones(15)).dtype == np.float32
    with pytest.raises(ValueError, match=r"coef must have shape \(15,\)"):
        expand.linear_decision(X, np.ones(14))
    with pytest.raises(ValueError, match="intercept must be a number"):
        expand.linear_decision(X, np.ones((2, 15)), np.ones(3))


@pytest.mark.usefixtures("executor")
@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("max_degrees", [None, [2, 0, 1, 2]])
@pytest.mark.parametrize("degree", [1, 2, (2, 2), 3])
def test_decisions_on_what_is_not_finite_are_refused_by_column(
    degree, max_degrees, bad
):
    X = samples(40)
    expand = MonomialFeatures(degree, max_degrees=max_degrees).fit(X)
    X[17, 1] = bad
    with pytest.raises(ValueError, match="The first such column is number 1"):
        expand.linear_decision(X, np.zeros(expand.n_output_features_))


@pytest.mark.usefixtures("executor")
def test_decisions_that_overflow_name_the_monomial():
    X = samples(40)
    X[17, 1] = 1e200
    expand = MonomialFeatures(2).fit(X)
    with pytest.raises(ValueError, match=r"The monomial 'x1\^2' of sample 0 overflows"):
        expand.linear_decision(X, np.ones(expand.n_output_features_))
