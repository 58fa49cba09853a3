"""Executors that are kept for predictions of a few rows: never stale, never shared."""

import copy
import gc
import pickle
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.datasets import load_digits

from skbackprop import MLPClassifier, MLPRegressor
from skbackprop.fitting import prediction

X, Y = load_digits(return_X_y=True)
X = X / 16


@pytest.fixture
def clf():
    return MLPClassifier((8,), tol=None, max_iter=2, random_state=0).fit(X, Y)


def anew(clf, rows):
    """Return what a copy, for which nothing is bound, predicts."""
    return copy.deepcopy(clf).predict_proba(rows)


def test_what_is_kept_predicts_the_same_bits(clf):
    expected = anew(clf, X[:5])
    for _ in range(3):
        assert_array_equal(clf.predict_proba(X[:5]), expected)
    assert len(prediction._BOUND[clf]) == 1
    # Fewer rows behind more: nothing is left of those.
    assert_array_equal(clf.predict_proba(X[4:5]), expected[4:])


def test_results_do_not_change_when_others_are_computed(clf):
    first = clf.decision_function(X[:3])
    before = first.copy()
    clf.decision_function(X[10:13])
    assert_array_equal(first, before)


@pytest.mark.parametrize(
    "change",
    [
        lambda clf: clf.partial_fit(X, Y),
        lambda clf: clf.set_params(warm_start=True).fit(X, Y),
        lambda clf: clf.set_params(hidden_layer_sizes=(5,)).fit(X, Y),
        lambda clf: setattr(clf, "coefs_", [2 * w for w in clf.coefs_]),
        lambda clf: clf.intercepts_[0].fill(1.0),
    ],
    ids=["partial_fit", "warm_start", "fit", "coefs_", "in place"],
)
def test_what_is_kept_follows_the_parameters(clf, change):
    before = clf.predict_proba(X[:5])
    change(clf)
    assert_array_equal(clf.predict_proba(X[:5]), anew(clf, X[:5]))
    assert (clf.predict_proba(X[:5]) != before).any()


def test_threads_do_not_share_an_executor(clf):
    expected = [anew(clf, X[i : i + 2]) for i in range(40)]

    def predict(i):
        return clf.predict_proba(X[i : i + 2])

    with ThreadPoolExecutor(8) as pool:
        for found in (list(pool.map(predict, range(40))) for _ in range(5)):
            assert_array_equal(found, expected)
    assert len(prediction._BOUND[clf]) <= prediction._MOST_BOUND


def test_what_is_kept_goes_with_its_estimator():
    clf = MLPClassifier((8,), tol=None, max_iter=2, random_state=0).fit(X, Y)
    clf.predict(X[:1])
    (executor,) = prediction._BOUND[clf]
    kept = weakref.ref(executor)
    del clf, executor
    gc.collect()
    assert kept() is None


def test_nothing_that_is_kept_is_in_a_pickle_or_a_copy(clf):
    size = len(pickle.dumps(clf))
    clf.predict(X[:1])
    assert len(pickle.dumps(clf)) == size
    assert copy.deepcopy(clf) not in prediction._BOUND


def test_networks_too_large_for_the_cache_are_not_kept():
    reg = MLPRegressor(hidden_layer_sizes=(9000,), tol=None, max_iter=1)
    reg.fit(X[:20], Y[:20]).predict(X[:1])
    assert reg not in prediction._BOUND


@pytest.mark.parametrize("as_input", [np.asfortranarray, np.float32])
def test_rows_of_other_layouts_and_dtypes_take_the_long_way(clf, as_input):
    np.testing.assert_allclose(
        clf.predict_proba(as_input(X[:5])), clf.predict_proba(X[:5]), rtol=1e-5
    )
