"""Graphs run forward with parameters that are given."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from random_graphs import random_graph, random_parameters
from sklearn.datasets import load_iris

from skbackprop import MLPClassifier
from skbackprop.inspection import vjp
from skbackprop.network import Graph, Input, Linear, Tanh
from skbackprop.network.compiler import compile_graph


@pytest.mark.parametrize("n_samples", [1, 300])
@pytest.mark.parametrize("seed", range(10))
def test_forward_returns_the_last_signal_of_the_vjp(seed, n_samples):
    graph = random_graph(seed)
    program = compile_graph(graph)
    parameters = program.compact(np.abs(random_parameters(graph, seed)))
    X = np.random.default_rng(seed).normal(size=(n_samples, graph.n_features))
    output = graph.forward(X, parameters)
    adjoint = np.ones((n_samples, graph.widths()[-1]))
    signals = vjp(graph, X, adjoint, parameters=parameters).signals
    assert_allclose(output, signals[-1], rtol=1e-10, atol=1e-12)


def test_the_graph_of_a_classifier_puts_out_its_logits():
    X, y = load_iris(return_X_y=True)
    mlp = MLPClassifier((7,), max_iter=5, tol=None, random_state=0).fit(X, y)
    logits = mlp.graph_.forward(X, mlp.coefs_ + mlp.intercepts_)
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert_allclose(probabilities, mlp.predict_proba(X), rtol=1e-10)


def test_a_graph_without_parameters_needs_none():
    X = np.array([[-1.0, 0.5]])
    assert_allclose(Graph(Tanh()(Input(2))).forward(X), np.tanh(X), rtol=1e-14)


def test_what_forward_returns_is_not_overwritten_by_the_next_call():
    graph = Graph(Linear(1, bias=False)(Input(1)))
    first = graph.forward([[1.0]], [[[2.0]]])
    graph.forward([[5.0]], [[[2.0]]])
    assert_array_equal(first, [[2.0]])


@pytest.mark.parametrize(
    ("X", "parameters", "message"),
    [
        ([[1.0, 2.0]], [[[2.0]]], "X of shape"),
        ([[1.0]], [[[2.0, 1.0]]], "parameters must be arrays for weight"),
        ([[1.0]], None, "parameters must be arrays for weight"),
        ([[np.nan]], [[[2.0]]], "NaN"),
    ],
    ids=["features", "shapes", "none", "nan"],
)
def test_what_does_not_fit_is_said(X, parameters, message):
    with pytest.raises(ValueError, match=message):
        Graph(Linear(1, bias=False)(Input(1))).forward(X, parameters)
