"""mapie and crepes: intervals and sets of labels that hold the truth so often."""

import numpy as np
import pytest
from sklearn.model_selection import KFold
from twins import assert_equal_for_twins, import_client

from skbackprop import MLPRegressor


def test_split_and_cross_conformal_intervals_are_the_same(patients):
    X, y = patients
    regression = import_client("mapie.regression")

    def client(reg):
        split = regression.SplitConformalRegressor(
            reg, confidence_level=0.8, prefit=False
        )
        split.fit(X[:200], y[:200]).conformalize(X[200:300], y[200:300])
        cross = regression.CrossConformalRegressor(
            reg, confidence_level=0.8, cv=KFold(3)
        )
        cross.fit_conformalize(X[:300], y[:300])
        return [model.predict_interval(X[300:])[1] for model in (split, cross)]

    assert_equal_for_twins(client, "MLPRegressor", rtol=1e-5)


def test_sets_of_labels_are_the_same(flowers):
    X, y = flowers
    classification = import_client("mapie.classification")

    def client(clf):
        split = classification.SplitConformalClassifier(
            clf, confidence_level=0.9, prefit=False
        )
        split.fit(X[::2], y[::2]).conformalize(X[1::2], y[1::2])
        return split.predict_set(X)[1]

    assert_equal_for_twins(client)


@pytest.fixture
def registered():
    """Add MLPRegressor to those of which mapie knows the names of parameters."""
    module = import_client("mapie.regression.quantile_regression")
    known = module._MapieQuantileRegressor.quantile_estimator_params
    known["MLPRegressor"] = {"loss_name": "loss", "alpha_name": "quantile"}
    yield
    del known["MLPRegressor"]


def quantile_regressor(quantile):
    return MLPRegressor(
        loss="quantile",
        quantile=quantile,
        hidden_layer_sizes=(8,),
        solver="lbfgs",
        random_state=0,
    )


def intervals(model, X, y):
    model.conformalize(X[200:320], y[200:320])
    return model.predict_interval(X[320:])[1][:, :, 0]


def test_quantiles_are_conformalized_once_mapie_knows_their_parameters(
    patients, registered
):
    X, y = patients
    regressor = import_client("mapie.regression").ConformalizedQuantileRegressor
    model = regressor(quantile_regressor(0.5), confidence_level=0.8, prefit=False)
    found = intervals(model.fit(X[:200], y[:200]), X, y)
    low, high = found.T
    # Of 122 draws at 0.8, 0.7 is nearly three standard deviations below.
    assert 0.7 < ((low <= y[320:]) & (y[320:] <= high)).mean() < 1
    three = [quantile_regressor(q).fit(X[:200], y[:200]) for q in (0.1, 0.9, 0.5)]
    fitted = regressor(three, confidence_level=0.8, prefit=True)
    np.testing.assert_allclose(intervals(fitted, X, y), found)


def test_without_that_mapie_refuses_them(patients):
    X, y = patients
    regressor = import_client("mapie.regression").ConformalizedQuantileRegressor
    model = regressor(quantile_regressor(0.5), prefit=False)
    with pytest.raises(ValueError, match="quantile_estimator_params"):
        model.fit(X, y)


def test_intervals_of_crepes_are_the_same(patients):
    X, y = patients
    crepes = import_client("crepes")

    def client(reg):
        model = crepes.WrapRegressor(reg)
        model.fit(X[:200], y[:200])
        model.calibrate(X[200:300], y[200:300])
        return model.predict_int(X[300:], confidence=0.8)

    assert_equal_for_twins(client, "MLPRegressor", rtol=1e-5)
