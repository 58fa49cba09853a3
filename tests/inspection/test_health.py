"""The health of training: what is counted, and how much the loss bends."""

import contextlib

import numpy as np
import pytest
from gradcheck import numerical_derivative
from numpy.testing import assert_allclose
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from tasks import ALL, TASKS

from skbackprop import (
    DivergenceError,
    MLPClassifier,
    MLPRegressor,
    NetworkClassifier,
    NetworkRegressor,
    RecurrentClassifier,
)
from skbackprop.inspection import training_health
from skbackprop.inspection.hessian import largest_eigenvalue
from skbackprop.inspection.layer_signals import find_layers
from skbackprop.inspection.loss_point import LossPoint
from skbackprop.network import (
    BatchNorm,
    Graph,
    Identity,
    Input,
    Linear,
    Scale,
    Sigmoid,
    Slice,
    Tanh,
)

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 3))
y = np.sin(X[:, 0]) + X[:, 1] * X[:, 2]


def dense_hessian(estimator, X, y):
    """The Hessian of the mean loss, by differences of numbers alone."""
    point = LossPoint(estimator, X, y)

    def loss(parameters):
        values = point.bound.parameters.copy()
        values[point.is_learned] = parameters
        return point.run(values).losses.mean()

    start, axes, h = point.start, np.eye(len(point.start)), 1e-4
    hessian = np.empty_like(axes)
    for i, a in enumerate(axes):
        for j, b in enumerate(axes):
            hessian[i, j] = numerical_derivative(
                lambda t, b=b, a=a: numerical_derivative(
                    lambda s: loss(start + t * a + s * b), 0.0, 1.0, h
                ),
                0.0,
                1.0,
                h,
            )
    return hessian


def words_of(health):
    return " ".join(health.verdict)


# The largest eigenvalue


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("sign", [-1, 0, 1])
def test_the_eigenvalue_is_the_largest_and_not_that_of_the_largest_size(seed, sign):
    """Of a quadratic form; with sign -1 none is above 0."""
    rng = np.random.default_rng(seed)
    axes, _ = np.linalg.qr(rng.normal(size=(12, 12)))
    values = sign * np.linspace(0.5, 5, 12) if sign else np.linspace(-9, 4, 12)
    hessian = axes * values @ axes.T
    found = largest_eigenvalue(
        lambda w: hessian @ w, np.ones(12), np.random.RandomState(0)
    )
    assert_allclose(found, values.max(), rtol=1e-5)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_few_parameters_are_enough(n):
    values = np.arange(1.0, n + 1)
    rng = np.random.RandomState(0)
    assert_allclose(largest_eigenvalue(lambda w: values * w, values, rng), n, 1e-6)
    assert largest_eigenvalue(np.zeros_like, values, rng) == 0


@pytest.mark.parametrize("name", TASKS)
def test_of_a_small_network_it_is_that_of_the_dense_hessian(name):
    task = TASKS[name]
    settings = {"hidden_layer_sizes": (2,), "activation": "tanh", "max_iter": 3}
    fitted = task.ours(**settings).fit(task.X[:, :2], task.y)
    hessian = dense_hessian(fitted, task.X[:, :2], task.y)
    found = training_health(fitted, task.X[:, :2], task.y).largest_eigenvalue
    assert_allclose(found, np.linalg.eigvalsh(hessian)[-1], rtol=1e-4)


def test_weights_that_are_not_connected_bend_nothing():
    x = Input(3)
    graph = Graph(Linear(1)(Tanh()(Linear(2, connections=[(0,), (1, 2)])(x))))
    reg = NetworkRegressor(graph, max_iter=3, random_state=0).fit(X, y)
    hessian = dense_hessian(reg, X, y)
    assert hessian.shape == (8, 8)
    found = training_health(reg, X, y).largest_eigenvalue
    assert_allclose(found, np.linalg.eigvalsh(hessian)[-1], rtol=1e-4)


def test_of_linear_regression_it_is_that_of_the_covariance():
    reg = MLPRegressor(hidden_layer_sizes=(), max_iter=2).fit(X, y)
    ones = np.column_stack([X, np.ones(60)])
    health = training_health(reg, X, y)
    expected = np.linalg.eigvalsh(ones.T @ ones / 60)[-1]
    assert_allclose(health.largest_eigenvalue, expected, rtol=1e-6)
    assert_allclose(health.optimal_learning_rate, 1 / expected, rtol=1e-6)
    assert_allclose(health.largest_learning_rate, 2 / expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("momentum", "nesterov", "limit"), [(0, 0, 2), (0.5, 0, 3), (0.5, 1, 1.5)]
)
def test_gradient_descent_diverges_beyond_the_largest_rate(momentum, nesterov, limit):
    settings = {
        "hidden_layer_sizes": (),
        "solver": "sgd",
        "alpha": 0.0,
        "batch_size": 60,
        "momentum": momentum,
        "nesterovs_momentum": bool(nesterov),
        "random_state": 0,
        "n_iter_no_change": np.inf,
    }
    bend = training_health(
        MLPRegressor(**settings, max_iter=1).fit(X, y), X, y
    ).largest_eigenvalue
    below, above = 0.95 * limit / bend, 1.05 * limit / bend
    calm = MLPRegressor(**settings, learning_rate_init=below, max_iter=300).fit(X, y)
    assert calm.loss_curve_[-1] < calm.loss_curve_[0]
    wild = MLPRegressor(**settings, learning_rate_init=above, max_iter=300)
    with contextlib.suppress(DivergenceError):
        assert wild.fit(X, y).loss_ > 1e3 * calm.loss_
    assert "above the limit" not in words_of(training_health(calm, X, y))
    wild.set_params(max_iter=1).fit(X, y)
    assert f"above the limit of {limit / bend:.2g}" in words_of(
        training_health(wild, X, y)
    )


