"""The picture of capacity curves, and the command that draws it."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import PolynomialFeatures

from skbackprop.capacity import (
    CapacityDisplay,
    capacity_curve,
    separability_probability,
)
from skbackprop.capacity.__main__ import main

matplotlib = pytest.importorskip("matplotlib", reason="extra: test")
matplotlib.use("Agg")
plt = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


def small(estimator=None, **parameters):
    return {
        "estimator": estimator,
        "n_features": [2, 4],
        "n_points": [1.0, 1.5, 2.0, 3.0],
        "n_trials": 30,
        "random_state": 0,
        **parameters,
    }


def test_measured_points_stand_at_their_ratio():
    curve = capacity_curve(**small())
    display = CapacityDisplay(curve).plot()
    assert len(display.points_) == len(display.theory_) == 2
    for container, (n_features, rows) in zip(
        display.points_, curve.groupby("n_features"), strict=True
    ):
        x, y = np.array(container.lines[0].get_data(), float)
        np.testing.assert_allclose(x, rows["n_points"] / n_features)
        np.testing.assert_allclose(y, rows["fraction"])
        segments = np.array(container.lines[2][0].get_segments())
        np.testing.assert_allclose(segments[:, 0, 1], rows["lower"], atol=1e-12)
        np.testing.assert_allclose(segments[:, 1, 1], rows["upper"], atol=1e-12)


def test_theory_is_drawn_over_the_same_range_in_the_same_color():
    display = CapacityDisplay.from_experiment(**small(PolynomialFeatures(2)))
    dimensions = display.curve["n_dimensions"].unique()
    for line, container, D in zip(
        display.theory_, display.points_, dimensions, strict=True
    ):
        x, y = line.get_data()
        n_points = np.rint(x * D).astype(int)
        assert (n_points[0], n_points[-1]) == (D, 3 * D)
        np.testing.assert_allclose(y, separability_probability(n_points, int(D)))
        np.testing.assert_equal(line.get_color(), container.lines[0].get_color())


def test_the_legend_names_the_curves():
    texts = {}
    for name, estimator in {"raw": None, "monomials": PolynomialFeatures(2)}.items():
        display = CapacityDisplay.from_experiment(**small(estimator))
        legend = display.ax_.get_legend()
        texts[name] = [text.get_text() for text in legend.get_texts()]
    assert texts["raw"] == ["N = 2", "N = 4"]
    assert texts["monomials"] == ["N = 2, D = 6", "N = 4, D = 15"]


@pytest.mark.parametrize("affine", [False, True])
def test_the_axis_has_the_symbol_that_the_legend_explains(affine):
    display = CapacityDisplay.from_experiment(**small(affine=affine))
    symbol = "D" if affine else "N"
    assert display.ax_.get_xlabel() == f"points per dimension, P / {symbol}"


def test_curves_differ_in_marker_and_shade():
    display = CapacityDisplay.from_experiment(**small(n_features=[2, 3, 4]))
    lines = [container.lines[0] for container in display.points_]
    assert len({line.get_marker() for line in lines}) == 3
    assert len({tuple(line.get_color()) for line in lines}) == 3


@pytest.mark.parametrize("estimator", [None, PolynomialFeatures(2)], ids=["raw", "map"])
def test_the_legend_covers_no_measurement_in_a_column_of_a_page(estimator):
    figure, ax = plt.subplots(figsize=(3.4, 2.55), layout="constrained")
    settings = small(estimator, n_points=np.linspace(0.25, 4, 16))
    display = CapacityDisplay.from_experiment(**settings, ax=ax)
    figure.canvas.draw()
    box = ax.get_legend().get_window_extent()
    for container in display.points_:
        ends = np.vstack(container.lines[2][0].get_segments())
        corners = ax.transData.transform(ends)
        assert not box.padded(2).count_contains(corners)


def test_a_classifier_is_drawn_over_the_number_of_points():
    display = CapacityDisplay.from_experiment(**small(KNeighborsClassifier(1)))
    assert display.ax_.get_xlabel() == "points, P"
    assert display.theory_ == []
    x, _ = display.points_[1].lines[0].get_data()
    assert x.tolist() == [4, 6, 8, 12]


def test_the_users_axes_and_keywords_are_used():
    figure, ax = plt.subplots()
    display = CapacityDisplay.from_experiment(
        **small(),
        ax=ax,
        points_kw={"marker": "x", "color": "red"},
        theory_kw={"linestyle": ":"},
    )
    assert display.ax_ is ax
    assert display.figure_ is figure
    assert display.points_[0].lines[0].get_marker() == "x"
    assert display.points_[0].lines[0].get_color() == "red"
    assert display.theory_[0].get_linestyle() == ":"


def test_plotting_again_draws_the_same():
    display = CapacityDisplay.from_experiment(**small())
    first_axes = display.ax_
    assert display.plot() is display
    assert display.ax_ is not first_axes
    assert len(display.points_) == 2


# The command line

OPTIONS = ["--n-features", "2", "3", "--trials", "20", "--n-ratios", "4"]


def test_the_command_writes_a_table_and_a_figure(tmp_path, capsys):
    folder = tmp_path / "new" / "folder"
    main([*OPTIONS, "--max-ratio", "3", "--seed", "5", "--out", str(folder)])
    table = pd.read_csv(folder / "capacity.csv")
    expected = capacity_curve(
        n_features=[2, 3],
        n_points=[0.75, 1.5, 2.25, 3.0],
        n_trials=20,
        random_state=5,
    )
    unmeasured = {"columns": "seconds"}
    pd.testing.assert_frame_equal(table.drop(**unmeasured), expected.drop(**unmeasured))
    height, width, _ = plt.imread(folder / "capacity.png").shape
    assert min(height, width) > 500
    printed = capsys.readouterr()
    assert str(folder / "capacity.csv") in printed.out
    assert "160/160" in printed.err  # the progress bar


@pytest.mark.parametrize(
    "options",
    [
        ["--data", "hypercube"],
        ["--affine"],
        pytest.param(["--n-jobs", "2"], marks=pytest.mark.slow),
    ],
)
def test_options_reach_the_experiment(options, tmp_path):
    main([*OPTIONS, *options, "--out", str(tmp_path)])
    table = pd.read_csv(tmp_path / "capacity.csv")
    affine = "--affine" in options
    assert (table["n_dimensions"] == table["n_features"] + affine).all()


def test_without_tqdm_there_is_no_bar(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    main([*OPTIONS, "--out", str(tmp_path)])
    assert "pip install tqdm" in capsys.readouterr().err
    assert (tmp_path / "capacity.csv").exists()


@pytest.mark.parametrize(
    "options",
    [["--trials", "0"], ["--n-features", "-3"], ["--max-ratio", "0"]]
    + [["--max-ratio", "inf"], ["--data", "cube"], ["--trials", "many"]],
)
def test_bad_options_are_refused_by_name(options, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(options)
    assert options[0] in capsys.readouterr().err


@pytest.mark.slow
def test_it_is_a_command(tmp_path):
    # `make nojit` is one to warn about.
    warnings = ["-W", "error", "-W", "ignore:NUMBA_DISABLE_JIT is set"]
    command = [sys.executable, *warnings, "-m", "skbackprop.capacity"]
    finished = subprocess.run(
        [*command, *OPTIONS, "--out", str(tmp_path)], capture_output=True, text=True
    )
    assert finished.returncode == 0, finished.stderr
    assert {p.name for p in tmp_path.iterdir()} == {"capacity.csv", "capacity.png"}
