"""The picture of manifolds by their radius and dimension."""

from dataclasses import replace

import numpy as np
import pytest
from manifold_clouds import digits

from skbackprop.capacity import manifold_capacity

matplotlib = pytest.importorskip("matplotlib", reason="extra: test")
matplotlib.use("Agg")
plt = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


def test_manifolds_stand_at_their_radius_and_dimension():
    X, y = digits(5)
    found = manifold_capacity(X, y, n_draws=30, random_state=0)
    _, ax = plt.subplots()
    assert found.plot(ax, points_kw={"marker": "x"}) is ax
    drawn = ax.collections[0].get_offsets()
    np.testing.assert_allclose(drawn, found.table[["radius", "dimension"]])
    assert [text.get_text() for text in ax.texts[:10]] == list("0123456789")
    [star] = ax.lines
    np.testing.assert_allclose(
        np.ravel(star.get_data()), [found.radius, found.dimension]
    )


def test_points_have_a_picture_as_well():
    points = manifold_capacity(np.eye(3), groups=range(3), n_draws=5, random_state=0)
    ax = points.plot()
    assert len(ax.texts) == 3


def test_lines_of_equal_capacity_reach_all_that_is_drawn():
    X, y = digits(20)
    found = manifold_capacity(X, y, n_draws=30, random_state=0)
    ax = found.plot()
    lines = ax.collections[1]
    ends = np.vstack([path.vertices for path in lines.get_paths() if len(path)])
    assert (ends.max(axis=0) >= [found.radius, found.dimension]).all()


@pytest.mark.parametrize("step", [(0.001, 0), (0, 0.001), (0.001, -0.001)], ids=str)
def test_names_of_two_manifolds_that_nearly_coincide_do_not_overlap(step):
    X, y = digits(5)
    found = manifold_capacity(X, y, n_draws=30, random_state=0)
    two = found.table.iloc[[0, 0]].set_axis(["one", "two"])
    two.loc["two", ["radius", "dimension"]] += np.array(step)
    ax = replace(found, table=two).plot()
    ax.figure.canvas.draw()
    one, other = (text.get_window_extent() for text in ax.texts[:2])
    assert not one.overlaps(other)


def test_manifolds_of_infinite_radius_are_left_out():
    X, y = digits(5)
    found = manifold_capacity(X, y, n_draws=5, random_state=0)
    ax = replace(found, table=found.table.assign(radius=np.inf)).plot()
    assert len(ax.texts) == len(ax.collections[0].get_offsets()) == 0
