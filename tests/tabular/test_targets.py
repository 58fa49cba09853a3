"""What an ensemble learns to predict: classes, labels, numbers, of any kind."""

import warnings

import numpy as np
import pandas as pd
import pytest
from mixed_table import (
    FRAME,
    LABELS,
    NUMBERS,
    N,
    assert_same_bits,
    classifier,
    outputs,
    regressor,
    small_classifier,
    small_regressor,
)
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.exceptions import DataConversionWarning

from skbackprop import DivergenceError
from skbackprop.engine import losses

CODES = np.searchsorted(np.unique(LABELS), LABELS)
MATRIX = np.column_stack([FRAME["size"] > 0, FRAME["member"], NUMBERS > 0]).astype(int)

# Classes

SAME_LABELS = {
    "list": LABELS.tolist(),
    "object": LABELS.astype(object),
    "series": pd.Series(LABELS, index=np.arange(N)[::-1]),
    "category": pd.Series(LABELS, dtype="category"),
    "string": pd.Series(LABELS, dtype="string"),
    "codes": CODES,
    "floats": CODES * 2.0,
    "small integers": CODES.astype(np.int8) - 1,
}


@pytest.mark.parametrize("form", SAME_LABELS)
def test_only_the_order_of_labels_counts(form):
    expected = small_classifier().fit(FRAME, LABELS)
    found = small_classifier().fit(FRAME, SAME_LABELS[form])
    assert_same_bits(found, expected)
    assert_array_equal(found.classes_, np.unique(np.asarray(SAME_LABELS[form])))
    names = found.classes_[expected.predict_proba(FRAME).argmax(axis=1)]
    assert_array_equal(found.predict(FRAME), names)


@pytest.mark.parametrize("library", ["polars", "pyarrow"])
def test_targets_of_other_libraries_are_read(library):
    module = pytest.importorskip(library)
    as_column = module.Series if library == "polars" else module.array
    labels, numbers = as_column(LABELS.tolist()), as_column(NUMBERS.tolist())
    expected = small_classifier().fit(FRAME, LABELS)
    assert_same_bits(small_classifier().fit(FRAME, labels), expected)
    expected = small_regressor().fit(FRAME, NUMBERS)
    assert_same_bits(small_regressor().fit(FRAME, numbers), expected)


def test_a_column_of_targets_is_a_vector_with_a_warning():
    for make, y in ((small_classifier, LABELS), (small_regressor, NUMBERS)):
        with pytest.warns(DataConversionWarning, match="column-vector y"):
            column = make().fit(FRAME, y[:, np.newaxis])
        assert_same_bits(column, make().fit(FRAME, y))
        assert column.predict(FRAME).shape == (N,)


@pytest.mark.parametrize("sizes", [[4] * 3, [1] * 12, [2] * 9, [30, 1], [9, 2, 1]])
@pytest.mark.parametrize("validation_fraction", [0.05, 0.2, 0.45])
def test_classes_of_few_rows_are_learnt_whatever_is_held_out(
    sizes, validation_fraction
):
    y = np.repeat(np.arange(len(sizes)), sizes)
    clf = small_classifier(validation_fraction=validation_fraction)
    p = clf.fit(FRAME[: len(y)], y).predict_proba(FRAME)
    assert p.shape == (N, len(sizes))
    assert np.isfinite(p).all()
    assert np.isfinite(clf.temperature_)


def test_rows_of_many_classes_are_told_apart():
    X = pd.DataFrame({"letter": list("abcdefghijklmnopqrstuvwxyz") * 8})
    y = X["letter"].str.upper().to_numpy()
    X.loc[len(X)] = "~"
    y = np.append(y, "one of its own")
    clf = classifier(max_iter=60).fit(X, y)
    assert len(clf.classes_) == 27
    assert clf.score(X, y) > 0.99


@pytest.mark.parametrize("n_rows", [1, 2, 3, 9])
def test_of_few_rows_each_is_learnt(n_rows):
    X = FRAME[:n_rows]
    reg = regressor(max_iter=256).fit(X, np.arange(n_rows))
    assert_allclose(reg.predict(X), np.arange(n_rows), atol=0.3)
    clf = classifier(max_iter=256).fit(X, np.arange(n_rows))
    assert_array_equal(clf.predict(X), np.arange(n_rows))
    assert clf.pilots_ == reg.pilots_ == {}
    assert clf.temperature_ == 1


@pytest.mark.parametrize("n_classes", [2, 3])
def test_the_temperature_changes_probabilities_and_no_prediction(n_classes):
    clf = small_classifier().fit(FRAME, CODES % n_classes)
    expected, surer = clf.predict(FRAME), np.full(N, np.inf)
    for temperature in (0.1, 0.7, 1.0, 4.0):
        clf.temperature_ = temperature
        p = clf.predict_proba(FRAME)
        assert_allclose(p.sum(axis=1), 1)
        assert_array_equal(p.argmax(axis=1), expected)
        assert_array_equal(clf.predict(FRAME), expected)
        assert (p.max(axis=1) < surer).all()
        surer = p.max(axis=1)


