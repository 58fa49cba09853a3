"""Which networks make an ensemble, for how long they learn, how much they count."""

import joblib
import numpy as np
import pytest
from mixed_table import (
    FRAME,
    LABELS,
    NUMBERS,
    N,
    assert_same_bits,
    many,
    outputs,
    small_classifier,
    small_regressor,
)
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone

from skbackprop.estimators.dag import NetworkRegressor
from skbackprop.tabular.calibration import find_temperature, of_mean
from skbackprop.tabular.choices import Views, hold_out
from skbackprop.tabular.columns import open_table
from skbackprop.tabular.ensemble import EnsembleFit
from skbackprop.tabular.members import Data, Member
from skbackprop.tabular.recipe import WAVE_ENDS, Recipe, auto_batch_size, auto_max_iter
from skbackprop.tabular.views import PIECEWISE, RAW, make_graph

MANY, MANY_LABELS, MANY_NUMBERS = many()
NOISY, NOISY_LABELS, _ = many(noise=0.6)
few_and_many = pytest.mark.parametrize("is_many", [False, True], ids=["few", "many"])


def labelled(is_many):
    return (MANY, MANY_LABELS) if is_many else (FRAME, LABELS)


def numbered(is_many):
    return (MANY, MANY_NUMBERS) if is_many else (FRAME, NUMBERS)


# Threads, seeds


@pytest.mark.parametrize("backend", [None, "loky", "threading"])
@pytest.mark.parametrize("n_jobs", [2, 3, -1])
@few_and_many
def test_bits_do_not_depend_on_threads(is_many, n_jobs, backend):
    X, y = labelled(is_many)
    alone = small_classifier(n_estimators=3).fit(X, y)
    together = small_classifier(n_estimators=3)
    if backend is None:
        together.set_params(n_jobs=n_jobs).fit(X, y)
    else:
        with joblib.parallel_config(backend, n_jobs=n_jobs):
            together.fit(X, y)
    assert_same_bits(together, alone)
    assert together.report() == alone.report()


@few_and_many
def test_a_seed_means_the_same_bits_and_another_one_others(is_many):
    def fitted(random_state):
        return small_regressor(random_state=random_state).fit(*numbered(is_many))

    expected = fitted(3)
    assert_same_bits(fitted(3), expected)
    assert_same_bits(fitted(np.random.RandomState(3)), expected)
    for other in (4, None):
        assert not np.array_equal(outputs(fitted(other)), outputs(expected))


def test_members_differ_from_each_other():
    reg = small_regressor(n_estimators=3, encoding="raw").fit(FRAME, NUMBERS)
    first, *others = (net._parameters for net in reg.estimators_)
    assert not any(np.array_equal(first, other) for other in others)


# The mean


def test_a_prediction_is_the_weighted_mean_of_the_members():
    clf = small_classifier(n_estimators=3).fit(FRAME, LABELS)
    clf.weights_ = np.array([0.5, 0.3, 0.2])
    clf.temperature_ = 1  # which leaves probabilities as they are
    X = clf.table_.read(FRAME)
    of_members = [net.predict_proba(X) for net in clf.estimators_]
    expected = np.average(of_members, axis=0, weights=clf.weights_)
    assert_allclose(clf.predict_proba(FRAME), expected, atol=1e-6)


@pytest.mark.parametrize("n_estimators", [1, 2, 5])
@few_and_many
def test_there_are_as_many_members_as_asked_for(n_estimators, is_many):
    clf = small_classifier(n_estimators=n_estimators, max_iter=3)
    clf.fit(*labelled(is_many))
    assert len(clf.estimators_) == len(clf.views_) == len(clf.weights_) == n_estimators
    assert clf.weights_.sum() == pytest.approx(1)
    members = np.unique(clf.history_["member"])
    assert_array_equal(members, np.arange(1, n_estimators + 1))


def test_what_only_training_needs_is_forgotten():
    for net in small_classifier().fit(MANY, MANY_LABELS).estimators_:
        assert net._training_state is None
        assert not net.warm_start


# Settings


def test_numbers_that_are_given_are_used():
    given = {"max_iter": 7, "batch_size": 50, "learning_rate_init": 0.01}
    reg = small_regressor(**given).fit(FRAME, NUMBERS)
    for net in reg.estimators_:
        assert len(net.loss_curve_) == reg.n_iter_ == 7
        assert (net.batch_size, net.learning_rate_init) == (50, 0.01)
        assert max(net.history_["learning_rate"]) <= 0.01


