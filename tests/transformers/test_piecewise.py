"""Piecewise-linear features: edges, values, and what they are good for."""

import numpy as np
import pandas as pd
import pytest
from jit_marks import EXECUTORS
from roads import each_road_of_any_estimator
from scipy import sparse
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skbackprop import PiecewiseLinearFeatures
from skbackprop.network import Graph, Input, PiecewiseLinear
from skbackprop.network.compiler import compile_graph
from skbackprop.transformers import piecewise
from skbackprop.transformers.piecewise import bin_edges

DTYPES = [np.float32, np.float64]

# Edges


def edges_by_quantiles(values, n_bins):
    """Return the edges by NumPy's quantiles, step by step."""
    distinct = np.unique(values)
    if len(distinct) <= 2:
        return np.empty(0)
    edges = np.unique(np.quantile(values, np.linspace(0, 1, n_bins + 1)))
    n_lost = n_bins + 1 - len(edges)
    if n_lost > 2:
        more = np.quantile(distinct, np.linspace(0, 1, n_lost))
        edges = np.unique(np.concatenate([edges, more]))
    return distinct if len(distinct) <= n_bins else edges


def columns():
    """Return columns of many kinds: ties, few levels, long tails, large numbers."""
    rng = np.random.default_rng(0)
    yield rng.normal(size=1000)
    yield rng.normal(size=7)
    yield np.where(rng.random(500) < 0.9, 0.0, rng.exponential(size=500))
    yield rng.integers(0, 12, 300).astype(float)
    yield rng.integers(0, 2, 300).astype(float)
    yield np.exp(20 * rng.normal(size=400))
    yield np.full(10, 3.0)
    yield 1e12 + rng.integers(0, 1000, 4000)
    yield np.array([-0.0, 0.0, 1.0])
    yield np.array([])


@pytest.mark.parametrize("n_bins", [1, 2, 3, 8, 32, 255])
@pytest.mark.parametrize("values", columns())
def test_edges_are_the_quantiles_filled_up_with_those_of_distinct_values(
    values, n_bins
):
    edges = bin_edges(values, n_bins)
    np.testing.assert_array_equal(edges, edges_by_quantiles(values, n_bins))
    assert edges.dtype == np.float64
    assert (np.diff(edges) > 0).all()


def test_edges_leave_missing_values_out():
    values = np.random.default_rng(1).normal(size=200)
    with_missing = np.insert(values, [0, 50, 200], np.nan)
    np.testing.assert_array_equal(bin_edges(with_missing, 8), bin_edges(values, 8))
    assert len(bin_edges([np.nan] * 3, 8)) == 0


def test_edges_of_the_largest_numbers_are_finite():
    edges = bin_edges([-1.7e308, -1e308, 0, 1e308, 1.7e308], 2)
    assert np.isfinite(edges).all()
    np.testing.assert_allclose(edges, [-1.7e308, 0, 1.7e308])


# The transformer


def table(n_samples=300, seed=0):
    """Return columns that become many bins, few, and one."""
    rng = np.random.default_rng(seed)
    return np.column_stack(
        [
            rng.normal(size=n_samples),
            np.where(rng.random(n_samples) < 0.8, 0, rng.exponential(size=n_samples)),
            rng.integers(0, 5, n_samples),
            rng.integers(0, 2, n_samples) * 7.0 - 3,
        ]
    )


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_value_fills_the_bins_below_it_and_a_share_of_its_own(dtype):
    X = table().astype(dtype)
    expand = PiecewiseLinearFeatures(8).fit(X)
    new = 2 * table(50, seed=1).astype(dtype)
    found = expand.transform(new)
    expected = np.hstack(
        [
            ((new[:, [j]] - edges[:-1]) / np.diff(edges)).clip(0, 1)
            for j, edges in enumerate(expand.edges_)
        ]
    )
    assert found.dtype == dtype
    np.testing.assert_allclose(found, expected, atol=2 * np.finfo(dtype).eps)


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_features_are_what_the_module_of_networks_puts_out(executor, dtype):
    X = table().astype(dtype)
    expand = PiecewiseLinearFeatures(20).fit(X)
    new = table(40, seed=1).astype(dtype)
    program = compile_graph(Graph(PiecewiseLinear(expand.edges_)(Input(4))))
    program_signals, _, _ = executor(program, program.allocate(dtype), n_rows=40).vjp(
        new, np.zeros((40, program.output.width), dtype)
    )
    # The module rounds edges to its precision: a share of the width of a bin.
    narrowest = min(np.diff(edges).min() for edges in expand.edges_)
    atol = 8 * np.finfo(dtype).eps * max(1, abs(new).max() / narrowest)
    np.testing.assert_allclose(program_signals[-1], expand.transform(new), atol=atol)


