"""Ensembles for tables: what they promise, whatever the table."""

import copy
import pickle

import joblib
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.base import clone
from sklearn.inspection import permutation_importance
from sklearn.model_selection import GridSearchCV, cross_val_score

from skbackprop import TabularClassifier, TabularRegressor, TrainingCurveDisplay
from skbackprop.engine.losses import OF_NUMBERS
from skbackprop.tabular.recipe import WAVE_ENDS

N = 240
RNG = np.random.default_rng(0)
FRAME = pd.DataFrame(
    {
        "size": RNG.normal(size=N),
        "income": np.exp(RNG.normal(size=N)),
        "colour": RNG.choice(["red", "green", "blue"], size=N),
        "member": RNG.random(N) < 0.4,
        "rating": pd.array(RNG.integers(0, 6, size=N), dtype="Int64"),
    }
)
FRAME.loc[::7, "income"] = np.nan
FRAME.loc[::11, "colour"] = None
FRAME.loc[::13, "rating"] = pd.NA
SUM = FRAME["size"] + (FRAME["colour"] == "red") + FRAME["member"]
LABELS = np.where(SUM > 1.2, "high", np.where(SUM > 0.2, "middle", "low"))
NUMBERS = SUM.to_numpy() + 0.1 * RNG.normal(size=N)
SHORT = {"n_estimators": 2, "max_iter": 20, "random_state": 0}


def classifier(**settings):
    return TabularClassifier(**{**SHORT, **settings})


def regressor(**settings):
    return TabularRegressor(**{**SHORT, **settings})


@pytest.fixture(scope="module")
def clf():
    return classifier().fit(FRAME, LABELS)


@pytest.fixture(scope="module")
def reg():
    return regressor(max_iter=60).fit(FRAME, NUMBERS)


def test_a_frame_as_it_comes_is_learnt_from(clf, reg):
    assert clf.score(FRAME, LABELS) > 0.9
    assert reg.score(FRAME, NUMBERS) > 0.9
    assert clf.classes_.tolist() == ["high", "low", "middle"]


def test_probabilities_add_to_one_and_the_largest_is_predicted(clf):
    p = clf.predict_proba(FRAME)
    assert_allclose(p.sum(axis=1), 1)
    assert_array_equal(clf.classes_[p.argmax(axis=1)], clf.predict(FRAME))
    assert_allclose(np.exp(clf.predict_log_proba(FRAME)), p)


@pytest.mark.parametrize("n_jobs", [2, 3])
@pytest.mark.parametrize("n_rows", [N, 2100])
def test_bits_do_not_depend_on_the_number_of_threads(n_jobs, n_rows):
    rows = np.arange(n_rows) % N
    X, y = FRAME.iloc[rows].reset_index(drop=True), LABELS[rows]
    settings = {"max_iter": 8}
    alone = classifier(**settings).fit(X, y).predict_proba(FRAME)
    with joblib.parallel_config("loky"):  # threads all the same
        together = classifier(n_jobs=n_jobs, **settings).fit(X, y)
    assert_array_equal(together.predict_proba(FRAME), alone)


@pytest.mark.parametrize("library", ["polars", "pyarrow"])
def test_libraries_of_frames_make_no_difference(clf, library):
    module = pytest.importorskip(library)
    if library == "polars":
        frame = module.from_pandas(FRAME)
    else:
        frame = module.Table.from_pandas(FRAME)
    assert_array_equal(clf.predict_proba(frame), clf.predict_proba(FRAME))
    other = classifier().fit(frame, LABELS)
    assert_array_equal(other.predict_proba(FRAME), clf.predict_proba(FRAME))


def test_a_column_of_two_values_is_the_same_in_every_form():
    forms = [
        FRAME["member"],
        FRAME["member"].astype(int),
        FRAME["member"].astype("boolean"),
        FRAME["member"].map({False: "a", True: "b"}),
        FRAME["member"].map({False: "a", True: "b"}).astype("category"),
    ]
    found = []
    for form in forms:
        X = FRAME.assign(member=form)
        found.append(classifier(max_iter=5).fit(X, LABELS).predict_proba(X))
    for other in found[1:]:
        assert_array_equal(other, found[0])


def test_what_is_missing_or_unknown_at_first_in_prediction_is_read_by_the_rule(clf):
    X = FRAME[:4].assign(size=np.nan, colour="violet")
    median = FRAME[:4].assign(size=FRAME["size"].median(), colour=None)
    assert_allclose(clf.predict_proba(X), clf.predict_proba(median), rtol=1e-6)


@pytest.mark.parametrize("way", ["pickle", "deepcopy", "file"])
@pytest.mark.parametrize("kind", ["clf", "reg"])
def test_what_is_kept_predicts_the_same_bits(way, kind, tmp_path, request):
    estimator = request.getfixturevalue(kind)
    if way == "file":
        estimator.save(tmp_path / "kept.npz")
        other = type(estimator).load(tmp_path / "kept.npz")
    else:
        other = copy.deepcopy(estimator)
        other = pickle.loads(pickle.dumps(estimator)) if way == "pickle" else other
    predict = "predict_proba" if kind == "clf" else "predict"
    expected = getattr(estimator, predict)(FRAME)
    assert_array_equal(getattr(other, predict)(FRAME), expected)
    assert other.report() == estimator.report()


