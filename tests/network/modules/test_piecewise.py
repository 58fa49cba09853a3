"""Bins of columns: what they are, what they cost, what is refused."""

import dataclasses
import pickle
import time

import numpy as np
import pytest
from jit_marks import EXECUTORS, needs_jit
from sklearn.exceptions import ConvergenceWarning

from skbackprop import NetworkRegressor
from skbackprop.engine import Executor, ReferenceExecutor
from skbackprop.kernels.abi import Module
from skbackprop.network import (
    Concatenate,
    Graph,
    Input,
    Linear,
    PiecewiseLinear,
    Slice,
)
from skbackprop.network.compiler import compile_graph


def run(executor, node, x, adjoint=None, dtype=np.float64):
    """Return the output, and the adjoint of the input for that of the output."""
    program = compile_graph(Graph(node), keeps_all=True)
    x = np.atleast_2d(x).astype(dtype)
    adjoint = np.ones((len(x), node.width)) if adjoint is None else adjoint
    adjoint = np.atleast_2d(adjoint).astype(dtype)
    bound = executor(program, program.allocate(dtype), n_rows=len(x))
    signals, adjoints, _ = bound.vjp(x, adjoint)
    return signals[-1], adjoints[0]


@pytest.mark.parametrize("executor", EXECUTORS)
def test_bins_below_a_value_are_full_and_those_above_it_empty(executor):
    module = PiecewiseLinear([(0, 1, 3, 7), (), (-1, 1)])
    x = [[2, 50, 0], [-5, 50, 9], [99, 50, -9], [0.25, 50, 0.5]]
    y, dx = run(executor, module(Input(3)), x, np.ones((4, 1)) * [1, 10, 100, 1000])
    expected = [[1, 0.5, 0, 0.5], [0, 0, 0, 1], [1, 1, 1, 0], [0.25, 0, 0, 0.75]]
    np.testing.assert_array_equal(y, expected)
    np.testing.assert_array_equal(dx, [[5, 0, 500], [0, 0, 0], [0, 0, 0], [1, 0, 500]])


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_sum_of_widths_times_bins_is_the_value_within_the_edges(executor, dtype):
    rng = np.random.default_rng(0)
    edges = [np.sort(rng.normal(size=n)) for n in (2, 9, 34)]
    x = rng.normal(size=(50, 3))
    y, _ = run(executor, PiecewiseLinear(edges)(Input(3)), x, dtype=dtype)
    first = 0
    for j, column in enumerate(edges):
        of_column = y[:, first : first + len(column) - 1]
        found = column[0] + of_column @ np.diff(column)
        expected = x[:, j].clip(column[0], column[-1])
        np.testing.assert_allclose(found, expected, atol=30 * np.finfo(dtype).eps)
        first += len(column) - 1


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_an_edge_is_an_edge_in_the_precision_of_the_signal(executor, dtype):
    # In float32, the first two are the same, and the others are rounded by a share
    # of the width of bins.
    edges = np.array([1000.1, 1000.1 + 1e-9, 1000.101, 1000.1021, 1000.2])
    y, _ = run(
        executor, PiecewiseLinear([edges])(Input(1)), edges[:, np.newaxis], dtype=dtype
    )
    full = np.tri(5, 4, -1)
    if dtype == np.float32:
        full[1] = full[0]  # which is not above the edge that it is
    np.testing.assert_allclose(y, full, atol=4 * np.finfo(dtype).eps)


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_extreme_edges_and_values_give_numbers_from_0_to_1(executor, dtype):
    module = PiecewiseLinear([(-1e308, 1e308), (0, 5e-324), (-1e-30, 0, 1e300)])
    large = np.finfo(dtype).max
    x = np.array([[-1], [0], [1]]) * np.full(3, large)
    y, dx = run(executor, module(Input(3)), x, dtype=dtype)
    assert ((y >= 0) & (y <= 1)).all()
    assert np.isfinite(dx).all()
    assert y[1, 1] == 0


@pytest.mark.parametrize("executor", EXECUTORS)
def test_what_is_not_a_number_spoils_the_bins_of_its_column_only(executor):
    module = PiecewiseLinear([(0, 1, 2), (0, 1), (0, 1)])
    x = [[np.nan, 0.5, 0.5], [0.5, np.inf, -np.inf]]
    y, _ = run(executor, module(Input(3)), x)
    np.testing.assert_array_equal(y, [[np.nan, np.nan, 0.5, 0.5], [0.5, 0, 1, 0]])


@pytest.mark.parametrize("executor", EXECUTORS)
def test_bins_of_a_range_of_columns_and_beside_other_columns(executor):
    rng = np.random.default_rng(1)
    x, values = Input(40), rng.uniform(size=(6, 40))
    module = PiecewiseLinear([(0, 0.3, 1)] * 7)
    cut = Slice(16, 23)(x)
    y, dx = run(executor, Concatenate()(x, module(cut), x), values)
    alone, slope = run(executor, module(Input(7)), values[:, 16:23])
    np.testing.assert_array_equal(y, np.hstack([values, alone, values]))
    expected = np.full((6, 40), 2.0)
    expected[:, 16:23] += slope
    np.testing.assert_allclose(dx, expected)


