"""Pools and products: groups, ties, shapes."""

import numpy as np
import pytest
from jit_marks import EXECUTORS

from skbackprop.network import (
    DotProduct,
    Graph,
    Input,
    Linear,
    MaxPool,
    MeanPool,
    ScaledDotProductAttention,
)
from skbackprop.network.compiler import compile_graph


def run(executor, node, x, adjoint):
    program = compile_graph(Graph(node), keeps_all=True)
    x, adjoint = np.atleast_2d(x).astype(float), np.atleast_2d(adjoint).astype(float)
    signals, adjoints, _ = executor(program, program.allocate(float)).vjp(x, adjoint)
    return signals[-1].tolist(), adjoints[0].tolist()


@pytest.mark.parametrize("executor", EXECUTORS)
def test_of_several_largest_the_first_gets_the_gradient(executor):
    y, dx = run(executor, MaxPool(3)(Input(6)), [1, 2, 2, 0, 0, -1], [5, 7])
    assert y == [[2, 0]]
    assert dx == [[0, 5, 0, 7, 0, 0]]


@pytest.mark.parametrize("executor", EXECUTORS)
def test_a_group_with_nan_is_nan(executor):
    y, _ = run(executor, MaxPool(2)(Input(6)), [1, np.nan, np.nan, 1, 2, 3], [0] * 3)
    np.testing.assert_array_equal(y, [[np.nan, np.nan, 3]])


@pytest.mark.parametrize("executor", EXECUTORS)
def test_a_mean_shares_its_gradient(executor):
    y, dx = run(executor, MeanPool(2)(Input(4)), [1, 3, 5, 9], [2, 4])
    assert y == [[2, 7]]
    assert dx == [[1, 1, 2, 2]]


@pytest.mark.parametrize("executor", EXECUTORS)
def test_the_square_of_a_row_has_twice_the_row_as_gradient(executor):
    x = Input(3)
    y, dx = run(executor, DotProduct()(x, x), [1, 2, 3], [10])
    assert y == [[14]]
    assert dx == [[20, 40, 60]]


@pytest.mark.parametrize("executor", EXECUTORS)
def test_a_causal_step_sees_nothing_of_later_ones(executor):
    x, rng = Input(12), np.random.default_rng(0)
    node = ScaledDotProductAttention(4, causal=True)(x, x, x)
    values = rng.normal(size=12)
    for t in range(4):
        adjoint = np.zeros(12)
        adjoint[3 * t : 3 * t + 3] = 1
        y, dx = run(executor, node, values, adjoint)
        assert not np.any(np.array(dx)[0, 3 * t + 3 :])
        assert np.all(np.array(dx)[0, : 3 * t + 3])
    np.testing.assert_allclose(y[0][:3], values[:3])  # the first sees itself alone


@pytest.mark.parametrize("make", [MaxPool, MeanPool])
def test_groups_that_do_not_fit_are_refused(make):
    with pytest.raises(ValueError, match="a multiple of 3, got 7"):
        make(3)(Input(7))
    with pytest.raises(ValueError, match="size must be an integer of at least 1"):
        make(0)


def test_products_of_rows_of_unequal_width_are_refused():
    with pytest.raises(ValueError, match=r"inputs of equal width, got \(2, 3\)"):
        DotProduct()(Input(2), Input(3))


@pytest.mark.parametrize(
    ("widths", "message"),
    [
        ((12, 12, 10), "values have width 10"),
        ((10, 12, 12), "queries have width 10"),
        ((12, 8, 8), "queries and keys of equal width, got 12 and 8"),
    ],
)
def test_attention_needs_as_much_for_each_step(widths, message):
    x = Input(3)
    with pytest.raises(ValueError, match=message):
        ScaledDotProductAttention(4)(*(Linear(width)(x) for width in widths))


def test_sequences_are_short():
    with pytest.raises(ValueError, match="n_timesteps must be at most 1024"):
        ScaledDotProductAttention(1025)
