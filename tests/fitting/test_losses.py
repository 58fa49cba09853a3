"""Losses as parameters of estimators: what is predicted, and what is refused."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.metrics import d2_pinball_score, r2_score
from sklearn.model_selection import GridSearchCV
from sklearn.utils.class_weight import compute_sample_weight
from tasks import TASKS, assert_bitwise_same_network, assert_same_network

from skbackprop import (
    MLPClassifier,
    MLPRegressor,
    NetworkClassifier,
    NetworkRegressor,
    RecurrentClassifier,
    RecurrentRegressor,
)
from skbackprop.engine.losses import (
    OF_CLASSES,
    OF_NUMBERS,
    BinaryLogLoss,
    ElementwiseLoss,
    Focal,
    Hinge,
    Huber,
    Quantile,
    SoftmaxLogLoss,
)

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
CLASS_LOSSES, NUMBER_LOSSES = sorted(OF_CLASSES), sorted(OF_NUMBERS)
CLASS_TASKS = ["binary", "multiclass", "multilabel"]
CLASSIFIERS = [
    lambda **settings: MLPClassifier((8,), **settings),
    NetworkClassifier,
    lambda **settings: RecurrentClassifier((8,), **settings),
]
REGRESSORS = [
    lambda **settings: MLPRegressor(hidden_layer_sizes=(8,), **settings),
    NetworkRegressor,
    lambda **settings: RecurrentRegressor((8,), **settings),
]
LINKS = {
    "log_loss": {"multiclass": "softmax"},
    "focal": {"multiclass": "softmax"},
    "gamma": "exp",
    "poisson": "exp",
}


def learnable(name):
    """Return a task of classification whose labels follow from X."""
    task = TASKS[name]
    return replace(task, y=(task.X[:, :4] > 0) * 1) if name == "multilabel" else task


def positive(y):
    return np.abs(y) + 0.1


# Classification


@pytest.mark.parametrize("task", CLASS_TASKS)
@pytest.mark.parametrize("loss", CLASS_LOSSES)
def test_predictions_are_those_of_the_decision_function(loss, task):
    task = learnable(task)
    clf = task.ours(loss=loss, max_iter=40, learning_rate_init=0.02)
    clf.fit(task.X, task.y)
    scores = clf.decision_function(task.X)
    if task.name == "multiclass":
        assert scores.shape == (150, 3)
        assert_array_equal(clf.predict(task.X), clf.classes_[scores.argmax(axis=1)])
    else:
        assert scores.shape == task.y.shape
        assert_array_equal(clf.predict(task.X), scores > 0)
    assert (clf.predict(task.X) == task.y).mean() > 0.85


@pytest.mark.parametrize("task", CLASS_TASKS)
@pytest.mark.parametrize("loss", CLASS_LOSSES)
def test_probabilities_are_there_where_the_loss_is_one_of_them(loss, task):
    task = learnable(task)
    clf = task.ours(loss=loss).fit(task.X, task.y)
    if loss not in ("log_loss", "focal"):
        assert clf.out_activation_ == "identity"
        for method in ("predict_proba", "predict_log_proba"):
            assert not hasattr(clf, method)
            with pytest.raises(AttributeError, match=method) as error:
                getattr(clf, method)
            assert "Use decision_function, or loss='log_loss'" in str(
                error.value.__cause__
            )
        return
    expected = LINKS[loss].get(task.name, "logistic")
    assert clf.out_activation_ == expected
    probabilities = clf.predict_proba(task.X)
    assert_allclose(np.exp(clf.predict_log_proba(task.X)), probabilities, rtol=1e-12)
    if task.name == "multilabel":
        assert_array_equal(probabilities > 0.5, clf.predict(task.X))
    else:
        assert_allclose(probabilities.sum(axis=1), 1)
        assert_array_equal(probabilities.argmax(axis=1), clf.predict(task.X))


@pytest.mark.parametrize("loss", [Focal(0), Focal(2), Focal(4), "log_loss"], ids=str)
def test_probabilities_are_those_that_labels_were_drawn_with(loss):
    # One column that says nothing but which group a sample is of.
    rng = np.random.default_rng(0)
    group = np.repeat([0, 1], 3000)
    true = np.array([[0.7, 0.2, 0.1], [0.1, 0.4, 0.5]])
    y = (rng.random((6000, 1)) > true.cumsum(axis=1)[group]).sum(axis=1)
    clf = MLPClassifier(
        (), loss=loss, solver="lbfgs", alpha=0, tol=1e-8, random_state=0
    )
    clf.fit(group[:, np.newaxis], y)
    frequencies = [np.bincount(y[group == g], minlength=3) / 3000 for g in (0, 1)]
    assert_allclose(clf.predict_proba([[0], [1]]), frequencies, atol=1e-4)


@pytest.mark.parametrize("task", CLASS_TASKS)
def test_smoothed_labels_are_what_probabilities_tend_to(task):
    task = learnable(task)
    clf = task.ours(solver="lbfgs", alpha=0, max_iter=400, label_smoothing=0.2)
    probabilities = clf.fit(task.X, task.y).predict_proba(task.X)
    n_classes = 2 if task.name == "multilabel" else probabilities.shape[1]
    largest = np.maximum(probabilities, 1 - probabilities)
    highest = largest if task.name == "multilabel" else probabilities.max(axis=1)
    assert_allclose(highest.mean(), 1 - 0.2 + 0.2 / n_classes, atol=0.01)
    assert (clf.predict(task.X) == task.y).mean() > 0.99


@pytest.mark.parametrize("task", CLASS_TASKS)
def test_no_smoothing_changes_no_bit(task):
    task = TASKS[task]
    first = task.ours(label_smoothing=0.0, loss=BinaryLogLoss()).fit(task.X, task.y)
    assert_bitwise_same_network(first, task.ours().fit(task.X, task.y))


@pytest.mark.parametrize("make", CLASSIFIERS)
@pytest.mark.parametrize("loss", [*CLASS_LOSSES, Focal(1.0)], ids=str)
def test_every_classifier_takes_every_loss(make, loss):
    X, y = load_iris(return_X_y=True)
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    clf = make(loss=loss, solver="lbfgs", random_state=0, max_iter=200).fit(X, y)
    assert clf.score(X, y) > 0.96
    assert clf.decision_function(X).shape == (150, 3)


# Regression


@pytest.mark.parametrize("make", REGRESSORS)
@pytest.mark.parametrize("loss", [*NUMBER_LOSSES, Huber(0.5)], ids=str)
def test_every_regressor_takes_every_loss(make, loss):
    X = np.random.default_rng(0).normal(size=(150, 4))
    y = positive(X[:, 0] + 0.5 * X[:, 1])
    reg = make(loss=loss, solver="lbfgs", random_state=0, max_iter=200).fit(X, y)
    assert reg.out_activation_ == LINKS.get(loss, "identity")
    assert r2_score(y, reg.predict(X)) > 0.5


def fit_constant(y, **settings):
    """Return what is predicted where X says nothing."""
    X = np.zeros((len(y), 1))
    reg = MLPRegressor(
        hidden_layer_sizes=(), solver="lbfgs", tol=1e-10, random_state=0, **settings
    )
    return reg.fit(X, y).predict(X[:1])[0]


@pytest.mark.parametrize(
    ("loss", "statistic"),
    [
        ("squared_error", np.mean),
        ("poisson", np.mean),
        ("gamma", np.mean),
        (Huber(1e6), np.mean),
        ("absolute_error", np.median),
        ("quantile", np.median),
        (Quantile(0.9), lambda y: np.quantile(y, 0.9)),
    ],
    ids=lambda part: getattr(part, "__name__", str(part)),
)
def test_the_best_constant_is_the_statistic_that_the_loss_asks_for(loss, statistic):
    y = np.random.default_rng(0).gamma(2.0, size=2001)
    assert_allclose(fit_constant(y, loss=loss), statistic(y), rtol=2e-3)


def noisy_line(n_samples=3000):
    """Return samples whose noise grows along x."""
    rng = np.random.default_rng(0)
    X = rng.uniform(0, 1, size=(n_samples, 1))
    return X, 2 * X[:, 0] + (0.2 + X[:, 0]) * rng.normal(size=n_samples)


def test_quantiles_cover_their_share_of_the_samples():
    X, y = noisy_line()
    levels = (0.9, 0.1, 0.5)
    reg = MLPRegressor("quantile", (20,), quantile=levels, random_state=0).fit(X, y)
    predicted = reg.predict(X)
    assert predicted.shape == (3000, 3)
    for part in (X[:, 0] < 0.3, X[:, 0] > 0.7):
        coverage = (y[part, np.newaxis] <= predicted[part]).mean(axis=0)
        assert_allclose(coverage, levels, atol=0.04)
    scores = [
        d2_pinball_score(y, column, alpha=level)
        for level, column in zip(levels, predicted.T, strict=True)
    ]
    assert_allclose(reg.score(X, y), np.mean(scores), rtol=1e-12)


def test_quantiles_do_not_cross():
    X, y = noisy_line(100)
    levels = (0.6, 0.5, 0.4, 0.55)
    reg = MLPRegressor(
        "quantile", (20,), quantile=levels, max_iter=20, random_state=0
    ).fit(X, y)
    order = np.argsort(levels)
    assert (np.diff(reg.predict(X)[:, order], axis=1) >= 0).all()


def test_one_quantile_is_the_same_however_it_is_told():
    X, y = noisy_line(200)
    one, other, third = (
        MLPRegressor(loss, (5,), quantile=q, max_iter=5, random_state=0).fit(X, y)
        for loss, q in (("quantile", 0.3), ("quantile", [0.3]), (Quantile(0.3), None))
    )
    assert_bitwise_same_network(one, other)
    assert_bitwise_same_network(one, third)
    assert one.predict(X).shape == (200,)
    assert_allclose(one.score(X, y), d2_pinball_score(y, one.predict(X), alpha=0.3))


def test_several_targets_have_the_quantile_of_each():
    X, y = noisy_line()
    both = np.column_stack([y, -y])
    reg = MLPRegressor("quantile", (20,), quantile=0.8, random_state=0).fit(X, both)
    assert_allclose((both <= reg.predict(X)).mean(axis=0), 0.8, atol=0.03)


# Weights


EVERY_LOSS = [
    *((MLPClassifier, task, loss) for task in CLASS_TASKS for loss in CLASS_LOSSES),
    (MLPClassifier, "multiclass", "smoothed"),
    *((MLPRegressor, "regression", loss) for loss in NUMBER_LOSSES),
    (MLPRegressor, "regression", Quantile((0.2, 0.7))),
]


@pytest.mark.parametrize(("kind", "task", "loss"), EVERY_LOSS, ids=str)
def test_integer_weights_are_repeated_rows(kind, task, loss):
    task = TASKS[task]
    y = task.y if kind is MLPClassifier else positive(task.y)
    weights = np.random.default_rng(0).integers(0, 3, size=len(y))
    settings = {"loss": loss}
    if loss == "smoothed":
        settings = {"label_smoothing": 0.1}
    settings |= {"shuffle": False, "solver": "sgd", "batch_size": 10_000}
    rows = np.repeat(np.arange(len(y)), weights)
    with pytest.warns(UserWarning, match="batch_size"):
        weighted = task.ours(**settings).fit(task.X, y, weights)
        repeated = task.ours(**settings).fit(task.X[rows], y[rows])
    assert_same_network(weighted, repeated, rtol=1e-9)


def imbalanced():
    task = TASKS["multiclass"]
    rows = np.flatnonzero((task.y > 0) | (np.arange(len(task.y)) % 5 == 0))
    return task.X[rows], np.array(["a", "b", "c"])[task.y[rows]]


@pytest.mark.parametrize(
    "class_weight", ["balanced", {"a": 3.0, "b": 1.0, "c": 0.5}, {"a": 5}], ids=str
)
@pytest.mark.parametrize("make", CLASSIFIERS)
def test_class_weights_are_sample_weights(make, class_weight):
    X, y = imbalanced()
    own = np.random.default_rng(0).uniform(size=len(y))
    settings = {"max_iter": 5, "random_state": 0}
    found = make(class_weight=class_weight, **settings).fit(X, y, own)
    weights = own * compute_sample_weight(class_weight, y)
    expected = make(**settings).fit(X, y, weights)
    assert_array_equal(found._parameters, expected._parameters)
    assert_array_equal(found.predict(X), expected.predict(X))


def test_class_weights_hold_in_partial_fit_and_for_two_classes():
    X, y = imbalanced()
    y = y == "a"
    weights = {True: 4.0, False: 0.25}
    found = MLPClassifier((4,), random_state=0)
    expected = clone(found)
    found.set_params(class_weight=weights)
    for _ in range(3):
        found.partial_fit(X, y, classes=[False, True])
        expected.partial_fit(X, y, np.where(y, 4.0, 0.25), classes=[False, True])
    assert_bitwise_same_network(found, expected)


# Sequences with a target for each step


@pytest.mark.parametrize("loss", ["log_loss", "squared_hinge", "squared_error"])
def test_steps_have_the_losses_of_classes(loss):
    rng = np.random.default_rng(0)
    X = [rng.normal(size=(n, 2)) for n in rng.integers(2, 6, size=60)]
    y = [np.argmax(np.column_stack([x, np.zeros(len(x))]), axis=1) for x in X]
    clf = RecurrentClassifier(
        (16,), loss=loss, return_sequences=True, solver="lbfgs", random_state=0
    ).fit(X, y)
    assert clf.score(X, y) > 0.9
    scores = clf.decision_function(X)
    assert [s.shape for s in scores] == [(len(x), 3) for x in X]
    assert hasattr(clf, "predict_proba") == (loss == "log_loss")


@pytest.mark.parametrize("loss", CLASS_LOSSES)
def test_steps_of_two_classes_have_every_loss(loss):
    X = np.random.default_rng(0).normal(size=(60, 4, 2))
    y = (X[:, :, 0] > 0).astype(int)
    clf = RecurrentClassifier(
        (16,), loss=loss, return_sequences=True, solver="lbfgs", random_state=0
    ).fit(X, y)
    assert clf.score(X, y) > 0.95
    assert clf.decision_function(X).shape == (60, 4)


@pytest.mark.parametrize("loss", [*NUMBER_LOSSES, Quantile((0.2, 0.8))], ids=str)
def test_steps_have_the_losses_of_numbers(loss):
    rng = np.random.default_rng(0)
    X = [rng.normal(size=(n, 2)) for n in rng.integers(2, 6, size=60)]
    y = [positive(x[:, 0]) for x in X]
    reg = RecurrentRegressor(
        (16,), loss=loss, return_sequences=True, solver="lbfgs", random_state=0
    ).fit(X, y)
    assert reg.score(X, y) > 0.7
    assert reg.predict(X)[0].shape == (len(y[0]), 2)[: 1 + isinstance(loss, Quantile)]


@pytest.mark.parametrize(
    "settings", [{"loss": "hinge"}, {"loss": "focal"}, {"label_smoothing": 0.1}]
)
def test_steps_of_several_classes_refuse_losses_of_whole_rows(settings):
    X = np.random.default_rng(0).normal(size=(12, 4, 2))
    clf = RecurrentClassifier(return_sequences=True, **settings)
    with pytest.raises(ValueError, match="return_sequences=True with 3 classes"):
        clf.fit(X, np.arange(48).reshape(12, 4) % 3)


# What is kept, and carried on


class Cubed(ElementwiseLoss):
    """A user's own loss: |z - t|^3 / 3."""

    def value(self, z, t, xp):
        return abs(z - t) * (z - t) * (z - t) / 3.0

    def gradient(self, z, t, xp):
        return (z - t) * abs(z - t)


