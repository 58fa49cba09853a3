"""Targets, weights, queries and pairs are read in any container, or refused by name."""

import re

import numpy as np
import pandas as pd
import pytest
from fuzzed import (
    ESTIMATORS,
    N_FEATURES,
    N_SAMPLES,
    assert_finite,
    assert_meant,
    fit,
    labels_for,
    new_estimator,
    outputs,
    unchanged,
)
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import sparse
from sklearn.base import is_classifier, is_regressor
from vectors import BITS, GROUPS_OF, LABELS_OF, NUMBERS, NUMBERS_OF, unchanged_copy

from skbackprop import DrLIM, FeaturePooling

X = np.random.default_rng(0).integers(-3, 4, (N_SAMPLES, N_FEATURES)) / 2
LEARNERS = {
    **{name: one for name, one in ESTIMATORS.items() if labels_for(name) is not None},
    "pooling by classes": FeaturePooling(groups="class_profiles", random_state=0),
}
OF_WEIGHTS = [
    name
    for name, one in LEARNERS.items()
    if hasattr(one, "save") and (is_classifier(one) or is_regressor(one))
]
of_learners = pytest.mark.parametrize("estimator", LEARNERS)
seeds = st.integers(0, 2**16)


def learner(name):
    return new_estimator(name) if name in ESTIMATORS else LEARNERS[name]


def whole_numbers(seed, below):
    """Return whole numbers, of which each below a bound occurs several times."""
    rng = np.random.default_rng(seed)
    return rng.permutation(np.arange(N_SAMPLES) % below)


def trained(name, y, method="fit", **given):
    """Return what an estimator says of X after it was fitted to it."""
    model = learner(name)
    if method == "partial_fit" and is_classifier(model):
        given["classes"] = np.unique(np.ravel(y))
    results = outputs(fit(model, X, y, method=method, **given), X)
    if is_classifier(model) and np.ndim(model.classes_) == 1:
        results["predict"] = np.searchsorted(model.classes_, results["predict"])
    assert_finite(results)
    return results


def assert_refused(about, name, y, method="fit", **given):
    """Assert that an error says what is wrong with y, or with what else is given."""
    model = fit(
        learner(name), X, labels_for(name) if name in ESTIMATORS else X[:, 0] > 0
    )
    with unchanged(model), pytest.raises((ValueError, TypeError)) as caught:
        fit(model, X, y, method=method, **given)
    assert_meant(caught.value)
    assert re.search(about, str(caught.value)), caught.value


# By scikit-learn, everywhere but in DrLIM, where labels are but compared.
REFUSED_LABELS = {"object", "Series of object", "bools as objects", "bytes"}


def is_about_labels(name):
    return is_classifier(LEARNERS[name]) or name in ("drlim", "pooling by classes")


@of_learners
@given(data=st.data())
def test_targets_mean_the_same_in_any_container(estimator, data):
    containers = LABELS_OF if is_about_labels(estimator) else NUMBERS_OF
    is_refused = REFUSED_LABELS if estimator != "drlim" else ()
    names = [name for name in containers if name not in is_refused]
    container = data.draw(st.sampled_from(names))
    has_two = container in BITS or data.draw(st.booleans())
    values = whole_numbers(data.draw(seeds), 2 if has_two else 3)
    held = containers[container](values)
    before = unchanged_copy(held)
    methods = ["fit"]
    if hasattr(learner(estimator), "partial_fit"):
        methods += ["partial_fit"]
    method = data.draw(st.sampled_from(methods))
    found = trained(estimator, held, method)
    assert unchanged_copy(held) == before
    np.testing.assert_equal(found, trained(estimator, values, method))


INDICATORS = {
    "list of lists": lambda y: y.tolist(),
    **{
        name: (lambda y, name=name: y.astype(name)) for name in ("bool", "float", ">i4")
    },
    "fortran": np.asfortranarray,
    "frame": lambda y: pd.DataFrame(y, columns=list("abc")),
    "frame of bool": lambda y: pd.DataFrame(y, columns=list("abc")).astype(bool),
    "frame of Int64": lambda y: pd.DataFrame(y, columns=list("abc")).astype("Int64"),
    **{
        f"{form}_{kind}": getattr(sparse, f"{form}_{kind}")
        for form in ("csr", "csc", "coo", "lil", "dok", "bsr", "dia")
        for kind in ("matrix", "array")
    },
    "csr of bool": lambda y: sparse.csr_array(y.astype(bool)),
    "csr with zeros": lambda y: with_zeros_stored(y),
}


