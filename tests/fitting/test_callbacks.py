"""scikit-learn's callbacks on networks: alone, in pipelines, in searches."""

import importlib
import sys
import threading
import warnings

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from tasks import ALL, BOTH, assert_bitwise_same_network

import skbackprop
from skbackprop import MLPClassifier, RecurrentClassifier
from skbackprop.engine.debugging import rows_per_block

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

try:
    from sklearn.callback import ProgressBar, ScoringMonitor
except ImportError:
    ProgressBar = ScoringMonitor = None
needs_callbacks = pytest.mark.skipif(
    ProgressBar is None, reason="callbacks came with scikit-learn 1.9"
)

X, Y = load_iris(return_X_y=True)
NET = MLPClassifier((5,), max_iter=6, random_state=0)


class Diary:
    """Writes down what it is told, and stops after some epochs."""

    def __init__(self, stop_after=np.inf):
        self.stop_after, self.pages = stop_after, []

    def setup(self, estimator, context):
        self.pages.append("setup")

    def teardown(self, estimator, context):
        self.pages.append("teardown")

    def on_fit_task_begin(self, estimator, context):
        self.pages.append(f"begin {context.task_name} {context.task_id}")

    def on_fit_task_end(self, estimator, context):
        self.pages.append(f"end {context.task_name} {context.task_id}")
        return context.task_name == "epoch" and context.task_id + 1 >= self.stop_after


class Witness(Diary):
    """Keeps the networks that it is shown, and what they were fitted to."""

    def __init__(self):
        super().__init__()
        self.networks = []

    def on_fit_task_end(
        self,
        estimator,
        context,
        *,
        X=None,
        y=None,
        metadata=None,
        fitted_estimator=None,
    ):
        self.data = X, y, metadata
        self.networks.append(fitted_estimator)


def pages_of(n_epochs):
    """What a diary says after so many epochs."""
    epochs = [f"{way} epoch {i}" for i in range(n_epochs) for way in ("begin", "end")]
    return ["setup", "begin fit 0", *epochs, "end fit 0", "teardown"]


@needs_callbacks
@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
@pytest.mark.parametrize("task", ALL, ids=str)
def test_each_epoch_begins_and_ends_and_nothing_else_changes(task, solver):
    diary = Diary()
    ours = task.ours(solver=solver).set_callbacks(diary).fit(task.X, task.y)
    assert diary.pages == pages_of(ours.n_iter_)
    assert_bitwise_same_network(ours, task.ours(solver=solver).fit(task.X, task.y))


@needs_callbacks
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_fits_of_several_threads_tell_their_callbacks_the_same(solver):
    witnesses = Witness(), Witness()
    with rows_per_block(32):
        for n_jobs, witness in zip((1, 3), witnesses, strict=True):
            net = clone(NET).set_params(solver=solver, n_jobs=n_jobs)
            net.set_callbacks(witness).fit(X, Y)
    alone, together = (witness.networks for witness in witnesses)
    assert len(together) == 7
    for one, other in zip(alone, together, strict=True):
        assert_bitwise_same_network(one, other)


@needs_callbacks
def test_an_error_of_a_callback_leaves_no_thread_and_the_network_of_before():
    class Faulty(Diary):
        def on_fit_task_end(self, estimator, context):
            if context.task_id == 2:
                raise RuntimeError("what the callback met")

    net = clone(NET).set_params(n_jobs=3).fit(X, Y)
    before, n_threads = net._parameters.copy(), threading.active_count()
    with rows_per_block(32), pytest.raises(RuntimeError, match="what the callback met"):
        net.set_callbacks(Faulty()).fit(X, Y)
    assert_array_equal(net._parameters, before)
    assert threading.active_count() == n_threads


