"""The picture of units: maps are their values, links their weights."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skbackprop import MLPClassifier, NetworkRegressor
from skbackprop.inspection import UnitMapDisplay
from skbackprop.network import (
    Add,
    Concatenate,
    Graph,
    Input,
    LayerNorm,
    Linear,
    Max,
    ReLU,
    Tanh,
)

matplotlib = pytest.importorskip("matplotlib")

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 2))
y = np.digitize(X[:, 0] * X[:, 1], [-0.3, 0.3])


@pytest.fixture(autouse=True)
def plt():
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    yield plt
    plt.close("all")


@pytest.fixture(scope="module")
def mlp():
    settings = {"activation": "tanh", "tol": None, "max_iter": 3, "random_state": 0}
    return MLPClassifier((5, 4), **settings).fit(X, y)


def points_of(display):
    """The points of a map, row by row from below, as the extent says."""
    left, right, bottom, top = display.extent
    n = len(display.maps["input"][0])
    first, second = np.meshgrid(
        np.linspace(left, right, n), np.linspace(bottom, top, n)
    )
    return np.column_stack([first.ravel(), second.ravel()])


def test_maps_are_what_units_put_out(mlp):
    display = UnitMapDisplay.from_estimator(mlp, X, grid_resolution=6)
    points = points_of(display)
    expected = {
        "input": points,
        "layer 0": mlp.transform(points, layer=0),
        "layer 1": mlp.transform(points, layer=1),
        "output": mlp.decision_function(points),
    }
    assert list(display.maps) == list(expected)
    for name in ("input", "layer 0", "layer 1"):
        assert_allclose(display.maps[name].reshape(-1, 36).T, expected[name])
    logits = display.maps["output"].reshape(-1, 36).T
    assert_array_equal(logits.argmax(axis=1), expected["output"].argmax(axis=1))
    for name, images in display.images_.items():
        for image, values in zip(images, display.maps[name], strict=True):
            assert_array_equal(image.get_array(), values)
            assert tuple(image.get_extent()) == display.extent
            assert image.origin == "lower"
            assert image.norm.vmin == -image.norm.vmax == -abs(values).max()


def test_links_are_the_weights(mlp):
    display = UnitMapDisplay.from_estimator(mlp, X)
    layers = ["input", "layer 0", "layer 1", "output"]
    assert list(display.links) == list(zip(layers, layers[1:], strict=False))
    for weights, expected in zip(display.links.values(), mlp.coefs_, strict=True):
        assert_array_equal(weights, expected)
    largest = max(abs(weights).max() for weights in mlp.coefs_)
    for key, collection in display.links_.items():
        weights = display.links[key].ravel()
        assert_allclose(collection.get_linewidths(), 5 * abs(weights) / largest)
        signs = [
            matplotlib.colors.to_rgba("#D55E00" if w > 0 else "#0072B2")
            for w in weights
        ]
        assert_allclose(collection.get_colors(), signs)


def test_links_go_from_map_to_map(mlp):
    display = UnitMapDisplay.from_estimator(mlp, X)

    def height(image):
        box = image.axes.get_window_extent()
        return to_data.transform([box.x0, (box.y0 + box.y1) / 2])[1]

    display.figure_.canvas.draw()
    to_data = display.ax_.transData.inverted()
    for (source, target), collection in display.links_.items():
        ends = np.array(collection.get_segments())[:, [0, -1], 1]
        heights = [[height(k) for k in display.images_[n]] for n in (source, target)]
        expected = [(a, b) for a in heights[0] for b in heights[1]]
        assert_allclose(ends, expected, atol=1e-6)


def test_units_that_vary_most_are_shown(mlp):
    display = UnitMapDisplay.from_estimator(mlp, X, max_units=2)
    spread = mlp.transform(X, layer=0).std(axis=0)
    shown = display.units["layer 0"]
    assert_array_equal(shown, np.sort(np.argsort(spread)[-2:]))
    assert_array_equal(display.links["input", "layer 0"], mlp.coefs_[0][:, shown])
    whole = UnitMapDisplay.from_estimator(mlp, X)
    assert_array_equal(display.maps["layer 0"], whole.maps["layer 0"][shown])


def residual(x):
    h = Tanh()(LayerNorm()(Linear(3)(x)))
    return Linear(1)(Add()(Linear(3)(h), h))


def maxout(x):
    return Linear(1)(Max()(Linear(3)(x), Linear(3)(x)))


def side_by_side(x):
    return Linear(1)(Concatenate()(ReLU()(Linear(3)(x)), x))


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (
            residual,
            {("input", "layer 0"), ("layer 0", "layer 1"), ("layer 1", "output")},
        ),
        (maxout, {("layer 0", "output")}),
        (side_by_side, {("layer 0", "output")}),
    ],
)
def test_links_stand_where_units_are_those_of_a_linear_module(build, expected):
    graph = Graph(build(Input(2)))
    parameters = np.zeros(graph.summary().n_parameters)
    display = UnitMapDisplay.from_estimator(graph, X, parameters=parameters)
    assert set(display.links) == expected
    for collection in display.links_.values():
        assert_array_equal(collection.get_linewidths(), 0)


def test_samples_are_drawn_on_the_output(mlp):
    display = UnitMapDisplay.from_estimator(mlp, X, y, scatter_kw={"s": 9})
    assert len(display.images_["output"]) == 3
    for image in display.images_["output"]:
        (samples,) = image.axes.collections
        assert_array_equal(samples.get_offsets(), X)
        assert_array_equal(samples.get_sizes(), [9])


def test_axes_may_be_given_and_a_regressor_drawn(plt):
    def build(n_features, n_outputs):
        return Graph(Linear(n_outputs)(ReLU()(Linear(3)(Input(n_features)))))

    net = NetworkRegressor(build, tol=None, max_iter=2, random_state=0).fit(X, y * 1.0)
    _, ax = plt.subplots()
    display = UnitMapDisplay.from_estimator(net, X, ax=ax, image_kw={"alpha": 0.5})
    assert display.ax_ is ax
    assert display.figure_ is ax.figure
    assert {image.get_alpha() for image in display.images_["layer 0"]} == {0.5}
    assert_allclose(
        display.maps["output"].ravel(), net.predict(points_of(display)), rtol=1e-6
    )


def test_what_has_no_map_is_refused(mlp):
    with pytest.raises(ValueError, match="X must have 2 features"):
        UnitMapDisplay.from_estimator(Graph(Tanh()(Input(3))), np.eye(3))
    with pytest.raises(ValueError, match="'max_units' parameter"):
        UnitMapDisplay.from_estimator(mlp, X, max_units=0)
