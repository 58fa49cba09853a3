"""The picture of signals: what is drawn are the numbers of the network."""

import copy

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import LogisticRegression

from skbackprop import (
    MLPClassifier,
    MLPRegressor,
    NetworkRegressor,
    RecurrentClassifier,
)
from skbackprop.inspection import LayerSignalDisplay, training_health, vjp
from skbackprop.network import Graph, Input, LayerNorm, Linear, Tanh

matplotlib = pytest.importorskip("matplotlib")

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 3))
y = (X[:, 0] > X[:, 1]).astype(int)
SETTINGS = {"tol": None, "max_iter": 3, "random_state": 0}
HIDDEN = {"hidden_layer_sizes": (7, 4), "activation": "tanh"}


@pytest.fixture(autouse=True)
def plt():
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    yield plt
    plt.close("all")


def fitted(**settings):
    return MLPClassifier(**{**HIDDEN, **SETTINGS, **settings}).fit(X, y)


def test_activations_and_gradients_are_those_of_the_network():
    mlp = fitted()
    display = LayerSignalDisplay.from_estimator(mlp, X, y, n_steps=0)
    first, second, output = display.activations
    assert [first, second] == ["1 Tanh()", "2 Tanh()"]
    assert_allclose(display.activations[first], mlp.transform(X, layer=0))
    assert_allclose(display.activations[second], mlp.transform(X, layer=1))
    # The derivative of the log loss in the logit is p - y.
    of_loss = mlp.predict_proba(X)[:, 1:] - y[:, np.newaxis]
    assert_allclose(display.gradients[output], of_loss, atol=1e-12)
    adjoints = vjp(mlp, X, of_loss).adjoints
    assert_allclose(display.gradients[first], adjoints[1], atol=1e-12)
    assert_allclose(display.gradients[second], adjoints[3], atol=1e-12)


def test_histograms_count_every_value_once():
    display = LayerSignalDisplay.from_estimator(fitted(), X, y)
    for patches in (display.activations_, display.gradients_):
        edges = [patch.get_data().edges for patch in patches.values()]
        assert_array_equal(edges, [edges[0]] * len(edges))  # to be compared
        shares = [patch.get_data().values for patch in patches.values()]
        assert_allclose(np.sum(shares, axis=1), 1)
    for name, values in display.gradients.items():
        patch = display.gradients_[name].get_data()
        counts, _ = np.histogram(np.log10(abs(values)), patch.edges)
        assert_allclose(patch.values, counts / values.size)


def test_gradients_of_zero_are_told_and_stand_in_no_bin():
    mlp = fitted(activation="relu")
    display = LayerSignalDisplay.from_estimator(mlp, X, y, n_steps=0)
    name = "1 ReLU()"
    share = np.mean(display.gradients[name] == 0)
    assert share > 0
    assert_allclose(sum(display.gradients_[name].get_data().values), 1 - share)
    labels = [text.get_text() for text in display.axes_[1].get_legend().get_texts()]
    assert labels[0] == f"{name}, {share:.0%} zero"
    assert labels[-1] == list(display.gradients)[-1]


def test_saturation_is_the_share_of_small_slopes():
    mlp = fitted()
    display = LayerSignalDisplay.from_estimator(mlp, 9 * X, y, n_steps=0)
    slopes = 1 - mlp.transform(9 * X, layer=0) ** 2
    assert display.saturated["1 Tanh()"] == np.mean(slopes < 0.05) > 0.1
    assert set(display.saturated) == {"1 Tanh()", "2 Tanh()"}


@pytest.mark.parametrize("solver", ["sgd", "adam"])
def test_updates_are_those_of_partial_fit(solver):
    mlp = fitted(solver=solver, batch_size=len(X), alpha=0.1)
    display = LayerSignalDisplay.from_estimator(mlp, X, y, n_steps=3)
    clone, expected = copy.deepcopy(mlp), []
    for _ in range(3):
        weights = [np.r_[w.ravel(), b] for w, b in zip(*parameters(clone), strict=True)]
        clone.partial_fit(X, y)
        after = [np.r_[w.ravel(), b] for w, b in zip(*parameters(clone), strict=True)]
        expected.append(
            [
                np.linalg.norm(b - a) / np.linalg.norm(a)
                for a, b in zip(weights, after, strict=True)
            ]
        )
    # Rows come in another order, and are summed up in it.
    assert_allclose(display.updates, expected, rtol=1e-9)
    for name, line in display.updates_.items():
        assert_array_equal(line.get_xdata(), [1, 2, 3])
        assert_allclose(line.get_ydata(), np.log10(display.updates[name]))


