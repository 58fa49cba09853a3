"""MonomialFeatures: sizes and values that are refused, input of any layout."""

import math
import tracemalloc

import numpy as np
import pytest
from monomial_cases import (
    BEYOND,
    DTYPES,
    executor,  # noqa: F401  (a fixture)
    samples,
)
from scipy import sparse

from skbackprop import MonomialFeatures, n_output_features

# Counting, memory


@pytest.mark.parametrize("degree", [0, 1, 2, 5])
@pytest.mark.parametrize("n_features", [1, 2, 6])
def test_the_growth_law_counts_the_columns(n_features, degree):
    expand = MonomialFeatures(degree).fit(samples(n_features=n_features))
    expected = math.comb(n_features + degree, degree)
    assert n_output_features(n_features, degree) == expected
    assert expand.n_output_features_ == expected
    assert sum(1 for _ in expand.get_feature_names_out()) == expected


def test_the_growth_law_follows_pascals_rule():
    for n in range(1, 12):
        for d in range(1, 12):
            without_the_last = n_output_features(n - 1, d)
            with_the_last = n_output_features(n, d - 1)
            assert n_output_features(n, d) == without_the_last + with_the_last


@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array])
def test_what_exceeds_the_budget_is_refused_with_its_size(container):
    X = container(samples(10, 4))
    expand = MonomialFeatures(3, memory_budget=10 * 35 * 8 - 1).fit(X)
    with pytest.raises(ValueError, match=r"10 x 35 .* memory_budget allows") as error:
        expand.transform(X)
    for advice in ("degree", "sparse", "PolynomialCountSketch", "transform_batches"):
        assert advice in str(error.value)
    enough = 10 * 35 * (8 if container is np.asarray else 12)
    assert expand.set_params(memory_budget=enough).transform(X).shape == (10, 35)


def test_batches_need_memory_for_a_batch_only():
    X = samples(100, 4)
    expand = MonomialFeatures(3, memory_budget=10 * 35 * 8).fit(X)
    assert sum(len(batch) for batch in expand.transform_batches(X, 10)) == 100
    with pytest.raises(ValueError, match="memory_budget"):
        next(expand.transform_batches(X, 11))


HUGE = {
    "huge degree": (2, {"degree": 10**9}),
    "huge degree of many": (10**5, {"degree": 10**9}),
    "many features": (10**5, {"degree": 5}),
    "degree beyond all integers": (1, {"degree": 10**30}),
    "many distinct": (10**5, {"degree": 10**9, "interaction_only": True}),
    "middle of the cube": (100, {"degree": (98, 100), "interaction_only": True}),
    "huge powers": (3, {"degree": 10**30, "powers_only": True}),
    "huge caps": (3, {"degree": 10**9, "max_degrees": [10**9] * 3}),
}


@pytest.mark.parametrize("n_features, settings", HUGE.values(), ids=HUGE)
def test_absurd_sizes_are_refused_at_once_without_allocating(n_features, settings):
    X = np.ones((2, n_features))
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=r"too large|would take"):
            MonomialFeatures(**settings).fit(X).transform(X)
        assert tracemalloc.get_traced_memory()[1] < 1e7
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("include_bias", [True, False])
def test_names_are_made_within_little_memory(include_bias):
    expand = MonomialFeatures(2, include_bias=include_bias).fit(np.ones((1, 300)))
    tracemalloc.start()
    try:
        names = expand.get_feature_names_out()
        assert tracemalloc.get_traced_memory()[1] < 30e6
    finally:
        tracemalloc.stop()
    assert len(names) == math.comb(302, 2) - (not include_bias)
    assert names[-1] == "x299^2"


# Bad and unusual input

REFUSED = {
    "negative degree": ({"degree": -1}, "degree"),
    "fractional degree": ({"degree": 1.5}, "degree"),
    "range the wrong way": ({"degree": (3, 2)}, "min_degree <= max_degree"),
    "short caps": ({"max_degrees": [1, 2]}, "max_degrees must be 4 non-negative"),
    "negative caps": ({"max_degrees": [1, 2, -1, 0]}, "max_degrees must be 4"),
    "fractional caps": ({"max_degrees": [1, 2, 0.5, 0]}, "max_degrees must be 4"),
    "no such feature": ({"combinations": [(0, 4)]}, "combinations contains 4"),
    "no such name": ({"combinations": [("a",)]}, "combinations contains 'a'"),
    "twice": ({"combinations": [(0, 1), (1, 0)]}, r"monomial \(0, 1\) twice"),
    "empty combination": ({"combinations": [()]}, "include_bias"),
    "nothing": ({"combinations": [], "include_bias": False}, "there are no columns"),
    "two ways": ({"combinations": [(0,)], "powers_only": True}, "powers_only"),
    "two more": ({"combinations": [(0,)], "max_degrees": [1] * 4}, "max_degrees"),
    "budget": ({"memory_budget": -5}, "memory_budget"),
    "order": ({"order": "A"}, "order"),
}


@pytest.mark.parametrize("settings, message", REFUSED.values(), ids=REFUSED)
def test_errors_name_the_parameter(settings, message):
    with pytest.raises(ValueError, match=message):
        MonomialFeatures(**settings).fit(samples())


