"""The update : data ratio of ``history_``: how far the last step of an epoch goes."""

import copy

import numpy as np
import pytest
from numpy.testing import assert_allclose

from skbackprop import MLPClassifier
from skbackprop.engine.debugging import executor
from skbackprop.engine.history import update_ratio
from skbackprop.inspection import LayerSignalDisplay

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 4))
y = (X[:, 0] > X[:, 1]).astype(int)
SETTINGS = {"hidden_layer_sizes": (5, 3), "random_state": 0, "tol": None}
DESCENT = {"solver": "sgd", "momentum": 0, "alpha": 0, "learning_rate_init": 0.01}


@pytest.fixture(params=["compiled", "reference"], autouse=True)
def chosen(request):
    with executor(request.param):
        yield


def begun(**settings):
    """A network after an epoch on other samples."""
    mlp = MLPClassifier(**{**SETTINGS, **settings})
    return mlp.partial_fit(-X, y, classes=[0, 1])


def test_a_step_of_plain_gradient_descent_is_rate_times_gradient():
    mlp = begun(batch_size=len(X), **DESCENT)
    norm = np.linalg.norm(mlp._parameters)
    mlp.partial_fit(X, y)
    expected = 0.01 * mlp.history_["gradient_norm"][-1] / norm
    assert_allclose(mlp.history_["update_ratio"][-1], expected, rtol=1e-10)


@pytest.mark.filterwarnings("ignore:Got `batch_size`")  # the last one is smaller
@pytest.mark.parametrize(
    "settings", [DESCENT, {"solver": "adam"}, {"clip_grad_norm": 0.1}]
)
def test_of_several_minibatches_the_last_step_counts(settings):
    once = begun(batch_size=25, shuffle=False, **settings)
    by_hand = copy.deepcopy(once)
    once.partial_fit(X, y)
    for start in (0, 25, 50):
        rows = slice(start, start + 25)
        before = by_hand._parameters.copy()
        by_hand.partial_fit(X[rows], y[rows])
    assert_allclose(by_hand._parameters, once._parameters, rtol=1e-12)
    expected = update_ratio(before, by_hand._parameters)
    for mlp in (once, by_hand):
        assert_allclose(mlp.history_["update_ratio"][-1], expected, rtol=1e-10)


def test_epochs_of_one_call_have_a_ratio_each():
    fits = [
        MLPClassifier(**SETTINGS, batch_size=25, max_iter=n).fit(X, y)
        for n in (1, 2, 3)
    ]
    ratios = fits[-1].history_["update_ratio"]
    assert len(set(ratios)) == 3
    for n, mlp in enumerate(fits, start=1):
        assert_allclose(mlp.history_["update_ratio"], ratios[:n], rtol=1e-12)


def test_it_is_that_of_layer_signal_display():
    mlp = begun(batch_size=len(X))
    norms = [
        np.sqrt((w**2).sum() + (b**2).sum())
        for w, b in zip(mlp.coefs_, mlp.intercepts_, strict=True)
    ]
    pytest.importorskip("matplotlib")
    of_layers = LayerSignalDisplay.from_estimator(mlp, X, y, n_steps=1).updates.iloc[0]
    mlp.partial_fit(X, y)
    expected = np.linalg.norm(of_layers * norms) / np.linalg.norm(norms)
    assert_allclose(mlp.history_["update_ratio"][-1], expected, rtol=1e-8)


@pytest.mark.filterwarnings("ignore:lbfgs failed")
def test_an_iteration_of_lbfgs_is_a_step():
    settings = {**SETTINGS, "tol": 1e-9, "solver": "lbfgs"}
    points = [MLPClassifier(**settings, max_iter=n).fit(X, y) for n in (2, 3)]
    before, after = (mlp._parameters for mlp in points)
    ratios = points[-1].history_["update_ratio"]
    assert len(ratios) == 3
    assert_allclose(ratios[-1], update_ratio(before, after), rtol=1e-6)


def test_a_minibatch_without_weight_takes_no_step():
    mlp = begun(batch_size=30, shuffle=False)
    weights = np.repeat([1.0, 0.0], 30)
    mlp.partial_fit(X, y, sample_weight=weights)
    assert mlp.history_["update_ratio"][-1] == 0


def test_frozen_parameters_count_as_data():
    frozen = {"learning_rate_factors": {"Linear.weight": 0}}
    mlp = begun(batch_size=len(X), **DESCENT, **frozen)
    before = mlp._parameters.copy()
    biases = copy.deepcopy(mlp.intercepts_)
    mlp.partial_fit(X, y)
    steps = [new - old for new, old in zip(mlp.intercepts_, biases, strict=True)]
    expected = np.linalg.norm(np.concatenate(steps)) / np.linalg.norm(before)
    assert_allclose(mlp.history_["update_ratio"][-1], expected, rtol=1e-10)


def test_parameters_of_zero_have_no_ratio():
    assert np.isnan(update_ratio(np.zeros(3), np.ones(3)))


def test_a_history_without_the_column_gets_it():
    mlp = begun()
    del mlp.history_["update_ratio"]  # as files have it that are older
    mlp.partial_fit(X, y)
    first, second = mlp.history_["update_ratio"]
    assert np.isnan(first)
    assert second > 0
