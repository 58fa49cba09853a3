"""Weights of rows and of classes."""

import numpy as np
import pandas as pd
import pytest
from mixed_table import (
    FRAME,
    LABELS,
    NUMBERS,
    N,
    assert_same_bits,
    many,
    outputs,
    small_classifier,
    small_regressor,
)
from numpy.testing import assert_allclose

WEIGHTS = np.random.default_rng(0).integers(0, 3, N).astype(float)
KEPT = WEIGHTS > 0
WIDE = FRAME[["size", "income", "member"]].to_numpy(float)


def in_polars():
    return pytest.importorskip("polars").from_pandas(FRAME)


def in_arrow():
    return pytest.importorskip("pyarrow").Table.from_pandas(FRAME, preserve_index=False)


CONTAINERS = {
    "pandas": (lambda: FRAME, FRAME),
    "polars": (in_polars, FRAME),
    "arrow": (in_arrow, FRAME),
    "record batch": (lambda: in_arrow().combine_chunks().to_batches()[0], FRAME),
    "array": (lambda: WIDE, WIDE),
    "objects": (lambda: FRAME.to_numpy(object), FRAME.to_numpy(object)),
    "masked": (lambda: np.ma.masked_invalid(WIDE), WIDE),
    "list": (lambda: WIDE.tolist(), WIDE),
}


@pytest.mark.parametrize("container", CONTAINERS)
def test_a_row_without_weight_is_as_if_it_were_not_there(container):
    held, X = CONTAINERS[container]
    with_zeros = small_classifier().fit(held(), LABELS, WEIGHTS)
    without = small_classifier().fit(X[KEPT], LABELS[KEPT], WEIGHTS[KEPT])
    assert_same_bits(with_zeros, without, X)
    assert with_zeros.report() == without.report()


@pytest.mark.parametrize(
    "y",
    [
        NUMBERS,
        np.column_stack([NUMBERS, NUMBERS**2]),
        pd.Series(NUMBERS, index=np.arange(N)[::-1]),
        NUMBERS.tolist(),
    ],
    ids=["array", "two columns", "series", "list"],
)
def test_its_target_is_not_there_either(y):
    with_zeros = small_regressor().fit(FRAME, y, WEIGHTS)
    kept = np.asarray(y)[KEPT]
    without = small_regressor().fit(FRAME[KEPT], kept, WEIGHTS[KEPT])
    assert_same_bits(with_zeros, without)


def test_what_is_wrong_in_a_row_without_weight_is_no_fault():
    X, weights = FRAME.copy(), np.ones(N)
    X.loc[5, "size"], weights[5] = np.inf, 0
    assert np.isfinite(small_regressor().fit(X, NUMBERS, weights).predict(FRAME)).all()


def test_weights_of_one_are_none():
    for make, y in ((small_classifier, LABELS), (small_regressor, NUMBERS)):
        ones = make().fit(FRAME, y, np.ones(N))
        assert_allclose(outputs(ones), outputs(make().fit(FRAME, y)), rtol=1e-3)


@pytest.mark.parametrize("scale", [1e-30, 1e-3, 1e3, 1e30])
def test_only_ratios_of_weights_count(scale):
    expected = outputs(small_regressor().fit(FRAME, NUMBERS, WEIGHTS))
    found = outputs(small_regressor().fit(FRAME, NUMBERS, WEIGHTS * scale))
    assert_allclose(found, expected, atol=0.02)


@pytest.mark.parametrize("n_rows", [N, 2100])
def test_heavy_rows_draw_predictions_to_them(n_rows):
    X, y = many(n_rows)[0], np.arange(n_rows) % 2.0
    fit = small_regressor(max_iter=10, encoding="raw").fit
    up, down = (fit(X, y, np.where(y == k, 9.0, 1)).predict(X).mean() for k in (1, 0))
    assert up > 0.75
    assert down < 0.25


@pytest.mark.parametrize("n_rows", [N, 2100])
def test_weights_of_classes_are_weights_of_their_rows(n_rows):
    X, labels, _ = many(n_rows)
    by_class = {"low": 5.0, "middle": 0.5}
    ones = dict.fromkeys(np.unique(labels), 1.0)
    rows = np.array([by_class.get(label, 1.0) for label in labels])
    found = small_classifier(class_weight=by_class).fit(X, labels)
    assert_same_bits(found, small_classifier(class_weight=ones).fit(X, labels, rows))


def test_balanced_weights_are_those_of_the_counts():
    classes, counts = np.unique(LABELS, return_counts=True)
    weights = dict(zip(classes.tolist(), N / (len(classes) * counts), strict=True))
    found = small_classifier(class_weight="balanced").fit(FRAME, LABELS)
    assert_same_bits(found, small_classifier(class_weight=weights).fit(FRAME, LABELS))


def test_a_class_that_weighs_nothing_may_be_all_that_is_held_out():
    y = (np.arange(N) < 2).astype(int)
    clf = small_classifier(class_weight={0: 0.0}).fit(FRAME, y)
    assert np.isfinite(clf.predict_proba(FRAME)).all()


FAULTY = {
    "negative": (-np.ones(N), "[Nn]egative values in data passed to `sample_weight`"),
    "all zero": (np.zeros(N), "(?i)sample.weights? must .*(non-zero|positive)"),
    "zero in float32": (np.full(N, 1e-60), "sample_weight must .*non-zero entry"),
    "NaN": (np.where(KEPT, np.nan, 1), "sample_weight contains NaN"),
    "infinite": (np.where(KEPT, np.inf, 1), "sample_weight contains infinity"),
    "beyond float32": (
        np.full(N, 1e60),
        "sample_weight contains infinity or a value too large",
    ),
    "too short": (np.ones(N - 1), "sample_weight.shape"),
    "two columns": (np.ones((N, 2)), "[Ss]ample.weights must be 1D"),
}


@pytest.mark.filterwarnings("ignore:overflow encountered in cast:RuntimeWarning")
@pytest.mark.parametrize("fault", FAULTY)
def test_faulty_weights_are_refused_by_name(fault):
    weights, message = FAULTY[fault]
    for make, y in ((small_classifier, LABELS), (small_regressor, NUMBERS)):
        with pytest.raises(ValueError, match=message):
            make().fit(FRAME, y, weights)


@pytest.mark.parametrize("n_targets", [N - 1, N + 1])
def test_targets_are_counted_before_rows_are_left_out(n_targets):
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        small_regressor().fit(FRAME, np.resize(NUMBERS, n_targets), WEIGHTS)


@pytest.mark.parametrize(
    "class_weight",
    [{"low": np.inf}, {"low": np.nan}, {"low": -1.0}, {"low": 1e60}, "equal", 3],
    ids=str,
)
def test_faulty_weights_of_classes_are_refused_by_name(class_weight):
    with pytest.raises(ValueError, match="class_weight"):
        small_classifier(class_weight=class_weight).fit(FRAME, LABELS)


def test_weights_of_classes_that_are_all_zero_are_refused_by_name():
    nothing = dict.fromkeys(np.unique(LABELS), 0.0)
    with pytest.raises(ValueError, match="class_weight=.*not all 0"):
        small_classifier(class_weight=nothing).fit(FRAME, LABELS)


@pytest.mark.parametrize("class_weight", ["balanced", {0: 2.0}], ids=str)
def test_label_matrices_have_no_weights_of_classes(class_weight):
    y = np.column_stack([FRAME["size"] > 0, FRAME["member"]]).astype(int)
    with pytest.raises(ValueError, match=r"class_weight=.*Use sample_weight"):
        small_classifier(class_weight=class_weight).fit(FRAME, y)