@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_input_that_is_not_finite_is_refused_by_column(bad, container):
    X = samples()
    expand = MonomialFeatures().fit(X)
    X[3, 2] = bad
    with pytest.raises(ValueError, match="column is number 2"):
        expand.transform(container(X))


def test_strings_emptiness_and_wrong_widths_are_refused():
    expand = MonomialFeatures().fit(samples())
    with pytest.raises(ValueError, match="could not convert string"):
        expand.transform([["a", "b", "c", "d"]])
    with pytest.raises(ValueError, match="minimum of 1 is required"):
        expand.transform(np.empty((0, 4)))
    with pytest.raises(ValueError, match="expecting 4 features"):
        expand.transform(samples(n_features=5))
    for batch_size in (0, -1, 2.5):
        with pytest.raises(ValueError, match="batch_size must be an int >= 1"):
            expand.transform_batches(samples(), batch_size)


@pytest.mark.usefixtures("executor")
@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array, sparse.csc_matrix])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    "settings", [{"degree": 5}, {"degree": 5, "powers_only": True}]
)
def test_overflow_is_an_error_that_names_the_monomial(settings, dtype, container):
    X = np.ones((400, 2), dtype)
    X[300, 1] = np.finfo(dtype).max ** dtype(0.3)
    expand = MonomialFeatures(**settings).fit(container(X))
    message = r"'x1\^4' of sample 300 overflows " + np.dtype(dtype).name
    with pytest.raises(ValueError, match=message):
        expand.transform(container(X))
    with pytest.raises(ValueError, match=r"'x1\^4'"):
        list(expand.transform_batches(container(X)))
    with pytest.raises(ValueError, match=r"'x1\^4' of sample 300"):
        expand.linear_decision(container(X), np.ones(expand.n_output_features_))


@pytest.mark.usefixtures("executor")
def test_values_close_to_overflow_are_computed():
    X = np.full((3, 2), np.finfo(float).max ** 0.2499)
    assert np.isfinite(MonomialFeatures(4).fit_transform(X)).all()


def views_of(X, tmp_path):
    """Yield the same samples in other layouts."""
    yield np.asfortranarray(X)
    yield np.repeat(np.repeat(X, 2, axis=0), 3, axis=1)[::2, ::3]
    yield X[::-1].copy()[::-1]
    path = tmp_path / "X.npy"
    np.save(path, X)
    yield np.load(path, mmap_mode="r")
    unaligned = np.frombuffer(b"abc" + X.tobytes(), np.uint8)[3:]
    yield unaligned.view(X.dtype).reshape(X.shape)


@pytest.mark.usefixtures("executor")
def test_any_layout_of_the_input_will_do_and_stays_as_it_is(tmp_path):
    X = samples(50)
    expand = MonomialFeatures(3).fit(X)
    expected = expand.transform(X)
    for view in views_of(X, tmp_path):
        np.testing.assert_array_equal(expand.transform(view), expected)
        np.testing.assert_array_equal(view, X)


@pytest.mark.usefixtures("executor")
def test_unsorted_and_duplicate_entries_are_read_as_what_they_mean():
    # (5, 6) in one row, as 6 in column 1, then 2 + 3 in column 0.
    X = sparse.csr_array(([6.0, 2.0, 3.0], [1, 0, 0], [0, 3]), (1, 2))
    before = X.data.copy(), X.indices.copy()
    expanded = MonomialFeatures(2).fit_transform(X)
    np.testing.assert_array_equal(expanded.toarray(), [[1, 5, 6, 25, 30, 36]])
    np.testing.assert_array_equal(X.data, before[0])
    np.testing.assert_array_equal(X.indices, before[1])


@pytest.mark.usefixtures("executor")
def test_what_lies_behind_the_last_entry_is_not_read():
    X = sparse.csr_array(([2.0, 3.0], [0, 1], [0, 2]), (1, 2))
    expected = MonomialFeatures(2).fit_transform(X).toarray()
    X.data, X.indices = np.r_[X.data, 5.0], np.r_[X.indices, 7].astype(np.int32)
    expanded = MonomialFeatures(2).fit(X.toarray()).transform(X)
    np.testing.assert_array_equal(expanded.toarray(), expected)


@pytest.mark.usefixtures("executor")
@pytest.mark.parametrize("dtype", DTYPES)
def test_duplicates_that_overflow_together_are_found(dtype):
    big = np.sqrt(np.finfo(dtype).max) * dtype(0.6)
    X = sparse.csr_array((np.array([big, big]), [0, 0], [0, 2]), (1, 2))
    with pytest.raises(ValueError, match=r"'x0\^2' of sample 0 overflows"):
        MonomialFeatures(2).fit_transform(X)


@pytest.mark.usefixtures("executor")
def test_stored_zeros_stay_stored():
    X = sparse.csr_array(([0.0, 2.0], [0, 1], [0, 2]), (1, 2))
    assert MonomialFeatures(2, include_bias=False).fit_transform(X).nnz == 5


@pytest.mark.usefixtures("executor")
def test_sparse_matrices_without_entries_give_the_bias():
    X = sparse.csr_array((5, 4))
    for settings in ({"degree": 3}, *BEYOND.values()):
        expanded = MonomialFeatures(**settings).fit_transform(X)
        assert expanded.nnz == 5
        np.testing.assert_array_equal(expanded.toarray()[:, 0], 1)