@pytest.mark.parametrize("dtype", DTYPES)
def test_no_feature_vanishes(dtype):
    X = np.array([[3, 7, np.nan, 1], [3, 9, np.nan, np.nan]], dtype)
    expand = PiecewiseLinearFeatures(handle_missing="zeros").fit(X)
    new = np.array([[3, 7, 1, 1], [5, 8, 2, 0], [3, 9, 3, 5], [np.nan] * 4], dtype)
    expected = [[0, 0, 0, 0], [0, 0.5, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]]
    np.testing.assert_array_equal(expand.transform(new), expected)
    assert [len(edges) for edges in expand.edges_] == [1, 2, 0, 1]
    names = expand.get_feature_names_out(list("abcd"))
    assert names.tolist() == list("abcd")
    restored = expand.inverse_transform(expected[:3])
    np.testing.assert_array_equal(
        restored, [[3, 7, np.nan, 1], [3, 8, np.nan, 1], [3, 9, np.nan, 1]]
    )


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("sparse_output", [False, True])
def test_values_between_the_edges_come_back(dtype, sparse_output):
    X = table().astype(dtype)
    expand = PiecewiseLinearFeatures(8, sparse_output=sparse_output)
    restored = expand.inverse_transform(expand.fit_transform(X))
    assert restored.dtype == dtype
    np.testing.assert_allclose(restored, X, atol=40 * np.finfo(dtype).eps)
    outside = expand.inverse_transform(expand.transform(X + 1000))
    np.testing.assert_allclose(outside, np.tile(X.max(axis=0), (300, 1)), rtol=1e-6)
    with pytest.raises(ValueError, match="X has 4 columns, but inverse_transform"):
        expand.inverse_transform(X)


@pytest.mark.parametrize("dtype", DTYPES)
def test_sparse_output_is_the_same_in_few_batches_and_in_many(monkeypatch, dtype):
    X = table().astype(dtype)
    dense = PiecewiseLinearFeatures(8).fit_transform(X)
    for n_numbers in (1, 1000, 1 << 21):
        monkeypatch.setattr(piecewise, "_BATCH_NUMBERS", n_numbers)
        np.testing.assert_array_equal(
            PiecewiseLinearFeatures(8).fit_transform(X), dense
        )
        found = PiecewiseLinearFeatures(8, sparse_output=True).fit_transform(X)
        assert sparse.issparse(found)
        assert found.format == "csr"
        assert found.indices.dtype == found.indptr.dtype == np.int32
        assert found.dtype == dtype
        np.testing.assert_array_equal(found.toarray(), dense)


def test_names_tell_the_edges_of_bins():
    X = pd.DataFrame({"age": [20, 30.5, 60], "is_member": [0, 1, 1]})
    expand = PiecewiseLinearFeatures().set_output(transform="pandas")
    frame = expand.fit_transform(X)
    names = ["age_bin0_20_to_30.5", "age_bin1_30.5_to_60", "is_member"]
    assert frame.columns.tolist() == names
    np.testing.assert_array_equal(frame, [[0, 0, 0], [1, 0, 1], [1, 1, 1]])


def test_names_differ_where_edges_are_hard_to_tell():
    X = 1e9 + np.arange(40.0).reshape(-1, 1)
    names = PiecewiseLinearFeatures(10).fit(X).get_feature_names_out()
    assert len(set(names)) == 10


def test_missing_values_are_refused_unless_they_become_zeros():
    X = table()
    X[3, 1] = np.nan
    with pytest.raises(ValueError, match="such column is number 1"):
        PiecewiseLinearFeatures().fit(X)
    expand = PiecewiseLinearFeatures(8, handle_missing="zeros").fit(X)
    bins = [i for i, name in enumerate(expand.get_feature_names_out()) if "x1" in name]
    found = expand.transform(X)
    assert not found[3, bins].any()
    others = np.delete(X, 3, axis=0)
    strict = PiecewiseLinearFeatures(8).fit(others)
    np.testing.assert_array_equal(expand.edges_[1], strict.edges_[1])
    with pytest.raises(ValueError, match="contains NaN"):
        strict.transform(X)
    with pytest.raises(ValueError, match="infinity"):
        expand.transform(np.full((1, 4), np.inf))


@pytest.mark.parametrize("dtype", DTYPES)
def test_numbers_of_any_size_are_expanded_to_numbers_from_0_to_1(dtype):
    limits = np.finfo(dtype)
    column = np.array([limits.min, -1, 0, limits.smallest_subnormal, 1, limits.max])
    X = column.astype(dtype)[:, np.newaxis]
    found = PiecewiseLinearFeatures(32).fit_transform(X)
    np.testing.assert_array_equal(found, np.tri(6, 5, -1))


def test_an_order_of_samples_and_a_positive_factor_change_nothing():
    X, rng = table(), np.random.default_rng(2)
    expected = PiecewiseLinearFeatures(8).fit(X).transform(X)
    shuffled = PiecewiseLinearFeatures(8).fit(rng.permutation(X))
    np.testing.assert_array_equal(shuffled.transform(X), expected)
    # Powers of two change no digit.
    scaled = PiecewiseLinearFeatures(8).fit(1024 * X)
    np.testing.assert_array_equal(scaled.transform(1024 * X), expected)


def test_a_linear_model_separates_rings_only_behind_bins():
    rng = np.random.default_rng(3)
    X = rng.normal(size=(400, 2))
    X = X[abs(np.hypot(*X.T) - 1) > 0.1]
    y = np.hypot(*X.T) < 1
    linear = LogisticRegression(C=1e4, max_iter=10_000)
    expanded = make_pipeline(PiecewiseLinearFeatures(16), clone(linear)).fit(X, y)
    assert linear.fit(X, y).score(X, y) < 0.75
    assert expanded.score(X, y) == 1


@each_road_of_any_estimator
def test_stored_and_loaded_it_transforms_alike(road, tmp_path):
    expand = PiecewiseLinearFeatures(8).fit(table())
    new = table(50, seed=1)
    found = road(expand, tmp_path).transform(new)
    np.testing.assert_array_equal(found, expand.transform(new))


@pytest.mark.parametrize("n_bins", [0, 1.5, "many"])
def test_a_number_of_bins_that_is_none_is_refused(n_bins):
    with pytest.raises(ValueError, match="The 'n_bins' parameter"):
        PiecewiseLinearFeatures(n_bins).fit(table())