def test_networks_that_do_not_read_the_table_are_refused(clf):
    state = dict(clf.__getstate__())
    other = classifier(max_iter=1).fit(FRAME[["size", "income"]], LABELS)
    state["estimators_"] = other.estimators_
    with pytest.raises(ValueError, match="do not read this table"):
        classifier().__setstate__(state)


@pytest.mark.parametrize("n_rows", [1, 2, 9, 12])
def test_a_handful_of_rows_is_enough(n_rows):
    X = FRAME[:n_rows]
    assert classifier().fit(X, LABELS[:n_rows]).predict(X).shape == (n_rows,)
    assert np.isfinite(regressor().fit(X, NUMBERS[:n_rows]).predict(X)).all()


def test_one_class_is_predicted_with_certainty():
    clf = classifier().fit(FRAME, ["all"] * N)
    assert set(clf.predict(FRAME)) == {"all"}
    assert_array_equal(clf.predict_proba(FRAME), np.ones((N, 1)))


@pytest.mark.parametrize("n_rows", [60, 2100])
def test_classes_of_a_single_row_are_learnt_with_the_others(n_rows):
    rows = np.arange(n_rows) % N
    y = np.where(np.arange(n_rows) < 5, np.arange(n_rows), 100)
    clf = classifier(max_iter=5).fit(FRAME.iloc[rows], y)
    assert clf.classes_.tolist() == [0, 1, 2, 3, 4, 100]
    assert clf.predict_proba(FRAME).shape == (N, 6)


@pytest.mark.parametrize("as_y", [np.asarray, sparse.csr_matrix])
def test_labels_are_predicted_side_by_side(as_y):
    y = np.column_stack([FRAME["size"] > 0, FRAME["member"]]).astype(int)
    clf = classifier().fit(FRAME, as_y(y))
    found = clf.predict(FRAME)
    assert sparse.issparse(found) == sparse.issparse(as_y(y))
    found = found.toarray() if sparse.issparse(found) else found
    assert (found == y).mean() > 0.95
    p = clf.predict_proba(FRAME)
    assert_array_equal(found, p > 0.5)


def test_targets_are_predicted_side_by_side_in_the_range_that_was_seen():
    y = np.column_stack([NUMBERS, 100 - 50 * NUMBERS])
    found = regressor(max_iter=60).fit(FRAME, y).predict(FRAME.assign(size=1e9))
    assert found.shape == (N, 2)
    tiny = 1e-5 * np.ptp(y, axis=0)
    assert (found >= y.min(axis=0) - tiny).all()
    assert (found <= y.max(axis=0) + tiny).all()


def test_quantiles_are_columns_in_their_order():
    reg = regressor(loss="quantile", quantile=(0.1, 0.5, 0.9), max_iter=60)
    found = reg.fit(FRAME, NUMBERS).predict(FRAME)
    assert (np.diff(found, axis=1) >= 0).all()
    assert reg.score(FRAME, NUMBERS) > 0.3


@pytest.mark.parametrize("loss", sorted(OF_NUMBERS))
def test_every_loss_is_minimised_on_targets_of_any_scale(loss):
    y = 1e6 * np.exp(NUMBERS)
    reg = regressor(loss=loss, max_iter=60).fit(FRAME, y)
    assert reg.score(FRAME, y) > 0.6
    assert (reg.predict(FRAME) > 0).all()


def test_a_constant_target_is_predicted():
    assert_allclose(regressor().fit(FRAME, np.full(N, 7.0)).predict(FRAME), 7)


def test_rows_without_weight_are_as_if_they_were_not_there():
    weights = (np.arange(N) % 3 > 0).astype(float)
    with_zeros = classifier().fit(FRAME, LABELS, sample_weight=weights)
    kept = weights > 0
    without = classifier().fit(FRAME[kept], LABELS[kept])
    assert_allclose(with_zeros.predict_proba(FRAME), without.predict_proba(FRAME))


def test_weights_of_classes_are_weights_of_their_rows():
    weights = np.where(LABELS == "low", 5.0, 1.0)
    of_class = classifier(class_weight={"low": 5}).fit(FRAME, LABELS)
    plain = classifier().fit(FRAME, LABELS)
    low = plain.classes_.tolist().index("low")
    assert of_class.predict_proba(FRAME)[:, low].mean() > (
        plain.predict_proba(FRAME)[:, low].mean()
    )
    by_row = classifier().fit(FRAME, LABELS, weights).predict_proba(FRAME)
    assert_allclose(of_class.predict_proba(FRAME).mean(0), by_row.mean(0), atol=0.1)


