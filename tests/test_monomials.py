"""MonomialFeatures: the columns of PolynomialFeatures, and what goes beyond."""

import math
import pickle
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from jit_marks import needs_jit
from scipy import sparse
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import PolynomialFeatures

from skbackprop import MonomialFeatures, n_output_features
from skbackprop.kernels import jit

DTYPES = [np.float32, np.float64]
FORMATS = [sparse.csr_matrix, sparse.csr_array, sparse.csc_matrix, sparse.csc_array]
DEGREES = [0, 1, 2, 3, 5, (0, 2), (1, 3), (2, 2), (2, 4), (3, 3)]
# Settings that scikit-learn does not have, for four features.
BEYOND = {
    "caps": {"degree": 4, "max_degrees": [1, 3, 2, 4]},
    "caps, some features left out": {"degree": 3, "max_degrees": [0, 3, 0, 2]},
    "caps, high degrees only": {"degree": (3, 4), "max_degrees": [2, 1, 2, 3]},
    "caps without squares": {
        "degree": 3,
        "max_degrees": [1, 0, 2, 1],
        "interaction_only": True,
    },
    "powers": {"degree": 4, "powers_only": True},
    "high powers": {"degree": (3, 5), "powers_only": True},
    "powers with caps": {"degree": 4, "powers_only": True, "max_degrees": [0, 3, 1, 9]},
    "combinations": {"combinations": [(0,), (3, 1), (2, 2, 0), (1, 1), (3,)]},
}
beyond = pytest.mark.parametrize("settings", BEYOND.values(), ids=BEYOND)


@pytest.fixture(params=["compiled", "plain"])
def executor(request, monkeypatch):
    """Run on the kernels, then on plain NumPy."""
    if request.param == "plain":
        monkeypatch.setattr(jit, "available", lambda: False)
    elif not jit.available():
        pytest.skip("numba cannot compile here, or is told not to")


def samples(n_samples=23, n_features=4, dtype=np.float64, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n_samples, n_features)).astype(dtype)


def sparse_samples(shape=(23, 4), density=0.5, dtype=np.float64, seed=0):
    rng = np.random.default_rng(seed)
    dense = rng.normal(size=shape) * (rng.random(shape) < density)
    return sparse.csr_array(dense.astype(dtype))


def products_by_name(X, names):
    """Evaluate names such as 'x0^2 x1' in double precision, one by one."""
    columns = []
    for name in names:
        column = np.ones(len(X))
        for power in name.split() if name != "1" else ():
            feature, _, exponent = power.partition("^")
            column *= X[:, int(feature[1:])].astype(float) ** int(exponent or 1)
        columns.append(column)
    return np.stack(columns, axis=1)


# The columns of scikit-learn


@pytest.mark.usefixtures("executor")
@pytest.mark.parametrize("include_bias", [True, False])
@pytest.mark.parametrize("interaction_only", [True, False])
@pytest.mark.parametrize("degree", DEGREES, ids=str)
@pytest.mark.parametrize("dtype", DTYPES)
def test_dense_values_are_those_of_scikit_learn_bit_for_bit(
    dtype, degree, interaction_only, include_bias
):
    if degree == 0 and not include_bias:
        return
    options = {"interaction_only": interaction_only, "include_bias": include_bias}
    for n_samples, n_features in [(1, 1), (300, 1), (7, 3), (301, 5)]:
        X = samples(n_samples, n_features, dtype)
        theirs = PolynomialFeatures(degree, **options).fit(X)
        ours = MonomialFeatures(degree, **options).fit(X)
        np.testing.assert_array_equal(ours.transform(X), theirs.transform(X))
        assert ours.transform(X).dtype == dtype
        assert ours.n_output_features_ == theirs.n_output_features_
        if ours.n_output_features_:
            np.testing.assert_array_equal(ours.powers_, theirs.powers_)
            names = theirs.get_feature_names_out()
            np.testing.assert_array_equal(ours.get_feature_names_out(), names)


@pytest.mark.usefixtures("executor")
@pytest.mark.parametrize("degree", [2, 3, 4])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n_features", [9, 17, 40])
def test_wide_rows_are_those_of_scikit_learn(n_features, dtype, degree):
    X = samples(5, n_features, dtype)
    theirs = PolynomialFeatures(degree).fit_transform(X)
    ours = MonomialFeatures(degree).fit_transform(X)
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(
    "settings", [{"degree": 3}, {"degree": (2, 3)}, *BEYOND.values()]
)
def test_order_changes_the_layout_only(settings):
    X = samples(700)
    c = MonomialFeatures(**settings).fit_transform(X)
    f = MonomialFeatures(**settings, order="F").fit_transform(X)
    assert c.flags.c_contiguous
    assert f.flags.f_contiguous
    np.testing.assert_array_equal(c, f)


