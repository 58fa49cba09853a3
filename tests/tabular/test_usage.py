"""Ensembles of tables among scikit-learn's tools."""

import numpy as np
import pandas as pd
import pytest
import sklearn
from mixed_table import (
    FRAME,
    LABELS,
    NUMBERS,
    N,
    assert_same_bits,
    outputs,
    small_classifier,
    small_regressor,
)
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import VotingClassifier, VotingRegressor
from sklearn.impute import SimpleImputer
from sklearn.inspection import PartialDependenceDisplay, permutation_importance
from sklearn.model_selection import (
    GridSearchCV,
    cross_val_predict,
    cross_val_score,
    cross_validate,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from skbackprop import TrainingCurveDisplay

WIDE = FRAME[["size", "income", "member"]].astype(float)


@pytest.fixture(scope="module")
def clf():
    return small_classifier(max_iter=30).fit(FRAME, LABELS)


@pytest.fixture(scope="module")
def reg():
    return small_regressor(max_iter=30).fit(FRAME, NUMBERS)


# Tables


def test_a_frame_predicts_as_its_clean_numbers_do():
    X = FRAME[["size", "income", "member"]]
    expected = small_regressor().fit(WIDE, NUMBERS)
    assert_same_bits(small_regressor().fit(X, NUMBERS), expected, WIDE)
    nullable = X.convert_dtypes()
    assert_array_equal(expected.predict(nullable), expected.predict(X))
    array = small_regressor().fit(WIDE.to_numpy(), NUMBERS)
    assert_array_equal(array.predict(WIDE.to_numpy()), expected.predict(WIDE))


def test_columns_of_names_predict_as_their_indicators_do():
    one = FRAME[["size", "colour"]]
    levels = ["blue", "green", "red"]
    many = FRAME[["size"]].assign(**{c: FRAME["colour"] == c for c in levels})
    found = small_regressor(encoding="raw").fit(one, NUMBERS).predict(one)
    expected = small_regressor(encoding="raw").fit(many, NUMBERS).predict(many)
    assert_array_equal(found, expected)


def test_rows_are_predicted_alone_as_together(clf, reg):
    rows = [FRAME[i : i + 1] for i in range(0, N, 40)]
    for ensemble in (clf, reg):
        alone = np.concatenate([outputs(ensemble, row) for row in rows])
        assert_allclose(alone, outputs(ensemble)[::40], atol=1e-5)


def test_columns_in_another_order_or_missing_are_refused(clf):
    with pytest.raises(ValueError, match="(?s)feature names should match"):
        clf.predict(FRAME[FRAME.columns[::-1]])
    with pytest.raises(ValueError, match="(?s)feature names should match"):
        clf.predict(FRAME.drop(columns="income"))


@pytest.mark.parametrize("fault", ["infinity", "time", "too few targets", "no rows"])
def test_a_fit_that_fails_leaves_the_ensemble_as_it_was(fault):
    reg = small_regressor().fit(FRAME, NUMBERS)
    before, attributes = outputs(reg), dict(vars(reg))
    X, y = FRAME.assign(more=0.5), NUMBERS
    if fault == "infinity":
        X.loc[3, "more"] = np.inf
    elif fault == "time":
        X["more"] = pd.Timestamp("2020-01-01")
    elif fault == "too few targets":
        y = y[1:]
    else:
        X, y = X[:0], y[:0]
    with pytest.raises((ValueError, TypeError)):
        reg.fit(X, y)
    assert vars(reg) == attributes
    assert_array_equal(outputs(reg), before)


def test_nothing_that_is_given_is_changed():
    X, y, weights = FRAME.copy(), NUMBERS.copy(), np.linspace(0, 1, N)
    before = weights.copy()
    small_regressor().fit(X, y, weights).predict(X)
    pd.testing.assert_frame_equal(X, FRAME)
    assert_array_equal(y, NUMBERS)
    assert_array_equal(weights, before)
    for array in (y, weights):
        array.setflags(write=False)
    small_regressor().fit(X, y, weights)


# Composition


def test_a_clone_is_not_fitted_and_learns_the_same(clf):
    other = clone(clf)
    assert not other.__sklearn_is_fitted__()
    assert other.get_params() == clf.get_params()
    assert_same_bits(other.fit(FRAME, LABELS), clf)


def test_what_kind_it_is(clf, reg):
    assert is_classifier(clf)
    assert is_regressor(reg)


def test_it_is_validated_and_searched(clf):
    scores = cross_validate(
        clf, FRAME, LABELS, cv=2, scoring=["accuracy", "neg_log_loss"]
    )
    assert (scores["test_accuracy"] > 0.5).all()
    assert len(cross_val_score(small_regressor(), FRAME, NUMBERS, cv=2)) == 2
    p = cross_val_predict(clf, FRAME, LABELS, cv=2, method="predict_proba")
    assert_allclose(p.sum(axis=1), 1)
    search = GridSearchCV(
        clone(clf), {"hidden_layer_sizes": [(2,), (16,)], "encoding": ["raw"]}, cv=2
    ).fit(FRAME, LABELS)
    assert search.best_params_["hidden_layer_sizes"] == (16,)
    assert_array_equal(search.predict(FRAME), search.best_estimator_.predict(FRAME))


def test_it_is_the_end_of_pipelines():
    pipe = make_pipeline(SimpleImputer(), StandardScaler(), small_regressor())
    assert np.isfinite(pipe.fit(WIDE, NUMBERS).predict(WIDE)).all()
    half = FunctionTransformer(lambda X: X[["size", "colour"]])
    pipe = make_pipeline(half, small_classifier()).fit(FRAME, LABELS)
    direct = small_classifier().fit(FRAME[["size", "colour"]], LABELS)
    expected = direct.predict(FRAME[["size", "colour"]])
    assert_array_equal(pipe.predict(FRAME), expected)
    pytest.importorskip("matplotlib").use("Agg")
    assert list(TrainingCurveDisplay.from_estimator(pipe, columns=["loss"]).lines_)


def test_it_votes_and_is_calibrated_with_others(clf):
    pairs = [("one", clone(clf)), ("other", clone(clf).set_params(random_state=1))]
    vote = VotingClassifier(pairs, voting="soft").fit(FRAME, LABELS)
    assert vote.score(FRAME, LABELS) > 0.7
    numbers = [("one", small_regressor()), ("other", small_regressor(encoding="raw"))]
    mean = VotingRegressor(numbers).fit(FRAME, NUMBERS).predict(FRAME)
    each = [one.fit(FRAME, NUMBERS).predict(FRAME) for _, one in numbers]
    assert_allclose(mean, np.mean(each, axis=0))
    calibrated = CalibratedClassifierCV(clone(clf), cv=2).fit(FRAME, LABELS)
    assert_allclose(calibrated.predict_proba(FRAME).sum(axis=1), 1)


def test_targets_may_be_transformed():
    model = TransformedTargetRegressor(
        small_regressor(), func=np.exp, inverse_func=np.log
    )
    assert np.isfinite(model.fit(FRAME, NUMBERS).predict(FRAME)).all()


def test_weights_are_routed():
    weights = np.where(LABELS == "low", 3.0, 1.0)
    with sklearn.config_context(enable_metadata_routing=True):
        wanted = small_classifier().set_fit_request(sample_weight=True)
        pipe = make_pipeline(FunctionTransformer(), wanted)
        routed = pipe.fit(FRAME, LABELS, sample_weight=weights)
        direct = small_classifier().fit(FRAME, LABELS, weights)
        assert_array_equal(routed.predict_proba(FRAME), direct.predict_proba(FRAME))
        silent = make_pipeline(FunctionTransformer(), small_classifier())
        with pytest.raises(sklearn.exceptions.UnsetMetadataPassedError):
            silent.fit(FRAME, LABELS, sample_weight=weights)


# Inspection


def test_columns_that_matter_are_found(clf, reg):
    for ensemble, y in ((clf, LABELS), (reg, NUMBERS)):
        found = permutation_importance(ensemble, FRAME, y, n_repeats=2, random_state=0)
        assert found.importances_mean.argmax() == FRAME.columns.get_loc("size")


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_partial_dependence_is_drawn(reg):
    pytest.importorskip("matplotlib").use("Agg")
    names = ["size", "colour"]
    frame = FRAME.fillna({"colour": "red"})
    display = PartialDependenceDisplay.from_estimator(
        reg, frame, names, categorical_features=["colour"], grid_resolution=5
    )
    (average,) = display.pd_results[0]["average"]
    assert average[-1] > average[0]


def test_the_report_names_columns_views_and_what_was_chosen(clf, reg):
    for ensemble in (clf, reg):
        report = ensemble.report()
        assert all(name in report for name in FRAME)
        assert report.startswith(f"{type(ensemble).__name__}: 2 networks (")
        assert f"epochs: {ensemble.n_iter_} " in report
        assert all(view in report for view in ensemble.pilots_)
    assert f"temperature: {clf.temperature_:.2f}" in clf.report()
    assert "temperature" not in reg.report()


def test_the_history_has_all_epochs_of_all_members(clf):
    history = pd.DataFrame(clf.history_)
    for number, net in enumerate(clf.estimators_, start=1):
        of_member = history[history["member"] == number]
        assert of_member["loss"].tolist() == net.loss_curve_
        assert of_member["epoch"].tolist() == list(range(1, len(net.loss_curve_) + 1))


def test_a_line_is_printed_for_each_network(capsys):
    small_classifier(n_estimators=3, verbose=True).fit(FRAME, LABELS)
    lines = capsys.readouterr().out.splitlines()
    pilots = [f"pilot {v} {k}" for v in ("raw", "piecewise_linear") for k in (1, 2, 3)]
    names = [*pilots, *(f"member {k}" for k in (1, 2, 3))]
    assert [line.split(":")[0] for line in lines] == names
    assert all("epochs" in line for line in lines)
    small_classifier().fit(FRAME, LABELS)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("method", ["predict", "report"])
def test_what_is_not_fitted_says_so(method):
    arguments = [FRAME] if method == "predict" else []
    with pytest.raises(sklearn.exceptions.NotFittedError):
        getattr(small_regressor(), method)(*arguments)
    assert not hasattr(small_regressor(), "history_")
