"""Cases that users of other packages have reported, with the right values."""

import pickle
import warnings

import joblib
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import special
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_digits, load_iris, make_classification
from sklearn.exceptions import ConvergenceWarning
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier as TheirClassifier

from skbackprop import (
    MLPClassifier,
    MLPRegressor,
    NetworkClassifier,
    NetworkRegressor,
)
from skbackprop.engine.losses import Focal
from skbackprop.network import (
    BatchNorm,
    Graph,
    Identity,
    Input,
    Linear,
    LogSoftMax,
    ReLU,
    Sigmoid,
    Softmax,
    Tanh,
)

ignore_convergence = pytest.mark.filterwarnings(
    "ignore::sklearn.exceptions.ConvergenceWarning"
)
IRIS, SPECIES = load_iris(return_X_y=True)


def short(**settings):
    return MLPClassifier(**{"max_iter": 3, "random_state": 0, **settings})


# Scores of several classes


@ignore_convergence
@pytest.mark.parametrize("loss", ["log_loss", "focal", Focal(0.5)], ids=str)
@pytest.mark.parametrize("n_classes", [2, 3])
def test_scores_are_the_log_odds_of_the_probabilities(loss, n_classes):
    X, y = IRIS[n_classes > SPECIES], SPECIES[n_classes > SPECIES]
    clf = short(loss=loss).fit(X, y)
    p = clf.predict_proba(X)
    p = p[:, 1] if n_classes == 2 else p
    assert_allclose(clf.decision_function(X), special.logit(p), atol=1e-9)


@ignore_convergence
def test_scores_are_precise_where_probabilities_are_all_but_one():
    clf = short().fit(IRIS, SPECIES)
    clf.coefs_[-1] = 1000 * clf.coefs_[-1]
    clf.coefs_[0] = 1000 * clf.coefs_[0]
    scores, z = clf.decision_function(IRIS), clf.predict_log_proba(IRIS)
    assert np.isfinite(scores).all()
    assert (np.sort(scores, axis=1)[:, -1] > 40).any()  # where 1 - p rounds to 0
    assert_array_equal(scores.argmax(axis=1), z.argmax(axis=1))
    best, second = np.sort(z, axis=1)[:, -1], np.sort(z, axis=1)[:, -2]
    far = best - second > 50
    assert_allclose(np.sort(scores, axis=1)[far, -1], -second[far], rtol=1e-6)


@ignore_convergence
def test_calibration_is_as_good_as_with_the_weights_in_scikit_learns_class():
    X, y = load_digits(return_X_y=True)
    train, test = slice(0, None, 2), slice(1, None, 2)
    theirs = TheirClassifier(max_iter=15, random_state=0).fit(X[train], y[train])
    ours = MLPClassifier(max_iter=1, random_state=0, warm_start=True)
    ours.coefs_, ours.intercepts_ = theirs.coefs_, theirs.intercepts_
    ours.partial_fit(X[:1], y[:1], classes=theirs.classes_)
    ours.coefs_, ours.intercepts_ = theirs.coefs_, theirs.intercepts_
    assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), rtol=1e-9)
    losses = []
    for clf in (ours, theirs):
        calibrated = CalibratedClassifierCV(FrozenEstimator(clf), method="sigmoid")
        calibrated.fit(X[train], y[train])
        losses.append(log_loss(y[test], calibrated.predict_proba(X[test])))
    assert losses[0] <= losses[1] + 1e-6


# Going on


def test_a_warm_start_on_new_data_learns_until_it_converges_anew():
    X, y = make_classification(400, 10, n_informative=6, random_state=0)
    X_new, y_new = make_classification(400, 10, n_informative=6, random_state=5)
    settings = {"max_iter": 300, "random_state": 0, "learning_rate_init": 0.02}
    clf = MLPClassifier(warm_start=True, **settings).fit(X, y)
    assert clf.n_iter_ < 300
    clf.fit(X_new, y_new)
    fresh = MLPClassifier(**settings).fit(X_new, y_new)
    assert clf.n_iter_ > 10
    assert clf.score(X_new, y_new) >= fresh.score(X_new, y_new) - 0.02


