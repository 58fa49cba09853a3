"""Derivatives of networks, held against each other and against formulas."""

import warnings
from dataclasses import dataclass

import numpy as np
import pytest
from gradcheck import numerical_derivative
from jit_marks import needs_jit
from module_cases import CASES, name_of_case
from numpy.testing import assert_allclose
from random_graphs import mlp_graph, random_graph, random_parameters
from sklearn.exceptions import ConvergenceWarning
from tasks import ALL

from skbackprop import (
    MLPClassifier,
    MLPRegressor,
    RecurrentClassifier,
    RecurrentRegressor,
)
from skbackprop.engine.losses import ElementwiseLoss
from skbackprop.exceptions import WrongGradientError
from skbackprop.inspection import (
    check_gradients,
    input_gradient,
    jacobian,
    propagate,
    vjp,
)
from skbackprop.network import (
    Add,
    Elementwise,
    Graph,
    Input,
    Linear,
    ReLU,
    Sigmoid,
    StopGradient,
    Tanh,
    Zeros,
)
from skbackprop.network.compiler import compile_graph

SEEDS = range(10)


def compact_parameters(graph, seed=0):
    program, flat = compile_graph(graph), random_parameters(graph, seed)
    for block in program.blocks:
        module = graph.modules[block.module]
        if isinstance(module, Linear) and block.name == "weight":
            block.view(flat)[...] *= module.connected(block.shape[0])
        if block.name == "running_var":
            block.view(flat)[...] **= 2
    return program.compact(flat)


def samples(graph, n_samples=5, seed=0):
    return np.random.default_rng(seed).normal(size=(n_samples, graph.n_features))


def smooth_graph():
    """Two layers and a way around the second, all of different widths."""
    x = Input(4)
    h = Tanh()(Linear(3)(x))
    return Graph(Linear(2)(Add()(Sigmoid()(Linear(3)(h)), h)))


# vjp and Jacobians


@pytest.mark.parametrize("seed", SEEDS)
def test_the_vjp_is_the_adjoint_times_the_jacobian(seed):
    graph = random_graph(seed)
    X, parameters = samples(graph), compact_parameters(graph)
    adjoint = np.random.default_rng(1).normal(size=(len(X), graph.widths()[-1]))
    signals, adjoints, gradient = vjp(graph, X, adjoint, parameters=parameters)
    for node, width in enumerate(graph.widths()):
        J = jacobian(graph, X, wrt=node, parameters=parameters)
        assert J.shape == (len(X), width, adjoint.shape[1])
        assert signals[node].shape == (len(X), width)
        assert_allclose(adjoints[node], np.einsum("smn,sn->sm", J, adjoint), atol=1e-12)
    J = jacobian(graph, X, wrt="parameters", parameters=parameters)
    flat = np.concatenate([block.ravel() for block in gradient])
    assert_allclose(flat, np.einsum("smn,sn->m", J, adjoint), atol=1e-10)


def test_the_jacobian_of_a_linear_module_is_its_weight_matrix():
    # [1 x N] = [1 x M] [M x N]: y = x W has the Jacobian W, not its transpose.
    W, b = np.arange(12.0).reshape(4, 3), np.ones(3)
    graph = Graph(Linear(3)(Input(4)))
    J = jacobian(graph, samples(graph), parameters=[W, b])
    assert_allclose(J, np.broadcast_to(W, (5, 4, 3)))


def test_jacobians_of_a_chain_multiply_from_left_to_right():
    graph = mlp_graph(4, [3, 6], 2, Tanh())
    X, parameters = samples(graph), compact_parameters(graph)
    product = np.eye(4)
    for node in range(1, 6):
        product = product @ jacobian(
            graph, X, of=node, wrt=node - 1, parameters=parameters
        )
    assert_allclose(jacobian(graph, X, parameters=parameters), product, atol=1e-14)