def test_a_loss_of_ones_own_is_minimised():
    y = np.array([0.0, 0.0, 0.0, 3.0])
    # The root of 3 c^2 = (3 - c)^2.
    assert_allclose(fit_constant(y, loss=Cubed(), alpha=0), 1.0981, atol=1e-3)


def test_losses_stand_in_grids_and_are_cloned():
    X, y = load_iris(return_X_y=True)
    grid = {"loss": ["hinge", Focal(0.5), Focal(2)]}
    search = GridSearchCV(MLPClassifier((4,), max_iter=2), grid, cv=2).fit(X, y)
    assert search.best_params_["loss"] in grid["loss"]
    assert clone(search.best_estimator_).loss == search.best_params_["loss"]


@pytest.mark.parametrize("loss", [Focal(0.5), "hinge", "squared_error"], ids=str)
def test_a_classifier_survives_storage(loss, tmp_path):
    X, y = load_iris(return_X_y=True)
    clf = MLPClassifier((4,), loss=loss, max_iter=3, random_state=0).fit(X, y)
    clf.save(tmp_path / "clf.npz")
    for copy in (
        pickle.loads(pickle.dumps(clf)),
        MLPClassifier.load(tmp_path / "clf.npz"),
    ):
        assert copy.loss == loss
        assert_array_equal(copy.decision_function(X), clf.decision_function(X))
        assert_array_equal(copy.predict(X), clf.predict(X))