def test_numbers_that_are_not_given_are_those_of_the_recipe():
    settings = {"max_iter": "auto", "n_estimators": 1, "encoding": "raw"}
    clf = small_classifier(**settings).fit(FRAME[:60], LABELS[:60])
    (net,) = clf.estimators_
    assert clf.n_iter_ == len(net.loss_curve_) == auto_max_iter(60) == 256
    assert net.batch_size <= min(auto_batch_size(60), 60)


@pytest.mark.parametrize("sizes", [(5,), 5, [5, 4], ()], ids=str)
@pytest.mark.parametrize("activation", ["relu", "silu", "tanh"])
def test_hidden_layers_are_as_asked_for(sizes, activation):
    reg = small_regressor(hidden_layer_sizes=sizes, activation=activation, max_iter=2)
    (net, _) = reg.fit(FRAME, NUMBERS).estimators_
    names = [type(module).__name__.lower() for module in net.graph_.modules]
    assert names.count("linear") == np.size(sizes) + 1
    assert (activation in names) == (np.size(sizes) > 0)


FAULTY = {
    "n_estimators": [0, 1.5, "many"],
    "hidden_layer_sizes": [0, (5, 0), (5, -1), "wide"],
    "activation": ["x", None],
    "encoding": ["x", None],
    "max_iter": [0, 2.5, "long"],
    "learning_rate_init": [0, -1.0, np.nan, "fast"],
    "batch_size": [0, 1.5, "small"],
    "validation_fraction": [0, 0.5, 0.9, None],
    "categorical_features": ["all", 3],
    "random_state": ["x", -1],
    "n_jobs": ["all", 1.5, 0],
    "label_smoothing": [-0.1, 1.0, None],
    "class_weight": ["equal", 2],
}


@pytest.fixture(scope="module")
def fitted():
    return small_classifier().fit(FRAME, LABELS)


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name in FAULTY for value in FAULTY[name]]
)
def test_faulty_parameters_are_refused_by_name_and_change_nothing(name, value, fitted):
    before, settings = outputs(fitted), fitted.get_params()
    try:
        with pytest.raises((ValueError, TypeError), match=name):
            fitted.set_params(**{name: value}).fit(FRAME, LABELS)
        assert_array_equal(outputs(fitted), before)
    finally:
        fitted.set_params(**settings)


# Views


@pytest.mark.parametrize("encoding", [RAW, PIECEWISE])
@few_and_many
def test_an_encoding_that_is_asked_for_is_that_of_all_members(encoding, is_many):
    clf = small_classifier(encoding=encoding).fit(*labelled(is_many))
    assert set(clf.views_) == {encoding}
    assert list(clf.pilots_) == ([] if is_many else [encoding])
    for net in clf.estimators_:
        names = {type(module).__name__ for module in net.graph_.modules}
        assert ("PiecewiseLinear" in names) == (encoding == PIECEWISE)


def test_a_table_without_numbers_has_one_view():
    X = FRAME[["colour", "member"]]
    clf = small_classifier(encoding="piecewise_linear").fit(X, LABELS)
    assert set(clf.views_) == {RAW}


def test_a_table_in_which_nothing_can_be_read_predicts_the_mean():
    X = FRAME[["size"]].assign(size=np.nan, one=1)
    reg = small_regressor(max_iter=60).fit(X, NUMBERS)
    assert_allclose(reg.predict(X), NUMBERS.mean(), atol=0.2)


def look_through(monkeypatch, views, much_better):
    monkeypatch.setattr(EnsembleFit, "_choose_views", lambda fit: views)
    monkeypatch.setattr("skbackprop.tabular.choices._MUCH_BETTER", much_better)


@few_and_many
def test_members_take_turns_where_two_views_are_as_good(is_many, monkeypatch):
    look_through(monkeypatch, Views(PIECEWISE, RAW), 10.0)
    reg = small_regressor(n_estimators=5).fit(*numbered(is_many))
    assert reg.views_ == [PIECEWISE, RAW, PIECEWISE, RAW, PIECEWISE]
    assert_allclose(reg.weights_, 0.2)