def parameters(mlp):
    return [w.copy() for w in mlp.coefs_], [b.copy() for b in mlp.intercepts_]


def test_an_update_of_plain_gradient_descent_is_proportional_to_its_rate():
    settings = {"solver": "sgd", "momentum": 0.0, "max_iter": 1, "batch_size": 60}
    small, large = (
        LayerSignalDisplay.from_estimator(
            fitted(**settings, learning_rate_init=1e-12).set_params(
                learning_rate_init=rate
            ),
            X,
            y,
            n_steps=1,
        ).updates
        for rate in (1e-4, 1e-3)
    )
    assert_allclose(large, 10 * small, rtol=1e-8)


def test_the_estimator_stays_as_it_was(capsys):
    mlp = fitted()
    mlp.set_params(early_stopping=True, verbose=True, checkpoint="nowhere.npz")
    before, random_state = mlp._parameters.copy(), mlp._random_state.get_state()[1]
    LayerSignalDisplay.from_estimator(mlp, X, y)
    assert_array_equal(mlp._parameters, before)
    assert_array_equal(mlp._random_state.get_state()[1], random_state)
    assert mlp.get_params()["verbose"]
    assert capsys.readouterr().out == ""


def normed(n_features, n_outputs):
    h = Tanh()(LayerNorm()(Linear(5)(Input(n_features))))
    return Graph(Linear(n_outputs)(h))


@pytest.mark.parametrize(
    "estimator",
    [
        MLPRegressor(hidden_layer_sizes=(), **SETTINGS),
        NetworkRegressor(normed, **SETTINGS),
        RecurrentClassifier(cell="gru", **SETTINGS),
    ],
    ids=["linear", "normed", "recurrent"],
)
def test_layers_are_numbered_as_in_training_health(estimator):
    rows = X.reshape(60, 3, 1) if isinstance(estimator, RecurrentClassifier) else X
    estimator.fit(rows, y)
    display = LayerSignalDisplay.from_estimator(estimator, rows, y, n_steps=2)
    health = training_health(estimator, rows, y)
    numbers = [int(name.split()[0]) for name in display.activations]
    assert numbers == [layer.layer for layer in health.layers[1:]]
    means = [values.mean() for values in display.activations.values()]
    assert_allclose(means, [layer.mean for layer in health.layers[1:]])
    assert display.updates.shape == (2, len(numbers))
    display.figure_.canvas.draw()


def test_axes_and_keywords_may_be_given(plt):
    _, axes = plt.subplots(1, 3)
    display = LayerSignalDisplay.from_estimator(
        fitted(), X, y, n_steps=2, ax=axes, line_kw={"linewidth": 4}
    )
    assert list(display.axes_) == list(axes)
    assert display.figure_ is axes[0].figure
    artists = [*display.activations_.values(), *display.updates_.values()]
    assert {artist.get_linewidth() for artist in artists} == {4}
    with pytest.raises(ValueError, match=r"ax must be 3 axes.*With n_steps=0"):
        display.plot(ax=axes[:2])


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(ValueError, match="n_steps=50 must be 0 for solver='lbfgs'"):
        LayerSignalDisplay.from_estimator(fitted(solver="lbfgs", tol=0.1), X, y)
    balanced = fitted(class_weight="balanced")
    with pytest.raises(ValueError, match="n_steps=50 must be 0 for class_weight="):
        LayerSignalDisplay.from_estimator(balanced, X, y)
    assert LayerSignalDisplay.from_estimator(balanced, X, y, n_steps=0).updates.empty
    with pytest.raises(TypeError, match="a network of this package"):
        LayerSignalDisplay.from_estimator(LogisticRegression().fit(X, y), X, y)
    with pytest.raises(ValueError, match="'n_steps' parameter"):
        LayerSignalDisplay.from_estimator(fitted(), X, y, n_steps=-1)