@pytest.mark.parametrize("wrt", ["input", "parameters", "w[1]", "w[3]"])
@pytest.mark.parametrize("of", ["output", 2, 4])
def test_jacobians_are_those_of_difference_quotients(of, wrt):
    graph = smooth_graph()
    X, parameters = samples(graph), compact_parameters(graph)
    J = jacobian(graph, X, of=of, wrt=wrt, parameters=parameters)

    def signal(X, parameters):
        return vjp(graph, X, np.zeros((5, 2)), parameters=parameters).signals[
            graph.number(-1 if of == "output" else of)
        ]

    # W1 (4, 3), W3 (3, 3), W6 (3, 2), b1, b3, b6
    elements = {"w[1]": [*range(12), *range(27, 30)], "w[3]": [*range(12, 21), 30, 31]}
    elements["w[3]"].append(32)
    for m in range(J.shape[1]):
        if wrt == "input":
            found = numerical_derivative(
                lambda X: signal(X, parameters), X, np.eye(4)[m]
            )
        else:
            element = elements.get(wrt, range(len(parameters)))[m]
            direction = np.eye(len(parameters))[element]
            found = numerical_derivative(lambda w: signal(X, w), parameters, direction)
        assert_allclose(J[:, m], found, atol=1e-9)


def test_quantities_may_be_named_in_several_ways():
    x = Input(4)
    h = Tanh()(Linear(3)(x))
    graph = Graph(Linear(2)(h))
    X, parameters = samples(graph), compact_parameters(graph)
    for of, wrt in ((-1, h), ("z[3]", "z[2]"), ("output", 2), (3, -2)):
        J = jacobian(graph, X, of=of, wrt=wrt, parameters=parameters)
        assert_allclose(J, np.broadcast_to(parameters[12:18].reshape(3, 2), J.shape))


def test_the_jacobian_is_zero_where_no_path_leads():
    x = Input(4)
    one, other = Linear(3)(x), Linear(3)(x)
    graph = Graph(Add()(one, other))
    X, parameters = samples(graph), compact_parameters(graph)
    assert not jacobian(graph, X, of=1, wrt=2, parameters=parameters).any()
    assert not jacobian(graph, X, of=1, wrt="w[2]", parameters=parameters).any()
    assert jacobian(graph, X, of=1, wrt="w[1]", parameters=parameters).any()


@pytest.mark.parametrize("module", [Zeros(3), StopGradient()])
def test_nodes_behind_which_nothing_learns_have_derivatives_too(module):
    x = Input(3)
    state = module(x)
    graph = Graph(Linear(2)(state))
    W = np.arange(6.0).reshape(3, 2)
    J = jacobian(graph, np.ones((1, 3)), wrt=state, parameters=[W, np.zeros(2)])
    assert_allclose(J[0], W)
    assert "writes dz[1]" in str(graph.backward())


def test_of_itself_the_jacobian_is_the_identity():
    graph = smooth_graph()
    parameters = compact_parameters(graph)
    J = jacobian(graph, samples(graph), of=3, wrt=3, parameters=parameters)
    assert_allclose(J, np.broadcast_to(np.eye(3), (5, 3, 3)))


def test_shared_parameters_are_varied_in_all_their_uses():
    shared = Linear(1)
    graph = Graph(shared(shared(Input(1))))
    # y = (x w + b) w + b: dy/dw = 2 x w + b, dy/db = w + 1
    J = jacobian(graph, [[2.0]], wrt="w[2]", parameters=[[[3.0]], [5.0]])
    assert_allclose(J[0, :, 0], [2 * 2 * 3 + 5, 3 + 1])


def test_a_jacobian_does_not_depend_on_how_many_samples_go_at_a_time(monkeypatch):
    graph = smooth_graph()
    X, parameters = samples(graph, 20), compact_parameters(graph)
    whole = jacobian(graph, X, parameters=parameters)
    monkeypatch.setattr("skbackprop.inspection.jacobians._ELEMENTS_AT_A_TIME", 1000)
    assert_allclose(jacobian(graph, X, parameters=parameters), whole, rtol=1e-14)


def test_parameters_may_be_a_vector_or_arrays():
    X = np.random.default_rng(0).normal(size=(20, 4))
    mlp = MLPRegressor(hidden_layer_sizes=(3,), tol=1e-2).fit(X, X[:, :2])
    arrays = mlp.coefs_ + mlp.intercepts_
    vector = np.concatenate([array.ravel() for array in arrays])
    expected = jacobian(mlp, X)
    for parameters in (arrays, vector):
        found = jacobian(mlp.graph_, X, parameters=parameters)
        assert_allclose(found, expected, rtol=1e-12, atol=1e-14)


# The transformed graph


