"""Piecewise-linear features: edges, values, and what they are good for."""

import numpy as np
import pytest

from skbackprop.transformers.piecewise import bin_edges


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