def test_views_that_are_weighed_count_by_their_errors(monkeypatch):
    look_through(monkeypatch, Views(PIECEWISE, RAW, are_weighed=True), 1e9)
    reg = small_regressor(n_estimators=5).fit(MANY, MANY_NUMBERS)
    assert reg.views_ == [PIECEWISE, RAW, PIECEWISE, RAW, PIECEWISE]
    errors = [min(net.validation_loss_curve_) for net in reg.estimators_[:2]]
    assert_allclose(reg.weights_[0] / reg.weights_[1], errors[1] / errors[0])
    assert_array_equal(reg.weights_[2:], reg.weights_[[0, 1, 0]])


def test_a_view_that_is_much_worse_has_no_further_members(monkeypatch):
    look_through(monkeypatch, Views(PIECEWISE, RAW, are_weighed=True), 1 + 1e-9)
    reg = small_regressor(n_estimators=4).fit(MANY, MANY_NUMBERS)
    assert set(reg.views_[:2]) == {PIECEWISE, RAW}
    assert min(reg.weights_[:2]) == 0
    best = reg.views_[int(reg.weights_[:2].argmax())]
    assert reg.views_[2:] == [best, best]
    assert_allclose(reg.weights_[reg.weights_ > 0], 1 / 3)
    assert [len(net.loss_curve_) for net in reg.estimators_[2:]] == [reg.n_iter_] * 2


def test_views_are_weighed_where_a_target_is_nearly_free_of_noise():
    X = np.random.default_rng(0).uniform(-1, 1, size=(2200, 3))
    y = X[:, 0] ** 2 + X[:, 2]
    settings = {"n_estimators": 3, "hidden_layer_sizes": (64, 64), "max_iter": 60}
    reg = small_regressor(**settings).fit(X, y)
    assert reg.score(X, y) > 0.99
    assert set(reg.views_[:2]) == {RAW, PIECEWISE}
    assert reg.weights_.sum() == pytest.approx(1)
    assert all(net.validation_loss_curve_ for net in reg.estimators_[:2])
    noisy = y + 0.5 * np.random.default_rng(1).normal(size=len(y))
    reg.set_params(max_iter=10).fit(X, noisy)
    assert_allclose(reg.weights_, 1 / 3)
    assert not reg.estimators_[1].validation_loss_curve_


@pytest.mark.parametrize("n_estimators", [1, 2])
def test_one_or_two_members_are_enough_for_a_target_without_noise(n_estimators):
    X = np.random.default_rng(0).uniform(-1, 1, size=(2100, 2))
    settings = {"n_estimators": n_estimators, "hidden_layer_sizes": (32, 32)}
    reg = small_regressor(max_iter=30, **settings).fit(X, X[:, 0])
    assert len(reg.estimators_) == n_estimators
    assert reg.weights_.sum() == pytest.approx(1)
    assert reg.score(X, X[:, 0]) > 0.98


# When to stop


def test_of_many_rows_the_first_member_says_when_to_stop():
    clf = small_classifier(n_estimators=3, max_iter=30).fit(NOISY, NOISY_LABELS)
    assert clf.stop_ in WAVE_ENDS
    assert clf.n_iter_ == round(30 * clf.stop_)
    first, *others = clf.estimators_
    assert len(first.loss_curve_) == len(first.validation_loss_curve_) == 30
    assert [len(net.loss_curve_) for net in others] == [clf.n_iter_] * 2
    assert all(net.validation_scores_ is None for net in others)


@pytest.mark.parametrize(("wave", "n_epochs"), [(0, 3), (1, 7), (2, 15)])
def test_members_end_where_a_wave_does(wave, n_epochs, monkeypatch):
    def stopped_at(wave):
        monkeypatch.setattr("skbackprop.tabular.ensemble.choose_stop", lambda *_: wave)
        settings = {"n_estimators": 3, "max_iter": 15, "encoding": "raw"}
        return small_regressor(**settings).fit(MANY, MANY_NUMBERS)

    reg = stopped_at(wave)
    assert (reg.stop_, reg.n_iter_) == (WAVE_ENDS[wave], n_epochs)
    lengths = [len(net.loss_curve_) for net in reg.estimators_]
    assert lengths == [15, n_epochs, n_epochs]
    # The schedule is that of the whole, cut off.
    for cut, whole in zip(reg.estimators_, stopped_at(2).estimators_, strict=True):
        for column in ("learning_rate", "loss"):
            expected = whole.history_[column][: len(cut.loss_curve_)]
            assert cut.history_[column] == expected


