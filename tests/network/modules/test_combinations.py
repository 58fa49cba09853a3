"""Modules that combine signals: broadcasting, ties, choices, memory."""

import numpy as np
import pytest
from jit_marks import needs_jit
from random_graphs import random_parameters

from skbackprop.engine import make_executor
from skbackprop.engine.compiled.executor import Executor
from skbackprop.engine.reference.executor import ReferenceExecutor
from skbackprop.network import (
    Add,
    Graph,
    Input,
    Linear,
    Max,
    Multiply,
    Sigmoid,
    Slice,
    Subtract,
    Tanh,
    Where,
)
from skbackprop.network.compiler import compile_graph


def run(node, x, adjoint):
    """Return the output and the adjoint of the input of a graph."""
    program = compile_graph(Graph(node), keeps_all=True)
    parameters = program.allocate(np.float64)
    x, adjoint = np.atleast_2d(x), np.atleast_2d(adjoint)
    signals, adjoints, _ = make_executor(program, parameters).vjp(x, adjoint)
    return signals[-1].ravel().tolist(), adjoints[0].ravel().tolist()


def test_of_two_equal_numbers_the_second_gets_the_gradient():
    x = Input(6)
    y, dx = run(Max()(Slice(0, 3)(x), Slice(3, 6)(x)), [1, 2, 3, 1, 3, 2], [1, 2, 3])
    assert y == [1, 3, 3]
    assert dx == [0, 0, 3, 1, 2, 0]


def test_the_larger_is_not_a_number_where_either_is():
    x = Input(4)
    y, _ = run(Max()(Slice(0, 2)(x), Slice(2, 4)(x)), [np.nan, 1, 1, np.nan], [0, 0])
    assert np.isnan(y).all()


@pytest.mark.parametrize(
    ("condition", "chosen"), [(1.0, 0), (0.0, 1), (-1.0, 1), (np.nan, 1)]
)
def test_a_condition_chooses_and_gets_no_gradient(condition, chosen):
    x = Input(5)
    node = Where()(Slice(0, 1)(x), Slice(1, 3)(x), Slice(3, 5)(x))
    y, dx = run(node, [condition, 1, 2, 3, 4], [5, 6])
    assert y == [[1, 2], [3, 4]][chosen]
    assert dx == [[0, 5, 6, 0, 0], [0, 0, 0, 5, 6]][chosen]


@pytest.mark.parametrize("module", [Add(), Multiply(), Max()], ids=repr)
def test_more_than_two_inputs_are_combined_one_after_the_other(module):
    x, y, z = (Linear(3)(Input(2)) for _ in range(3))
    node = module(x, y, z)
    assert node.inputs == (node.inputs[0], z)
    assert node.inputs[0].inputs == (x, y)


@pytest.mark.parametrize("module", [Subtract(), Where(), Add()], ids=repr)
def test_a_wrong_number_of_inputs_is_refused(module):
    with pytest.raises(TypeError, match=r"takes [23] input\(s\), got 1"):
        module(Input(3))


@pytest.mark.parametrize("widths", [(2, 3), (3, 2), (1, 2, 3), (2, 3, 3)])
def test_widths_that_do_not_go_together_are_refused(widths):
    module = Add() if len(widths) == 2 else Where()
    with pytest.raises(ValueError, match="equal width, or of width 1, got"):
        module(*map(Input, widths))


def _interwoven(n):
    """Return a graph in which sums and choices lie over each of their inputs."""
    x = Input(5)
    parts = [Linear(n)(x) for _ in range(6)]
    column = Linear(1)(x)
    gate = Where()(column, parts[0], parts[1])
    difference = Subtract()(Add()(column, parts[2]), parts[3])
    product = Multiply()(Sigmoid()(gate), Tanh()(difference), Linear(1)(x))
    scaled = Multiply()(product, Subtract()(Linear(1)(x), parts[4]))
    return Graph(Linear(3)(Max()(Add()(scaled, gate), Add()(scaled, parts[5], column))))


@needs_jit
@pytest.mark.parametrize("width", [1, 16, 21])
def test_signals_that_lie_over_each_other_give_what_separate_ones_give(width):
    graph, rng = _interwoven(width), np.random.default_rng(0)
    parameters = random_parameters(graph)
    x, adjoint = rng.normal(size=(9, 5)), rng.normal(size=(9, 3))
    program = compile_graph(graph)
    assert len({signal.offset for signal in program.signals}) < len(program.signals)
    results = [
        executor(compile_graph(graph, keeps_all), parameters).vjp(x, adjoint)
        for executor, keeps_all in [(ReferenceExecutor, True), (Executor, False)]
    ]
    np.testing.assert_allclose(results[1][0][-1], results[0][0][-1], rtol=1e-12)
    np.testing.assert_allclose(results[1][2], results[0][2], rtol=1e-9, atol=1e-12)


def test_what_is_narrower_than_the_result_is_not_overwritten():
    x = Input(3)
    program = compile_graph(Graph(Add()(Linear(1)(x), Linear(4)(x))))
    _, one, many, total = program.signals
    assert total.offset == many.offset != one.offset
