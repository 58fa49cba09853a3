"""Multilayer perceptrons of scikit-learn and ours: the same networks, both ways."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn import neural_network

import skbackprop
from skbackprop.interchange import from_sklearn, to_sklearn

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 4))
TARGETS = {
    "two classes": np.where(X[:, 0] > 0, "yes", "no"),
    "three classes": np.digitize(X[:, 0], [-0.5, 0.5]),
    "labels": (X[:, :3] > 0).astype(int),
    "one target": X[:, 0] * X[:, 1],
    "two targets": X[:, :2] ** 2,
}
ATTRIBUTES = [
    *("best_loss_", "best_validation_score_", "coefs_", "intercepts_", "loss_"),
    *("loss_curve_", "n_features_in_", "n_iter_", "n_layers_", "n_outputs_"),
    *("out_activation_", "t_", "validation_scores_"),
]
SOLVERS = ["adam", "sgd", "lbfgs"]


def fitted(package, name, X=X, **settings):
    task = "Classifier" if "classes" in name or name == "labels" else "Regressor"
    settings = {"max_iter": 15, "random_state": 3, "activation": "tanh", **settings}
    estimator = getattr(package, f"MLP{task}")(hidden_layer_sizes=(6, 5), **settings)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # not trained to the end
        return estimator.fit(X, TARGETS[name])


def methods(estimator):
    names = ("predict", "predict_proba", "predict_log_proba")
    return [name for name in names if hasattr(estimator, name)]


def assert_alike(one, other, attributes=ATTRIBUTES):
    for name in attributes:
        assert hasattr(one, name) == hasattr(other, name), name
        if not hasattr(one, name):
            continue
        values = getattr(one, name), getattr(other, name)
        if name in ("coefs_", "intercepts_"):
            for a, b in zip(*values, strict=True):
                np.testing.assert_array_equal(a, b)
        else:
            assert values[0] == values[1], name
    for name in methods(one):
        found = [getattr(estimator, name)(X) for estimator in (one, other)]
        if found[0].dtype.kind == "f":
            np.testing.assert_allclose(*found, rtol=1e-11, atol=1e-12)
        else:
            np.testing.assert_array_equal(*found)


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("name", TARGETS)
def test_ours_is_theirs(name, solver):
    ours = fitted(skbackprop, name, solver=solver)
    theirs = to_sklearn(ours)
    assert type(theirs).__module__.startswith("sklearn.")
    assert_alike(ours, theirs)
    assert_alike(from_sklearn(theirs), theirs)


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("name", TARGETS)
def test_theirs_is_ours(name, solver):
    theirs = fitted(neural_network, name, solver=solver)
    ours = from_sklearn(theirs)
    assert type(ours).__module__.startswith("skbackprop.")
    assert_alike(theirs, ours)
    shared = theirs.get_params()
    assert {k: v for k, v in ours.get_params().items() if k in shared} == shared


@pytest.mark.parametrize("name", TARGETS)
def test_both_learn_on_to_the_same_weights(name):
    ours = fitted(skbackprop, name, solver="sgd", momentum=0.0, batch_size=60)
    theirs = to_sklearn(ours)
    back = from_sklearn(theirs)
    for estimator in (ours, theirs, back):
        for _ in range(3):
            estimator.partial_fit(X, TARGETS[name])
    for a, b, c in zip(ours.coefs_, theirs.coefs_, back.coefs_, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)
        np.testing.assert_array_equal(a, c)
    assert len(back.loss_curve_) == len(back.history_["loss"]) == 18


def test_early_stopping_keeps_its_scores():
    theirs = fitted(neural_network, "three classes", early_stopping=True, batch_size=7)
    ours = from_sklearn(theirs)
    assert_alike(theirs, ours)
    assert ours.early_stopping and ours.batch_size == 7
    assert ours.history_["validation_score"] == theirs.validation_scores_


def test_names_of_features_and_precision_are_kept():
    frame = pd.DataFrame(X.astype(np.float32), columns=list("abcd"))
    ours = fitted(skbackprop, "one target", frame)
    theirs = to_sklearn(ours)
    assert theirs.coefs_[0].dtype == np.float32
    assert list(from_sklearn(theirs).feature_names_in_) == list("abcd")
    np.testing.assert_allclose(theirs.predict(frame), ours.predict(frame), rtol=1e-5)


def test_memory_is_not_shared():
    ours = fitted(skbackprop, "one target")
    theirs = to_sklearn(ours)
    back = from_sklearn(theirs)
    theirs.coefs_[0][:] = 0
    assert ours.coefs_[0].any() and back.coefs_[0].any()


def test_values_that_scikit_learn_does_not_know_are_its_defaults():
    theirs = to_sklearn(fitted(skbackprop, "one target", solver="adamw", tol=None))
    assert (theirs.solver, theirs.tol) == ("adam", 1e-4)


@pytest.mark.parametrize(
    "settings, match",
    [
        ({"activation": "gelu"}, "activation must be one of"),
        ({"activation": ["tanh", "relu"]}, "activation must be one of"),
        ({"loss": "huber"}, "loss must be one of"),
    ],
    ids=["activation", "activations", "loss"],
)
def test_what_scikit_learn_cannot_predict_is_named(settings, match):
    with pytest.raises(ValueError, match=match):
        to_sklearn(fitted(skbackprop, "one target", **settings))


@pytest.mark.parametrize("convert", [to_sklearn, from_sklearn])
def test_anything_else_is_refused(convert):
    with pytest.raises(TypeError, match="must be an MLPClassifier or MLPRegressor"):
        convert("mlp")
