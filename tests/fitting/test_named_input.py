"""What cannot be read is refused by the name that the user knows it by."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

from skbackprop import (
    DrLIM,
    LinearSeparator,
    MLPClassifier,
    MLPRanker,
    MLPRegressor,
    TabularClassifier,
    TabularRegressor,
)

X = np.random.default_rng(0).normal(size=(12, 4))
Y = np.arange(12) % 2
ONES = np.ones(12)
SETTINGS = {"hidden_layer_sizes": (3,), "max_iter": 1, "random_state": 0}
OF_TABLES = {"n_estimators": 1, "encoding": "raw", **SETTINGS}
IS_FIRST = np.arange(12) == 0
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


def with_last(values, entry):
    values = np.array(values, object)
    values[-1] = entry
    return values


NO_WEIGHTS = {
    "masked": np.ma.masked_array(ONES, IS_FIRST),
    "durations": ONES.astype("m8[s]"),
    "complex": ONES + 0j,
    "a word": with_last(ONES, "heavy"),
    "missing": pd.Series(with_last(ONES, pd.NA)),
    "too large": with_last(ONES, 10**400),
    "empty": [],
    "negative beyond single precision": with_last(ONES, -1e-300).astype(float),
}
each_fault = pytest.mark.parametrize("fault", NO_WEIGHTS)


@each_fault
@pytest.mark.parametrize(
    "ours",
    [
        MLPRegressor(**SETTINGS),
        TabularClassifier(**OF_TABLES),
        TabularRegressor(**OF_TABLES),
    ],
    ids=lambda ours: type(ours).__name__,
)
def test_sample_weights_are_refused_by_name(ours, fault):
    with pytest.raises((ValueError, TypeError), match="sample_weight"):
        ours.fit(X, Y, sample_weight=NO_WEIGHTS[fault])


@each_fault
def test_weights_of_validation_sets_are_refused_by_name(fault):
    held_out = {"X_val": X, "y_val": Y, "sample_weight_val": NO_WEIGHTS[fault]}
    with pytest.raises((ValueError, TypeError), match="sample_weight_val"):
        MLPRegressor(**SETTINGS).fit(X, Y, **held_out)


@each_fault
def test_weights_of_queries_are_refused_by_name(fault):
    ours = MLPRanker(**SETTINGS)
    with pytest.raises((ValueError, TypeError), match="query_weight"):
        ours.fit(X, Y, query_weight=NO_WEIGHTS[fault])


@pytest.mark.parametrize("fault", ["masked", "missing", "empty"])
def test_queries_are_refused_by_name(fault):
    with pytest.raises(ValueError, match="qid"):
        MLPRanker(**SETTINGS).fit(X, Y, qid=NO_WEIGHTS[fault])


NO_LABELS = {
    "None": with_last(["a", "b"] * 6, None),
    "a number": with_last(["a", "b"] * 6, 1),
    "NaN": with_last(["a", "b"] * 6, np.nan),
    "NA": pd.Series(with_last(["a", "b"] * 6, pd.NA), dtype="string"),
    "a list": with_last([0, 1] * 6, [1, 2]).tolist(),
    "complex": Y + 1j,
}


@pytest.mark.parametrize(
    "make",
    [
        *(MLPClassifier, LinearSeparator, MLPRegressor),
        *(TabularClassifier, TabularRegressor),
    ],
)
@pytest.mark.parametrize("fault", NO_LABELS)
def test_targets_are_refused_by_name(make, fault):
    with pytest.raises((ValueError, TypeError), match=r"\by\b|label type"):
        make().fit(X, NO_LABELS[fault])


def test_faults_of_samples_are_not_said_to_be_of_targets():
    with pytest.raises(ValueError, match="^could not convert string to float"):
        MLPClassifier().fit(np.full(X.shape, "one"), Y)
    with pytest.raises(ValueError, match="^Found array with 0 sample"):
        MLPClassifier().fit(X[:0], Y[:0])


def test_masked_labels_of_similar_samples_are_refused():
    with pytest.raises(ValueError, match="y is a masked array"):
        DrLIM(similarity="labels").fit(X, np.ma.masked_array(Y, IS_FIRST))


PAIRS = np.array([[0, 1, 0], [2, 3, 1], [4, 5, 0]])
NO_PAIRS = {
    "None": with_last(PAIRS, None),
    "words": PAIRS.astype(str).astype(object) + "th",
    "missing": pd.DataFrame(PAIRS).astype("Int64").replace(1, pd.NA),
    "masked": np.ma.masked_array(PAIRS, PAIRS == 4),
    "complex": PAIRS + 0j,
    "far beyond": PAIRS * 1e300,
    "infinite": np.where(PAIRS == 5, np.inf, PAIRS),
    "ragged": [[0, 1, 0], [2, 3]],
    "a number": 3,
    "a dictionary": {(0, 1): 0},
}


@pytest.mark.parametrize("fault", NO_PAIRS)
def test_pairs_are_refused_by_name(fault):
    with pytest.raises((ValueError, TypeError), match="pairs"):
        DrLIM(**SETTINGS).fit(X, pairs=NO_PAIRS[fault])


def unaligned(values):
    return np.frombuffer(b"?" + values.tobytes(), np.uint8)[1:].view(values.dtype)


def swapped(values):
    return values.astype(values.dtype.newbyteorder())


@pytest.mark.parametrize("held", [unaligned, swapped])
@pytest.mark.parametrize(
    "make",
    [
        lambda: MLPRegressor(**SETTINGS),
        lambda: TabularRegressor(**OF_TABLES),
    ],
    ids=["MLP", "table"],
)
def test_targets_and_weights_may_lie_in_any_way(make, held):
    y, weights = X[:, 0].copy(), X[:, 1] ** 2
    ours = make().fit(X, held(y), held(weights))
    expected = make().fit(X, y, weights)
    assert_array_equal(ours.predict(X), expected.predict(X))
