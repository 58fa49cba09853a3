"""What cannot be learned from is refused, and leaves an estimator as it was."""

import numpy as np
import pytest
from fuzzed import (
    ESTIMATORS,
    N_FEATURES,
    N_SAMPLES,
    fit,
    labels_for,
    new_estimator,
    quietly,
    refused,
    unchanged,
)
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

X = np.random.default_rng(0).integers(-3, 4, (N_SAMPLES, N_FEATURES)) / 2
PLACES = st.integers(0, X.size - 1)
TAKES_Y = [name for name in ESTIMATORS if labels_for(name) is not None]
TAKES_WEIGHTS = [
    *("mlp classifier", "mlp regressor", "network classifier"),
    *("recurrent classifier", "recurrent regressor"),
]


def with_entry(array, place, value, dtype=float):
    array = np.array(array, dtype)
    array.flat[place % array.size] = value
    return array


def corrupt(part, value):
    """Return a CSR matrix with one wrong number in one of its parts."""

    def make(place):
        damaged = sparse.csr_matrix(X + 9)  # all entries are stored
        numbers = getattr(damaged, part)
        numbers[place % len(numbers)] = value
        return damaged

    return make


FAULTY_X = {
    "NaN": lambda place: with_entry(X, place, np.nan),
    "infinity": lambda place: with_entry(X, place, -np.inf),
    "NaN in float32": lambda place: with_entry(X, place, np.nan, "f4"),
    "None": lambda place: with_entry(X, place, None, object),
    "a word": lambda place: with_entry(X, place, "one", object),
    "a list": lambda place: with_entry(X, place, {}, object),
    "complex": lambda place: with_entry(X, place, 1j, complex),
    "too large": lambda place: with_entry(X, place, 10**400, object),
    "words": lambda place: np.full(X.shape, "one"),
    "times": lambda place: X.astype("M8[s]"),
    "durations": lambda place: X.astype("m8[s]"),
    "masked": lambda place: np.ma.masked_array(X, with_entry(X * 0, place, 1, bool)),
    "a vector": lambda place: X[:, 0],
    "a number": lambda place: 1.0,
    "four dimensions": lambda place: X[np.newaxis, np.newaxis],
    "no samples": lambda place: X[:0],
    "no features": lambda place: X[:, :0],
    "ragged": lambda place: [*X.tolist()[:-1], [1.0]],
    "nothing": lambda place: None,
    "NaN in CSR": lambda place: sparse.csr_array(with_entry(X, place, np.nan)),
    "an index beyond": corrupt("indices", N_FEATURES),
    "an index far beyond": corrupt("indices", 2**31 - 1),
    "a negative index": corrupt("indices", -1),
    "a row that begins beyond": corrupt("indptr", 2**31 - 1),
    "a row that begins before": corrupt("indptr", -1),
}
FAULTY_Y = {
    "too short": lambda y, place: y[:-1],
    "too long": lambda y, place: np.append(y, y),
    "empty": lambda y, place: y[:0],
    "NaN": lambda y, place: with_entry(y, place, np.nan),
    "infinity": lambda y, place: with_entry(y, place, np.inf),
    "three dimensions": lambda y, place: y[:, np.newaxis, np.newaxis],
    "times": lambda y, place: np.asarray(y).astype("m8[s]"),
    "a dictionary in it": lambda y, place: with_entry(y, place, {}, object),
    "None in it": lambda y, place: with_entry(y, place, None, object),
    "complex": lambda y, place: with_entry(y, place, 1j, complex),
}
FAULTY_WEIGHTS = {
    "too short": lambda place: np.ones(N_SAMPLES - 1),
    "negative": lambda place: with_entry(np.ones(N_SAMPLES), place, -1),
    "NaN": lambda place: with_entry(np.ones(N_SAMPLES), place, np.nan),
    "infinite": lambda place: with_entry(np.ones(N_SAMPLES), place, np.inf),
    "all zero": lambda place: np.zeros(N_SAMPLES),
    "of two columns": lambda place: np.ones((N_SAMPLES, 2)),
    "words": lambda place: np.full(N_SAMPLES, "one"),
}
MISSING = {"NaN", "NaN in float32", "None"}
each_estimator = pytest.mark.parametrize("estimator", ESTIMATORS)


def fitted(name):
    return fit(new_estimator(name), X, labels_for(name))


@each_estimator
@given(fault=st.sampled_from([*FAULTY_X]), place=PLACES)
def test_faulty_samples_are_refused(estimator, fault, place):
    model, y = fitted(estimator), labels_for(estimator)
    if fault in MISSING and model.__sklearn_tags__().input_tags.allow_nan:
        return  # what is missing is no fault to it
    faulty = FAULTY_X[fault](place)
    for method in ("fit", "partial_fit"):
        if hasattr(model, method):
            with unchanged(model):
                refused(fit, model, faulty, y, method=method)
    use = model.predict if hasattr(model, "predict") else model.transform
    if fault == "no samples" and estimator != "separator":
        return
    with unchanged(model):
        refused(quietly, use, faulty)


@pytest.mark.parametrize("estimator", TAKES_Y)
@given(fault=st.sampled_from([*FAULTY_Y]), place=PLACES)
def test_faulty_targets_are_refused(estimator, fault, place):
    if fault == "times" and estimator == "drlim":
        return  # whatever can be compared is a label there
    model, y = fitted(estimator), labels_for(estimator)
    with unchanged(model):
        refused(fit, model, X, FAULTY_Y[fault](y, place))


@pytest.mark.parametrize("estimator", TAKES_WEIGHTS)
@given(fault=st.sampled_from([*FAULTY_WEIGHTS]), place=PLACES)
def test_faulty_weights_are_refused(estimator, fault, place):
    model, y = fitted(estimator), labels_for(estimator)
    for method in ("fit", "partial_fit"):
        with unchanged(model):
            weights = FAULTY_WEIGHTS[fault](place)
            refused(fit, model, X, y, method=method, sample_weight=weights)


@each_estimator
@given(n_features=st.sampled_from([1, 3, 5, 8]))
def test_another_number_of_features_is_refused(estimator, n_features):
    model, other = fitted(estimator), np.ones((N_SAMPLES, n_features))
    use = model.predict if hasattr(model, "predict") else model.transform
    with unchanged(model):
        refused(quietly, use, other)
        if hasattr(model, "partial_fit"):
            y = labels_for(estimator)
            refused(fit, model, other, y, method="partial_fit")
