"""The picture of training curves: which lines stand where."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from sklearn.datasets import load_iris
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skbackprop import MLPClassifier, TrainingCurveDisplay

matplotlib = pytest.importorskip("matplotlib")
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, Y = load_iris(return_X_y=True)
NET = MLPClassifier((5,), max_iter=8, random_state=0)


@pytest.fixture(autouse=True)
def plt():
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    yield plt
    plt.close("all")


@pytest.fixture(scope="module")
def validated():
    net = MLPClassifier((5,), max_iter=8, random_state=0)
    return net.fit(X[::2], Y[::2], X_val=X[1::2], y_val=Y[1::2])


def test_lines_are_the_columns_of_the_history(validated):
    display = TrainingCurveDisplay.from_estimator(validated)
    expected = ["loss", "validation_loss", "validation_score", "learning_rate"]
    assert list(display.lines_) == expected
    for name, line in display.lines_.items():
        assert_array_equal(line.get_xdata(), range(1, 9))
        assert_array_equal(line.get_ydata(), validated.history_[name])
    labels = ["loss", "validation score", "learning rate"]
    assert [ax.get_ylabel() for ax in display.axes_] == labels
    assert [ax.get_xlabel() for ax in display.axes_] == ["", "", "epoch"]
    legend = display.axes_[0].get_legend().get_texts()
    assert [text.get_text() for text in legend] == ["loss", "validation loss"]
    assert display.figure_ is display.axes_[0].figure


def test_only_what_was_recorded_is_drawn_by_default():
    net = MLPClassifier((5,), max_iter=3, random_state=0).fit(X, Y)
    display = TrainingCurveDisplay.from_estimator(net)
    assert list(display.lines_) == ["loss", "learning_rate"]
    assert display.axes_[0].get_legend() is None
    net.set_params(solver="lbfgs").fit(X, Y)
    assert list(TrainingCurveDisplay.from_estimator(net).lines_) == ["loss"]


def test_columns_are_drawn_on_axes_that_are_given(validated, plt):
    _, axes = plt.subplots(1, 2)
    display = TrainingCurveDisplay.from_estimator(
        validated, columns=["gradient_norm", "penalty"], ax=axes, line_kw={"lw": 3}
    )
    assert list(display.axes_) == list(axes)
    assert display.lines_["penalty"].axes is axes[0]
    assert display.lines_["gradient_norm"].axes is axes[1]
    assert display.lines_["penalty"].get_linewidth() == 3
    one = TrainingCurveDisplay.from_estimator(validated, columns=["loss"], ax=axes[0])
    assert one.axes_.tolist() == [axes[0]]


@pytest.mark.parametrize("kind", [dict, pd.DataFrame])
def test_a_history_will_do(validated, kind):
    display = TrainingCurveDisplay.from_history(kind(validated.history_))
    assert len(display.history) == 8
    again = display.plot(columns=["seconds"])
    assert again is display
    assert list(display.lines_) == ["seconds"]


def test_so_will_a_pipeline_that_ends_with_a_network():
    pipe = make_pipeline(StandardScaler(), NET).fit(X, Y)
    assert "loss" in TrainingCurveDisplay.from_estimator(pipe).lines_


def test_one_epoch_is_shown_as_a_point():
    display = TrainingCurveDisplay.from_history({"epoch": [1], "loss": [0.5]})
    assert display.lines_["loss"].get_marker() == "o"


def test_what_cannot_be_drawn_is_refused(validated, plt):
    with pytest.raises(NotFittedError):
        TrainingCurveDisplay.from_estimator(MLPClassifier())
    with pytest.raises(TypeError, match="a fitted network of skbackprop"):
        TrainingCurveDisplay.from_estimator(LogisticRegression().fit(X, Y))
    with pytest.raises(ValueError, match="history must have the columns"):
        TrainingCurveDisplay.from_history({"loss": np.ones(3)})
    for columns in ([], ["accuracy"]):
        with pytest.raises(ValueError, match=r"columns must be some of .*'loss'"):
            TrainingCurveDisplay.from_estimator(validated, columns=columns)
    _, ax = plt.subplots()
    with pytest.raises(ValueError, match="ax must be 3 axes"):
        TrainingCurveDisplay.from_estimator(validated, ax=ax)


@pytest.mark.slow
def test_matplotlib_is_loaded_for_the_picture_only():
    code = "import sys, skbackprop; print('matplotlib' in sys.modules)"
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == "False"


def test_each_member_of_an_ensemble_has_a_piece_of_the_line():
    history = {"member": [1, 1, 2, 2], "epoch": [1, 2, 1, 2], "loss": [4, 3, 2, 1]}
    line = TrainingCurveDisplay.from_history(history).lines_["loss"]
    assert_array_equal(line.get_xdata(), [1, 2, np.nan, 1, 2])
    assert_array_equal(line.get_ydata(), [4, 3, np.nan, 2, 1])
