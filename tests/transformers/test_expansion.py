"""Sparse random expansion: what the units compute, and who wins."""

import threading
import tracemalloc

import numpy as np
import pandas as pd
import pytest
from jit_marks import needs_jit
from kernel_helpers import guarded
from numpy.testing import assert_allclose, assert_array_equal
from roads import each_road_of_any_estimator
from scipy import sparse
from sklearn import config_context
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from skbackprop import SparseRandomExpansion
from skbackprop.kernels import jit
from skbackprop.transformers.expansion import ACTIVATIONS
from skbackprop.transformers.programs import BlockProgram
from skbackprop.transformers.wiring import balanced_inputs

# Neither whole vectors of samples nor of units, and fewer features than lanes.
SHAPES = [(1, 1, 1), (5, 3, 40), (16, 16, 16), (37, 50, 77), (33, 20, 130)]
DTYPES = [np.float32, np.float64]


def samples(n_samples=37, n_features=50, dtype=np.float64, seed=0):
    return (
        np.random.default_rng(seed).normal(size=(n_samples, n_features)).astype(dtype)
    )


def integers(n_samples=37, n_features=50, dtype=np.float64, seed=0):
    """Samples whose sums are exact and often equal."""
    rng = np.random.default_rng(seed)
    return rng.integers(-2, 3, size=(n_samples, n_features)).astype(dtype)


def defined(expansion, X):
    """Return the activations by their definition, in double precision."""
    X = np.asarray(X, float)
    if expansion.center:
        X = X - X.mean(axis=1, keepdims=True)
    weights = expansion.components_.toarray().astype(float)
    return ACTIVATIONS[expansion.activation](X @ weights.T + expansion.bias_)


def best(scores, k):
    """Return the columns of the k largest of each row, the first of equal ones."""
    return np.sort(np.argsort(-scores, axis=1, kind="stable")[:, :k], axis=1)


# What is drawn


@pytest.mark.parametrize(
    ("n_units", "n_inputs", "n_features"),
    [(1, 1, 1), (7, 3, 10), (100, 6, 50), (50, 7, 8), (20, 5, 5), (3, 2, 100)],
)
@pytest.mark.parametrize("seed", range(3))
def test_every_feature_is_read_equally_often(n_units, n_inputs, n_features, seed):
    rng = np.random.RandomState(seed)
    inputs = balanced_inputs(n_units, n_inputs, n_features, rng)
    assert inputs.shape == (n_units, n_inputs)
    assert np.all(np.diff(inputs, axis=1) > 0)  # in order, and none twice
    counts = np.bincount(inputs.ravel(), minlength=n_features)
    assert len(counts) == n_features
    assert counts.max() - counts.min() <= 1


def test_every_pair_of_features_meets_in_some_unit():
    inputs = balanced_inputs(2000, 3, 12, np.random.RandomState(0))
    together = np.zeros((12, 12), int)
    for unit in inputs:
        together[np.ix_(unit, unit)] += 1
    expected = 2000 * 3 * 2 / (12 * 11)
    assert_allclose(together[~np.eye(12, dtype=bool)], expected, rtol=0.4)


@pytest.mark.parametrize(
    ("weights", "values"), [("binary", {1.0}), ("sign", {-1.0, 1.0})]
)
def test_weights_are_of_the_kind_asked_for(weights, values):
    fitted = SparseRandomExpansion(100, weights=weights, random_state=0).fit(samples())
    assert set(fitted.components_.data) == values


def test_gaussian_weights_and_biases_have_their_scale():
    fitted = SparseRandomExpansion(
        5000, weights="gaussian", bias_scale=3.0, random_state=0
    ).fit(samples())
    assert_allclose(fitted.components_.data.std(), 1, rtol=0.05)
    assert_allclose(fitted.bias_.std(), 3, rtol=0.05)


@pytest.mark.parametrize(
    ("n_inputs", "expected"), [(7, 7), (0.1, 5), (1.0, 50), (1, 1)]
)
def test_inputs_are_a_number_or_a_share(n_inputs, expected):
    fitted = SparseRandomExpansion(20, n_inputs=n_inputs, random_state=0).fit(samples())
    assert fitted.inputs_.shape == fitted.weights_.shape == (20, expected)


