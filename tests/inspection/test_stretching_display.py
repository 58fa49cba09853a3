"""The picture of the plane: every point stands where the network puts it."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression

from skbackprop import MLPClassifier
from skbackprop.inspection import SpaceStretchingDisplay
from skbackprop.network import Add, Graph, Input, Linear, ReLU, Tanh

matplotlib = pytest.importorskip("matplotlib")

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 2))
y = (X[:, 0] > X[:, 1]).astype(int)
W, B = RNG.normal(size=(2, 2)), RNG.normal(size=2)


@pytest.fixture(autouse=True)
def plt():
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    yield plt
    plt.close("all")


@pytest.fixture(scope="module")
def mlp():
    settings = {"activation": "tanh", "tol": None, "max_iter": 3, "random_state": 0}
    return MLPClassifier((5, 2), **settings).fit(X, y)


def affine():
    return Graph(Linear(2)(Input(2))), {"parameters": [W, B]}


def test_samples_stand_where_the_network_puts_them(mlp):
    display = SpaceStretchingDisplay.from_estimator(mlp, X, y)
    names = list(display.points)
    assert [name.split()[0] for name in names] == list("012345")
    assert_allclose(display.points[names[0]], X)
    assert_allclose(display.points[names[4]], mlp.transform(X))
    logits = display.points[names[5]]
    assert_allclose(1 / (1 + np.exp(-logits[:, 0])), mlp.predict_proba(X)[:, 1])
    assert_array_equal(logits[:, 1], 0)
    for name, collection in display.points_.items():
        assert_array_equal(collection.get_offsets(), display.points[name])


def test_wide_nodes_are_shown_by_their_principal_components(mlp):
    display = SpaceStretchingDisplay.from_estimator(mlp, X)
    name = "2 Tanh()\n2 components of 5"
    hidden = mlp.transform(X, layer=0)
    expected = PCA(2).fit_transform(hidden)
    found = display.points[name]
    signs = np.sign(np.sum(found * expected, axis=0))  # components have none
    assert_allclose(found, expected * signs, atol=1e-12)


def test_a_linear_module_keeps_lines_straight_and_an_activation_does_not():
    graph = Graph(Tanh()(Linear(2)(Input(2))))
    display = SpaceStretchingDisplay.from_estimator(graph, X, parameters=[W, B])
    before, linear, bent = display.lines.values()
    assert_allclose(linear, before @ W + B)
    assert_allclose(bent, np.tanh(linear))
    for lines, is_straight in ((before, True), (linear, True), (bent, False)):
        ends = np.linspace(lines[:, 0], lines[:, -1], lines.shape[1], axis=1)
        assert np.allclose(lines, ends) == is_straight
    for name, collection in display.lines_.items():
        assert_array_equal(collection.get_segments(), display.lines[name])


def test_the_grid_goes_around_the_samples():
    graph, settings = affine()
    display = SpaceStretchingDisplay.from_estimator(graph, X, n_lines=4, **settings)
    lines = display.lines["0 Input(2)"]
    assert len(lines) == 8
    corners = lines.reshape(-1, 2)
    assert (corners.min(axis=0) < X.min(axis=0)).all()
    assert (corners.max(axis=0) > X.max(axis=0)).all()


def test_arrows_lead_from_the_bias_along_the_rows_of_the_weights():
    graph, settings = affine()
    display = SpaceStretchingDisplay.from_estimator(graph, X, **settings)
    arrows = display.bases_["1 Linear(n_units=2)"]
    assert_allclose(arrows.XY, [B, B])
    assert_allclose(np.c_[arrows.U, arrows.V], W)
    at_input = display.bases_["0 Input(2)"]
    assert_allclose(np.c_[at_input.U, at_input.V], np.eye(2))


def test_only_linear_modules_that_read_a_plane_have_arrows(mlp):
    display = SpaceStretchingDisplay.from_estimator(mlp, X)
    assert [name.split()[0] for name in display.bases_] == ["0", "1", "5"]


def test_nodes_may_be_chosen(plt):
    x = Input(2)
    h = ReLU()(x)
    _, axes = plt.subplots(1, 2)
    display = SpaceStretchingDisplay.from_estimator(
        Graph(Add()(h, x)), X, nodes=[h, -1], ax=axes, scatter_kw={"s": 3}
    )
    assert list(display.points) == ["1 ReLU()", "2 Add()"]
    assert_allclose(display.points["2 Add()"], np.maximum(X, 0) + X)
    assert list(display.axes_) == list(axes)
    assert [ax.get_title() for ax in axes] == list(display.points)
    assert_array_equal(display.points_["2 Add()"].get_sizes(), [3])
    with pytest.raises(ValueError, match=r"ax must be 2 axes.*nodes=\[-1\]"):
        display.plot(ax=axes[0])


@pytest.mark.parametrize("n_values", [1, 2, 7, 40])
def test_colours_follow_y(n_values):
    graph, settings = affine()
    numbers = np.arange(40) % n_values
    display = SpaceStretchingDisplay.from_estimator(graph, X, numbers, **settings)
    colors = display.points_["0 Input(2)"].get_facecolors()
    assert len(np.unique(colors, axis=0)) == n_values
    assert_array_equal(colors[0], colors[numbers == numbers[0]][-1])


def test_samples_all_alike_have_a_grid(mlp):
    SpaceStretchingDisplay.from_estimator(mlp, X[:1]).figure_.canvas.draw()


def test_what_is_no_plane_is_refused(mlp):
    with pytest.raises(ValueError, match="X must have 2 features"):
        SpaceStretchingDisplay.from_estimator(Graph(Tanh()(Input(3))), np.eye(3))
    with pytest.raises(ValueError, match="9 is not a node"):
        SpaceStretchingDisplay.from_estimator(mlp, X, nodes=[9])
    with pytest.raises(TypeError, match="a network of this package"):
        SpaceStretchingDisplay.from_estimator(LogisticRegression().fit(X, y), X)
    with pytest.raises(ValueError, match="'n_lines' parameter"):
        SpaceStretchingDisplay.from_estimator(mlp, X, n_lines=1)