def with_zeros_stored(y):
    stored = sparse.csr_matrix(y + 1)
    stored.data -= 1
    return stored


@pytest.mark.parametrize("estimator", ["mlp classifier", "network classifier"])
@given(container=st.sampled_from([*INDICATORS]), seed=seeds)
def test_label_indicators_mean_the_same_in_any_container(estimator, container, seed):
    y = np.random.default_rng(seed).integers(0, 2, (N_SAMPLES, 3))
    held = INDICATORS[container](y)
    found = trained(estimator, held)
    np.testing.assert_equal(found, trained(estimator, y))


def with_entry(values, place, entry, dtype=object):
    values = np.array(values, dtype)
    values[place % len(values)] = entry
    return values


FAULTY_LABELS = {
    "None among words": lambda place: with_entry(["a", "b"] * 6, place, None),
    "NaN among words": lambda place: with_entry(["a", "b"] * 6, place, np.nan),
    "a number among words": lambda place: with_entry(["a", "b"] * 6, place, 1),
    "NA among integers": lambda place: pd.Series(with_entry([0, 1] * 6, place, pd.NA)),
    "NA in Int64": lambda place: pd.Series(
        with_entry([0, 1] * 6, place, pd.NA), dtype="Int64"
    ),
    "NA in string": lambda place: pd.Series(
        with_entry(["a", "b"] * 6, place, pd.NA), dtype="string"
    ),
    "NaN in category": lambda place: pd.Series(
        with_entry(["a", "b"] * 6, place, np.nan), dtype="category"
    ),
    "None in boolean": lambda place: pd.Series(
        with_entry([True, False] * 6, place, None), dtype="boolean"
    ),
    "a list among numbers": lambda place: with_entry(
        [0, 1] * 6, place, [1, 2]
    ).tolist(),
    "dates": lambda place: np.datetime64("2026-01-01") + np.arange(12) % 2,
    "Series of dates": lambda place: pd.Series(pd.date_range("2026", periods=12)),
    "masked": lambda place: np.ma.masked_array([0, 1] * 6, np.arange(12) == place % 12),
    "complex": lambda place: with_entry([0, 1] * 6, place, 1j, complex),
    "a scalar": lambda place: 1,
    "a word": lambda place: "aaaaaaaaaaaa",
    "a set": lambda place: {0, 1},
    "an empty list": lambda place: [],
    "nothing": lambda place: None,
}


@of_learners
@given(
    fault=st.sampled_from([*FAULTY_LABELS]),
    place=st.integers(0, N_SAMPLES - 1),
    is_partial=st.booleans(),
)
def test_targets_that_are_none_are_refused_by_name(estimator, fault, place, is_partial):
    if estimator == "drlim" and "dates" in fault:
        return  # whatever can be compared is a label there
    can = hasattr(learner(estimator), "partial_fit")
    assert_refused(
        r"\by\b|[Ll]abel|target|[Cc]lass|inconsistent numbers of samples",
        estimator,
        FAULTY_LABELS[fault](place),
        method="partial_fit" if is_partial and can else "fit",
    )


@pytest.mark.parametrize("estimator", OF_WEIGHTS)
@given(container=st.sampled_from([*NUMBERS]), seed=seeds)
def test_weights_mean_the_same_in_any_container(estimator, container, seed):
    weights = whole_numbers(seed, 3)
    held, y = NUMBERS[container](weights), labels_for(estimator)
    before = unchanged_copy(held)
    found = trained(estimator, y, sample_weight=held)
    assert unchanged_copy(held) == before
    np.testing.assert_equal(found, trained(estimator, y, sample_weight=weights))


FAULTY_WEIGHTS = {
    "negative": lambda place: with_entry(np.ones(12), place, -1e-300, float),
    "minus infinity": lambda place: with_entry(np.ones(12), place, -np.inf, float),
    "None": lambda place: with_entry(np.ones(12), place, None),
    "NA": lambda place: pd.Series(with_entry(np.ones(12), place, pd.NA)),
    "NA in Float64": lambda place: pd.Series(
        with_entry(np.ones(12), place, pd.NA), dtype="Float64"
    ),
    "a word": lambda place: with_entry(np.ones(12), place, "heavy"),
    "masked": lambda place: np.ma.masked_array(np.ones(12), np.arange(12) == place),
    "complex": lambda place: with_entry(np.ones(12), place, 1j, complex),
    "durations": lambda place: np.ones(12).astype("m8[s]"),
    "too long": lambda place: np.ones(13),
    "a column": lambda place: np.ones((12, 1)),
    "an empty list": lambda place: [],
    "too large": lambda place: with_entry(np.ones(12), place, 10**400),
    "sparse": lambda place: sparse.csr_array(np.ones((1, 12))),
}


