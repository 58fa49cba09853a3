"""Initial weights and biases that are fitted to data: 'unit_std', ``bias_init``."""

import numpy as np
import pytest
import recurrent_tasks
from random_graphs import mlp_graph
from scipy import sparse
from sklearn.datasets import load_digits

from skbackprop import DrLIM, MLPClassifier, MLPRanker, NetworkRegressor
from skbackprop.engine import initialization
from skbackprop.engine.initialization import WEIGHT_INITS, initialize
from skbackprop.network import Add, Graph, Input, Linear, ReLU, Scale, Tanh
from skbackprop.network.compiler import compile_graph

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
X, Y = load_digits(return_X_y=True)  # of which some columns are constant
X = X / 16
FORMS = [np.asarray, sparse.csr_matrix, sparse.csr_array]


def begin(graph, weight_init="unit_std", x=X[:700], bias_init=None, seed=0):
    """Return the initial blocks of a graph by (number of module, name)."""
    program = compile_graph(graph)
    parameters = program.allocate(np.float64)
    random_state = np.random.RandomState(seed)
    initialize(program, parameters, random_state, weight_init, x, bias_init)
    return {
        (block.module, block.name): view.copy()
        for block, view in zip(program.blocks, program.views(parameters), strict=True)
    }


def layers_of(found):
    """Return (weight, bias) of the modules in their order."""
    numbers = sorted({number for number, _ in found})
    return [(found[n, "weight"], found[n, "bias"]) for n in numbers]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("bias_init", [None, "zeros", "data"])
def test_each_unit_puts_out_standard_deviation_1_on_the_rows(form, bias_init):
    found = begin(mlp_graph(64, [50, 40], 10), x=form(X[:700]), bias_init=bias_init)
    h = X[:700]
    for weight, bias in layers_of(found):
        z = h @ weight
        np.testing.assert_allclose(z.std(axis=0), 1, rtol=1e-12)
        h = np.maximum(z + bias, 0)


def test_weights_are_those_of_lecun_divided_by_what_varies():
    x = np.random.default_rng(0).normal(size=(200, 5)) * [1, 1e-8, 0, 3, 1e3]
    graph = Graph(Linear(4, connections=[(0,), (1,), (2,), (0, 3, 4)])(Input(5)))
    (drawn, _), (weight, _) = (
        layers_of(begin(graph, name, x))[0] for name in ("lecun", "unit_std")
    )
    spread = (x @ drawn).std(axis=0)
    assert (spread > 1e-6).tolist() == [True, False, False, True]
    np.testing.assert_allclose(weight[:, [0, 3]], drawn[:, [0, 3]] / spread[[0, 3]])
    np.testing.assert_array_equal(weight[:, [1, 2]], drawn[:, [1, 2]])


@pytest.mark.parametrize("weight_init", WEIGHT_INITS)
def test_biases_leave_the_weights_as_they_are_drawn(weight_init):
    graph = mlp_graph(64, [50], 10)
    plain, zeros, data = (
        layers_of(begin(graph, weight_init, bias_init=bias_init))
        for bias_init in (None, "zeros", "data")
    )
    for (one, _), (other, bias) in zip(plain, zeros, strict=True):
        np.testing.assert_array_equal(one, other)
        assert not bias.any()
    if weight_init != "unit_variance":  # which then sees the rows of biases
        np.testing.assert_array_equal(plain[0][0], data[0][0])
    assert all(bias.all() for _, bias in data)


@pytest.mark.parametrize("form", FORMS)
def test_units_are_0_at_points_amid_the_rows(form):
    """A point in the convex hull of five rows: some of them are on either side."""
    found = begin(mlp_graph(64, [300], 10), "he", form(X[:700]), "data")
    h = X[:700]
    for weight, bias in layers_of(found):
        z = h @ weight + bias
        assert (z.min(axis=0) < 0).all()
        assert (z.max(axis=0) > 0).all()
        h = np.maximum(z, 0)
    assert found[0, "bias"].std() > 0.1  # for each unit another point


def test_shares_of_the_rows_are_uniform_among_all():
    """Of k shares that are uniform on the simplex the variance is (k-1)/(k^2 (k+1))."""
    x, n = np.eye(5), 200_000
    weight, bias = np.zeros((5, n)), np.zeros(n)
    weight[0] = 1  # the bias is minus the share of row 0, how often it is drawn
    random_state = np.random.RandomState(0)
    initialization._shift_units(x, weight, bias, random_state=random_state)
    assert bias.max() <= 0
    assert bias.min() >= -1 - 1e-12
    np.testing.assert_allclose(bias.mean(), -1 / 5, rtol=0.01)
    # E[sum of shares over a binomial set]^2 = E[B (B + 1)] / (5 * 6), B ~ Bin(5, 1/5)
    second = (0.8 + 1 + 1) / 30
    np.testing.assert_allclose((bias**2).mean(), second, rtol=0.01)


def test_the_bias_of_one_row_lets_units_be_0_there():
    (weight, bias), *_ = layers_of(begin(mlp_graph(64, [9], 2), "he", X[:1], "data"))
    np.testing.assert_allclose(X[0] @ weight + bias, 0, atol=1e-14)


