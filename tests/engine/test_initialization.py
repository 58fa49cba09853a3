"""What networks begin with: distributions, and what depends on data."""

import numpy as np
import pytest
from random_graphs import mlp_graph
from scipy import sparse
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning

from skbackprop import MLPClassifier, NetworkClassifier
from skbackprop.engine.initialization import WEIGHT_INITS, initialize
from skbackprop.network import Graph, Input, LayerNorm, Linear, Scale
from skbackprop.network.compiler import compile_graph

pytestmark = pytest.mark.filterwarnings(
    f"ignore::{ConvergenceWarning.__module__}.ConvergenceWarning"
)
X, Y = load_digits(return_X_y=True)
X = X / 16


def begin(graph, weight_init, x=None, dtype=np.float64, seed=0):
    """Return the initial blocks of a graph."""
    program = compile_graph(graph)
    parameters = program.allocate(dtype)
    initialize(program, parameters, np.random.RandomState(seed), weight_init, x)
    return [view.copy() for view in program.views(parameters)]


@pytest.mark.parametrize(("name", "gain"), [("he", 2.0), ("lecun", 1.0)])
def test_normal_weights_have_the_variance_of_their_fan_in(name, gain):
    weight, _, *biases = begin(mlp_graph(400, [300], 10), name)
    np.testing.assert_allclose(weight.var(), gain / 400, rtol=0.02)
    np.testing.assert_allclose(weight.mean(), 0, atol=5e-4)
    assert not any(bias.any() for bias in biases)


@pytest.mark.parametrize(("n", "m"), [(30, 12), (12, 30), (20, 20)])
def test_orthogonal_weights_are_orthogonal(n, m):
    weight, *_ = begin(Graph(Linear(m)(Input(n))), "orthogonal")
    small = weight if n >= m else weight.T
    np.testing.assert_allclose(small.T @ small, np.eye(min(n, m)), atol=1e-12)


@pytest.mark.parametrize("as_input", [np.asarray, sparse.csr_matrix])
def test_each_layer_puts_out_unit_variance_on_the_batch(as_input):
    graph = mlp_graph(64, [50, 40], 10)
    first, second, third, *_ = begin(graph, "unit_variance", as_input(X[:512]))
    h = X[:512] @ first
    np.testing.assert_allclose(h.std(), 1, rtol=1e-12)
    h = np.maximum(h, 0) @ second
    np.testing.assert_allclose(h.std(), 1, rtol=1e-12)
    np.testing.assert_allclose((np.maximum(h, 0) @ third).std(), 1, rtol=1e-12)


def test_connections_that_are_not_there_have_no_weight():
    graph = Graph(Linear(2, connections=((0, 2), (1,)))(Input(3)))
    for name in WEIGHT_INITS:
        weight, _ = begin(graph, name, np.random.default_rng(0).normal(size=(9, 3)))
        np.testing.assert_array_equal(weight != 0, [[1, 0], [0, 1], [1, 0]])


def test_other_modules_begin_with_their_constants():
    graph = Graph(Linear(2)(Scale()(LayerNorm()(Input(3)))))
    for name in ("glorot", "he"):
        _, *vectors = begin(graph, name)
        ones = [v for v in vectors if len(v) == 3 and (v == 1).all()]
        assert len(ones) == 2


@pytest.mark.parametrize("weight_init", WEIGHT_INITS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_networks_learn_from_every_beginning(weight_init, dtype):
    clf = MLPClassifier(
        (30, 30),
        weight_init=weight_init,
        learning_rate_init=0.01,
        max_iter=10,
        random_state=0,
        dtype=dtype,
    )
    assert clf.fit(X, Y).score(X, Y) > 0.9


def test_the_beginning_is_drawn_by_seed():
    settings = {"weight_init": "unit_variance", "max_iter": 1}
    fits = [
        NetworkClassifier(random_state=seed, **settings).fit(X, Y)._parameters
        for seed in (0, 0, 1)
    ]
    np.testing.assert_array_equal(fits[0], fits[1])
    assert (fits[0] != fits[2]).any()


def test_beginnings_that_do_not_exist_are_refused():
    with pytest.raises(ValueError, match="'weight_init' parameter"):
        MLPClassifier(weight_init="xavier").fit(X, Y)


# Activations and dropout of the MLP


def test_each_layer_may_have_an_activation_of_its_own():
    clf = MLPClassifier((9, 8), ["tanh", "gelu"], max_iter=1, random_state=0).fit(X, Y)
    names = [type(module).__name__ for module in clf.graph_.modules]
    assert names == ["Linear", "Tanh", "Linear", "GELU", "Linear"]


@pytest.mark.parametrize("activation", [["relu"], ["relu", "cube"], "cube"])
def test_activations_that_do_not_fit_are_refused(activation):
    with pytest.raises(ValueError, match="activation"):
        MLPClassifier((9, 8), activation).fit(X, Y)


def test_dropout_stands_behind_the_input_and_the_hidden_layers():
    clf = MLPClassifier((9, 8), dropout=(0.2, 0.5, 0.0), max_iter=1).fit(X, Y)
    modules = [clf.graph_.modules[index] for index, _ in clf.graph_.wires]
    names = [type(module).__name__ for module in modules]
    hidden = ["Linear", "ReLU", "Dropout", "Linear", "ReLU", "Linear"]
    assert names == ["Dropout", *hidden]


@pytest.mark.parametrize("dropout", [1.0, -0.1, (0.5,), (0.1, 0.2, 1.5), "half"])
def test_rates_that_make_no_sense_are_refused(dropout):
    with pytest.raises(ValueError, match="dropout"):
        MLPClassifier((9, 8), dropout=dropout).fit(X, Y)


def test_dropout_is_refused_by_lbfgs():
    with pytest.raises(ValueError, match=r"dropout=0.5.*solver='lbfgs'"):
        MLPClassifier(dropout=0.5, solver="lbfgs").fit(X, Y)


def test_dropout_regularizes():
    rng = np.random.default_rng(0)
    noisy = rng.normal(size=(120, 40))
    y = (noisy[:, 0] + rng.normal(size=120) > 0).astype(int)
    settings = {"max_iter": 150, "random_state": 0, "learning_rate_init": 0.01}
    free = MLPClassifier((50,), **settings).fit(noisy, y)
    held = MLPClassifier((50,), dropout=0.7, **settings).fit(noisy, y)
    assert held.loss_ > 5 * free.loss_


def test_ten_epochs_twice_are_twenty_with_dropout():
    settings = {"dropout": (0.1, 0.5), "random_state": 0, "batch_size": 100}
    whole = MLPClassifier((30,), max_iter=20, **settings).fit(X, Y)
    parts = MLPClassifier((30,), max_iter=10, warm_start=True, **settings)
    parts.fit(X, Y).fit(X, Y)
    np.testing.assert_array_equal(whole._parameters, parts._parameters)
