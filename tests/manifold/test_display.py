"""The picture of dimension by scale."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from skbackprop.manifold import DimensionByScaleDisplay, intrinsic_dimension

matplotlib = pytest.importorskip("matplotlib", reason="extra: test")
matplotlib.use("Agg")
plt = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def X():
    return np.random.default_rng(0).random((200, 2))


@pytest.mark.parametrize("against", ["n_neighbors", "distance"])
def test_the_curve_is_the_table(X, against):
    display = DimensionByScaleDisplay.from_data(X, against=against, n_neighbors=32)
    table = intrinsic_dimension(X, method="gride", n_neighbors=32).scales
    pd.testing.assert_frame_equal(display.scales, table)
    line, _, (bars,) = display.errorbar_.lines
    assert_allclose(line.get_xydata(), table[[against, "dimension"]])
    ends = np.array(bars.get_segments())[:, :, 1]
    assert_allclose(ends, table[["lower", "upper"]])
    assert display.ax_.get_xscale() == "log"
    assert display.ax_.get_legend() is None


def test_curves_are_drawn_into_one_picture(X):
    first = DimensionByScaleDisplay.from_data(X, name="square")
    second = DimensionByScaleDisplay.from_data(X[:, :1], name="line", ax=first.ax_)
    assert second.ax_ is first.ax_
    texts = [text.get_text() for text in first.ax_.get_legend().get_texts()]
    assert texts == ["square", "line"]


@pytest.mark.parametrize("n_features", [(1, 5), (5, 1)])
def test_all_curves_are_in_sight_and_so_is_zero(n_features):
    X, ax = np.random.default_rng(0).random((100, 5)), None
    for n in n_features:
        display = DimensionByScaleDisplay.from_data(X[:, :n], ax=ax)
        ax = display.ax_
        bottom, top = ax.get_ylim()
        assert bottom == 0
        assert top > display.scales["upper"].max()
    assert top > 5


def test_keywords_reach_the_curve(X):
    display = DimensionByScaleDisplay.from_data(X, errorbar_kw={"color": "red"})
    display.plot(name="again", errorbar_kw={"marker": "s"})
    assert display.errorbar_.lines[0].get_marker() == "s"
    assert display.errorbar_.get_label() == "again"


def test_distances_have_ticks_in_plain_numbers(X):
    display = DimensionByScaleDisplay.from_data(X, against="distance")
    display.figure_.canvas.draw()
    low, high = display.ax_.get_xlim()
    ticks = [text.get_text() for text in display.ax_.get_xticklabels()]
    inside = [tick for tick in ticks if low <= float(tick) <= high]
    assert len(inside) >= 2
    assert not any(text.get_text() for text in display.ax_.get_xticklabels(minor=True))


def test_infinite_estimates_are_not_drawn():
    grid = np.stack(np.meshgrid(np.arange(20), np.arange(20)), axis=-1).reshape(-1, 2)
    with pytest.warns(UserWarning, match="doubtful"):
        display = DimensionByScaleDisplay.from_data(grid)
    drawn = display.errorbar_.lines[0].get_xdata()
    assert len(drawn) == np.isfinite(display.scales["dimension"]).sum() > 0


def test_wrong_options_are_named(X):
    with pytest.raises(ValueError, match="'against' parameter"):
        DimensionByScaleDisplay.from_data(X, against="scale")
    with pytest.raises(ValueError, match="method='gride', got None"):
        DimensionByScaleDisplay(intrinsic_dimension(X).scales).plot()