def test_all_weights_are_one_sparse_matrix():
    fitted = SparseRandomExpansion(20, weights="gaussian", random_state=0).fit(
        samples()
    )
    assert isinstance(fitted.components_, sparse.csr_array)
    dense = np.zeros((20, 50))
    np.put_along_axis(dense, fitted.inputs_, fitted.weights_, axis=1)
    assert_array_equal(fitted.components_.toarray(), dense)


def test_the_same_seed_draws_the_same_units_for_any_samples():
    first = SparseRandomExpansion(60, weights="gaussian", bias_scale=1, random_state=3)
    second = clone(first).fit(samples(5, seed=1))
    first.fit(samples(90, seed=2))
    assert_array_equal(first.components_.toarray(), second.components_.toarray())
    assert_array_equal(first.bias_, second.bias_)
    other = clone(first).set_params(random_state=4).fit(samples())
    assert (other.components_ != first.components_).nnz > 0


# What is computed


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
@pytest.mark.parametrize("weights", ["binary", "gaussian"])
def test_activations_are_those_of_the_product(activation, weights, dtype):
    X = samples(dtype=dtype)
    expansion = SparseRandomExpansion(
        77, weights=weights, activation=activation, bias_scale=1.0, random_state=0
    )
    result = expansion.fit_transform(X)
    assert result.dtype == dtype
    scale = 100 * np.finfo(dtype).eps
    assert_allclose(result, defined(expansion, X), rtol=scale, atol=scale)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("center", [False, True])
def test_shapes_need_not_fit_vectors(shape, center, dtype):
    n_samples, n_features, n_units = shape
    X = samples(n_samples, n_features, dtype)
    expansion = SparseRandomExpansion(
        n_units, n_inputs=0.5, weights="sign", center=center, random_state=0
    )
    scale = 100 * np.finfo(dtype).eps
    assert_allclose(
        expansion.fit_transform(X), defined(expansion, X), rtol=scale, atol=scale
    )


def test_integers_are_summed_exactly():
    X = integers(dtype=np.float32)
    expansion = SparseRandomExpansion(90, activation="square", random_state=0)
    assert_array_equal(expansion.fit_transform(X), defined(expansion, X))


def test_centring_makes_a_sample_indifferent_to_an_offset():
    X = integers()
    expansion = SparseRandomExpansion(90, center=True, random_state=0).fit(X)
    assert_allclose(expansion.transform(X), expansion.transform(X + 64.0), atol=1e-11)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("index", [np.int32, np.int64])
@pytest.mark.parametrize("kind", ["csr_matrix", "csr_array", "csc_array", "coo_array"])
@pytest.mark.parametrize("top_k", [None, 9])
def test_sparse_input_gives_the_bits_of_dense_input(kind, index, dtype, top_k):
    X = samples(dtype=dtype) * (np.random.default_rng(1).random((37, 50)) < 0.2)
    stored = getattr(sparse, kind)(X.astype(dtype))
    for name in ("indices", "indptr"):
        if hasattr(stored, name):
            setattr(stored, name, getattr(stored, name).astype(index))
    expansion = SparseRandomExpansion(
        77, weights="gaussian", center=True, top_k=top_k, random_state=0
    )
    expected = expansion.fit_transform(X.astype(dtype))
    assert_array_equal(expansion.fit_transform(stored), expected)


def test_entries_of_csr_may_be_repeated_and_out_of_order():
    X = sparse.csr_array(
        ([1.0, 2.0, 4.0, 8.0], [3, 0, 3, 1], [0, 3, 3, 4]), shape=(3, 5)
    )
    before = X.copy()
    expansion = SparseRandomExpansion(30, n_inputs=2, random_state=0).fit(X)
    assert_array_equal(expansion.transform(X), expansion.transform(X.toarray()))
    for name in ("data", "indices", "indptr"):
        assert_array_equal(getattr(X, name), getattr(before, name))


@pytest.mark.parametrize("sparse_output", [False, True])
@pytest.mark.parametrize("top_k", [None, 0.1])
@pytest.mark.parametrize("dtype", DTYPES)
def test_batches_give_the_bits_of_the_whole(sparse_output, top_k, dtype):
    X = samples(100, dtype=dtype)
    expansion = SparseRandomExpansion(
        130,
        weights="gaussian",
        center=True,
        top_k=top_k,
        sparse_output=sparse_output,
        random_state=0,
    ).fit(X)

    def transform(X):
        result = expansion.transform(X)
        return result.toarray() if sparse_output else result

    whole = transform(X)
    for size in (1, 7, 16, 99):
        parts = [transform(X[i : i + size]) for i in range(0, 100, size)]
        assert_array_equal(np.vstack(parts), whole)


