"""Ensembles for tables: what they promise, whatever the table."""

import numpy as np
import pytest
from mixed_table import FRAME, LABELS, NUMBERS, N, classifier, regressor
from numpy.testing import assert_allclose, assert_array_equal

from skbackprop import TrainingCurveDisplay
from skbackprop.engine.losses import OF_NUMBERS


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


@pytest.mark.parametrize("n_rows", [1, 2, 9, 12])
def test_a_handful_of_rows_is_enough(n_rows):
    X = FRAME[:n_rows]
    assert classifier().fit(X, LABELS[:n_rows]).predict(X).shape == (n_rows,)
    assert np.isfinite(regressor().fit(X, NUMBERS[:n_rows]).predict(X)).all()


def test_one_class_is_predicted_with_certainty():
    clf = classifier().fit(FRAME, ["all"] * N)
    assert set(clf.predict(FRAME)) == {"all"}
    assert_array_equal(clf.predict_proba(FRAME), np.ones((N, 1)))


@pytest.mark.parametrize("loss", sorted(OF_NUMBERS))
def test_every_loss_is_minimised_on_targets_of_any_scale(loss):
    y = 1e6 * np.exp(NUMBERS)
    reg = regressor(loss=loss, max_iter=60).fit(FRAME, y)
    assert reg.score(FRAME, y) > 0.6
    assert (reg.predict(FRAME) > 0).all()


def test_curves_of_all_networks_are_drawn(clf):
    pytest.importorskip("matplotlib").use("Agg")
    display = TrainingCurveDisplay.from_estimator(clf, columns=["loss"])
    assert np.isnan(display.lines_["loss"].get_ydata()).sum() == 1
