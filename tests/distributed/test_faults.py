"""Workers that die, schedulers that go away, data that are not alike."""

import os
import signal

import dask.array as da
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_digits

from skbackprop import DrLIM, MLPClassifier
from skbackprop.distributed import fit
from skbackprop.distributed.team import Team

DIGITS, LABELS = load_digits(return_X_y=True)
DIGITS /= 16
X, Y = da.from_array(DIGITS, (450, 64)), da.from_array(LABELS, 450)


kills_processes = pytest.mark.skipif(
    not hasattr(signal, "SIGKILL"), reason="needs a signal that kills"
)


@pytest.fixture
def clf():
    return MLPClassifier(
        (20,), learning_rate_init=0.01, max_iter=6, tol=None, random_state=0
    )


@pytest.fixture
def before_round(monkeypatch):
    """Return a function that lets something happen before a round of the next fit."""

    def arrange(number, happens):
        learn, calls = Team.learn, []

        def learn_or_meet(team, *order):
            calls.append(team)
            if len(calls) == number:
                happens(team)
            return learn(team, *order)

        monkeypatch.setattr(Team, "learn", learn_or_meet)

    return arrange


@kills_processes
def test_a_worker_that_is_killed_is_replaced(client, clf, before_round):
    lost = []

    def kill(team):
        address = team.shares[1].address
        lost.append(address)
        os.kill(client.run(os.getpid, workers=[address])[address], signal.SIGKILL)

    before_round(3, kill)
    teams = []
    before_round(4, teams.append)
    fit(clf, X, Y, client=client)
    assert lost[0] not in {share.address for share in teams[0].shares}
    assert [len(share.partitions) for share in teams[0].shares] == [2, 2]
    assert clf.n_iter_ == 6
    assert np.all(np.diff(clf.loss_curve_) < 0)
    assert clf.score(DIGITS, LABELS) > 0.8


@kills_processes
def test_scattered_rows_that_are_lost_are_an_error(client, clf, before_round):
    addresses = sorted(client.nthreads())
    X, y = (
        [client.scatter(half, workers=[addresses[i]]) for i, half in enumerate(halves)]
        for halves in (np.array_split(DIGITS, 2), np.array_split(LABELS, 2))
    )

    def kill(team):
        address = team.shares[1].address
        os.kill(client.run(os.getpid, workers=[address])[address], signal.SIGKILL)

    before_round(2, kill)
    with pytest.raises(RuntimeError, match="cannot be computed anew"):
        fit(clf, X, y, client=client)
    assert not hasattr(clf, "classes_")


@pytest.mark.usefixtures("default_handler")
def test_ctrl_c_keeps_what_was_learnt(client, clf, before_round):
    before_round(3, lambda _: signal.raise_signal(signal.SIGINT))
    with pytest.warns(UserWarning, match="interrupted by user"):
        fit(clf, X, Y, client=client)
    assert clf.n_iter_ == 3


def test_without_distributed_the_extra_is_named(clf, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(ImportError, match=r"pip install skbackprop\[dask\]"):
        fit(clf, X, Y)


NARROW = [
    da.from_array(part, part.shape).to_delayed().ravel()[0]
    for part in (DIGITS[:900], DIGITS[900:, :60])
]
HALVES = list(da.from_array(LABELS, (900,)).to_delayed())


@pytest.mark.parametrize(
    ("X", "y", "match"),
    [
        (NARROW, HALVES, "Partition 1 of X has the 60 columns"),
        (X, da.from_array(LABELS, 600), "as many partitions each"),
        (
            X,
            da.from_array(LABELS, ((450, 450, 447, 450),)),
            "Partition 2 has 450 rows of X, but 447 of y",
        ),
        (X[:0], Y[:0], "no rows"),
    ],
    ids=["widths", "numbers of partitions", "lengths", "empty"],
)
def test_data_that_are_not_alike_are_refused(client, clf, X, y, match):
    with pytest.raises(ValueError, match=match):
        fit(clf, X, y, client=client)
    assert vars(clf) == vars(clone(clf))


def test_arrays_of_one_process_are_refused(client, clf):
    with pytest.raises(TypeError, match="X must be a dask array"):
        fit(clf, DIGITS, LABELS, client=client)


@pytest.mark.parametrize(
    "parameters",
    [
        {"early_stopping": True, "tol": 0},
        {"checkpoint": "somewhere"},
        {"solver": "lbfgs"},
        {"learning_rate": "adaptive", "solver": "sgd"},
        {"learning_rate_init": -1},
    ],
    ids=lambda parameters: next(iter(parameters)),
)
def test_parameters_that_need_one_process_are_refused(client, clf, parameters):
    with pytest.raises(ValueError, match=next(iter(parameters))):
        fit(clf.set_params(**parameters), X, Y, client=client)
    assert not hasattr(clf, "classes_")


def test_only_networks_of_rows_are_fitted(client):
    with pytest.raises(TypeError, match="got DrLIM"):
        fit(DrLIM(), X, Y, client=client)