@pytest.mark.parametrize("estimator", OF_WEIGHTS)
@given(
    fault=st.sampled_from([*FAULTY_WEIGHTS]),
    place=st.integers(0, N_SAMPLES - 1),
    method=st.sampled_from(["fit", "partial_fit"]),
)
def test_weights_that_are_none_are_refused_by_name(estimator, fault, place, method):
    assume(hasattr(new_estimator(estimator), method))
    assert_refused(
        "[Ss]ample.weight",
        estimator,
        labels_for(estimator),
        method=method,
        sample_weight=FAULTY_WEIGHTS[fault](place),
    )


@pytest.mark.parametrize("estimator", OF_WEIGHTS)
@given(
    exponents=st.lists(st.integers(-323, 308), min_size=N_SAMPLES, max_size=N_SAMPLES),
    dtype=st.sampled_from(["float64", "float32"]),
)
def test_weights_of_any_size_give_finite_results(estimator, exponents, dtype):
    model, weights = new_estimator(estimator), 10.0 ** np.array(exponents)
    if "dtype" in model.get_params():  # tables are read in single precision
        model.set_params(dtype=dtype)
    try:
        fit(model, X, labels_for(estimator), sample_weight=weights)
    except ValueError as error:
        assert_meant(error)
        return
    assert_finite(outputs(model, X))


@given(container=st.sampled_from([*GROUPS_OF]), seed=seeds)
def test_queries_mean_the_same_in_any_container(container, seed):
    qid, y = whole_numbers(seed, 3), labels_for("ranker")[::-1]
    held = GROUPS_OF[container](qid)
    np.testing.assert_equal(
        trained("ranker", y, qid=held), trained("ranker", y, qid=qid)
    )


@given(container=st.sampled_from([*NUMBERS]), seed=seeds)
def test_weights_of_queries_mean_the_same_in_any_container(container, seed):
    qid, y = whole_numbers(seed, 3), labels_for("ranker")[::-1]
    given = {"qid": qid, "query_weight": NUMBERS[container](1 + qid)}
    expected = trained("ranker", y, qid=qid, query_weight=1.0 + qid)
    np.testing.assert_equal(trained("ranker", y, **given), expected)


FAULTY_QUERIES = {
    name: faulty
    for name, faulty in {**FAULTY_LABELS, **FAULTY_WEIGHTS}.items()
    if name
    not in (
        "nothing",
        "dates",
        "Series of dates",
        "negative",
        "minus infinity",
        "complex",
    )
    if name not in ("durations", "too large")  # they can be told apart
}


@given(
    fault=st.sampled_from([*FAULTY_QUERIES]),
    place=st.integers(0, N_SAMPLES - 1),
    method=st.sampled_from(["fit", "partial_fit"]),
)
def test_queries_that_are_none_are_refused_by_name(fault, place, method):
    qid = FAULTY_QUERIES[fault](place)
    assert_refused(r"\bqid\b", "ranker", labels_for("ranker"), method, qid=qid)


@given(
    fault=st.sampled_from([*FAULTY_WEIGHTS]),
    place=st.integers(0, N_SAMPLES - 1),
    method=st.sampled_from(["fit", "partial_fit"]),
)
def test_weights_of_queries_that_are_none_are_refused_by_name(fault, place, method):
    given = {"qid": np.arange(12) % 4, "query_weight": FAULTY_WEIGHTS[fault](place)}
    assert_refused("query_weight", "ranker", labels_for("ranker"), method, **given)


PAIRS = {
    "list": lambda pairs: pairs.tolist(),
    **{
        name: (lambda p, name=name: p.astype(name))
        for name in ("float32", ">i4", "object")
    },
    "fortran": np.asfortranarray,
    "read-only": lambda pairs: np.broadcast_to(pairs, pairs.shape),
    "frame": lambda pairs: pd.DataFrame(pairs, columns=["i", "j", "Y"]),
    "frame of Int64": lambda pairs: pd.DataFrame(pairs).astype("Int64"),
    "tuple": lambda pairs: (pairs[:, :2], pairs[:, 2]),
    "tuple of bools": lambda pairs: (pairs[:, :2], pairs[:, 2] == 1),
    "tuple of lists": lambda pairs: (pairs[:, :2].tolist(), pairs[:, 2].tolist()),
    "list of tuples": lambda pairs: [tuple(pair) for pair in pairs.tolist()],
    "nothing masked": lambda pairs: np.ma.masked_array(pairs, pairs < 0),
}