def test_half_precision_is_kept_as_scikit_learn_keeps_it():
    X = samples(dtype=np.float16)
    theirs = PolynomialFeatures(3).fit_transform(X)
    ours = MonomialFeatures(3).fit_transform(X)
    assert ours.dtype == theirs.dtype
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.usefixtures("executor")
@pytest.mark.parametrize("interaction_only", [True, False])
@pytest.mark.parametrize("degree", [1, 2, 3, (2, 3)], ids=str)
@pytest.mark.parametrize("dtype", DTYPES)
def test_sparse_structure_is_that_of_scikit_learn(dtype, degree, interaction_only):
    X = sparse_samples((50, 9), 0.3, dtype)
    options = {"interaction_only": interaction_only}
    theirs = PolynomialFeatures(degree, **options).fit_transform(X)
    ours = MonomialFeatures(degree, **options).fit_transform(X)
    theirs.sort_indices()
    np.testing.assert_array_equal(ours.indptr, theirs.indptr)
    np.testing.assert_array_equal(ours.indices, theirs.indices)
    # It multiplies three factors from the left, and in its dense code from
    # the right; ours does the latter always.
    rtol = 4 * np.finfo(dtype).eps
    np.testing.assert_allclose(ours.data, theirs.data, rtol=rtol)
    assert ours.dtype == dtype


# Properties of any setting


@pytest.mark.usefixtures("executor")
@beyond
@pytest.mark.parametrize("include_bias", [True, False])
@pytest.mark.parametrize("dtype", DTYPES)
def test_every_column_is_the_product_that_its_name_says(settings, include_bias, dtype):
    X = samples(dtype=dtype)
    expand = MonomialFeatures(**settings, include_bias=include_bias).fit(X)
    names = expand.get_feature_names_out()
    assert len(names) == len(set(names)) == expand.n_output_features_
    expected = products_by_name(X, names)
    rtol = 10 * np.finfo(dtype).eps
    np.testing.assert_allclose(expand.transform(X), expected, rtol=rtol)


@beyond
def test_powers_are_the_exponents_in_the_names(settings):
    expand = MonomialFeatures(**settings).fit(samples())
    X = np.array([[2.0, 3.0, 5.0, 7.0]])
    expected = np.prod(X**expand.powers_, axis=1)
    np.testing.assert_array_equal(expand.transform(X)[0], expected)


@pytest.mark.usefixtures("executor")
@pytest.mark.parametrize("container", FORMATS)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    "settings", [{"degree": 4}, {"degree": (3, 4)}, {"degree": 0}, *BEYOND.values()]
)
def test_sparse_equals_dense_bit_for_bit(settings, dtype, container):
    X = container(sparse_samples(dtype=dtype))
    expand = MonomialFeatures(**settings).fit(X)
    expanded = expand.transform(X)
    assert expanded.format == X.format
    assert expanded.dtype == dtype
    np.testing.assert_array_equal(expanded.toarray(), expand.transform(X.toarray()))


@pytest.mark.usefixtures("executor")
def test_long_sparse_rows_are_written_in_vectors():
    X = sparse_samples((6, 90), 0.6)
    expand = MonomialFeatures(3).fit(X)
    expected = expand.transform(X.toarray())
    np.testing.assert_array_equal(expand.transform(X).toarray(), expected)


def test_few_columns_of_many_follow_the_formula_of_all():
    from skbackprop._monomials.basis import GradedBasis, Layout, _shifts_by_formula

    for caps in (None, 1):
        for low, high, bias in [
            (0, 1, True),
            (0, 4, False),
            (2, 3, True),
            (3, 3, True),
        ]:
            basis = GradedBasis(7, low, high, caps, bias)
            layout = Layout(basis)
            expected = layout.starts[1:].copy()
            expected[1:] -= layout.starts[1:-1] + layout.skips[1:-1]
            features = np.array([0, 2, 5, 6])
            shifts = _shifts_by_formula(basis, features)
            np.testing.assert_array_equal(shifts, expected[:, features])


@beyond
@pytest.mark.parametrize("is_sparse", [True, False])
def test_batches_equal_the_whole(settings, is_sparse):
    X = sparse_samples() if is_sparse else samples()
    expand = MonomialFeatures(**settings).fit(X)
    whole = expand.transform(X)
    for batch_size in (None, 1, 5, 23, 100):
        batches = [b.copy() for b in expand.transform_batches(X, batch_size)]
        stacked = sparse.vstack(batches) if is_sparse else np.vstack(batches)
        difference = abs(stacked - whole)
        assert difference.max() == 0


def test_batches_share_their_memory():
    X = samples()
    batches = MonomialFeatures(2).fit(X).transform_batches(X, 10)
    addresses = {batch.ctypes.data for batch in batches}
    assert len(addresses) == 1