@ignore_convergence
@pytest.mark.parametrize("change", [{"tol": 1e-9}, {"alpha": 1.0}, {}], ids=str)
def test_a_warm_start_counts_anew_after_its_end_and_under_another_measure(change):
    settings = {"max_iter": 6, "warm_start": True, "tol": 10.0, "n_iter_no_change": 3}
    clf = short(**settings).fit(IRIS, SPECIES)
    assert clf.n_iter_ == 5  # over: the first epoch improves upon nothing
    clf.set_params(**change).fit(IRIS, SPECIES)
    assert clf.n_iter_ > 3


@ignore_convergence
def test_a_copy_goes_on_as_the_original_does():
    clf = short().fit(IRIS, SPECIES)
    copy = pickle.loads(pickle.dumps(clf))
    for one in (clf, copy):
        for _ in range(3):
            one.partial_fit(IRIS, SPECIES)
    assert clf.loss_ == copy.loss_
    assert_array_equal(clf.coefs_[0], copy.coefs_[0])


@ignore_convergence
@pytest.mark.parametrize("settings", [{}, {"solver": "lbfgs"}, {"warm_start": True}])
def test_equal_fits_have_equal_hashes_and_pickles(settings):
    one, other = (short(**settings).fit(IRIS, SPECIES) for _ in range(2))
    assert joblib.hash(one) == joblib.hash(other)
    assert pickle.dumps(one) == pickle.dumps(other)


@ignore_convergence
def test_weights_assigned_before_the_first_partial_fit_are_begun_from():
    begun = short().fit(IRIS, SPECIES)
    clf = short(learning_rate_init=1e-12)
    clf.coefs_ = begun.coefs_
    clf.intercepts_ = begun.intercepts_
    assert_array_equal(clf.coefs_[0], begun.coefs_[0])
    clf.partial_fit(IRIS, SPECIES, classes=[0, 1, 2])
    assert_allclose(clf.coefs_[1], begun.coefs_[1], atol=1e-9)
    again = short(learning_rate_init=1e-12)
    again.coefs_ = begun.coefs_
    again.fit(IRIS, SPECIES)  # as scikit-learn's: fit begins anew
    assert not np.allclose(again.coefs_[0], begun.coefs_[0])
    with pytest.raises(ValueError, match="coefs_ must have shapes"):
        wrong = short()
        wrong.coefs_ = begun.coefs_[:1]
        wrong.partial_fit(IRIS, SPECIES, classes=[0, 1, 2])


@ignore_convergence
def test_nothing_of_a_network_trained_by_minibatches_remains_with_lbfgs():
    clf = short(early_stopping=True).fit(IRIS, SPECIES)
    clf.set_params(solver="lbfgs", early_stopping=False).fit(IRIS, SPECIES)
    for name in ("loss_curve_", "validation_scores_", "best_loss_"):
        assert not hasattr(clf, name)


def test_the_output_activation_cannot_be_assigned():
    clf = short()
    clf.out_activation_, clf.n_layers_ = "identity", 7  # to be found by fit
    assert not hasattr(clf, "out_activation_")
    clf.set_params(tol=10.0, max_iter=20).fit(IRIS, SPECIES)
    assert clf.out_activation_ == "softmax"
    assert clf.n_layers_ == 3
    for name in ("out_activation_", "n_layers_"):
        with pytest.raises(AttributeError, match="cannot be assigned"):
            setattr(clf, name, 3)


# Weights and classes


def test_class_weights_are_looked_up_for_all_classes_not_for_a_part_of_the_data():
    X = np.random.RandomState(0).standard_normal((40, 3))
    clf = short(class_weight={1: 10.0})
    clf.partial_fit(X, np.zeros(40, int), classes=[0, 1])
    clf.partial_fit(X, np.ones(40, int))
    plain = short().partial_fit(X, np.zeros(40, int), classes=[0, 1])
    plain.partial_fit(X, np.ones(40, int), sample_weight=np.full(40, 10.0))
    assert_array_equal(clf.coefs_[0], plain.coefs_[0])


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_weights_that_vanish_together_are_refused(solver):
    clf = short(class_weight={0: 0.0, 1: 1.0, 2: 1.0}, solver=solver)
    with pytest.raises(ValueError, match="nor all 0"):
        clf.fit(IRIS, SPECIES, sample_weight=(SPECIES == 0).astype(float))
    assert not hasattr(clf, "classes_")