@needs_callbacks
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
@pytest.mark.parametrize("task", BOTH, ids=str)
def test_a_request_to_stop_is_honoured_without_a_warning(task, solver):
    diary = Diary(stop_after=3)
    ours = task.ours(solver=solver, tol=0).set_callbacks(diary)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ours.fit(task.X, task.y)
    assert ours.n_iter_ == 3
    assert diary.pages == pages_of(3)
    expected = task.ours(solver=solver, tol=0, max_iter=3).fit(task.X, task.y)
    assert_bitwise_same_network(ours, expected)


@needs_callbacks
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_a_network_of_the_moment_is_made_for_those_who_ask(solver):
    witness = Witness()
    weights = np.ones(len(Y))
    net = clone(NET).set_params(solver=solver).set_callbacks(witness)
    net.fit(X, Y, sample_weight=weights)
    assert witness.data[0] is X
    assert witness.data[1] is Y
    assert witness.data[2]["sample_weight"] is weights
    *epochs, whole = witness.networks
    assert len(epochs) == 6
    for i, network in enumerate(epochs):
        expected = clone(net).set_params(max_iter=i + 1).fit(X, Y, weights)
        assert_bitwise_same_network(network, expected)
        assert_array_equal(network.predict_proba(X), expected.predict_proba(X))
        assert network.loss_ == expected.loss_
    assert_bitwise_same_network(whole, net)


@needs_callbacks
def test_where_a_set_validates_the_network_is_the_best_so_far():
    witness = Witness()
    net = clone(NET).set_params(learning_rate_init=0.1, max_iter=12)
    net.set_callbacks(witness).fit(X[::2], Y[::2], X_val=X[1::2], y_val=Y[1::2])
    best = np.maximum.accumulate(net.validation_scores_)
    scores = [network.score(X[1::2], Y[1::2]) for network in witness.networks]
    assert scores == [*best, best[-1]]


@needs_callbacks
def test_callbacks_are_torn_down_whatever_happens():
    class Broken(Diary):
        def on_fit_task_end(self, estimator, context):
            raise RuntimeError("broken")

    broken = Broken()
    net = clone(NET).set_callbacks(broken)
    with pytest.raises(RuntimeError, match="broken"):
        net.fit(X, Y)
    assert broken.pages[-1] == "teardown"
    diary = Diary()
    with pytest.raises(ValueError, match="NaN"):
        net.set_callbacks(diary).fit(X * np.nan, Y)
    assert diary.pages == []


@needs_callbacks
def test_divergence_is_told_after_the_callbacks_are_torn_down():
    diary = Diary()
    net = skbackprop.MLPRegressor(
        solver="sgd", learning_rate_init=1e6, activation="identity", random_state=0
    )
    with pytest.raises(skbackprop.DivergenceError):
        net.set_callbacks(diary).fit(1e3 * X, Y)
    assert diary.pages[-1] == "teardown"


@needs_callbacks
def test_partial_fit_tells_nobody():
    diary = Diary()
    clone(NET).set_callbacks(diary).partial_fit(X, Y, classes=[0, 1, 2])
    assert diary.pages == []


@needs_callbacks
def test_a_network_with_callbacks_is_saved_without_them(tmp_path):
    net = clone(NET).set_params(checkpoint=tmp_path / "fit.npz")
    net.set_callbacks(Diary()).fit(X, Y).save(tmp_path / "net.npz")
    assert not hasattr(MLPClassifier.load(tmp_path / "net.npz"), "_skl_callbacks")


# scikit-learn's own


def alone(callback):
    return clone(NET).set_callbacks(callback)


def in_a_pipeline(callback):
    return make_pipeline(StandardScaler(), clone(NET)).set_callbacks(callback)


def in_a_search(callback):
    pipe = make_pipeline(StandardScaler(), clone(NET))
    grid = {"mlpclassifier__alpha": [1e-4, 1e-2]}
    return GridSearchCV(pipe, grid, cv=3).set_callbacks(callback)


ROOMS = [alone, in_a_pipeline, in_a_search]