def test_quantiles_survive_storage(tmp_path):
    X, y = noisy_line(100)
    reg = MLPRegressor("quantile", (4,), quantile=(0.1, 0.9), max_iter=3).fit(X, y)
    reg.save(tmp_path / "reg.npz")
    copy = MLPRegressor.load(tmp_path / "reg.npz")
    assert_array_equal(copy.predict(X), reg.predict(X))


@pytest.mark.parametrize("loss", ["hinge", "focal", "squared_error"])
def test_training_goes_on_to_the_same_bits(loss):
    X, y = load_iris(return_X_y=True)
    twice = MLPClassifier((4,), loss=loss, max_iter=3, warm_start=True, random_state=0)
    twice.fit(X, y).fit(X, y)
    assert_bitwise_same_network(twice, clone(twice).set_params(max_iter=6).fit(X, y))


# What is refused


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"loss": "hinge", "label_smoothing": 0.1}, "label_smoothing=0.1.*'hinge'"),
        ({"loss": Focal(), "label_smoothing": 0.1}, "label_smoothing=0.1.*Focal"),
        ({"loss": Huber()}, "Huber.* is not a classification loss"),
        ({"loss": SoftmaxLogLoss()}, "SoftmaxLogLoss.* is not a classification loss"),
        ({"loss": "huber"}, "'loss' parameter"),
        ({"label_smoothing": 1.0}, "'label_smoothing' parameter"),
        ({"class_weight": "even"}, "'class_weight' parameter"),
        ({"class_weight": {0: -1}}, "class_weight=.* not negative"),
        ({"class_weight": {0: 0, 1: 0, 2: 0}}, "class_weight=.* nor all 0"),
    ],
)
@pytest.mark.parametrize("make", CLASSIFIERS)
def test_classifiers_refuse_contradictions(make, settings, message):
    X, y = load_iris(return_X_y=True)
    with pytest.raises(ValueError, match=message):
        make(**settings).fit(X, y)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"loss": "huber", "quantile": 0.5}, "quantile=0.5 .* loss is 'huber'"),
        ({"loss": Quantile(0.1), "quantile": 0.5}, "quantile=0.5 .*Quantile"),
        ({"loss": "quantile", "quantile": 1.0}, "quantile must be .* got 1.0"),
        ({"loss": "quantile", "quantile": [0.5, 0]}, "quantile must be .* got"),
        ({"loss": "quantile", "quantile": []}, "quantile must be .* got"),
        ({"loss": Hinge()}, "Hinge.* is not a regression loss"),
        ({"loss": "hinge"}, "'loss' parameter"),
        ({"loss": "gamma"}, "y must be positive with loss='gamma', got a minimum of 0"),
    ],
)
@pytest.mark.parametrize("make", REGRESSORS)
def test_regressors_refuse_contradictions(make, settings, message):
    X = np.zeros((5, 2))
    with pytest.raises(ValueError, match=message):
        make(**settings).fit(X, np.arange(5.0))