@pytest.mark.parametrize("weight", [np.inf, np.nan, -1.0, 1e300])
def test_class_weights_must_be_finite_in_the_precision_of_the_network(weight):
    clf = short(class_weight={0: weight}, dtype="float32")
    with pytest.raises(ValueError, match="class_weight"):
        clf.fit(IRIS, SPECIES)


def test_partial_fit_says_nothing_of_the_number_of_classes_that_it_is_told():
    X = np.random.RandomState(0).standard_normal((21, 3))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        short().partial_fit(X, np.arange(21), classes=np.arange(100))


@ignore_convergence
@pytest.mark.parametrize("label", [3, "a"])
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
@pytest.mark.parametrize("estimator", [MLPClassifier, NetworkClassifier])
def test_a_single_class_is_predicted_with_certainty(estimator, solver, label):
    y = np.repeat(label, len(IRIS))
    clf = estimator(solver=solver, max_iter=2, random_state=0).fit(IRIS, y)
    assert_array_equal(clf.predict(IRIS), y)
    assert_array_equal(clf.predict_proba(IRIS), np.ones((len(IRIS), 1)))
    assert_array_equal(clf.classes_, [label])
    assert clf.score(IRIS, y) == 1
    assert clf.decision_function(IRIS).shape == (len(IRIS),)
    copy = pickle.loads(pickle.dumps(clf))
    assert_array_equal(copy.predict(IRIS), y)


# Scorers


@ignore_convergence
@pytest.mark.parametrize("given", [{}, {"X_val": IRIS[::3], "y_val": SPECIES[::3]}])
def test_class_weights_ask_nothing_of_a_scorer(given):
    clf = short(
        early_stopping=not given,
        class_weight="balanced",
        scoring=lambda estimator, X, y: estimator.score(X, y),
    )
    clf.fit(IRIS, SPECIES, **given)
    assert len(clf.validation_scores_) == clf.n_iter_


@ignore_convergence
@pytest.mark.parametrize("scoring", [None, "accuracy"])
def test_scores_are_weighed_as_samples_are_and_not_as_classes(scoring):
    settings = {"early_stopping": True, "class_weight": {0: 1e-9}, "warm_start": True}
    for weights in (None, np.arange(150.0)):
        clf = short(scoring=scoring, **settings).fit(IRIS, SPECIES, weights)
        rows = clf._training_state.validation
        of_rows = None if weights is None else weights[rows]
        score = clf.score(IRIS[rows], SPECIES[rows], of_rows)
        assert clf.best_validation_score_ == pytest.approx(score)


def test_a_scorer_that_cannot_weigh_is_named():
    clf = short(early_stopping=True, scoring=lambda estimator, X, y: 1.0)
    with pytest.raises(TypeError, match=r"scoring=.* validation set of 15 samples"):
        clf.fit(IRIS, SPECIES, sample_weight=np.ones(150))


@ignore_convergence
def test_an_error_of_a_scorer_leaves_the_network_that_was_there():
    calls = []

    def fails_later(estimator, X, y):
        calls.append(estimator.loss_curve_[-1])
        if len(calls) > 5:
            raise ZeroDivisionError
        return 0.5

    for warm_start in (False, True):
        calls.clear()
        rng = np.random.RandomState(0)
        clf = short(early_stopping=True, warm_start=warm_start, random_state=rng)
        clf.fit(IRIS, SPECIES)
        before, drawn = pickle.dumps(clf), rng.get_state()
        clf.set_params(scoring=fails_later, max_iter=20)
        with pytest.raises(ZeroDivisionError):
            clf.fit(IRIS, SPECIES)
        clf.set_params(scoring=None, max_iter=3)
        if warm_start:  # where the fit goes on in what was there
            assert str(drawn) == str(rng.get_state())
            assert pickle.dumps(clf) == before
        else:
            assert_array_equal(clf.coefs_[0], pickle.loads(before).coefs_[0])
            assert clf.n_iter_ == 3