def test_logarithms_of_probabilities_are_finite_where_these_vanish():
    clf = small_classifier(max_iter=60).fit(FRAME, CODES)
    clf.temperature_ = 0.001
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        logarithms = clf.predict_log_proba(FRAME)
    assert (clf.predict_proba(FRAME) == 0).any()
    assert np.isfinite(logarithms).all()


def test_two_classes_have_one_output():
    for n_classes, n_outputs in ((1, 1), (2, 1), (3, 3)):
        clf = small_classifier().fit(FRAME, CODES % n_classes)
        assert clf.n_outputs_ == n_outputs
        assert clf.predict_proba(FRAME).shape == (N, n_classes)


@pytest.mark.filterwarnings("ignore:invalid value encountered in cast:RuntimeWarning")
@pytest.mark.parametrize(
    ("y", "message"),
    [
        (np.column_stack([CODES, CODES]), "Multioutput target data is not supported"),
        (NUMBERS, "Unknown label type: continuous"),
        (np.where(CODES, np.nan, 1.0), "Input y contains NaN"),
        (None, "requires y"),
        (2 * MATRIX - 1, "zeros and ones, but has the values"),
        (5 * MATRIX, "zeros and ones, but has the values"),
    ],
    ids=["columns", "numbers", "NaN", "None", "signs", "fives"],
)
def test_targets_that_are_no_classes_are_refused(y, message):
    with pytest.raises(ValueError, match=message):
        small_classifier().fit(FRAME, y)


# Labels


@pytest.mark.parametrize(
    "form",
    [np.ndarray.tolist, pd.DataFrame, sparse.csr_matrix, sparse.csc_array, "?", "d"],
    ids=["list", "frame", "csr", "csc", "bool", "float"],
)
def test_label_indicator_matrices_are_the_same_in_every_form(form):
    y = MATRIX.astype(form) if isinstance(form, str) else form(MATRIX)
    expected = small_classifier().fit(FRAME, MATRIX)
    assert_same_bits(small_classifier().fit(FRAME, y), expected)


def test_labels_that_all_rows_have_or_none_are_learnt():
    y = np.column_stack([np.zeros(N), np.ones(N), FRAME["member"]]).astype(int)
    clf = classifier(n_estimators=1).fit(FRAME, y)
    assert_array_equal(clf.predict(FRAME)[:, :2], y[:, :2])
    assert np.isfinite(clf.predict_log_proba(FRAME)).all()


def test_labels_are_predicted_where_they_are_more_probable_than_not():
    clf = small_classifier().fit(FRAME, MATRIX)
    for temperature in (0.3, 3.0):
        clf.temperature_ = temperature
        assert_array_equal(clf.predict(FRAME), clf.predict_proba(FRAME) > 0.5)


# Numbers


@pytest.mark.parametrize(
    "loss", [*losses.OF_NUMBERS, losses.Huber(delta=0.5)], ids=repr
)
def test_every_loss_predicts_the_target_in_the_range_that_was_seen(loss):
    y = np.exp(NUMBERS)
    reg = regressor(loss=loss, max_iter=40, n_estimators=1).fit(FRAME, y)
    assert np.corrcoef(reg.predict(FRAME), y)[0, 1] > 0.9
    found = reg.predict(FRAME.assign(size=np.linspace(-1e6, 1e6, N)))
    assert found.min() >= y.min() * (1 - 1e-5)  # rounding, in float32
    assert found.max() <= y.max() * (1 + 1e-5)


@pytest.mark.parametrize("loss", ["poisson", "gamma"])
def test_rates_are_positive(loss):
    y = np.random.default_rng(0).poisson(np.exp(NUMBERS)) + (loss == "gamma")
    found = regressor(loss=loss).fit(FRAME, y).predict(FRAME)
    assert (found > 0).all()
    assert_allclose(found.mean(), y.mean(), rtol=0.2)


@pytest.mark.parametrize(
    ("loss", "y", "message"),
    [
        ("poisson", NUMBERS, "y must not be negative with loss='poisson'"),
        ("gamma", CODES, "y must be positive with loss='gamma'"),
        ("squared_error", LABELS, "could not convert string to float"),
        ("squared_error", np.where(CODES, np.inf, 0.0), "Input y contains infinity"),
        ("squared_error", np.where(CODES, np.nan, 0.0), "Input y contains NaN"),
        ("squared_error", np.zeros((N, 2, 2)), "dim 3"),
        ("log_loss", NUMBERS, "'loss' parameter"),
        (losses.Hinge(), NUMBERS, "not a regression loss"),
    ],
    ids=["negative", "zero", "labels", "inf", "NaN", "cube", "name", "loss"],
)
def test_targets_that_a_loss_does_not_know_are_refused(loss, y, message):
    with pytest.raises(ValueError, match=message):
        small_regressor(loss=loss).fit(FRAME, y)


