"""Workers that die, schedulers that go away, data that are not alike."""

import os
import signal
import subprocess
import sys

import dask
import dask.array as da
import numpy as np
import pytest
from distributed import Client
from platform_marks import kills_processes
from sklearn.base import clone
from sklearn.datasets import load_digits

from skbackprop import DrLIM, MLPClassifier
from skbackprop.distributed import fit

DIGITS, LABELS = load_digits(return_X_y=True)
DIGITS /= 16
X, Y = da.from_array(DIGITS, (450, 64)), da.from_array(LABELS, 450)


@pytest.fixture
def clf():
    return MLPClassifier(
        (20,), learning_rate_init=0.01, max_iter=6, tol=None, random_state=0
    )


def kill_worker(team):
    """Kill the worker of the second share, and return its address."""
    address = team.shares[1].address
    os.kill(team._client.run(os.getpid, workers=[address])[address], signal.SIGKILL)
    return address


@kills_processes
@pytest.mark.slow
@pytest.mark.parametrize(
    "keep", [lambda *parts: parts, dask.persist], ids=["lazy", "persisted"]
)
def test_a_worker_that_is_killed_is_replaced(client, clf, before_round, keep):
    lost, teams = [], []
    before_round(3, lambda team: lost.append(kill_worker(team)))
    before_round(4, teams.append)
    fit(clf, *keep(X, Y), client=client)
    assert lost[0] not in {share.address for share in teams[0].shares}
    assert [len(share.partitions) for share in teams[0].shares] == [2, 2]
    assert clf.n_iter_ == 6
    assert np.all(np.diff(clf.loss_curve_) < 0)
    assert clf.score(DIGITS, LABELS) > 0.8


@kills_processes
@pytest.mark.slow
@pytest.mark.parametrize("n_rounds", [0, 2])
def test_scattered_rows_that_are_lost_are_an_error(client, clf, before_round, n_rounds):
    addresses = sorted(client.nthreads())
    X, y = (
        [client.scatter(half, workers=[addresses[i]]) for i, half in enumerate(halves)]
        for halves in (np.array_split(DIGITS, 2), np.array_split(LABELS, 2))
    )
    before_round(n_rounds + 1, kill_worker)
    with pytest.raises(RuntimeError, match="cannot be recomputed"):
        fit(clf, X, y, client=client)
    assert vars(clf).get("n_iter_", 0) == n_rounds
    assert hasattr(clf, "classes_") == (n_rounds > 0)


@pytest.fixture
def processes(tmp_path):
    """Start a scheduler and a worker, and return them and the file of their address."""
    path = str(tmp_path / "scheduler.json")
    commands = [
        ["scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"],
        ["worker", "--nthreads", "1", "--no-nanny", "--no-dashboard"],
    ]
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "dask", *command, "--scheduler-file", path],
            cwd=tmp_path,
            stderr=subprocess.DEVNULL,
        )
        for command in commands
    ]
    yield *started, path
    for process in started:
        process.kill()
        process.wait()


@pytest.mark.slow
def test_a_scheduler_that_goes_away_leaves_what_was_learned(
    processes, client, clf, before_round
):
    scheduler, worker, path = processes

    def kill_scheduler(_):
        scheduler.kill()
        scheduler.wait()

    before_round(3, kill_scheduler)
    with Client(scheduler_file=path, timeout="20s", set_as_default=False) as lost:
        lost.wait_for_workers(1, timeout=30)
        with pytest.raises(RuntimeError, match=r"cannot be reached\. The .* 2 epoch"):
            fit(clf, X, Y, client=lost)
    worker.wait(timeout=30)
    assert clf.n_iter_ == len(clf.loss_curve_) == 2
    clf.set_params(warm_start=True)
    fit(clf, X, Y, client=client)
    assert len(clf.loss_curve_) == 8
    assert clf.loss_ < min(clf.loss_curve_[:2])


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


def test_a_client_must_be_one(clf):
    with pytest.raises(TypeError, match=r"client must be a distributed.Client .* str"):
        fit(clf, X, Y, client="tcp://127.0.0.1:8786")
    with pytest.raises(ValueError, match="client=None .* there is none"):
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
        (X, da.from_array(LABELS, 600), "the same number of partitions"),
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
