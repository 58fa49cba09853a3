"""Who is ready first is of no account."""

import threading

import dask.array as da
import numpy as np
import pytest
from distributed import Client
from sklearn.datasets import load_digits

from skbackprop import MLPClassifier
from skbackprop.distributed import fit
from skbackprop.distributed.learners import Learner

X, Y = load_digits(return_X_y=True)
X, Y = da.from_array(X / 16, (900, 64)), da.from_array(Y, 900)


@pytest.fixture
def arrivals(monkeypatch):
    """Let one of two learners wait for the other in each round; say who was ready.

    The threads that learn are told apart by how many rows they have: 900 and 897.
    """
    learn, ready = Learner.learn, []

    def arrange(last):
        is_ready = threading.Event()

        def learn_in_turn(learner, *order):
            n_rows = learner._session.samples.n_units
            if n_rows == last:
                assert is_ready.wait(timeout=30)
                is_ready.clear()
            learnt = learn(learner, *order)
            ready.append(n_rows)
            if n_rows != last:
                is_ready.set()
            return learnt

        ready.clear()
        monkeypatch.setattr(Learner, "learn", learn_in_turn)
        return ready

    return arrange


def test_results_are_the_same_to_the_bit(cluster_of_threads, arrivals):
    fitted = []
    with Client(cluster_of_threads) as client:
        for last, first in ((900, 897), (897, 900)):
            ready = arrivals(last)
            clf = MLPClassifier((10,), max_iter=4, tol=None, random_state=0)
            fitted.append(fit(clf, X, Y, client=client))
            assert ready == [first, last] * 4
    one, other = fitted
    np.testing.assert_array_equal(one._parameters, other._parameters)
    assert one.loss_curve_ == other.loss_curve_