# Units and signals


def test_layers_have_the_signals_and_norms_of_their_parameters():
    reg = MLPRegressor(
        hidden_layer_sizes=(5, 4), activation="tanh", max_iter=3, random_state=0
    ).fit(X, y)
    source, first, second, output = training_health(reg, X, y).layers
    assert (source.layer, source.module, source.n_units) == (0, "Input(3)", 3)
    assert_allclose([source.mean, source.spread], [X.mean(), X.std()], rtol=1e-12)
    for k, layer in enumerate((first, second)):
        hidden = reg.transform(X, layer=k)
        assert (layer.layer, layer.activation) == (k + 1, "Tanh()")
        assert_allclose([layer.mean, layer.spread], [hidden.mean(), hidden.std()])
        norm = np.hypot(*map(np.linalg.norm, (reg.coefs_[k], reg.intercepts_[k])))
        assert_allclose(layer.weight_norm, norm, rtol=1e-12)
    assert (output.activation, output.dead, output.saturated) == ("", None, None)
    residual = reg.predict(X) - y
    slopes = [*(hidden.T @ residual / 60), residual.mean()]
    assert_allclose(output.gradient_norm, np.linalg.norm(slopes), rtol=1e-9)
    assert_allclose(output.relative_gradient * output.weight_norm, output.gradient_norm)


def test_the_loss_is_the_mean_and_its_gradient_that_of_all():
    reg = MLPRegressor(hidden_layer_sizes=(5,), max_iter=3, random_state=0).fit(X, y)
    health = training_health(reg, X, y)
    assert_allclose(health.loss, ((reg.predict(X) - y) ** 2).mean() / 2, rtol=1e-9)
    norms = [layer.gradient_norm for layer in health.layers[1:]]
    assert_allclose(health.gradient_norm, np.linalg.norm(norms), rtol=1e-9)


def network(weight, bias, activation="relu"):
    """A network of one hidden layer with these weights; fitted for form."""
    n_units = len(bias)
    reg = MLPRegressor(hidden_layer_sizes=(n_units,), activation=activation, max_iter=1)
    reg.fit(X, y)
    reg.coefs_[0][...], reg.intercepts_[0][...] = weight, bias
    return reg


def test_dead_units_are_found():
    reg = network(0.1, [-100.0, 1.0, -100.0, 1.0, 1.0])
    health = training_health(reg, X, y)
    assert (health.layers[1].dead, health.layers[1].saturated) == (2, 0)
    assert any("2 of 5 units of layer 1 (ReLU())" in line for line in health.verdict)
    healthy = training_health(network(0.1, [1.0] * 5), X, y)
    assert healthy.layers[1].dead == 0
    assert not any("dead" in line for line in healthy.verdict)


@pytest.mark.parametrize("activation", ["tanh", "logistic", "scaled_tanh", "softsign"])
def test_saturated_units_are_found(activation):
    reg = network(0.1, [15.0, 0.0, -15.0, 0.0], activation)
    layer = training_health(reg, X, y).layers[1]
    assert (layer.dead, layer.saturated) == (0, 2)
    assert "2 of 4 units of layer 1" in words_of(training_health(reg, X, y))


def test_units_that_some_samples_leave_alone_are_healthy():
    """A rectified unit is off for half the samples, and should be."""
    layer = training_health(network(1.0, [0.0] * 4), X, y).layers[1]
    assert (layer.dead, layer.saturated) == (0, 0)


def test_activations_are_found_behind_what_only_passes_signals_on():
    x = Input(3)
    h = Linear(4)(x)
    gates = Sigmoid()(Slice(0, 2)(h))
    graph = Graph(Linear(1)(Scale()(Tanh()(Identity()(Slice(2, 4)(h))))))
    assert list(find_layers(graph)) == [0, 4, 5]
    reg = NetworkRegressor(graph, max_iter=1, random_state=0).fit(X, y)
    _, first, scale, _ = training_health(reg, X, y).layers
    assert (first.activation, first.n_units) == ("Tanh()", 2)
    assert (scale.activation, scale.n_units) == ("", 2)
    assert gates.width == 2