def drawn_pairs(seed):
    rng = np.random.default_rng(seed)
    i, step = rng.integers(0, N_SAMPLES, 9), rng.integers(1, N_SAMPLES, 9)
    return np.column_stack([i, (i + step) % N_SAMPLES, np.arange(9) % 2])


def mapped(pairs, loss="contrastive"):
    model = DrLIM(hidden_layer_sizes=(3,), max_iter=2, random_state=0, loss=loss)
    return outputs(fit(model, X, None, pairs=pairs), X)


@given(container=st.sampled_from([*PAIRS]), seed=seeds)
def test_pairs_mean_the_same_in_any_container(container, seed):
    pairs = drawn_pairs(seed)
    np.testing.assert_equal(mapped(PAIRS[container](pairs)), mapped(pairs))


GRAPHS = [
    getattr(sparse, f"{form}_{kind}")
    for form in ("csr", "csc", "coo", "lil", "dok", "bsr", "dia")
    for kind in ("matrix", "array")
]


@given(make=st.sampled_from(GRAPHS), seed=seeds)
def test_similar_pairs_mean_the_same_in_any_sparse_matrix(make, seed):
    graph = np.zeros((N_SAMPLES, N_SAMPLES))
    i, j, _ = drawn_pairs(seed).T
    graph[i, j] = 1
    np.testing.assert_equal(mapped(make(graph)), mapped(sparse.csr_matrix(graph)))


def of_pairs(row, column, entry, dtype=float):
    def make(place):
        pairs = drawn_pairs(place).astype(dtype)
        pairs[row, column] = entry
        return pairs

    return make


def corrupt_graph(part, entry):
    def make(place):
        graph = sparse.csr_matrix(np.tri(N_SAMPLES))
        getattr(graph, part)[place % len(getattr(graph, part))] = entry
        return graph

    return make


FAULTY_PAIRS = {
    "beyond": of_pairs(1, 0, N_SAMPLES),
    "far beyond": of_pairs(1, 1, 1e300),
    "infinite": of_pairs(1, 1, np.inf),
    "negative": of_pairs(2, 0, -1),
    "a half": of_pairs(2, 0, 0.5),
    "NaN": of_pairs(3, 0, np.nan),
    "None": of_pairs(3, 0, None, object),
    "a word": of_pairs(3, 0, "one", object),
    "Y of NaN": of_pairs(3, 2, np.nan),
    "Y of None": of_pairs(3, 2, None, object),
    "Y of 2": of_pairs(3, 2, 2),
    "words": lambda place: np.full((9, 3), "one"),
    "complex": of_pairs(3, 0, 1j, complex),
    "dates": lambda place: drawn_pairs(place).astype("M8[s]"),
    "NA": lambda place: (
        pd.DataFrame(drawn_pairs(place)).astype("Int64").replace(1, pd.NA)
    ),
    "masked": lambda place: np.ma.masked_array(
        drawn_pairs(place), drawn_pairs(place) > 3
    ),
    "a row with itself": lambda place: [[1, 1, 0], [0, 2, 1]],
    "of two columns": lambda place: drawn_pairs(place)[:, :2],
    "ragged": lambda place: [[0, 1, 0], [1, 2]],
    "empty": lambda place: [],
    "a number": lambda place: 3,
    "a tuple of three": lambda place: tuple(drawn_pairs(place).T),
    "a dictionary": lambda place: {(0, 1): 0},
    "a graph of NaN": lambda place: sparse.csr_matrix(np.full((12, 12), np.nan)),
    "a graph of other rows": lambda place: sparse.csr_matrix(np.ones((12, 13))),
    "an index beyond": corrupt_graph("indices", N_SAMPLES),
    "a negative index": corrupt_graph("indices", -1),
    "a row that begins beyond": corrupt_graph("indptr", 2**31 - 1),
}


@given(
    fault=st.sampled_from([*FAULTY_PAIRS]),
    place=seeds,
    loss=st.sampled_from(["contrastive", "triplet"]),
)
def test_pairs_that_are_none_are_refused_by_name(fault, place, loss):
    with pytest.raises((ValueError, TypeError), match="pairs") as caught:
        mapped(FAULTY_PAIRS[fault](place), loss)
    assert_meant(caught.value)
