"""A fit that was broken off goes on from its checkpoint as if nothing had been."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import recurrent_tasks
from platform_marks import kills_processes
from resumed_fits import SETTINGS, assert_same_fit
from scipy import sparse
from sklearn.model_selection import GridSearchCV
from tasks import TASKS

import skbackprop
from skbackprop import (
    DivergenceError,
    MLPClassifier,
    MLPRegressor,
    NetworkClassifier,
    NetworkRegressor,
)
from skbackprop.engine import training
from skbackprop.engine.losses import ElementwiseLoss
from skbackprop.engine.schedules import Cosine
from skbackprop.fitting.storage import checkpoints, files
from skbackprop.network import BatchNorm, Elementwise, Graph, Input, Linear, ReLU

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
TASK = TASKS["multiclass"]


@pytest.fixture
def writes_always(monkeypatch, one_epoch_per_call):
    """Write a checkpoint after each epoch."""
    monkeypatch.setattr(checkpoints, "_SECONDS", 0.0)
    monkeypatch.setattr(checkpoints, "_SHARE", np.inf)


class Killed(BaseException):
    """What nothing catches."""


def fit_killed_after(n_writes, estimator, *data, **more):
    """Fit, and die right behind the n-th time that the checkpoint is written."""
    with pytest.MonkeyPatch.context() as patch:
        write, n_left = files.write, iter(range(n_writes - 1, -1, -1))

        def write_and_die(*arguments):
            write(*arguments)
            if next(n_left) == 0:
                raise Killed

        patch.setattr(files, "write", write_and_die)
        with pytest.raises(Killed):
            estimator.fit(*data, **more)


def assert_goes_on(make, path, *data, kill_after=(1, 4), **more):
    """Kill a fit once and again, let it end, compare with one left in peace."""
    expected = make().fit(*data, **more)
    for n_writes in kill_after:
        fit_killed_after(n_writes, make(checkpoint=path), *data, **more)
    resumed = make(checkpoint=path).fit(*data, **more)
    assert_same_fit(resumed, expected)
    return resumed


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
@pytest.mark.filterwarnings("ignore:Got `batch_size`:UserWarning")
def test_a_fit_that_was_killed_goes_on_to_the_same_bits(
    settings, writes_always, tmp_path
):
    def make(**more):
        # Warm starts keep the state of training, to be compared as well.
        defaults = {"n_iter_no_change": 2, "warm_start": True}
        return TASK.ours(**{**defaults, **settings, **more})

    assert_goes_on(make, tmp_path / "fit", TASK.X, TASK.y)


@pytest.mark.parametrize("task", TASKS.values(), ids=str)
def test_every_task_goes_on(task, writes_always, tmp_path):
    weights = np.random.default_rng(0).integers(1, 4, len(task.y))
    if task.kind == "Classifier" or task.settings:
        weights = weights.astype(float)
    assert_goes_on(task.ours, tmp_path / "fit", task.X, task.y, sample_weight=weights)


@pytest.mark.parametrize("name", recurrent_tasks.TASKS)
@pytest.mark.parametrize("sequences", ["X", "RAGGED"])
def test_recurrent_networks_go_on(name, sequences, writes_always, tmp_path):
    X = getattr(recurrent_tasks, sequences)

    def make(**more):
        return recurrent_tasks.estimator_for(name, **{"max_iter": 6, **more})

    y = recurrent_tasks.targets_for(name, X, by_steps=False)
    assert_goes_on(make, tmp_path / "fit", X, y, kill_after=(2,))


def build(n_features, n_outputs):
    h = ReLU()(BatchNorm()(Linear(9)(Input(n_features))))
    return Graph(Linear(n_outputs)(h))


def test_graphs_that_a_function_builds_go_on_with_their_buffers(
    writes_always, tmp_path
):
    def make(**more):
        return NetworkClassifier(
            build, max_iter=8, early_stopping=True, random_state=0, **more
        )

    assert_goes_on(make, tmp_path / "fit", TASK.X, TASK.y)


def test_sparse_samples_go_on(writes_always, tmp_path):
    X = sparse.csr_matrix(np.where(TASK.X > 0.5, TASK.X, 0))
    assert_goes_on(TASK.ours, tmp_path / "fit", X, TASK.y)


@pytest.mark.parametrize("early_stopping", [False, True])
def test_fits_that_are_given_a_validation_set_go_on(
    early_stopping, writes_always, tmp_path
):
    path, data = tmp_path / "fit", (TASK.X[40:], TASK.y[40:])
    validation = {"X_val": TASK.X[:40], "y_val": TASK.y[:40]}

    def make(**more):
        return TASK.ours(early_stopping=early_stopping, **more)

    assert_goes_on(make, path, *data, **validation)
    validation["y_val"] = TASK.y[1:41]
    with pytest.raises(ValueError, match="differs in the validation set. Restore"):
        make(checkpoint=path).fit(*data, **validation)


def test_a_random_state_of_the_users_own_goes_on_with_the_fit(writes_always, tmp_path):
    path = tmp_path / "fit"
    expected, own = np.random.RandomState(3), np.random.RandomState(3)
    TASK.ours(random_state=expected).fit(TASK.X, TASK.y)
    killed = TASK.ours(random_state=np.random.RandomState(3), checkpoint=path)
    fit_killed_after(4, killed, TASK.X, TASK.y)
    TASK.ours(random_state=own, checkpoint=path).fit(TASK.X, TASK.y)
    assert own.uniform() == expected.uniform()


def test_a_fit_without_a_seed_goes_on_with_its_own_weights(writes_always, tmp_path):
    path = tmp_path / "fit"
    settings = {"random_state": None, "checkpoint": path, "max_iter": 6}
    fit_killed_after(3, TASK.ours(**settings), TASK.X, TASK.y)
    stored = files.read(path, "checkpoint", checkpoints.registry())
    resumed = TASK.ours(**settings).fit(TASK.X, TASK.y)
    assert resumed.loss_curve_[:3] == stored["attributes"]["_training_state"].losses
    assert len(resumed.loss_curve_) == resumed.n_iter_ == 6


# A process that is killed

SCRIPT = """
import sys, warnings
import numpy as np
from skbackprop import MLPClassifier
from skbackprop.fitting.storage import checkpoints
checkpoints._SECONDS = 0.0
sys.path[:0] = {paths!r}
from test_checkpoints import endless, TASK
endless({path!r}, 10**9).fit(TASK.X, TASK.y)
"""


def endless(path, max_iter):
    """Return an estimator that ends by ``max_iter`` alone, with all the trimmings."""
    return TASK.ours(
        checkpoint=path,
        max_iter=max_iter,
        n_iter_no_change=np.inf,
        early_stopping=True,
        dropout=0.2,
        max_norm=1.0,
        learning_rate=Cosine(),
    )


@kills_processes
@pytest.mark.slow
def test_a_process_killed_in_mid_fit_loses_nothing_that_was_written(tmp_path):
    path = tmp_path / "fit"
    source = Path(skbackprop.__file__).parent.parent
    here = Path(__file__).parent
    paths = [str(here), str(here.parents[1] / "helpers")]
    script = SCRIPT.format(paths=paths, path=str(path))
    environment = {**os.environ, "PYTHONPATH": str(source)}
    process = subprocess.Popen(
        [sys.executable, "-c", script], env=environment, stderr=subprocess.PIPE
    )
    try:
        while not path.exists() and process.poll() is None:
            time.sleep(0.01)
        assert process.poll() is None, process.stderr.read().decode()
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == -signal.SIGKILL
    stored = files.read(path, "checkpoint", checkpoints.registry())
    max_iter = stored["n_epochs"] + 5
    assert stored["n_epochs"] > 0
    resumed = endless(path, max_iter).fit(TASK.X, TASK.y)
    assert_same_fit(resumed, endless(None, max_iter).fit(TASK.X, TASK.y))


def interrupt_after(n_calls, monkeypatch):
    """Send Ctrl-C while epochs are run the n-th time."""
    run, calls = training._Epochs.run, iter(range(1, 10**6))

    def interrupted(epochs, at_most):
        found = run(epochs, at_most)
        if next(calls) == n_calls:
            signal.raise_signal(signal.SIGINT)
        return found

    monkeypatch.setattr(training._Epochs, "run", interrupted)


def test_ctrl_c_writes_the_checkpoint(
    one_epoch_per_call, default_handler, tmp_path, monkeypatch
):
    path = tmp_path / "fit"
    with monkeypatch.context() as patch:
        interrupt_after(4, patch)
        with pytest.warns(UserWarning, match="interrupted"):
            interrupted = TASK.ours(checkpoint=path).fit(TASK.X, TASK.y)
    assert interrupted.n_iter_ == 4
    resumed = TASK.ours(checkpoint=path).fit(TASK.X, TASK.y)
    assert_same_fit(resumed, TASK.ours().fit(TASK.X, TASK.y))


# When a fit has ended


def refuse_to_train(monkeypatch):
    def run(*arguments):
        pytest.fail("epochs are run")

    monkeypatch.setattr(training._Epochs, "run", run)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"early_stopping": True},
        {"tol": 0.5, "n_iter_no_change": 2, "max_iter": 50},
        {"tol": 0.5, "n_iter_no_change": 2, "early_stopping": True},
    ],
    ids=str,
)
def test_what_has_ended_is_not_done_again(settings, tmp_path, monkeypatch):
    make = lambda: TASK.ours(checkpoint=tmp_path / "fit", **settings)  # noqa: E731
    once = make().fit(TASK.X, TASK.y)
    refuse_to_train(monkeypatch)
    assert_same_fit(make().fit(TASK.X, TASK.y), once)


def test_a_fit_that_converged_is_over_even_if_it_was_killed_at_the_end(
    writes_always, tmp_path, monkeypatch
):
    settings = {"tol": 0.5, "n_iter_no_change": 2, "max_iter": 50}
    expected = TASK.ours(**settings).fit(TASK.X, TASK.y)
    assert expected.n_iter_ < 50
    settings["checkpoint"] = tmp_path / "fit"
    fit_killed_after(expected.n_iter_, TASK.ours(**settings), TASK.X, TASK.y)
    refuse_to_train(monkeypatch)
    assert_same_fit(TASK.ours(**settings).fit(TASK.X, TASK.y), expected)


def test_more_epochs_go_on_from_those_that_were_made(tmp_path):
    path = tmp_path / "fit"
    for max_iter in (4, 10):
        ours = TASK.ours(checkpoint=path, max_iter=max_iter).fit(TASK.X, TASK.y)
    assert_same_fit(ours, TASK.ours(max_iter=10).fit(TASK.X, TASK.y))
    with pytest.raises(ValueError, match="reached epoch 10, beyond max_iter=4"):
        TASK.ours(checkpoint=path, max_iter=4).fit(TASK.X, TASK.y)


def test_a_warm_start_begins_its_next_fit_where_the_last_one_ended(
    writes_always, tmp_path
):
    path = tmp_path / "fit"
    ours, expected = (
        TASK.ours(warm_start=True, max_iter=5, checkpoint=p) for p in (path, None)
    )
    for _ in range(3):
        ours.fit(TASK.X, TASK.y)
        expected.fit(TASK.X, TASK.y)
        assert_same_fit(ours, expected)


def test_a_warm_start_that_was_killed_goes_on(writes_always, tmp_path):
    path, kept = tmp_path / "fit", tmp_path / "kept"
    expected = TASK.ours(warm_start=True).fit(TASK.X, TASK.y)
    expected.save(kept)
    expected.fit(TASK.X, TASK.y)
    for n_writes in (3, 2, None):
        ours = MLPClassifier.load(kept).set_params(checkpoint=path)
        if n_writes:
            fit_killed_after(n_writes, ours, TASK.X, TASK.y)
    assert_same_fit(ours.fit(TASK.X, TASK.y), expected)


def test_a_fit_that_diverges_leaves_no_checkpoint(writes_always, tmp_path):
    path, task = tmp_path / "fit", TASKS["regression"]
    settings = {"solver": "sgd", "momentum": 0, "learning_rate_init": 10.0}
    settings |= {"hidden_layer_sizes": (), "batch_size": 150}  # in some 70 epochs
    settings |= {"max_iter": 200, "n_iter_no_change": 200}
    for _ in range(2):
        with pytest.raises(DivergenceError):
            task.ours(checkpoint=path, **settings).fit(task.X, task.y)
        assert not path.exists()


# How often


def test_a_checkpoint_is_written_after_some_seconds_and_at_the_end(
    one_epoch_per_call, tmp_path, monkeypatch
):
    clock, written = [0.0], []
    monkeypatch.setattr(checkpoints.time, "monotonic", lambda: clock[0])
    run, write = training._Epochs.run, files.write

    def run_for_two_seconds(epochs, at_most):
        clock[0] += 2
        return run(epochs, at_most)

    def write_noting_when(*arguments):
        written.append(clock[0])
        write(*arguments)

    monkeypatch.setattr(training._Epochs, "run", run_for_two_seconds)
    monkeypatch.setattr(files, "write", write_noting_when)
    TASK.ours(checkpoint=tmp_path / "fit").fit(TASK.X, TASK.y)  # 10 epochs
    assert written == [6, 12, 18, 20]


def test_slow_writing_takes_a_small_share_of_the_time(
    one_epoch_per_call, tmp_path, monkeypatch
):
    clock, written = [0.0], []
    monkeypatch.setattr(checkpoints.time, "monotonic", lambda: clock[0])
    run = training._Epochs.run

    def run_for_ten_seconds(epochs, at_most):
        clock[0] += 10
        return run(epochs, at_most)

    def write_for_three_seconds(*arguments):
        clock[0] += 3
        written.append(clock[0])

    monkeypatch.setattr(training._Epochs, "run", run_for_ten_seconds)
    monkeypatch.setattr(files, "write", write_for_three_seconds)
    TASK.ours(checkpoint=tmp_path / "fit").fit(TASK.X, TASK.y)
    # 10 epochs of 10 seconds: after the first, after 60 seconds more, at the end.
    assert written == [13, 76, 109]


def test_a_disk_that_is_full_costs_the_checkpoint_and_not_the_fit(
    tmp_path, monkeypatch
):
    def fail(*arguments):
        raise OSError("No space left on device")

    monkeypatch.setattr(files.os, "fsync", fail)
    with pytest.warns(RuntimeWarning, match="checkpoint=.*No space left"):
        ours = TASK.ours(checkpoint=tmp_path / "fit").fit(TASK.X, TASK.y)
    assert_same_fit(ours, TASK.ours().fit(TASK.X, TASK.y))
    assert list(tmp_path.iterdir()) == []


# Other fits


def test_fits_of_a_search_are_refused_one_checkpoint(tmp_path):
    ours = TASK.ours(checkpoint=tmp_path / "fit")
    search = GridSearchCV(ours, {"alpha": [0.1, 1]}, cv=2, error_score="raise")
    with pytest.raises(ValueError, match="differs in X, y. Restore these"):
        search.fit(TASK.X, TASK.y)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"hidden_layer_sizes": (5,)}, r"hidden_layer_sizes \(\(12, 7\) there, \(5,\)"),
        ({"alpha": 0.5}, r"alpha \(0.0001 there, 0.5 here\)"),
        ({"solver": "sgd"}, r"solver \('adam' there, 'sgd' here\)"),
        ({"random_state": 1}, r"random_state \(0 there, 1 here\)"),
        ({"batch_size": 16, "tol": 0.5}, r"batch_size \(32 .*, tol \(0.0001 there"),
        ({"dtype": "float32"}, r"dtype \(None there, 'float32' here\).*X"),
    ],
    ids=str,
)
def test_other_parameters_are_named(settings, message, tmp_path):
    path = tmp_path / "fit"
    TASK.ours(checkpoint=path).fit(TASK.X, TASK.y)
    before, other = path.read_bytes(), TASK.ours(checkpoint=path, **settings)
    with pytest.raises(ValueError, match=f"checkpoint=.*fit'.*{message}.*delete"):
        other.fit(TASK.X, TASK.y)
    assert path.read_bytes() == before
    assert not other.__sklearn_is_fitted__()


def test_a_number_is_the_same_in_python_and_in_numpy(tmp_path):
    path = tmp_path / "fit"
    for alpha in (np.float64(0.1), 0.1, np.float64(0.1)):
        TASK.ours(checkpoint=path, alpha=alpha).fit(TASK.X, TASK.y)


def test_a_parameter_that_the_file_does_not_know_was_as_by_default(
    tmp_path, monkeypatch
):
    path, names = tmp_path / "fit", checkpoints._FREE
    with monkeypatch.context() as patch:
        patch.setattr(checkpoints, "_FREE", names | {"max_norm"})
        TASK.ours(checkpoint=path).fit(TASK.X, TASK.y)
    TASK.ours(checkpoint=path).fit(TASK.X, TASK.y)
    with pytest.raises(ValueError, match=r"differs in max_norm \(None there, 1.0 he"):
        TASK.ours(checkpoint=path, max_norm=1.0).fit(TASK.X, TASK.y)


@pytest.mark.parametrize("change", ["X", "y", "sample_weight"])
def test_other_data_are_named(change, tmp_path):
    path = tmp_path / "fit"
    weights = np.arange(1.0, len(TASK.y) + 1)
    data = {"X": TASK.X, "y": TASK.y, "sample_weight": weights}
    TASK.ours(checkpoint=path).fit(**data)
    data[change] = np.roll(data[change], 1, axis=0)
    with pytest.raises(ValueError, match=f"differs in {change}. Restore these"):
        TASK.ours(checkpoint=path).fit(**data)


def test_other_labels_and_names_are_named(tmp_path):
    path = tmp_path / "fit"
    names = np.array([f"column {i}" for i in range(8)], dtype=object)
    letters = np.array(["a", "b", "c"], dtype=object)
    TASK.ours(checkpoint=path).fit(pd.DataFrame(TASK.X, None, names), letters[TASK.y])
    frame = pd.DataFrame(TASK.X, None, names[::-1])
    with pytest.raises(ValueError, match="differs in the names of features. Rest"):
        TASK.ours(checkpoint=path).fit(frame, letters[TASK.y])
    with pytest.raises(ValueError, match="differs in the classes, the names of fe"):
        TASK.ours(checkpoint=path).fit(frame, TASK.y)


def test_another_graph_of_the_same_name_is_named(tmp_path):
    def make(n_units):
        def build(n_features, n_outputs):
            return Graph(Linear(n_outputs)(Linear(n_units)(Input(n_features))))

        return NetworkClassifier(
            build, max_iter=2, random_state=0, checkpoint=tmp_path / "fit"
        )

    make(3).fit(TASK.X, TASK.y)
    make(3).fit(TASK.X, TASK.y)
    with pytest.raises(ValueError, match="differs in the network"):
        make(4).fit(TASK.X, TASK.y)


def test_a_refused_checkpoint_leaves_a_fitted_estimator_as_it_was(tmp_path):
    path = tmp_path / "fit"
    TASK.ours(checkpoint=path).fit(TASK.X, TASK.y)
    ours = TASK.ours(max_iter=3).fit(TASK.X, TASK.y)
    expected = ours.predict_proba(TASK.X)
    with pytest.raises(ValueError, match="differs in y"):
        ours.set_params(checkpoint=path, max_iter=10).fit(TASK.X, TASK.y[::-1])
    np.testing.assert_array_equal(ours.predict_proba(TASK.X), expected)


def test_what_is_no_checkpoint_is_refused(tmp_path):
    path = tmp_path / "fit"
    ours = TASK.ours(checkpoint=path).fit(TASK.X, TASK.y)
    content = path.read_bytes()
    path.write_bytes(content[:-100])
    with pytest.raises(ValueError, match="checkpoint=.*is damaged"):
        TASK.ours(checkpoint=path).fit(TASK.X, TASK.y)
    ours.save(path)
    with pytest.raises(ValueError, match="file of a MLPClassifier, not of a check"):
        TASK.ours(checkpoint=path).fit(TASK.X, TASK.y)


def test_settings_that_have_no_epochs_to_go_on_from_are_refused(tmp_path):
    path = tmp_path / "fit"
    with pytest.raises(ValueError, match="checkpoint=.*solver='lbfgs'"):
        TASK.ours(checkpoint=path, solver="lbfgs").fit(TASK.X, TASK.y)
    with pytest.raises(ValueError, match="partial_fit.*checkpoint="):
        TASK.ours(checkpoint=path).partial_fit(TASK.X, TASK.y, classes=[0, 1, 2])
    with pytest.raises(ValueError, match="The 'checkpoint' parameter"):
        TASK.ours(checkpoint=3).fit(TASK.X, TASK.y)
    with pytest.raises(IsADirectoryError, match="checkpoint=.*is a folder"):
        TASK.ours(checkpoint=tmp_path).fit(TASK.X, TASK.y)
    with pytest.raises(FileNotFoundError, match="checkpoint=.*folder that does not"):
        TASK.ours(checkpoint=path / "nowhere").fit(TASK.X, TASK.y)


@dataclass(frozen=True)
class OwnLoss(ElementwiseLoss):
    """Half of the squared error, in a class that no file may name."""

    def value(self, z, t, xp):
        return 0.5 * (z - t) * (z - t)

    def gradient(self, z, t, xp):
        return z - t


@dataclass(frozen=True)
class OwnActivation(Elementwise):
    """The identity, in a class that no file may name."""

    def value(self, x, xp):
        return 1.0 * x

    def derivative(self, x, y, dy, xp):
        return 1.0 * dy


def with_own_module(n_features, n_outputs):
    return Graph(Linear(n_outputs)(OwnActivation()(Input(n_features))))


@pytest.mark.parametrize(
    "estimator, name",
    [
        (MLPRegressor(OwnLoss()), "loss=OwnLoss"),
        (NetworkRegressor(with_own_module), "OwnActivation"),
    ],
    ids=["loss", "module"],
)
def test_what_cannot_be_stored_is_an_error_before_training(
    estimator, name, tmp_path, monkeypatch
):
    monkeypatch.setattr(training, "train", None)
    estimator.set_params(checkpoint=tmp_path / "fit.npz")
    with pytest.raises(TypeError, match=f"{name}.* is a class of your own.*Pickle"):
        estimator.fit(np.eye(4), np.arange(4.0))
    assert not hasattr(estimator, "n_iter_")
    assert not list(tmp_path.iterdir())
