"""The picture of layers: a curve for each measure."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skbackprop.inspection import LayerReportDisplay, layer_report

matplotlib = pytest.importorskip("matplotlib")

RNG = np.random.default_rng(0)
y = np.repeat(np.arange(3), 20)
X = RNG.normal(size=(60, 4)) + 2 * RNG.normal(size=(3, 4))[y]
LAYERS = {"wide": X, "narrow": X[:, :2], "dead": np.zeros((60, 2))}
MEASURES = ["dimension", "cka", "nc1"]


@pytest.fixture(autouse=True)
def plt():
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    yield plt
    plt.close("all")


def test_there_is_a_curve_for_each_measure():
    report = layer_report(LAYERS, y=y, measures=MEASURES)
    display = LayerReportDisplay(report)
    assert display.plot() is display
    assert list(display.lines_) == MEASURES
    for name, container in display.lines_.items():
        line = container.lines[0]
        assert_array_equal(line.get_xdata(), range(3))
        assert_array_equal(line.get_ydata(), report.table[name])
    labels = [ax.get_ylabel() for ax in display.axes_]
    assert labels == ["dimension", "CKA", "NC1"]
    ticks = [text.get_text() for text in display.axes_[-1].get_xticklabels()]
    assert ticks == list(LAYERS)
    assert display.figure_ is display.axes_[0].figure
    display.figure_.canvas.draw()  # with what is infinite


def test_many_panels_have_a_higher_figure():
    all_of_them = ["dimension", "separability", "cka", "participation_ratio", "nc1"]
    few, many = (
        LayerReportDisplay.from_estimator(LAYERS, y=y, measures=measures).figure_
        for measures in (["cka"], all_of_them)
    )
    assert_allclose(many.get_size_inches(), few.get_size_inches() * [1, 5 / 3])


def test_intervals_are_bars():
    display = LayerReportDisplay.from_estimator(LAYERS, y=y, measures=MEASURES)
    bars = display.lines_["dimension"].lines[2][0].get_segments()
    expected = display.report.intervals["dimension"].to_numpy()
    assert_allclose([segment[:, 1] for segment in bars], expected)
    assert display.lines_["cka"].lines[2] == ()


def test_axes_and_keywords_may_be_given(plt):
    _, axes = plt.subplots(1, 2)
    display = LayerReportDisplay.from_estimator(
        LAYERS, y=y, measures=["cka", "nc1"], ax=axes, line_kw={"marker": "x"}
    )
    assert list(display.axes_) == list(axes)
    assert display.lines_["nc1"].lines[0].get_marker() == "x"
    with pytest.raises(ValueError, match=r"ax must be 2 axes.*measures=\['cka'\]"):
        display.plot(ax=axes[0])


def test_all_that_is_drawn_may_be_set():
    settings = {"max_samples": 30, "random_state": 0, "reference": "wide"}
    display = LayerReportDisplay.from_estimator(LAYERS, y=y, measures="cka", **settings)
    expected = layer_report(LAYERS, y=y, measures="cka", **settings)
    assert_array_equal(display.report.table, expected.table)