@pytest.mark.parametrize("top_k", [None, 0.1])
def test_threads_give_the_same_bits(top_k):
    X = samples(2000)
    expansion = SparseRandomExpansion(300, top_k=top_k, random_state=0).fit(X)
    expected = expansion.transform(X)
    results = [None] * 4

    def work(i):
        results[i] = expansion.transform(X)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results:
        assert_array_equal(result, expected)


def test_any_layout_of_memory_gives_the_same_and_is_left_alone(tmp_path):
    X = samples()
    expansion = SparseRandomExpansion(77, center=True, top_k=9, random_state=0).fit(X)
    expected = expansion.transform(X)
    read_only = X.copy()
    read_only.flags.writeable = False
    np.save(tmp_path / "X.npy", X)
    wide = np.zeros((74, 150))
    wide[::2, ::3] = X
    layouts = {
        "read-only": read_only,
        "memory-mapped": np.load(tmp_path / "X.npy", mmap_mode="r"),
        "Fortran": np.asfortranarray(X),
        "strided": wide[::2, ::3],
        "reversed": X[::-1, ::-1].copy()[::-1, ::-1],
        "big-endian": X.astype(">f8"),
    }
    for name, layout in layouts.items():
        before = np.array(layout)
        assert_array_equal(expansion.transform(layout), expected, err_msg=name)
        assert_array_equal(layout, before, err_msg=name)


@pytest.mark.parametrize("top_k", [None, 9])
def test_compiled_and_numpy_transforms_agree(monkeypatch, top_k):
    X = integers()
    expansion = SparseRandomExpansion(
        77, weights="sign", top_k=top_k, sparse_output=True, random_state=0
    ).fit(X)
    expected = expansion.transform(X)
    monkeypatch.setattr(jit, "available", lambda: False)
    result = expansion.transform(X)
    assert_array_equal(result.toarray(), expected.toarray())


@needs_jit
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_nothing_is_read_or_written_beyond_the_arrays(shape, dtype):
    n_samples, n_features, n_units = shape
    size = np.dtype(dtype).itemsize
    X = guarded(n_samples * n_features * size).view(dtype)
    X = X.reshape(n_samples, n_features)
    X[:] = samples(n_samples, n_features, dtype)
    expansion = SparseRandomExpansion(n_units, n_inputs=0.5, random_state=0).fit(X)
    expected = expansion.transform(X.copy())

    activations = guarded(n_samples * n_units * size).view(dtype)
    activations = activations.reshape(n_samples, n_units)
    program = BlockProgram(X)
    expansion._add_units(program, activations, advances=1)
    program.run()
    assert_array_equal(activations, expected)

    k = expansion.set_params(top_k=0.5).fit(X).top_k_
    indices = guarded((n_samples * k + 1) * 4).view(np.int32)
    values = guarded((n_samples * k + 1) * size).view(dtype)
    expansion._run_winners(X, indices, values)
    assert_array_equal(indices[:-1].reshape(-1, k), best(expected, k))


# Winner-take-all


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("make", [samples, integers])
@pytest.mark.parametrize("k", [1, 2, 39, 76, 77])
@pytest.mark.parametrize("activation", ["identity", "relu"])
def test_exactly_k_units_win_and_the_first_of_equal_ones(make, k, dtype, activation):
    X = make(dtype=dtype)
    expansion = SparseRandomExpansion(77, activation=activation, random_state=0)
    scores = expansion.fit_transform(X)
    winners = clone(expansion).set_params(top_k=k, sparse_output=True).fit_transform(X)
    assert winners.format == "csr"
    assert winners.dtype == dtype
    assert_array_equal(np.diff(winners.indptr), k)
    assert_array_equal(winners.indices.reshape(-1, k), best(scores, k))
    expected = np.take_along_axis(scores, best(scores, k), axis=1)
    assert_array_equal(winners.data.reshape(-1, k), expected)