@pytest.mark.parametrize("seed", range(30))
def test_propagation_through_the_transformed_graph_is_backprop(seed):
    graph = random_graph(seed)
    X, parameters = samples(graph), compact_parameters(graph)
    adjoint = np.random.default_rng(1).normal(size=(len(X), graph.widths()[-1]))
    found = propagate(graph.backward(), X, adjoint, parameters=parameters)
    _, adjoints, gradient = vjp(graph, X, adjoint, parameters=parameters)
    for node, expected in enumerate(adjoints):
        assert_allclose(found[f"dz[{node}]"], expected, rtol=1e-9, atol=1e-12)
    program = compile_graph(graph)
    owner = {}
    for node, (module, _) in enumerate(graph.wires, start=1):
        owner.setdefault(module, node)
    n_blocks = 0
    for block, expected in zip(program.blocks, gradient, strict=True):
        weight, bias = found[f"dw[{owner[block.module]}]"]
        value = weight if block.name == "weight" else bias
        assert_allclose(value, expected, rtol=1e-9, atol=1e-12)
        n_blocks += 1
    assert len(found) == len(adjoints) + n_blocks // 2


def graph_around(module, widths):
    """Return a graph in which a module stands between linear ones."""
    x = Input(6)
    return Graph(Linear(2)(module(*(Linear(width)(x) for width in widths))))


ONE_PER_MODULE = {repr(module): (module, widths) for module, widths in CASES}
every_module = pytest.mark.parametrize(
    "case", ONE_PER_MODULE.values(), ids=name_of_case
)


@every_module
def test_no_step_needs_more_than_it_says_it_reads(case):
    graph = graph_around(*case)
    X, parameters = samples(graph), compact_parameters(graph)
    adjoint = np.random.default_rng(1).normal(size=(len(X), 2))
    found = propagate(graph.backward(), X, adjoint, parameters=parameters)
    for node, expected in enumerate(vjp(graph, X, adjoint, parameters=parameters)[1]):
        if expected is None:
            assert f"dz[{node}]" not in found
        else:
            assert_allclose(found[f"dz[{node}]"], expected, rtol=1e-9, atol=1e-12)


@every_module
def test_jacobians_of_every_module_are_those_of_prediction(case):
    if isinstance(case[0], StopGradient):
        assert not jacobian(Graph(case[0](Input(3))), np.ones((1, 3))).any()
        return
    graph = graph_around(*case)
    X, parameters = samples(graph), compact_parameters(graph)
    no_adjoint = np.zeros((len(X), 2))

    def output(X):
        return vjp(graph, X, no_adjoint, parameters=parameters).signals[-1]

    direction = np.random.default_rng(1).normal(size=X.shape)
    J = jacobian(graph, X, parameters=parameters)
    found = np.einsum("sm,smn->sn", direction, J)
    expected = numerical_derivative(output, X, direction)
    assert_allclose(found, expected, rtol=1e-6, atol=1e-8)