@pytest.mark.parametrize(
    ("settings", "y", "weight", "message"),
    [
        ({"n_estimators": 0}, LABELS, None, "n_estimators"),
        ({"max_iter": "long"}, LABELS, None, "max_iter"),
        ({"encoding": "bins"}, LABELS, None, "encoding"),
        ({"validation_fraction": 0.9}, LABELS, None, "validation_fraction"),
        ({"hidden_layer_sizes": (5, 0)}, LABELS, None, "hidden_layer_sizes"),
        ({}, LABELS[:-1], None, "inconsistent numbers of samples"),
        ({}, LABELS, -np.ones(N), "sample_weight|Negative values"),
        ({}, LABELS, np.zeros(N), "non-zero"),
        ({"class_weight": {"low": np.inf}}, LABELS, None, "class_weight"),
        ({"class_weight": "balanced"}, np.eye(N, 2, dtype=int), None, "class_weight"),
    ],
)
def test_bad_input_is_refused_by_name_and_changes_nothing(settings, y, weight, message):
    clf = classifier().fit(FRAME, LABELS)
    before = clf.predict_proba(FRAME)
    with pytest.raises(ValueError, match=message):
        clone(clf).set_params(**settings).fit(FRAME, y, weight)
    with pytest.raises(ValueError, match=message):
        clf.set_params(**settings).fit(FRAME, y, weight)
    assert_array_equal(clf.predict_proba(FRAME), before)


def test_input_is_not_changed():
    frame, labels = FRAME.copy(), LABELS.copy()
    classifier(max_iter=2).fit(frame, labels).predict(frame)
    pd.testing.assert_frame_equal(frame, FRAME)
    assert_array_equal(labels, LABELS)


@pytest.mark.parametrize("encoding", ["raw", "piecewise_linear"])
def test_an_encoding_that_is_asked_for_is_that_of_all_members(encoding):
    clf = classifier(encoding=encoding).fit(FRAME, LABELS)
    assert set(clf.views_) == {encoding}
    assert list(clf.pilots_) == [encoding]


def test_of_many_rows_the_first_member_says_when_to_stop():
    rows = RNG.integers(N, size=2200)
    X, y = FRAME.iloc[rows].reset_index(drop=True), LABELS[rows]
    y = np.where(RNG.random(len(y)) < 0.4, RNG.permutation(y), y)  # noise
    clf = classifier(n_estimators=3, max_iter=30).fit(X, y)
    assert clf.stop_ in WAVE_ENDS
    assert clf.n_iter_ == round(30 * clf.stop_)
    lengths = [len(net.loss_curve_) for net in clf.estimators_]
    assert lengths == [30, clf.n_iter_, clf.n_iter_]
    assert clf.estimators_[0].validation_scores_ is not None
    assert clf.estimators_[1].validation_scores_ is None


def test_views_of_a_target_without_noise_are_weighed():
    X = RNG.uniform(-1, 1, size=(2200, 3))
    y = X[:, 0] * X[:, 1] + X[:, 2]
    reg = regressor(n_estimators=4, max_iter=40).fit(X, y)
    assert reg.score(X, y) > 0.99
    assert reg.weights_.sum() == pytest.approx(1)
    assert len(set(reg.views_[:2])) == 2
    # Members of one view count alike; a view that is far worse does not count.
    for view in set(reg.views_):
        of_view = reg.weights_[[v == view for v in reg.views_]]
        assert len(set(of_view)) == 1


def test_numbers_that_are_given_are_used():
    clf = classifier(max_iter=7, batch_size=50, learning_rate_init=0.01)
    clf.fit(FRAME, LABELS)
    net = clf.estimators_[0]
    assert len(net.loss_curve_) == clf.n_iter_ == 7
    assert (net.batch_size, net.learning_rate_init) == (50, 0.01)


def test_it_is_searched_scored_and_inspected_as_any_estimator(clf):
    search = GridSearchCV(classifier(max_iter=5), {"hidden_layer_sizes": [8, (8, 8)]})
    assert search.fit(FRAME, LABELS).best_score_ > 0.4
    assert len(cross_val_score(regressor(max_iter=5), FRAME, NUMBERS, cv=3)) == 3
    importance = permutation_importance(clf, FRAME, LABELS, random_state=0)
    assert importance.importances_mean.argmax() == FRAME.columns.get_loc("size")


def test_reports_and_histories_cover_columns_and_members(clf, capsys):
    report = clf.report()
    assert all(name in report for name in FRAME)
    assert "2 networks" in report
    history = pd.DataFrame(clf.history_)
    assert history["member"].value_counts().tolist() == [20, 20]
    classifier(max_iter=2, verbose=True).fit(FRAME, LABELS)
    assert capsys.readouterr().out.count("epochs") >= 2
    pytest.importorskip("matplotlib").use("Agg")
    display = TrainingCurveDisplay.from_estimator(clf, columns=["loss"])
    assert np.isnan(display.lines_["loss"].get_ydata()).sum() == 1


def test_it_is_not_fitted_before_it_is():
    for attribute in ("history_", "estimators_"):
        assert not hasattr(classifier(), attribute)