def test_steps_of_a_loop_are_one_layer():
    clf = RecurrentClassifier((4,), cell="tanh", max_iter=1, random_state=0)
    sequences, labels = X.reshape(12, 5, 3), np.arange(12) % 2
    clf.fit(sequences, labels)
    layers = training_health(clf, sequences, labels).layers
    assert [layer.activation for layer in layers] == ["", "Tanh()", "Tanh()", ""]
    assert [layer.n_units for layer in layers] == [15, 4, 4, 1]
    clf.set_params(return_sequences=True).fit(sequences, sequences[..., 0] > 0)
    assert training_health(clf, sequences, sequences[..., 0] > 0).loss > 0


def test_buffers_are_no_parameters():
    def normalized(n_features, n_outputs):
        h = BatchNorm()(Linear(4)(Input(n_features)))
        return Graph(Linear(n_outputs)(Tanh()(h)))

    clf = NetworkClassifier(normalized, max_iter=3, random_state=0).fit(X, y > 0)
    before = clf._parameters.copy()
    layers = training_health(clf, X, y > 0).layers
    np.testing.assert_array_equal(clf._parameters, before)
    assert [layer.activation for layer in layers] == ["", "", "Tanh()", ""]
    assert layers[2].module.startswith("BatchNorm")


# The verdict


@pytest.mark.parametrize("task", ALL, ids=str)
def test_every_task_has_a_verdict_and_a_table(task):
    fitted = task.ours().fit(task.X, task.y)
    health = training_health(fitted, task.X, task.y)
    for line in health.verdict:
        assert " ".join(line.split()) in " ".join(str(health).split())
    frame = health.to_frame()
    assert list(frame.index) == [0, 1, 2, 3]
    assert list(frame["n_units"]) == [8, 12, 7, fitted.n_outputs_]
    assert "<table" in health._repr_html_()
    assert repr(health) == str(health)


def test_features_that_are_not_scaled_are_seen():
    scaled = MLPRegressor(max_iter=2, random_state=0).fit(X, y)
    assert "not scaled" not in words_of(training_health(scaled, X, y))
    for other in (X * [1, 1, 100], X + 10):
        reg = MLPRegressor(max_iter=2, random_state=0).fit(other, y)
        assert "Features are not scaled" in words_of(training_health(reg, other, y))


def test_features_that_hardly_vary_are_no_matter():
    for other in (0.0, 1e-16 * X[:, :1], 0.01 * X[:, :1]):
        wide = np.column_stack([X, np.zeros((60, 1)) + other])
        reg = MLPRegressor(max_iter=2, random_state=0).fit(wide, y)
        assert "not scaled" not in words_of(training_health(reg, wide, y))
    constant = np.ones((60, 3))
    reg = MLPRegressor(max_iter=2, random_state=0).fit(constant, y)
    assert "not scaled" not in words_of(training_health(reg, constant, y))


def test_vanishing_gradients_are_seen():
    reg = MLPRegressor(
        hidden_layer_sizes=(10,) * 8, activation="logistic", max_iter=1, random_state=0
    ).fit(X, y)
    assert "vanishing gradients" in words_of(training_health(reg, X, y))
    reg.set_params(activation="scaled_tanh", weight_init="unit_variance").fit(X, y)
    assert "vanishing" not in words_of(training_health(reg, X, y))
    assert "look healthy" in words_of(training_health(reg, X, y))


def test_a_rate_that_is_far_too_small_is_seen():
    reg = MLPRegressor(solver="sgd", learning_rate_init=1e-7, max_iter=1).fit(X, y)
    assert "Use a larger" in words_of(training_health(reg, X, y))


def test_of_many_samples_some_are_drawn_and_always_the_same():
    reg = MLPRegressor(hidden_layer_sizes=(5,), max_iter=3, random_state=0).fit(X, y)
    some = training_health(reg, X, y, max_samples=20)
    assert some == training_health(reg, X, y, max_samples=20)
    assert some.loss != training_health(reg, X, y).loss
    assert some.loss != training_health(reg, X, y, max_samples=20, random_state=1).loss


def test_both_dtypes_are_seen_in_double_precision():
    clf = MLPClassifier((5,), max_iter=3, dtype="float32", random_state=0).fit(X, y > 0)
    found = training_health(clf, X, y > 0)
    clf.set_params(dtype="float64").fit(X, y > 0)
    expected = training_health(clf, X, y > 0)
    assert_allclose(found.largest_eigenvalue, expected.largest_eigenvalue, rtol=1e-3)


def test_bad_input_is_refused():
    reg = MLPRegressor(max_iter=1)
    with pytest.raises(NotFittedError):
        training_health(reg, X, y)
    pipeline = make_pipeline(StandardScaler(), reg).fit(X, y)
    with pytest.raises(TypeError, match=r"(?s)estimator must be a network.*pipeline"):
        training_health(pipeline, X, y)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        training_health(pipeline[-1], X, y[:-1])
    clf = MLPClassifier(max_iter=1).fit(X, y > 0)
    with pytest.raises(ValueError, match="classes not in"):
        training_health(clf, X, np.arange(60))
