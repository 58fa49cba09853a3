"""Modules and graphs of them: onnxruntime computes what the reference does."""

from dataclasses import dataclass

import numpy as np
import pytest
from module_cases import CASES, name_of_case
from onnx_models import assert_as_good_as_equal, run_onnx
from random_graphs import random_dag, random_graph_of_columns, random_parameters

from skbackprop.engine.reference.executor import ReferenceExecutor
from skbackprop.engine.samples import Samples
from skbackprop.network import (
    ALL_MODULES,
    GELU,
    Graph,
    Input,
    Linear,
    MaxPool,
    Slice,
    Tanh,
)
from skbackprop.network.compiler import compile_graph
from skbackprop.network.modules.activations import Elementwise
from skbackprop.network.modules.base import Module
from skbackprop.onnx import to_onnx

pytest.importorskip("onnx")
DTYPES = [np.float32, np.float64]
every_dtype = pytest.mark.parametrize("dtype", DTYPES, ids=lambda d: d.__name__)


def graph_of(module, widths):
    """Return the graph of a module that reads an input of such parts."""
    x, ends = Input(sum(widths)), np.cumsum(widths).tolist()
    parts = [Slice(e - w, e)(x) for e, w in zip(ends, widths, strict=True)]
    return Graph(module(*parts))


def assert_exported(graph, dtype, seed=0):
    parameters = random_parameters(graph, seed, dtype)
    X = np.random.default_rng(seed).normal(size=(7, graph.n_features)).astype(dtype)
    executor = ReferenceExecutor(compile_graph(graph), parameters)
    ((_, expected),) = executor.forward(Samples(X))
    compact = compile_graph(graph).compact(parameters)
    model = to_onnx(graph, X, parameters=compact)
    found = run_onnx(model, X=X)["variable"]
    assert found.dtype == dtype
    assert_as_good_as_equal(found, expected)


@every_dtype
@pytest.mark.parametrize("case", CASES, ids=name_of_case)
def test_a_module_computes_the_same(case, dtype):
    assert_exported(graph_of(*case), dtype)


def test_all_modules_are_among_them():
    assert {type(module) for module, _ in CASES} == set(ALL_MODULES)


@every_dtype
@pytest.mark.parametrize("seed", range(10))
def test_a_random_graph_computes_the_same(seed, dtype):
    assert_exported(random_dag(seed), dtype, seed)


@every_dtype
@pytest.mark.parametrize("seed", range(4))
def test_columns_that_are_cut_and_joined_are_the_same(seed, dtype):
    assert_exported(random_graph_of_columns(seed), dtype, seed)


@pytest.mark.parametrize("scale", [1e-6, 1.0, 5.0, 40.0])
def test_gelu_is_exact_in_double_precision_at_any_size(scale):
    graph = Graph(GELU()(Input(1)))
    X = scale * np.linspace(-1, 1, 2001)[:, np.newaxis]
    ((_, expected),) = ReferenceExecutor(compile_graph(graph), np.empty(0)).forward(
        Samples(X), np.arange(512)
    )
    found = run_onnx(to_onnx(graph, X), X=X)["variable"][:512]
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-16 * scale)


@dataclass(frozen=True)
class Gaussian(Elementwise):
    """An activation of a user: y = exp(-x^2)."""

    def value(self, x, xp):
        return xp.exp(-(x * x))


@every_dtype
def test_an_activation_of_the_user_is_exported_by_its_formula(dtype):
    X = np.linspace(-2, 2, 9, dtype=dtype)[:, np.newaxis]
    model = to_onnx(Graph(Gaussian()(Input(1))), X)
    assert_as_good_as_equal(run_onnx(model, X=X)["variable"], np.exp(-(X**2)))


@dataclass(frozen=True)
class Reversed(Module):
    """A module of which nobody has said how it is recorded."""


def test_a_module_without_a_rule_is_named():
    graph = Graph(Reversed()(Linear(3)(Input(2))))
    with pytest.raises(TypeError, match=r"Reversed\(\) cannot be exported"):
        to_onnx(graph, parameters=np.zeros(9))


def test_a_module_that_an_opset_lacks_is_named():
    graph = Graph(MaxPool(2)(Input(4)))
    match = r"MaxPool\(size=2\) needs the operator ReduceMax of opset 18, but"
    with pytest.raises(ValueError, match=match):
        to_onnx(graph, target_opset=17)
    X = np.arange(8.0).reshape(2, 4)
    assert run_onnx(to_onnx(graph), X=X)["variable"].tolist() == [[1, 3], [5, 7]]


def test_opsets_that_have_all_operators_give_the_same():
    graph = Graph(Tanh()(Linear(3)(Input(2))))
    X, rng = np.ones((1, 2)), np.random.default_rng(0)
    weights = [rng.normal(size=(2, 3)), rng.normal(size=3)]
    models = [to_onnx(graph, parameters=weights, target_opset=n) for n in (13, 18, 21)]
    for model, opset in zip(models, (13, 18, 21), strict=True):
        assert [o.version for o in model.opset_import] == [opset]
    first, *others = (run_onnx(model, X=X)["variable"] for model in models)
    for other in others:
        np.testing.assert_array_equal(other, first)


def test_equal_constants_are_stored_once():
    x = Input(3)
    shared = Linear(3)
    graph = Graph(shared(Tanh()(shared(x))))
    model = to_onnx(graph, parameters=np.arange(12.0))
    assert len(model.graph.initializer) == 2