@needs_jit
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_both_executors_give_the_same_for_many_layouts(dtype):
    rng = np.random.default_rng(2)
    for _ in range(20):
        sizes = rng.integers(0, rng.choice([3, 9, 40]), rng.integers(1, 20))
        sizes[rng.integers(len(sizes))] = rng.integers(1, 40)
        edges = [np.sort(rng.normal(size=n + 1)) if n else () for n in sizes]
        node = PiecewiseLinear(edges)(Input(len(sizes)))
        x = rng.normal(size=(9, len(sizes))).astype(dtype)
        adjoint = rng.normal(size=(9, node.width))
        found = run(Executor, node, x, adjoint, dtype)
        expected = run(ReferenceExecutor, node, x, adjoint, dtype)
        for ours, theirs in zip(found, expected, strict=True):
            # Adjoints are sums of terms of the size of slopes.
            scale = 1 + abs(theirs).max()
            atol = 40 * np.finfo(dtype).eps * scale
            np.testing.assert_allclose(ours, theirs, atol=atol, rtol=0)


@needs_jit
def test_what_a_module_brings_along_is_laid_out_once_for_all_rows():
    x = Input(2)
    module = PiecewiseLinear([(0, 1), (0, 1, 2)])
    graph = Graph(Linear(1)(Concatenate()(module(x), module(x))))
    program = compile_graph(graph, keeps_all=True)
    bound = Executor(program, program.allocate(np.float32))
    space = bound._workspace
    space.allocate_adjoints()
    rows = [*space.bind_forward(), *space.bind_backward()]
    places = {row[Module.constants] for row in rows if row[Module.indices]}
    assert len(places) == 1


@pytest.mark.parametrize(
    ("edges", "message"),
    [
        ([(0, 1), (2,)], r"Column 1 has one edge, 2\.0, but a bin needs two"),
        ([(0, np.inf)], "Edges of column 0 must be finite"),
        ([(), (0, np.nan, 1)], "Edges of column 1 must be finite"),
        ([(0, 2, 2)], r"Edges of column 0 must be ascending, got 2\.0 before 2\.0"),
        ([(), ()], "at least two edges for at least one column"),
        ([], "at least two edges for at least one column"),
    ],
)
def test_edges_that_make_no_bins_are_refused(edges, message):
    with pytest.raises(ValueError, match=message):
        PiecewiseLinear(edges)


def test_an_input_of_another_width_is_refused():
    with pytest.raises(ValueError, match="needs an input of width 2, got 3"):
        PiecewiseLinear([(0, 1), (0, 1)])(Input(3))


def test_a_module_of_many_edges_is_a_value_that_is_quickly_compared_and_shown():
    rng = np.random.default_rng(3)
    edges = np.sort(rng.normal(size=(1000, 200)), axis=1)
    module, same = PiecewiseLinear(edges), PiecewiseLinear(edges.tolist())
    assert module == same
    assert hash(module) == hash(same)
    assert module != dataclasses.replace(module, edges=edges[:-1])
    assert repr(module) == "PiecewiseLinear(<199000 bins of 1000 of 1000 columns>)"
    restored = pickle.loads(pickle.dumps(module))
    assert restored == module
    assert "_hash" not in vars(restored)
    # A hash of all edges would take a millisecond each time.
    start = time.perf_counter()
    for _ in range(1000):
        hash(module)
    assert time.perf_counter() - start < 0.5


def test_files_keep_the_edges_to_the_last_bit(tmp_path):
    rng = np.random.default_rng(4)
    edges = np.sort(np.exp(50 * rng.normal(size=(3, 20))), axis=1)
    X = np.exp(rng.normal(size=(60, 3)))
    graph = Graph(Linear(1)(PiecewiseLinear(edges)(Input(3))))
    model = NetworkRegressor(graph, solver="lbfgs", max_iter=5, random_state=0)
    with pytest.warns(ConvergenceWarning):
        model.fit(X, X[:, 0])
    model.save(tmp_path / "model.npz")
    loaded = NetworkRegressor.load(tmp_path / "model.npz")
    assert loaded.graph == graph
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))


def test_a_linear_unit_behind_bins_is_any_piecewise_linear_function():
    x = np.linspace(-1, 1, 400).reshape(-1, 1)
    y = np.sign(np.sin(9 * x[:, 0])) * x[:, 0] ** 2
    edges = np.linspace(-1, 1, 65)
    scores = []
    for node in (Input(1), PiecewiseLinear([edges])(Input(1))):
        model = NetworkRegressor(Graph(Linear(1)(node)), solver="lbfgs", alpha=0)
        model.set_params(max_iter=1000, tol=1e-9, random_state=0)
        scores.append(model.fit(x, y).score(x, y))
    assert scores[0] < 0.3
    assert scores[1] > 0.95
