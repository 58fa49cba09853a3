"""Input gradients: finite differences of what estimators return."""

import warnings

import numpy as np
import pandas as pd
import pytest
from gradcheck import numerical_derivative
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn.base import is_classifier
from sklearn.exceptions import ConvergenceWarning
from tasks import TASKS

from skbackprop import (
    DrLIM,
    MLPClassifier,
    MLPRanker,
    MLPRegressor,
    NetworkClassifier,
    NetworkRegressor,
    RecurrentClassifier,
    RecurrentRegressor,
)
from skbackprop.engine.losses import OF_CLASSES, OF_NUMBERS, Focal
from skbackprop.inspection import input_gradient, jacobian
from skbackprop.network import BatchNorm, Graph, Input, Linear, Tanh

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 4))
Y = {
    "binary": np.where(X[:, 0] > 0, "yes", "no"),
    "several": np.digitize(X[:, 0] + X[:, 1] ** 2, [0, 1, 2]),
    "labels": (X[:, :3] > 0).astype(int),
    "one": np.ones(60, int),
    "number": np.exp(X[:, 0] / 2) + 0.1,
    "numbers": np.exp(X[:, :2] / 2) + 0.1,
}
STEPS = RNG.normal(size=(20, 3, 2))


def fit(estimator, X, *y, **params):
    """Fit for a few epochs: derivatives are as good there as anywhere."""
    estimator.set_params(max_iter=3, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return estimator.fit(X, *y, **params)


def returned(estimator):
    if is_classifier(estimator):
        return estimator.decision_function
    return getattr(estimator, "predict", None) or estimator.transform


def meant(estimator, n_outputs):
    """Yield each target, the column of what is returned, and the sign it has."""
    if not is_classifier(estimator) or estimator._targets.are_of_steps:
        yield from ((k if n_outputs > 1 else None, k, 1) for k in range(n_outputs))
    elif n_outputs > 1:
        yield from ((label, k, 1) for k, label in enumerate(estimator.classes_))
    else:
        yield estimator.classes_[-1], 0, 1
        yield from ((label, 0, -1) for label in estimator.classes_[:-1])


def assert_is_derivative(estimator, X):
    """Hold the gradient of each output against differences."""
    function = returned(estimator)
    n_outputs = function(X[:1]).size
    expected = np.empty((*X.shape, n_outputs))
    for element in np.ndindex(X.shape[1:]):
        direction = np.zeros(X.shape[1:])
        direction[element] = 1
        found = numerical_derivative(function, X, direction)
        expected[(slice(None), *element)] = found.reshape(len(X), -1)
    for target, column, sign in meant(estimator, n_outputs):
        found = input_gradient(estimator, X, target=target)
        close = {"rtol": 1e-5, "atol": 1e-7}
        assert_allclose(found, sign * expected[..., column], **close)


def small(kind, **settings):
    return kind(hidden_layer_sizes=(5,), activation="tanh", **settings)


# Whatever the estimator, the loss and the target


@pytest.mark.parametrize("y", ["binary", "several", "labels", "one"])
@pytest.mark.parametrize("loss", [*OF_CLASSES, Focal(0.0), Focal(5.0)], ids=str)
def test_of_classifiers_it_is_that_of_the_decision_function(loss, y):
    assert_is_derivative(fit(small(MLPClassifier, loss=loss), X, Y[y]), X[:6])


@pytest.mark.parametrize("loss", ["log_loss", "focal", "hinge"])
def test_it_is_that_of_the_decision_function_where_probabilities_are_extreme(loss):
    net = fit(small(MLPClassifier, loss=loss), X, Y["several"])
    net.coefs_ = [net.coefs_[0], 20 * net.coefs_[1]]
    assert np.abs(net.decision_function(X[:20])).max() > 20
    assert_is_derivative(net, X[:20])


def test_label_smoothing_changes_nothing():
    net = small(MLPClassifier, label_smoothing=0.2)
    assert_is_derivative(fit(net, X, Y["several"]), X[:6])


@pytest.mark.parametrize("y", ["number", "numbers"])
@pytest.mark.parametrize("loss", OF_NUMBERS)
def test_of_regressors_it_is_that_of_predict(loss, y):
    settings = {"quantile": 0.3} if loss == "quantile" else {}
    assert_is_derivative(
        fit(small(MLPRegressor, loss=loss, **settings), X, Y[y]), X[:6]
    )


def test_quantiles_that_cross_are_followed_where_predict_puts_them():
    net = small(MLPRegressor, loss="quantile", quantile=(0.9, 0.2, 0.5))
    net = fit(net, X, Y["number"])
    logits = net._predict_with(X, np.copy)
    assert len(np.unique(logits.argsort(axis=1), axis=0)) > 1
    assert_is_derivative(net, X[:20])


def test_of_graphs_it_is_that_of_what_is_returned():
    h = Tanh()(BatchNorm()(Linear(3)(Input(4))))
    graph = Graph(Linear(4)(h))
    assert_is_derivative(fit(NetworkClassifier(graph), X, Y["several"]), X[:6])
    graph = Graph(Linear(2)(h))
    assert_is_derivative(fit(NetworkRegressor(graph), X, Y["numbers"]), X[:6])


@pytest.mark.parametrize("returns_steps", [False, True])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_of_recurrent_classifiers_it_is_that_of_the_decision_function(
    n_classes, returns_steps
):
    y = RNG.integers(n_classes, size=(20, 3))
    net = RecurrentClassifier((3,), return_sequences=returns_steps)
    net = fit(net, STEPS, y if returns_steps else y[:, 0])
    assert_is_derivative(net, STEPS[:5])


@pytest.mark.parametrize("returns_steps", [False, True])
@pytest.mark.parametrize("loss", ["squared_error", "poisson"])
def test_of_recurrent_regressors_it_is_that_of_predict(loss, returns_steps):
    y = np.exp(STEPS.sum(axis=2) / 4)
    net = RecurrentRegressor((3,), loss=loss, return_sequences=returns_steps)
    assert_is_derivative(fit(net, STEPS, y if returns_steps else y[:, 0]), STEPS[:5])


@pytest.mark.parametrize("loss", ["lambdarank", "listnet"])
def test_of_rankers_it_is_that_of_predict(loss):
    y, qid = Y["several"], np.arange(60) // 6
    assert_is_derivative(fit(small(MLPRanker, loss=loss), X, y, qid=qid), X[:6])


def test_of_maps_it_is_that_of_transform():
    assert_is_derivative(fit(small(DrLIM, n_components=3), X, Y["several"]), X[:6])


# Which output is meant


def test_by_default_the_class_that_is_predicted_is_meant():
    for y in ("binary", "several"):
        net = fit(small(MLPClassifier), X, Y[y])
        predicted = net.predict(X)
        assert len(set(predicted)) > 1
        found = input_gradient(net, X)
        assert_allclose(input_gradient(net, X, target=predicted), found, rtol=1e-12)
        for row, label in enumerate(predicted[:6]):
            assert_allclose(found[row], input_gradient(net, X, target=label)[row])


@pytest.mark.parametrize("kind", [list, np.asarray, pd.Series, pd.Categorical])
def test_each_sample_may_have_a_target_of_its_own(kind):
    y = Y["several"].astype(str).astype(object)
    net = fit(small(MLPClassifier), X, y)
    found = input_gradient(net, X, target=kind(y))
    for label in net.classes_:
        of_label = input_gradient(net, X, target=label)
        assert_allclose(found[y == label], of_label[y == label], rtol=1e-12)


def test_each_sample_may_have_an_output_of_its_own():
    net = fit(small(MLPRegressor), X, Y["numbers"])
    outputs = np.arange(60) % 2
    found = input_gradient(net, X, target=outputs)
    for output in range(2):
        rows = outputs == output
        assert_allclose(found[rows], input_gradient(net, X, target=output)[rows])


def test_of_several_outputs_one_has_to_be_named():
    net = fit(small(MLPClassifier), X, Y["labels"])
    for target in (None, 3, -1, "a", 1.0, np.arange(60)):
        with pytest.raises(ValueError, match="index of one of the 3 outputs"):
            input_gradient(net, X, target=target)


@pytest.mark.parametrize("target", [7, "a", [0] * 59 + [7]])
def test_classes_that_do_not_exist_are_refused(target):
    net = fit(small(MLPClassifier), X, Y["several"])
    with pytest.raises(ValueError, match="is not one of the classes"):
        input_gradient(net, X, target=target)


@pytest.mark.parametrize("target", [[0, 1], np.zeros((60, 1), int)])
def test_as_many_targets_as_samples_are_needed(target):
    net = fit(small(MLPClassifier), X, Y["several"])
    with pytest.raises(ValueError, match="one for each of the 60 samples"):
        input_gradient(net, X, target=target)


# How it is computed


def test_it_does_not_depend_on_how_many_samples_go_at_a_time(monkeypatch):
    net = fit(small(MLPClassifier), X, Y["several"])
    whole = input_gradient(net, X)
    monkeypatch.setattr("skbackprop.inspection.jacobians._ELEMENTS_AT_A_TIME", 1000)
    assert_allclose(input_gradient(net, X), whole, rtol=1e-12)


def test_sparse_samples_have_the_same_gradients():
    task = TASKS["multiclass"]
    net = fit(task.ours(), task.X, task.y)
    found = input_gradient(net, sparse.csr_matrix(task.X))
    assert_allclose(found, input_gradient(net, task.X))


@pytest.mark.parametrize("y", ["several", "number"])
def test_single_precision_is_kept(y):
    kind = MLPClassifier if y == "several" else MLPRegressor
    single = X.astype(np.float32)
    net = fit(small(kind), single, Y[y])
    assert jacobian(net, single).dtype == np.float32
    assert input_gradient(net, single).dtype == np.float32