@needs_callbacks
@pytest.mark.parametrize("room", ROOMS)
def test_the_progress_bar_shows_the_epochs(room, capsys):
    pytest.importorskip("rich")
    room(ProgressBar(max_propagation_depth=None)).fit(X, Y)
    said = capsys.readouterr().out
    assert "MLPClassifier" in said
    assert "100%" in said


@needs_callbacks
@pytest.mark.parametrize("room", ROOMS)
def test_the_scoring_monitor_scores_each_epoch(room):
    monitor = ScoringMonitor(scoring="accuracy")
    model = room(monitor)
    if room is not alone:
        net = model.estimator[-1] if room is in_a_search else model[-1]
        model.set_callbacks()
        net.set_callbacks(monitor)
    model.fit(X, Y)
    log = monitor.get_logs().data_as_pandas
    epochs = log[log["task_name"] == "epoch"]
    n_fits = 2 * 3 + 1 if room is in_a_search else 1
    assert len(epochs) == 6 * n_fits
    assert epochs["accuracy"].between(0, 1).all()
    if room is alone:
        assert epochs["accuracy"].iloc[-1] == model.score(X, Y)


@needs_callbacks
def test_sequences_are_monitored_too():
    monitor = ScoringMonitor(scoring="accuracy")
    net = RecurrentClassifier((4,), max_iter=3, random_state=0).set_callbacks(monitor)
    net.fit(X[:, :, np.newaxis], Y)
    epochs = monitor.get_logs().data_as_pandas["task_name"].tolist()
    assert epochs.count("epoch") == 3


# Where nobody listens


@needs_callbacks
def test_epochs_are_run_many_at_a_time_where_nobody_listens(
    monkeypatch, all_epochs_per_call
):
    calls = calls_for_epochs(monkeypatch, clone(NET))
    assert calls == [1, 5]
    assert calls_for_epochs(monkeypatch, clone(NET).set_callbacks(Diary())) == [1] * 6


def calls_for_epochs(monkeypatch, net):
    from skbackprop.engine import training

    calls, run = [], training._Epochs.run

    def counting(epochs, at_most):
        found = run(epochs, at_most)
        calls.append(len(found.losses))
        return found

    with monkeypatch.context() as patch:
        patch.setattr(training._Epochs, "run", counting)
        net.fit(X, Y)
    return calls


def test_before_scikit_learn_1_9_there_are_no_callbacks(monkeypatch):
    import skbackprop.fitting.callbacks

    monkeypatch.setitem(sys.modules, "sklearn.callback", None)
    try:
        older = importlib.reload(skbackprop.fitting.callbacks)
        assert not hasattr(older.CallbackSupportMixin, "set_callbacks")
        assert older.with_callbacks(len) is len
        assert older.begin_callbacks(clone(NET), {}, False) is None
    finally:
        monkeypatch.undo()
        importlib.reload(skbackprop.fitting.callbacks)


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_warnings_point_to_the_line_that_called_fit(solver):
    with pytest.warns(ConvergenceWarning) as caught:
        clone(NET).set_params(solver=solver, tol=0).fit(X, Y)
    assert [warning.filename for warning in caught] == [__file__]


# L-BFGS


@pytest.mark.parametrize("task", ALL, ids=str)
def test_the_history_of_lbfgs_has_a_row_for_each_iteration(task):
    ours = task.ours(solver="lbfgs", alpha=0.1).fit(task.X, task.y)
    history = ours.history_
    assert history["epoch"] == list(range(1, ours.n_iter_ + 1))
    assert history["loss"][-1] == pytest.approx(ours.loss_, rel=1e-12)
    squares = sum((w**2).sum() for w in ours.coefs_)
    expected = 0.05 * squares / len(task.X)
    assert history["penalty"][-1] == pytest.approx(expected)
    assert (np.diff(history["loss"]) <= 0).all()
    assert np.isfinite(history["gradient_norm"]).all()
    assert np.isnan(history["learning_rate"]).all()