@needs_jit
def test_threads_compute_the_same_bits():
    X = samples(2000, 20)
    expand = MonomialFeatures(3).fit(X)
    alone = expand.transform(X)
    with ThreadPoolExecutor(2) as pool:
        for together in pool.map(expand.transform, [X] * 4):
            np.testing.assert_array_equal(together, alone)


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
    "nothing": ({"combinations": [], "include_bias": False}, "nothing to make"),
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


# Linear decisions


@pytest.mark.usefixtures("executor")
@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array])
@pytest.mark.parametrize("n_outputs", [1, 3])
@pytest.mark.parametrize(
    "settings",
    [
        *({"degree": d} for d in (0, 1, 2, 3, (2, 2), (2, 4))),
        *({"degree": d, "interaction_only": True} for d in (2, (2, 2))),
        {"degree": 2, "max_degrees": [1, 0, 2, 1]},
        *BEYOND.values(),
    ],
)
@pytest.mark.parametrize("include_bias", [True, False])
def test_linear_decisions_equal_those_on_the_expansion(
    include_bias, settings, n_outputs, container
):
    if settings.get("degree") == 0 and not include_bias:
        return
    X = container(samples(600))
    expand = MonomialFeatures(**settings, include_bias=include_bias).fit(X)
    rng = np.random.default_rng(1)
    coef = rng.normal(size=(n_outputs, expand.n_output_features_))
    intercept = rng.normal(size=n_outputs)
    expected = expand.transform(X) @ coef.T + intercept
    decision = expand.linear_decision(X, coef, intercept)
    assert decision.shape == ((600,) if n_outputs == 1 else (600, n_outputs))
    np.testing.assert_allclose(
        decision, expected.reshape(decision.shape), rtol=1e-11, atol=1e-11
    )


@pytest.mark.parametrize("n_features", [63, 64, 65, 130])
def test_quadratic_forms_of_many_features_are_right(n_features):
    X = samples(9, n_features)
    expand = MonomialFeatures(2).fit(X)
    coef = np.random.default_rng(1).normal(size=(3, expand.n_output_features_))
    expected = expand.transform(X) @ coef.T
    decision = expand.linear_decision(X, coef)
    np.testing.assert_allclose(decision, expected, rtol=1e-10, atol=1e-10)


def test_decisions_are_those_of_fitted_linear_models():
    X = samples(200)
    expand = MonomialFeatures(2, include_bias=False)
    expanded = expand.fit_transform(X)
    y = (X[:, 0] * X[:, 1] > 0).astype(int)
    for targets in (y, y + (X[:, 2] > 1)):
        model = LogisticRegression().fit(expanded, targets)
        decision = expand.linear_decision(X, model.coef_, model.intercept_)
        np.testing.assert_allclose(
            decision, model.decision_function(expanded), rtol=1e-9, atol=1e-9
        )
    model = Ridge().fit(expanded, y)
    decision = expand.linear_decision(X, model.coef_, model.intercept_)
    np.testing.assert_allclose(decision, model.predict(expanded), atol=1e-12)


def test_linear_decisions_keep_float32_and_say_what_is_wrong():
    X = samples(dtype=np.float32)
    expand = MonomialFeatures(2).fit(X)
    assert expand.linear_decision(X, np.ones(15)).dtype == np.float32
    with pytest.raises(ValueError, match=r"coef must have shape \(15,\)"):
        expand.linear_decision(X, np.ones(14))
    with pytest.raises(ValueError, match="intercept must be a number"):
        expand.linear_decision(X, np.ones((2, 15)), np.ones(3))


# An estimator among others


def test_names_of_features_serve_as_factors_and_come_back():
    pd = pytest.importorskip("pandas")
    X = pd.DataFrame(samples(n_features=2), columns=["height", "weight"])
    expand = MonomialFeatures(combinations=["weight", ("height", "weight", "height")])
    frame = expand.set_output(transform="pandas").fit_transform(X)
    assert list(frame) == ["1", "weight", "height^2 weight"]
    expected = X["height"] ** 2 * X["weight"]
    np.testing.assert_allclose(frame["height^2 weight"], expected)


@beyond
def test_a_copy_by_pickle_or_clone_transforms_alike(settings):
    X = samples()
    expand = MonomialFeatures(**settings).fit(X)
    expected = expand.transform(X)
    for copy in (pickle.loads(pickle.dumps(expand)), clone(expand).fit(X)):
        np.testing.assert_array_equal(copy.transform(X), expected)


def test_parameters_set_after_fit_do_not_change_the_columns():
    X = samples()
    expand = MonomialFeatures(2).fit(X).set_params(degree=3)
    assert expand.transform(X).shape == (23, 15)