def test_a_score_that_a_rare_class_prevents_is_told_as_one_of_early_stopping():
    y = np.r_[np.zeros(140, int), np.ones(8, int), 2, 2]
    clf = short(early_stopping=True, scoring="roc_auc_ovr", validation_fraction=0.05)
    with pytest.raises(ValueError, match="scoring='roc_auc_ovr'.*validation set"):
        clf.fit(IRIS, y)


# What is no number


@pytest.mark.parametrize("bad", [None, np.nan])
def test_missing_targets_are_called_missing(bad):
    y = np.array([*SPECIES[:-1].astype(float), bad], dtype=object)
    with pytest.raises(ValueError, match="contains NaN"):
        MLPRegressor(max_iter=2).fit(IRIS, y)


@pytest.mark.parametrize("kind", ["datetime64[ns]", "timedelta64[ns]"])
@pytest.mark.parametrize("container", [np.asarray, pd.DataFrame])
def test_times_are_refused_with_advice(kind, container):
    times = np.arange(150).astype("i8").astype(kind)
    X = container(times.reshape(-1, 1))
    with pytest.raises((TypeError, ValueError), match="[Cc]onvert"):
        MLPRegressor(max_iter=2).fit(X, SPECIES)
    with pytest.raises((TypeError, ValueError), match="[Cc]onvert"):
        MLPRegressor(max_iter=2).fit(IRIS, times)
    frame = pd.DataFrame(IRIS, columns=list("abcd")).assign(when=times)
    with pytest.raises((TypeError, ValueError), match="'when'"):
        MLPRegressor(max_iter=2).fit(frame, SPECIES)


def test_a_fit_that_converges_says_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        short(tol=1.0, max_iter=30).fit(IRIS, SPECIES)


# What a graph ends in, and what a minibatch needs


def ending_in(module, n_units=None):
    return lambda n_features, n_outputs: Graph(
        module(Linear(n_units or n_outputs)(Input(n_features)))
    )


@ignore_convergence
@pytest.mark.parametrize(
    ("module", "n_classes", "settings", "warns"),
    [
        (Softmax(), 3, {}, True),
        (Sigmoid(), 3, {}, True),
        (Sigmoid(), 2, {}, True),
        (Sigmoid(), 2, {"loss": "hinge"}, True),
        (ReLU(), 2, {}, True),
        (Tanh(), 2, {"loss": "focal"}, True),
        (LogSoftMax(), 3, {}, False),
        (ReLU(), 3, {}, False),
        (Tanh(), 2, {"loss": "squared_error"}, False),
        (Identity(), 2, {}, False),
    ],
    ids=str,
)
def test_a_graph_that_ends_in_no_logits_is_told_of(module, n_classes, settings, warns):
    X, y = IRIS[n_classes > SPECIES], SPECIES[n_classes > SPECIES]
    clf = NetworkClassifier(ending_in(module), max_iter=2, **settings)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        clf.fit(X, y)
    told = [w for w in caught if "whose output is between" in str(w.message)]
    assert len(told) == warns
    assert all(w.filename == __file__ for w in told)


@ignore_convergence
def test_numbers_may_be_squeezed_where_the_loss_reads_them_as_they_are():
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        warnings.simplefilter("ignore", ConvergenceWarning)
        NetworkRegressor(ending_in(Sigmoid()), max_iter=2).fit(IRIS, SPECIES / 2)
    with pytest.warns(UserWarning, match="output is between 0 and 1"):
        squeezed = NetworkRegressor(ending_in(Sigmoid()), loss="poisson", max_iter=2)
        squeezed.fit(IRIS, SPECIES)


@ignore_convergence
def test_batch_norm_refuses_minibatches_of_one_row():
    def build(n_features, n_outputs):
        return Graph(Linear(n_outputs)(BatchNorm()(Linear(4)(Input(n_features)))))

    with pytest.raises(ValueError, match=r"BatchNorm\(.*batch_size of at least 2"):
        NetworkClassifier(build, batch_size=1).fit(IRIS, SPECIES)
    clf = NetworkClassifier(build, max_iter=2).fit(IRIS, SPECIES)
    before = clf._parameters.copy()
    with pytest.raises(ValueError, match="minibatches have one row"):
        clf.partial_fit(IRIS[:1], SPECIES[:1])
    assert_array_equal(clf._parameters, before)
    clf.partial_fit(IRIS[:2], SPECIES[:2])
