"""Maps of units over epochs: each as it is alone, but for scales, which all share."""

import base64
import copy
import io
import re

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import LogisticRegression

from skbackprop import MLPClassifier
from skbackprop.inspection import UnitMapDisplay, UnitMapFrames
from skbackprop.network import Graph, Input, Tanh

matplotlib = pytest.importorskip("matplotlib")

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 2))
y = (X[:, 0] * X[:, 1] > 0).astype(int)


@pytest.fixture(scope="module")
def snapshots():
    settings = {"activation": "tanh", "learning_rate_init": 0.1, "random_state": 0}
    mlp, found = MLPClassifier((4, 3), **settings), []
    for _ in range(3):
        mlp.partial_fit(X, y, classes=[0, 1])
        found.append(copy.deepcopy(mlp))
    return [found[0], found[2]]


@pytest.fixture(scope="module")
def frames(snapshots):
    matplotlib.use("Agg")
    return UnitMapFrames.from_estimators(snapshots, X, y, max_units=3)


def test_maps_and_links_are_those_of_each_network(frames, snapshots):
    for display, net in zip(frames.displays, snapshots, strict=True):
        alone = UnitMapDisplay.from_estimator(net, X, max_units=4)
        for name, maps in display.maps.items():
            assert_array_equal(maps, alone.maps[name][display.units[name]])
        shown = display.units["layer 0"]
        assert_array_equal(display.links["input", "layer 0"], net.coefs_[0][:, shown])
    matplotlib.pyplot.close("all")


def test_units_are_those_that_vary_most_in_the_last_network(frames, snapshots):
    spread = snapshots[-1].transform(X, layer=0).std(axis=0)
    for display in frames.displays:
        assert_array_equal(display.units["layer 0"], np.sort(np.argsort(spread)[-3:]))


def test_colours_and_widths_mean_the_same_in_all_frames(frames):
    first, last = frames.displays
    for name, images in first.images_.items():
        for k, pair in enumerate(zip(images, last.images_[name], strict=True)):
            reach = max(abs(d.maps[name][k]).max() for d in (first, last))
            assert {image.norm.vmax for image in pair} == {reach}
            assert {image.norm.vmin for image in pair} == {-reach}
    largest = max(
        abs(w).max() for display in (first, last) for w in display.links.values()
    )
    for display in (first, last):
        for key, links in display.links_.items():
            expected = 5 * abs(display.links[key].ravel()) / largest
            assert_allclose(links.get_linewidths(), expected)


def test_frames_are_images_of_one_size_that_differ(frames):
    assert frames.epochs == [1, 3]
    assert [frame.text for frame in frames.frames_] == ["epoch 1", "epoch 3"]
    images = []
    for frame in frames.frames_:
        data = re.search(r'src="data:image/png;base64,([^"]*)"', frame.image)[1]
        images.append(matplotlib.image.imread(io.BytesIO(base64.b64decode(data))))
    assert images[0].shape == images[1].shape
    assert (images[0] != images[1]).any()
    page = frames.to_html()
    assert all(frame.text in page for frame in frames.frames_)
    assert not re.findall("https?://", page)


def test_no_figure_is_left_open_which_a_notebook_would_show(snapshots):
    before = matplotlib.pyplot.get_fignums()
    UnitMapFrames.from_estimators(snapshots, X, grid_resolution=2)
    assert matplotlib.pyplot.get_fignums() == before


def test_what_has_no_frames_is_refused(snapshots):
    with pytest.raises(ValueError, match="at least one fitted network"):
        UnitMapFrames.from_estimators([], X)
    other = MLPClassifier((2,), max_iter=1, tol=None, random_state=0).fit(X, y)
    with pytest.raises(ValueError, match="networks of 2 different graphs"):
        UnitMapFrames.from_estimators([other, *snapshots], X)
    for no_network in (Graph(Tanh()(Input(2))), LogisticRegression()):
        with pytest.raises(TypeError, match="a network of this package"):
            UnitMapFrames.from_estimators([no_network], X)
    with pytest.raises(ValueError, match="'grid_resolution' parameter"):
        UnitMapFrames.from_estimators(snapshots, X, grid_resolution=1)