def fitted(task, activation="tanh"):
    """Fit for a few epochs: derivatives are as good there as anywhere."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return task.ours(activation=activation).fit(task.X, task.y)


# The check of gradients


@dataclass(frozen=True)
class WrongTanh(Elementwise):
    """A module of a user who forgot the square."""

    def value(self, x, xp):
        return xp.tanh(x)

    def derivative(self, x, y, dy, xp):
        return dy * (1.0 - y)


@dataclass(frozen=True)
class Cube(Elementwise):
    """A module of a user who made no mistake."""

    derivative_needs_input = True

    def value(self, x, xp):
        return x * x * x

    def derivative(self, x, y, dy, xp):
        return 3.0 * dy * (x * x)


@pytest.mark.parametrize("seed", SEEDS)
def test_right_gradients_pass(seed):
    graph = random_graph(seed)
    table = check_gradients(graph, samples(graph, 9), random_state=seed)
    assert (table["relative_error"] <= 1e-6).all()
    assert table["analytic"].abs().max() > 0


@every_module
def test_gradients_of_every_module_pass(case):
    graph = graph_around(*case)
    table = check_gradients(graph, samples(graph, 9))
    assert (table["relative_error"] <= 1e-6).all()


@pytest.mark.parametrize("task", ALL, ids=str)
def test_gradients_of_estimators_pass(task):
    mlp = fitted(task, activation="relu")
    table = check_gradients(mlp, task.X[:30], task.y[:30])
    assert (table["relative_error"] <= 1e-6).all()
    assert set(table["block"]) == {"x", "weight", "bias", "z[0]"}


def test_a_graph_with_targets_is_checked_with_the_squared_error():
    graph = smooth_graph()
    X = samples(graph, 9)
    check_gradients(graph, X, np.ones((9, 2)), parameters=compact_parameters(graph))
    with pytest.raises(ValueError, match=r"y of shape \(9, 3\) does not fit"):
        check_gradients(graph, X, np.ones((9, 3)))


def test_modules_of_users_are_checked():
    x = Input(4)
    check_gradients(Graph(Linear(2)(Cube()(Linear(3)(x)))), np.ones((6, 4)))


EXECUTORS = ["reference", pytest.param("compiled", marks=needs_jit)]


@pytest.mark.parametrize("executor", EXECUTORS)
def test_a_wrong_derivative_is_found_and_named(executor):
    h = Tanh()(Linear(5)(Input(4)))
    graph = Graph(Linear(2)(Add()(WrongTanh()(Linear(5)(h)), h)))
    with pytest.raises(WrongGradientError, match=r"of 4: WrongTanh\(\)") as error:
        check_gradients(graph, samples(graph, 9))
    table = error.value.table
    table = table[(table["executor"] == executor) & (table["relative_error"] > 1e-6)]
    # The module itself, and all that lies upstream.
    assert {name.split(":")[0] for name in table["module"]} == {"4", "3", "1", "0"}


def test_a_wrong_gradient_of_the_loss_is_not_blamed_on_a_module():
    @dataclass(frozen=True)
    class Doubled(ElementwiseLoss):
        def value(self, z, t, xp):
            return (z - t) * (z - t)

        def gradient(self, z, t, xp):
            return z - t

    X = np.random.default_rng(0).normal(size=(20, 3))
    reg = MLPRegressor(Doubled(), (4,), activation="tanh", random_state=0)
    reg.partial_fit(X, X[:, 0])
    with pytest.raises(WrongGradientError, match="of the loss, not of a module"):
        check_gradients(reg, X, X[:, 0])
    check_gradients(reg, X)  # which replaces the loss


def test_a_wrong_derivative_is_found_where_nothing_learns():
    graph = Graph(WrongTanh()(Input(3)))
    with pytest.raises(WrongGradientError, match=r"1: WrongTanh\(\)"):
        check_gradients(graph, samples(graph, 3))


def test_kinks_and_dead_units_raise_no_false_alarm():
    x = Input(3)
    h = ReLU()(Linear(50)(x))
    graph = Graph(Linear(2)(ReLU()(ReLU()(Linear(50)(h)))))
    zeros = [np.zeros(b.shape) for b in compile_graph(graph).blocks]
    check_gradients(graph, np.zeros((20, 3)), parameters=zeros)
    zeros[3] -= 10.0  # units of the first layer that never fire
    check_gradients(graph, np.zeros((20, 3)), parameters=zeros)


def test_gradients_that_are_stopped_on_purpose_are_no_mistake():
    h = Linear(3)(Input(4))
    graph = Graph(Linear(2)(Add()(StopGradient()(h), Tanh()(h))))
    check_gradients(graph, samples(graph))


def test_a_gradient_that_is_not_a_number_is_wrong():
    @dataclass(frozen=True)
    class NoDerivative(Tanh):
        def derivative(self, x, y, dy, xp):
            return dy * np.nan

    graph = Graph(NoDerivative()(Linear(3)(Input(4))))
    with pytest.raises(WrongGradientError, match="NoDerivative"):
        check_gradients(graph, samples(graph))


# Bad input


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"wrt": "hidden"}, "quantity must be .*'hidden'"),
        ({"wrt": "w[2]"}, r"Node 2, Tanh\(\), has no parameters"),
        ({"wrt": "w[0]"}, r"Node 0, Input\(4\), has no parameters"),
        ({"wrt": 9}, "9 is not a node"),
        ({"wrt": Input(4)}, "is not a node of this graph"),
        ({"of": "input"}, "of must be a node other than the input"),
        ({"of": "w[1]"}, "of must be a node other than the input"),
        ({"parameters": None}, r"parameters must be arrays for weight \(4, 3\)"),
        ({"parameters": np.ones(3)}, r"got shapes \[\(3,\)\]"),
        ({"parameters": [np.ones((4, 3))]}, r"got shapes \[\(4, 3\)\]"),
        (
            {"X": np.ones((5, 3))},
            r"X of shape \(5, 3\) does not fit node 0, Input\(4\)",
        ),
    ],
)
def test_what_is_wrong_is_named(arguments, message):
    graph = smooth_graph()
    given = {"X": samples(graph), "parameters": compact_parameters(graph), **arguments}
    with pytest.raises(ValueError, match=message):
        jacobian(graph, **given)


def test_weights_of_what_is_not_connected_are_refused():
    graph = Graph(Linear(2, bias=False, connections=[(0,), (1,)])(Input(2)))
    J = jacobian(graph, [[1.0, 1.0]], parameters=[[[2, 0], [0, 3]]])
    assert J.tolist() == [[[2, 0], [0, 3]]]
    with pytest.raises(ValueError, match="must be 0 where nothing is connected"):
        jacobian(graph, [[1.0, 1.0]], parameters=[[[2, 1], [0, 3]]])


def test_adjoints_have_the_shape_of_the_output():
    graph = smooth_graph()
    parameters = compact_parameters(graph)
    with pytest.raises(ValueError, match=r"adjoint of shape \(5, 3\) does not fit"):
        vjp(graph, samples(graph), np.ones((5, 3)), parameters=parameters)


def test_estimators_have_their_own_parameters():
    mlp = MLPClassifier((3,), max_iter=300, tol=1.0).fit([[0.0], [1.0]], [0, 1])
    with pytest.raises(ValueError, match="parameters must be None"):
        jacobian(mlp, [[0.0]], parameters=np.ones(3))
    with pytest.raises(TypeError, match="must be a network of this package"):
        jacobian("mlp", [[0.0]])


# Recurrent networks


def sequences(lengths=(5, 3, 4), seed=0):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=(length, 2)) for length in lengths]


def recurrent(X, y, kind=RecurrentRegressor, **settings):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return kind((3,), max_iter=2, random_state=0, **settings).fit(X, y)


@pytest.mark.parametrize("layout", ["NTF", "NFT"])
@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_input_gradients_of_sequences_have_their_shapes(cell, layout):
    X = [x if layout == "NTF" else x.T for x in sequences()]
    net = recurrent(X, [0.0, 1.0, 2.0], cell=cell, layout=layout)
    found = input_gradient(net, X)
    assert [gradient.shape for gradient in found] == [x.shape for x in X]
    for i, x in enumerate(X):
        for element in np.ndindex(x.shape):
            direction = np.zeros(x.shape)
            direction[element] = 1
            expected = numerical_derivative(
                lambda x, i=i: net.predict([*X[:i], x, *X[i + 1 :]])[i], x, direction
            )
            assert_allclose(found[i][element], expected, atol=1e-9)


@pytest.mark.parametrize("layout", ["NTF", "NFT"])
def test_input_gradients_of_flat_rows_are_those_of_sequences(layout):
    X = np.random.default_rng(0).normal(size=(6, 8))
    net = recurrent(X, X[:, 0], n_timesteps=4, layout=layout)
    cubes = X.reshape((6, 4, 2) if layout == "NTF" else (6, 2, 4))
    found = input_gradient(net, X)
    assert found.shape == X.shape
    assert_allclose(input_gradient(net, cubes).reshape(6, 8), found)


@pytest.mark.parametrize("bptt_steps", [None, 2])
def test_gradients_of_recurrent_networks_pass(bptt_steps):
    X, y = sequences(), ["a", "b", "c"]
    net = recurrent(X, y, RecurrentClassifier, bptt_steps=bptt_steps)
    check_gradients(net, X, y)


def test_gradients_of_sequences_of_targets_pass():
    X = sequences()
    y = [x.sum(axis=1) for x in X]
    net = recurrent(X, y, return_sequences=True)
    before = dict(vars(net))
    check_gradients(net, X, y)
    check_gradients(net, X[1:], y[1:])
    assert vars(net) == before
    assert input_gradient(net, X, target=1)[0].any(axis=1).tolist() == [1, 1, 0, 0, 0]