@pytest.mark.parametrize("dtype", DTYPES)
def test_winners_are_found_among_numbers_of_any_size(dtype):
    """Thresholds next to zero, infinity and between neighbouring numbers."""
    tiny, huge = np.finfo(dtype).tiny, np.finfo(dtype).max / 1e4
    one = dtype(1)
    values = [0.0, -0.0, tiny, -tiny, tiny / 2, -tiny / 2, huge, -huge, one, -one]
    values += [np.nextafter(one, dtype(2)), np.nextafter(one, dtype(0)), 1e-20, -1e-20]
    rng = np.random.default_rng(0)
    X = np.array([rng.permutation(values) for _ in range(40)], dtype)
    expansion = SparseRandomExpansion(
        3 * len(values), n_inputs=1, activation="identity", random_state=0
    )
    scores = expansion.fit_transform(X)
    for k in range(1, 3 * len(values) + 1):
        expansion.set_params(top_k=k, sparse_output=True)
        winners = expansion.fit_transform(X)
        assert_array_equal(winners.indices.reshape(-1, k), best(scores, k))


@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array])
@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
@pytest.mark.parametrize("sparse_output", [False, True])
@pytest.mark.parametrize("top_k", [None, 3])
def test_activations_that_overflow_are_refused_by_name(
    top_k, sparse_output, activation, container
):
    X = np.ones((40, 4), np.float32)
    expansion = SparseRandomExpansion(
        8,
        n_inputs=2,
        activation=activation,
        top_k=top_k,
        sparse_output=sparse_output,
        random_state=0,
    ).fit(X)
    for sign in (1, -1):
        X[37, 1:] = sign * 3e38
        with pytest.raises(ValueError, match=r"Unit \d of sample 37 overflows float32"):
            expansion.transform(container(X))
    assert np.isfinite(expansion.transform(X[:37]).sum())


@pytest.mark.parametrize("n_units", [1, 5, 16, 17])
def test_only_units_that_there_are_can_overflow(n_units):
    """Vectors of units are filled up with some that read the first feature."""
    X = np.full((3, 4), 1.0, np.float32)
    X[:, 0] = 3e38
    expansion = SparseRandomExpansion(n_units, n_inputs=2, random_state=0).fit(X)
    expansion.inputs_ = np.tile(np.array([[1, 2]], np.int32), (n_units, 1))
    assert_array_equal(expansion.transform(X), np.full((3, n_units), 2))


def test_the_mean_of_features_does_not_overflow():
    X = np.array([[3e38, 2e38, 1e38, 2e38]], np.float32)
    expansion = SparseRandomExpansion(
        20, n_inputs=1, activation="identity", center=True, random_state=0
    ).fit(X)
    expected = (X.astype(float) - 2e38)[0, expansion.inputs_[:, 0]]
    assert_allclose(expansion.transform(X)[0], expected, rtol=1e-6, atol=1e32)


def test_winners_never_need_the_matrix_of_all_activations():
    X = samples(2000, 20)
    expansion = SparseRandomExpansion(
        4000, top_k=10, sparse_output=True, random_state=0
    ).fit(X)
    expansion.transform(X[:20])
    tracemalloc.start()
    result = expansion.transform(X)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    n_bytes = result.data.nbytes + result.indices.nbytes + result.indptr.nbytes
    all_activations = 2000 * 4000 * 8
    assert peak - n_bytes < all_activations / 4


def test_winners_are_ones_or_keep_their_values():
    X = samples()
    expansion = SparseRandomExpansion(77, top_k=0.1, random_state=0)
    values = expansion.fit_transform(X)
    assert expansion.top_k_ == 8
    binary = expansion.set_params(winners="binary").fit_transform(X)
    assert_array_equal(binary.sum(axis=1), 8)
    assert set(np.unique(binary)) == {0.0, 1.0}
    assert_array_equal(values[values != 0], values[(values != 0) & (binary == 1)])


def test_sparse_output_holds_the_same_as_dense_output():
    X = samples(500)
    expansion = SparseRandomExpansion(130, random_state=0)
    dense = expansion.fit_transform(X)
    stored = expansion.set_params(sparse_output=True).transform(X)
    assert isinstance(stored, sparse.csr_array)
    assert stored.nnz == np.count_nonzero(dense)
    assert_array_equal(stored.toarray(), dense)


# As a part of scikit-learn


def test_names_and_frames():
    X = pd.DataFrame(samples(), columns=[f"c{i}" for i in range(50)])
    expansion = SparseRandomExpansion(3, random_state=0).set_output(transform="pandas")
    frame = expansion.fit_transform(X)
    assert list(frame.columns) == [f"sparserandomexpansion{i}" for i in range(3)]
    assert_array_equal(frame.columns, expansion.get_feature_names_out())
    assert_array_equal(frame.index, X.index)