def test_rows_are_drawn_where_there_are_many():
    """Of data that are sorted the first thousand rows say little."""
    x = np.repeat([[0.0], [1.0]], 5000, axis=0)
    (weight, bias), *_ = layers_of(begin(mlp_graph(1, [400], 1), x=x, bias_init="data"))
    zero = -bias / weight[0]
    assert -1e-12 <= zero.min() < zero.max() <= 1 + 1e-12
    np.testing.assert_allclose(zero.mean(), 0.5, atol=0.05)
    np.testing.assert_allclose(abs(weight), 2, rtol=0.01)


def test_unit_variance_sees_the_first_rows_as_ever():
    graph = mlp_graph(64, [50], 10)
    whole, first = (layers_of(begin(graph, "unit_variance", x)) for x in (X, X[:512]))
    for one, other in zip(whole, first, strict=True):
        np.testing.assert_array_equal(one[0], other[0])


def test_a_module_that_is_used_twice_goes_by_its_first_use():
    x, shared = Input(64), Linear(64)
    h = shared(x)
    graph = Graph(Linear(3)(Add()(Tanh()(shared(Tanh()(h))), x)))
    weight, bias = layers_of(begin(graph, bias_init="data"))[0]
    np.testing.assert_allclose((X[:700] @ weight).std(axis=0), 1, rtol=1e-12)
    z = X[:700] @ weight + bias
    assert (z.min(axis=0) < 0).all()
    assert (z.max(axis=0) > 0).all()


def test_linear_modules_without_bias_have_none():
    graph = Graph(Linear(3, bias=False)(ReLU()(Linear(5)(Input(64)))))
    found = begin(graph, bias_init="data")
    assert [name for _, name in sorted(found)] == ["bias", "weight", "weight"]


def test_what_overflows_is_left_as_it_was_drawn():
    x = np.full((20, 3), 3e38, np.float32)
    x[::2] *= -1
    program = compile_graph(Graph(Linear(4)(Input(3))))
    found = []
    for weight_init in ("lecun", "unit_std"):
        parameters = program.allocate(np.float32)
        random_state = np.random.RandomState(2)
        initialize(program, parameters, random_state, weight_init, x, "data")
        found.append(program.views(parameters))
    (drawn, _), (weight, bias) = found
    overflows = abs(x.astype(np.float64) @ drawn).max(axis=0) > np.finfo(x.dtype).max
    assert overflows.any()
    np.testing.assert_array_equal(weight[:, overflows], drawn[:, overflows])
    assert np.isfinite(bias).all()


# Estimators


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("weight_init", ["glorot", "unit_std", "unit_variance"])
def test_networks_learn_from_there(weight_init, form, dtype):
    settings = {"learning_rate_init": 0.01, "max_iter": 10, "random_state": 0}
    clf = MLPClassifier((30, 30), weight_init=weight_init, bias_init="data", **settings)
    x = form(X.astype(dtype))
    assert clf.set_params(dtype=dtype).fit(x, Y).score(x, Y) > 0.9


def test_the_same_seed_begins_alike_whether_rows_are_sparse_or_not():
    settings = {"weight_init": "unit_std", "bias_init": "data", "max_iter": 1}
    dense, other, again = (
        MLPClassifier((30,), random_state=seed, **settings).fit(x, Y)._parameters
        for x, seed in ((X, 0), (X, 1), (sparse.csr_matrix(X), 0))
    )
    np.testing.assert_allclose(dense, again, rtol=1e-6, atol=1e-9)
    assert (dense != other).any()


def test_a_module_that_cannot_read_sparse_rows_says_so():
    reg = NetworkRegressor(
        lambda n, k: Graph(Linear(k)(Scale()(Input(n)))), weight_init="unit_std"
    )
    with pytest.raises(ValueError, match="cannot read sparse input"):
        reg.fit(sparse.csr_matrix(X), Y)


@pytest.mark.parametrize("name", recurrent_tasks.TASKS)
@pytest.mark.parametrize("sequences", ["X", "RAGGED"])
def test_recurrent_networks_begin_so(name, sequences):
    x = getattr(recurrent_tasks, sequences)
    y = recurrent_tasks.targets_for(name, x, by_steps=False)
    plain, fitted = (
        recurrent_tasks.estimator_for(name, max_iter=1, random_state=0, **settings)
        for settings in ({}, {"weight_init": "unit_std", "bias_init": "data"})
    )
    plain, fitted = (model.fit(x, y)._parameters for model in (plain, fitted))
    assert plain.shape == fitted.shape
    assert np.isfinite(fitted).all()
    assert (plain != fitted).any()


@pytest.mark.parametrize("kind", [DrLIM, MLPRanker])
def test_networks_that_learn_from_groups_begin_so(kind):
    settings = {"weight_init": "unit_std", "bias_init": "data", "max_iter": 1}
    model = kind(random_state=0, learning_rate_init=1e-12, **settings)
    more = {"qid": np.arange(len(X)) // 10} if kind is MLPRanker else {}
    model.fit(X, Y, **more)
    z = X @ model._program.views(model._parameters)[0]
    np.testing.assert_allclose(z.std(axis=0).mean(), 1, rtol=0.05)


def test_beginnings_of_biases_that_do_not_exist_are_refused():
    with pytest.raises(ValueError, match="'bias_init' parameter"):
        MLPClassifier(bias_init="ones").fit(X, Y)