@pytest.mark.parametrize("as_y", [np.asarray, pd.Series])
@pytest.mark.parametrize("unit", ["m8[s]", "M8[s]"])
def test_times_are_no_numbers(unit, as_y):
    for make in (small_regressor, small_classifier):
        with pytest.raises(TypeError, match="y holds times"):
            make().fit(FRAME, as_y((np.arange(N) % 2).astype(unit)))


@pytest.mark.parametrize("scale", [1e-200, 1e-20, 1e20, 1e200])
def test_the_unit_of_a_target_makes_no_difference(scale):
    expected = small_regressor(max_iter=30).fit(FRAME, NUMBERS).predict(FRAME)
    found = small_regressor(max_iter=30).fit(FRAME, NUMBERS * scale).predict(FRAME)
    # Training amplifies the rounding of scaled targets, in float32.
    assert_allclose(found / scale, expected, atol=0.01)


def test_a_target_far_from_zero_is_learnt():
    reg = regressor(max_iter=40, n_estimators=1).fit(FRAME, 1e9 + NUMBERS)
    assert reg.score(FRAME, 1e9 + NUMBERS) > 0.9


@pytest.mark.parametrize("value", [0.0, 0.1, -1e9, 1e-300])
@pytest.mark.parametrize("shape", [(N,), (N, 2)], ids=str)
def test_a_target_of_one_value_is_predicted(value, shape):
    found = small_regressor().fit(FRAME, np.full(shape, value)).predict(FRAME)
    assert found.shape == shape
    assert_allclose(found, value, rtol=1e-6)


def test_counts_that_are_all_zero_are_predicted():
    found = small_regressor(loss="poisson").fit(FRAME, np.zeros(N)).predict(FRAME)
    assert_allclose(found, 0, atol=1e-6)


@pytest.mark.parametrize("levels", [(0.1, 0.5, 0.9), [0.9, 0.1]], ids=str)
def test_quantiles_stand_in_the_order_in_which_they_are_asked_for(levels):
    reg = regressor(loss="quantile", quantile=levels, max_iter=40)
    found = reg.fit(FRAME, NUMBERS).predict(FRAME)
    assert found.shape == (N, len(levels))
    assert (np.diff(found[:, np.argsort(levels)], axis=1) >= 0).all()
    below = (NUMBERS[:, np.newaxis] <= found).mean(axis=0)
    assert_allclose(below, levels, atol=0.2)


def test_one_quantile_is_a_vector_and_the_median_by_default():
    median = small_regressor(loss="quantile", quantile=0.5).fit(FRAME, NUMBERS)
    assert median.predict(FRAME).shape == (N,)
    assert_same_bits(small_regressor(loss="quantile").fit(FRAME, NUMBERS), median)


@pytest.mark.parametrize(
    ("settings", "y", "message"),
    [
        ({"quantile": 0.5}, NUMBERS, "requires loss='quantile'"),
        ({"loss": "quantile", "quantile": 1.5}, NUMBERS, "quantile"),
        (
            {"loss": "quantile", "quantile": (0.1, 0.9)},
            np.column_stack([NUMBERS, NUMBERS]),
            "Several levels",
        ),
    ],
    ids=["loss", "level", "columns"],
)
def test_quantiles_that_make_no_sense_are_refused(settings, y, message):
    with pytest.raises(ValueError, match=message):
        small_regressor(**settings).fit(FRAME, y)


def test_targets_of_several_columns_do_not_share_a_scale():
    y = np.column_stack([NUMBERS, 1e6 * FRAME["size"], np.full(N, 3.0)])
    found = regressor(max_iter=40, n_estimators=1).fit(FRAME, y).predict(FRAME)
    for j in (0, 1):
        assert np.corrcoef(found[:, j], y[:, j])[0, 1] > 0.95
    assert_allclose(found[:, 2], 3)


# Training that fails


@pytest.mark.filterwarnings("ignore:Training diverged")
@pytest.mark.parametrize("n_rows", [8, N])
def test_divergence_is_an_error_and_no_interrupt(n_rows):
    reg = small_regressor(max_iter=30).fit(FRAME, NUMBERS)
    before = outputs(reg)
    reg.set_params(learning_rate_init=1e30)
    with pytest.raises(DivergenceError, match="smaller learning_rate_init"):
        reg.fit(FRAME[:n_rows], NUMBERS[:n_rows])
    assert_array_equal(outputs(reg), before)