@each_road_of_any_estimator
def test_stored_and_loaded_it_transforms_alike(road, tmp_path):
    X = samples()
    transformer = SparseRandomExpansion(77, top_k=5, random_state=0).fit(X)
    expected = transformer.transform(X)
    assert_array_equal(road(transformer, tmp_path).transform(X), expected)


def test_fitted_in_one_precision_it_transforms_the_other():
    X = integers()
    expansion = SparseRandomExpansion(77, weights="sign", random_state=0).fit(X)
    single = expansion.transform(X.astype(np.float32))
    assert single.dtype == np.float32
    assert_array_equal(single, expansion.transform(X))


# Bad input


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"n_inputs": 51}, "n_inputs=51 is more than the 50 features .* at most 50"),
        ({"n_inputs": 0}, "'n_inputs' parameter"),
        ({"n_inputs": 0.0}, "'n_inputs' parameter"),
        ({"n_inputs": 1.5}, "'n_inputs' parameter"),
        ({"top_k": 21}, r"top_k=21 is more than the 20 units \(n_components\)"),
        ({"top_k": 0}, "'top_k' parameter"),
        ({"top_k": -0.1}, "'top_k' parameter"),
        ({"n_components": 0}, "'n_components' parameter"),
        ({"weights": "ternary"}, "'weights' parameter"),
        ({"activation": "tanh"}, "'activation' parameter"),
        ({"bias_scale": -1.0}, "'bias_scale' parameter"),
        ({"winners": "all"}, "'winners' parameter"),
        ({"center": "yes"}, "'center' parameter"),
        ({"n_components": 10**9, "n_inputs": 10}, "int32 indices .* use fewer units"),
    ],
    ids=str,
)
def test_wrong_parameters_are_refused_by_name(params, message):
    expansion = SparseRandomExpansion(**{"n_components": 20, **params})
    with pytest.raises(ValueError, match=message):
        expansion.fit(samples())
    assert not [name for name in vars(expansion) if name in ("inputs_", "top_k_")]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("container", [np.array, sparse.csr_array, pd.DataFrame])
@pytest.mark.parametrize("top_k", [None, 3])
def test_values_that_are_not_finite_are_refused_with_their_column(
    bad, container, top_k
):
    expansion = SparseRandomExpansion(20, top_k=top_k, random_state=0).fit(samples())
    X = samples()
    X[36, 49] = bad
    for method in (expansion.transform, clone(expansion).fit):
        with pytest.raises(ValueError, match="(?s)Input X contains.*column is.*49"):
            method(container(X))


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (np.array([["a"] * 50]), "could not convert|dtype"),
        (np.empty((0, 50)), "0 sample"),
        (np.empty((5, 0)), "0 feature"),
        (np.ones(50), "Expected 2D array"),
        (np.ones((5, 49)), "X has 49 features, but SparseRandomExpansion is expecting"),
        (np.ones((5, 50), complex), "Complex"),
    ],
)
def test_other_bad_samples_are_refused(X, message):
    expansion = SparseRandomExpansion(20, random_state=0).fit(samples())
    with pytest.raises(ValueError, match=message):
        expansion.transform(X)


@pytest.mark.parametrize("container", [np.array, sparse.csr_array])
@pytest.mark.parametrize("top_k", [None, 3])
def test_whoever_assumes_finite_values_is_not_told_otherwise(container, top_k):
    X = samples()
    X[3, 4] = np.nan
    expansion = SparseRandomExpansion(20, top_k=top_k, random_state=0)
    with config_context(assume_finite=True):
        result = expansion.fit_transform(container(X))
    others = np.arange(len(X)) != 3
    assert_array_equal(result[others], expansion.transform(X[others]))


@needs_jit
def test_features_beyond_int32_are_refused_before_anything_is_made():
    X = sparse.csr_array((1, 2**30))
    with pytest.raises(ValueError, match="X has 1073741824 features, but at most"):
        BlockProgram(X)


def test_transform_before_fit_is_refused():
    with pytest.raises(NotFittedError):
        SparseRandomExpansion().transform(samples())


def test_more_winners_than_int32_counts_are_refused_before_anything_is_made():
    n_samples = 2**21
    X = np.lib.stride_tricks.as_strided(np.ones(1), (n_samples, 1), (0, 0))
    expansion = SparseRandomExpansion(1024, top_k=1.0, random_state=0).fit(X[:2])
    with pytest.raises(ValueError, match="int32 indices .* Transform fewer samples"):
        expansion._winners(X)
