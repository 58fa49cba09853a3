"""Where trials run: any backend of joblib, workers that die, interrupts."""

import os
import signal
from concurrent.futures import BrokenExecutor
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
from joblib._parallel_backends import ThreadingBackend
from platform_marks import kills_processes
from sklearn.preprocessing import FunctionTransformer

from skbackprop.capacity import capacity_curve, empirical_capacity

MEASURED = ["n_features", "n_dimensions", "n_points", "n_trials", "n_successes"]
GRID = {"n_points": [4, 6, 8], "n_trials": 40, "random_state": 0}


def curve_of_three(estimator=None, **parameters):
    return capacity_curve(estimator, n_features=3, **{**GRID, **parameters})


def assert_same_rows(curve, expected):
    pd.testing.assert_frame_equal(curve[MEASURED], expected[MEASURED])


class ListsOnly(ThreadingBackend):
    """A backend that cannot stream results; ray's and Spark's cannot."""

    supports_return_generator = False


joblib.register_parallel_backend("lists only", ListsOnly)


@pytest.mark.parametrize("backend", ["loky", "threading", "lists only"])
def test_every_backend_gives_the_same_curve(backend):
    with joblib.parallel_config(backend=backend, n_jobs=2):
        assert_same_rows(curve_of_three(), curve_of_three(n_jobs=1))


# Threads of joblib's dask backend may let go of one sample at once; the second is
# told so by a KeyError, which does no harm.
@pytest.mark.filterwarnings(
    "ignore:.*_WeakKeyDictionary:pytest.PytestUnraisableExceptionWarning"
)
def test_the_same_call_runs_on_a_dask_cluster():
    distributed = pytest.importorskip("distributed", reason="extra: test")
    cluster = distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=False,
        dashboard_address=":0",  # any free port
    )
    with (
        cluster,
        distributed.Client(cluster),
        joblib.parallel_config(backend="dask"),
    ):
        curve = curve_of_three()
        found = empirical_capacity(n_features=3, random_state=0)
    assert_same_rows(curve, curve_of_three())
    assert found.lower <= 6 <= found.upper


# Workers that die


class Killing(FunctionTransformer):
    """The identity; kills the process that uses it on so many points, if it may.

    A kill takes a file off the folder of lives.
    """

    def __init__(self, n_rows, lives):
        super().__init__()
        self.n_rows = n_rows
        self.lives = lives

    def transform(self, X):
        lives = sorted(Path(self.lives).iterdir())
        if len(X) == self.n_rows and lives:
            lives[0].unlink()
            os.kill(os.getpid(), signal.SIGKILL)
        return X


def killing(tmp_path, n_kills):
    """Return a transformer that kills workers at six points."""
    for life in range(n_kills):
        (tmp_path / str(life)).touch()
    return Killing(6 * GRID["n_trials"], str(tmp_path))


@kills_processes
@pytest.mark.slow
def test_a_worker_that_dies_is_replaced(tmp_path):
    curve = curve_of_three(killing(tmp_path, 1), n_jobs=2)
    assert not list(tmp_path.iterdir())
    assert_same_rows(curve, curve_of_three())


@kills_processes
@pytest.mark.slow
def test_what_is_finished_is_returned_when_workers_die_all_the_time(tmp_path):
    with pytest.warns(RuntimeWarning, match="died repeatedly.*2 of 3 rows"):
        curve = curve_of_three(killing(tmp_path, 20), n_jobs=2)
    assert list(tmp_path.iterdir())
    expected = curve_of_three(n_points=[4, 8])
    assert_same_rows(curve, expected)


@kills_processes
@pytest.mark.slow
def test_where_nothing_can_be_finished_the_error_is_raised(tmp_path):
    with pytest.raises(BrokenExecutor):
        curve_of_three(killing(tmp_path, 20), n_points=[6], n_jobs=2)


def test_the_search_does_not_depend_on_workers():
    with joblib.parallel_config(backend="threading", n_jobs=2):
        found = empirical_capacity(n_features=3, random_state=0)
    alone = empirical_capacity(n_features=3, random_state=0)
    assert_same_rows(found.curve, alone.curve)


# Interrupts


class InterruptedAfter:
    """A progress bar at which the user presses Ctrl-C."""

    def __init__(self, n_updates):
        self.n_updates = n_updates

    def __call__(self, total):
        return self

    def update(self, n):
        self.n_updates -= 1
        if self.n_updates == 0:
            signal.raise_signal(signal.SIGINT)

    def close(self):
        pass


@pytest.mark.parametrize("n_jobs", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_an_interrupt_returns_the_finished_rows(n_jobs, default_handler):
    n_points = [3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
    with pytest.warns(RuntimeWarning, match=r"Interrupted: \d of 10 rows"):
        curve = curve_of_three(
            n_points=n_points, progress=InterruptedAfter(3), n_jobs=n_jobs
        )
    assert len(curve) == 3
    complete = curve_of_three(n_points=n_points)
    rows = complete[complete["n_points"].isin(curve["n_points"])]
    assert_same_rows(curve, rows.reset_index(drop=True))


class Interrupting(FunctionTransformer):
    """The identity, during which the user presses Ctrl-C at six points."""

    def transform(self, X):
        if len(X) == 6 * GRID["n_trials"]:
            signal.raise_signal(signal.SIGINT)
        return X


def test_an_interrupt_within_a_batch_returns_the_rows_before(default_handler):
    with pytest.warns(RuntimeWarning, match="Interrupted: 1 of 3 rows"):
        curve = curve_of_three(Interrupting())
    assert curve["n_points"].tolist() == [4]


def test_an_interrupt_before_anything_is_finished_returns_an_empty_table(
    default_handler,
):
    with pytest.warns(RuntimeWarning, match="Interrupted: 0 of 2 rows"):
        curve = curve_of_three(Interrupting(), n_points=[6, 8])
    assert len(curve) == 0
    assert set(MEASURED) < set(curve.columns)


def test_an_interrupted_search_returns_what_it_knew(default_handler):
    with pytest.warns(RuntimeWarning, match="Interrupted: the interval is wider"):
        found = empirical_capacity(
            n_features=5, progress=InterruptedAfter(4), random_state=0
        )
    assert found.lower <= 10 <= found.upper
    assert len(found.curve) >= 1
    assert np.isfinite(found.lower)
