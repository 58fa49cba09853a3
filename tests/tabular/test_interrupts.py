"""Ctrl-C: finished networks stay, nothing else does."""

import os
import signal
import threading

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skbackprop import TabularRegressor

pytestmark = [
    pytest.mark.skipif(os.name != "posix", reason="no signals to send"),
    pytest.mark.usefixtures("default_handler"),
]
X = np.random.default_rng(0).normal(size=(2500, 6))
Y = X[:, 0] * X[:, 1] + X[:, 2]


class Interrupting(list):
    """Stands for verbose output: sends Ctrl-C when a text has been printed."""

    def __init__(self, text):
        self._text = text

    def __call__(self, *words):
        self.append(" ".join(words))
        if self._text in self[-1]:
            os.kill(os.getpid(), signal.SIGINT)


def begun(n_jobs=None, **settings):
    settings = {"n_estimators": 4, "max_iter": 10, "random_state": 0} | settings
    return TabularRegressor(n_jobs=n_jobs, verbose=True, **settings)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_networks_that_are_finished_are_the_ensemble(n_jobs, monkeypatch):
    monkeypatch.setattr(
        "skbackprop.tabular.members.print", Interrupting("member 1"), raising=False
    )
    with pytest.warns(UserWarning, match="interrupted by .* [1-3] of 4 networks"):
        reg = begun(n_jobs).fit(X, Y)
    assert 1 <= len(reg.estimators_) < 4
    assert np.isfinite(reg.predict(X)).all()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_without_a_finished_network_the_estimator_is_as_it_was(monkeypatch):
    reg = begun(max_iter=2).fit(X, Y)
    before = reg.predict(X)
    monkeypatch.setattr(
        "skbackprop.tabular.members.print", Interrupting("pilot"), raising=False
    )
    with pytest.raises(KeyboardInterrupt):
        reg.fit(X, -Y)
    assert_array_equal(reg.predict(X), before)


def test_an_epoch_is_not_waited_for_longer_than_it_takes():
    reg = begun(max_iter=100_000, n_estimators=1, encoding="raw")
    timer = threading.Timer(1.0, os.kill, [os.getpid(), signal.SIGINT])
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        reg.fit(X, Y)