@pytest.mark.parametrize("max_iter", [1, 2, 3])
@few_and_many
def test_a_few_epochs_are_enough(max_iter, is_many):
    clf = small_classifier(max_iter=max_iter).fit(*labelled(is_many))
    assert 1 <= clf.n_iter_ <= max_iter
    assert np.isfinite(clf.predict_proba(FRAME)).all()


def test_of_few_rows_members_that_would_learn_by_heart_hold_rows_out():
    y = np.random.default_rng(0).integers(2, size=N)
    noise = small_classifier(n_estimators=6, max_iter=40).fit(FRAME, y)
    assert all(net.validation_loss_curve_ for net in noise.estimators_)
    assert noise.n_iter_ == 40
    clear = small_classifier(max_iter=100).fit(FRAME, FRAME["member"])
    assert not any(net.validation_loss_curve_ for net in clear.estimators_)
    assert clear.temperature_ < noise.temperature_


@pytest.mark.parametrize("validation_fraction", [1e-300, 1e-4, 0.01, 0.3, 0.49])
@few_and_many
def test_any_part_of_the_rows_may_be_held_out(validation_fraction, is_many):
    settings = {"validation_fraction": validation_fraction, "max_iter": 2}
    clf = small_classifier(**settings).fit(*labelled(is_many))
    assert np.isfinite(clf.predict_proba(FRAME)).all()
    assert np.isfinite(clf.temperature_)


@pytest.mark.filterwarnings("ignore:The number of unique classes is greater")
@pytest.mark.parametrize("n_of_class", [1, 3, 4])
def test_of_many_rows_no_class_may_have_enough_to_hold_out(n_of_class):
    y = np.arange(2100) // n_of_class
    X = np.random.default_rng(0).normal(size=(len(y), 2))
    clf = small_classifier(max_iter=1, n_estimators=1, encoding="raw").fit(X, y)
    assert np.isfinite(clf.predict_proba(X[:9])).all()


@pytest.mark.parametrize("noise", [0.0, 0.6])
def test_the_temperature_is_that_of_a_network_that_stops_where_members_do(noise):
    X, y, _ = many(noise=noise)
    clf = small_classifier(max_iter=30, encoding="raw").fit(X, y)
    codes = np.searchsorted(clf.classes_, y)
    # What is held out is the first that is drawn.
    is_held_out = hold_out(codes, 5, np.random.RandomState(0)) == 0
    X = clf.table_.read(open_table(X))
    net = clone(clf.estimators_[0]).set_params(max_iter=clf.n_iter_, scoring=None)
    net.fit(X[~is_held_out], codes[~is_held_out])
    logits = net._predict_read(X[is_held_out], np.copy)
    temperature = find_temperature(logits, codes[is_held_out])
    assert clf.temperature_ == of_mean(temperature)


def test_the_report_says_who_held_rows_out():
    clf = small_classifier(max_iter=20).fit(MANY, MANY_LABELS)
    best = np.argmax(clf.estimators_[0].validation_scores_) + 1
    line = f"network 1 held rows out: best in epoch {best} of 20"
    assert line in clf.report()
    assert "network 2" not in clf.report()


# A member


@pytest.mark.parametrize("split", [1, 4, 9])
def test_training_that_goes_on_is_training_in_one_go(split, rng):
    X, y = rng.normal(size=(130, 2)).astype(np.float32), rng.normal(size=130)
    recipe = Recipe(10, 32, 0.1, {})
    graph = make_graph(RAW, ((), ()), [6], "silu", 1)

    def member():
        settings = recipe.settings(130)
        net = NetworkRegressor(graph, random_state=1, warm_start=True, **settings)
        return Member("one", RAW, net, recipe, Data(X, y, None))

    whole, parts = member(), member()
    whole.train(10)
    parts.train(split)
    assert parts.n_epochs == split
    parts.train(10 - split)
    assert parts.net.loss_curve_ == whole.net.loss_curve_
    assert_array_equal(parts.net._parameters, whole.net._parameters)