def test_several_quantiles_of_several_targets_are_refused():
    reg = MLPRegressor("quantile", quantile=(0.1, 0.9))
    with pytest.raises(ValueError, match="Several levels.* y has 2 columns"):
        reg.fit(np.zeros((5, 2)), np.zeros((5, 2)))


def test_class_weights_of_what_has_no_one_class_are_refused():
    task = TASKS["multilabel"]
    with pytest.raises(ValueError, match="class_weight='balanced' .*indicator"):
        task.ours(class_weight="balanced").fit(task.X, task.y)
    X = np.zeros((6, 4, 2))
    clf = RecurrentClassifier(return_sequences=True, class_weight="balanced")
    with pytest.raises(ValueError, match="class_weight='balanced' .*return_sequences"):
        clf.fit(X, np.arange(24).reshape(6, 4) % 2)


def test_balanced_weights_need_all_samples():
    X, y = load_iris(return_X_y=True)
    clf = MLPClassifier(class_weight="balanced")
    with pytest.raises(ValueError, match="class_weight='balanced' needs all samples"):
        clf.partial_fit(X, y, classes=[0, 1, 2])


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ({"loss": "hinge"}, {"loss": "log_loss"}),
        ({"loss": Focal(1)}, {"loss": Focal(2)}),
        ({"label_smoothing": 0.1}, {"label_smoothing": None}),
    ],
)
def test_training_does_not_go_on_with_another_loss(first, then):
    X, y = load_iris(return_X_y=True)
    clf = MLPClassifier((4,), max_iter=2, warm_start=True, **first).fit(X, y)
    with pytest.raises(
        ValueError, match="differs from that of the network fitted before"
    ):
        clf.set_params(**then).fit(X, y)
