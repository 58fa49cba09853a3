"""Recurrent estimators: how they go on, what limits them, how they are kept."""

import pickle

import numpy as np
import pytest
from jit_marks import EXECUTORS, needs_jit
from joblib import parallel_backend
from recurrent_tasks import (
    RAGGED,
    X,
    assert_same_outputs,
    each_cell,
    each_form,
    each_task,
    estimator_for,
    outputs_of,
    targets_for,
)
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from unrolled import CELLS, READOUTS

from skbackprop import RecurrentClassifier
from skbackprop.engine import Executor, ReferenceExecutor
from skbackprop.exceptions import DivergenceError
from skbackprop.fitting import session
from skbackprop.kernels import jit

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


# Training goes on


@each_task
@pytest.mark.parametrize("by_steps", [False, True])
def test_ten_and_ten_epochs_are_twenty(task, by_steps):
    y = targets_for(task, RAGGED, by_steps)
    settings = {"return_sequences": by_steps, "tol": 0.0}
    twice = estimator_for(task, warm_start=True, **settings, max_iter=10)
    twice.fit(RAGGED, y).fit(RAGGED, y)
    once = estimator_for(task, **settings, max_iter=20).fit(RAGGED, y)
    assert twice.loss_curve_ == once.loss_curve_
    assert_same_outputs(twice, once, RAGGED)


@each_task
@pytest.mark.parametrize("by_steps", [False, True])
def test_partial_fit_goes_on_with_sequences_of_other_lengths(task, by_steps):
    ours = estimator_for(task, return_sequences=by_steps)
    known = {}
    if ours.__class__ is RecurrentClassifier and task != "multilabel":
        flat = np.concatenate(targets_for(task, RAGGED, True))
        known = {"classes": np.unique(flat)}
    parts = (X, X[:, :3], RAGGED, RAGGED[:20], np.tile(X, (1, 3, 1)))
    for i, part in enumerate(parts, start=1):
        ours.partial_fit(part, targets_for(task, part, by_steps), **known)
        assert len(ours.loss_curve_) == i
    assert ours.predict(X).shape[:1] == (40,)
    whole = clone(ours).set_params(shuffle=False, max_iter=2, tol=0.0)
    parts = clone(whole)
    y = targets_for(task, X, by_steps)
    whole.fit(X, y)
    parts.partial_fit(X, y, **known).partial_fit(X, y)
    if not known or len(known["classes"]) == len(whole.classes_):
        assert_same_outputs(parts, whole, X)


@pytest.mark.parametrize(
    "change",
    [
        {"cell": "relu"},
        {"readout": "max"},
        {"bidirectional": True},
        {"hidden_layer_sizes": (5, 5)},
        {"return_sequences": True},
    ],
    ids=str,
)
def test_a_warm_start_as_another_net_is_refused_in_few_words(change):
    y = targets_for("regression", X, False)
    ours = estimator_for("regression", cell="tanh", warm_start=True).fit(X, y)
    expected = ours.predict(X)
    ours.set_params(**change)
    y = targets_for("regression", X, "return_sequences" in change)
    with pytest.raises(ValueError, match=r"another network.*\n.*cell='tanh'") as error:
        ours.fit(X, y)
    assert len(str(error.value)) < 500
    np.testing.assert_array_equal(ours.predict(X), expected)


def test_a_warm_start_may_truncate_backprop_elsewhere():
    y = targets_for("regression", X, False)
    ours = estimator_for("regression", warm_start=True).fit(X, y)
    assert len(ours.set_params(bptt_steps=2).fit(X, y).loss_curve_) == 6


@pytest.mark.parametrize(
    "change",
    [
        {"cell": "lstm"},
        {"readout": "mean"},
        {"bidirectional": True},
        {"hidden_layer_sizes": 50},
        {"return_sequences": True},
        {"bptt_steps": 1},
    ],
    ids=str,
)
def test_parameters_set_after_a_fit_do_not_change_predictions(change):
    y = targets_for("binary", X, False)
    ours = estimator_for("binary").fit(X, y)
    expected = outputs_of(ours, X)
    score = ours.score(X, y)
    ours.set_params(**change)
    for a, b in zip(outputs_of(ours, X), expected, strict=True):
        np.testing.assert_array_equal(a, b)
    assert ours.score(X, y) == score


# Training that looks at held-out sequences, weights, limits


@each_task
@each_form
@pytest.mark.parametrize("by_steps", [False, True])
def test_early_stopping_scores_as_score_does(task, sequences, by_steps):
    """With all weights as good as fixed, the score is that of the rows held out."""
    y = targets_for(task, sequences, by_steps)
    settings = {"return_sequences": by_steps, "early_stopping": True, "max_iter": 1}
    settings |= {"validation_fraction": 0.5, "learning_rate_init": 1e-30}
    ours = estimator_for(task, batch_size=4, **settings).fit(sequences, y)
    held_out = ours._training_state.validation
    score = ours.score([sequences[i] for i in held_out], [y[i] for i in held_out])
    np.testing.assert_allclose(ours.validation_scores_, score)
    assert len(held_out) == 20


@each_task
@pytest.mark.parametrize("by_steps", [False, True])
def test_integer_weights_are_repetitions(task, by_steps):
    y = targets_for(task, RAGGED, by_steps)
    weights = np.arange(40) % 3
    which = np.repeat(np.arange(40), weights)
    settings = {"return_sequences": by_steps, "solver": "lbfgs", "max_iter": 5}
    weighted = estimator_for(task, **settings).fit(RAGGED, y, weights)
    repeated = estimator_for(task, **settings)
    repeated.fit([RAGGED[i] for i in which], [y[i] for i in which])
    np.testing.assert_allclose(weighted.loss_, repeated.loss_, rtol=1e-6)
    assert_same_outputs(weighted, repeated, RAGGED[1:3], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kind", EXECUTORS)
def test_gradients_that_explode_are_clipped(kind, dtype, monkeypatch):
    monkeypatch.setattr(session, "make_executor", kind)
    long = np.random.default_rng(0).normal(size=(20, 30, 2))
    y = targets_for("regression", long, False)
    settings = {"solver": "sgd", "momentum": 0.0, "alpha": 0.0, "batch_size": 20}
    settings |= {"max_iter": 1, "learning_rate_init": 1.0, "dtype": dtype}
    settings |= {"cell": "relu"}
    begin = estimator_for("regression", **{**settings, "learning_rate_init": 1e-30})
    begin = begin.fit(long, y)._parameters
    free = estimator_for("regression", **settings).fit(long, y)._parameters - begin
    norm = np.linalg.norm(free)
    for limit, factor in ((norm / 50, 0.02), (norm * 2, 1.0)):
        ours = estimator_for("regression", clip_grad_norm=float(limit), **settings)
        step = ours.fit(long, y)._parameters - begin
        np.testing.assert_allclose(step, factor * free, rtol=2e-3, atol=2e-4 * norm)
        assert np.linalg.norm(step) <= limit * 1.0001


def test_clipping_lets_a_net_learn_that_would_diverge():
    long = np.random.default_rng(0).normal(size=(30, 60, 1)) * 3
    y = long[:, :, 0].sum(axis=1)
    settings = {"cell": "relu", "solver": "sgd", "learning_rate_init": 0.1}
    with pytest.raises(DivergenceError):
        estimator_for("regression", **settings, max_iter=20).fit(long, y)
    ours = estimator_for("regression", **settings, max_iter=20, clip_grad_norm=0.1)
    assert np.isfinite(ours.fit(long, y).loss_)


# Both executors


@needs_jit
@each_task
@pytest.mark.parametrize("by_steps", [False, True])
@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
def test_estimators_learn_the_same_on_both_executors(
    task, by_steps, solver, monkeypatch
):
    y = targets_for(task, RAGGED, by_steps)
    settings = {"return_sequences": by_steps, "solver": solver, "readout": "mean"}
    fits = []
    for kind in (ReferenceExecutor, Executor):
        monkeypatch.setattr(session, "make_executor", kind)
        fits.append(estimator_for(task, **settings).fit(RAGGED, y))
    np.testing.assert_allclose(fits[0].loss_, fits[1].loss_, rtol=1e-7)
    assert_same_outputs(*fits, RAGGED, rtol=1e-5, atol=1e-6)


@needs_jit
@each_cell
def test_a_new_architecture_compiles_nothing(cell):
    """All sizes, depths, directions, lengths and readouts run the same kernels."""
    y, values = targets_for("binary", X, False), targets_for("binary", X, True)
    known = {"cell": cell, "max_iter": 1}
    for readout in READOUTS[:3]:
        estimator_for("binary", readout=readout, **known).fit(RAGGED, y)
    estimator_for("binary", (4, 3), bidirectional=True, bptt_steps=2, **known).fit(X, y)
    estimator_for("binary", return_sequences=True, **known).fit(X, values)
    before = set(jit._addresses)
    n_before = jit.n_compiled
    for readout in READOUTS[:3]:
        estimator_for(
            "binary",
            (17, 6, 33),
            bidirectional=True,
            readout=readout,
            bptt_steps=3,
            **known,
        ).fit(np.tile(X, (1, 2, 2)), y)
    estimator_for("binary", (9, 2), return_sequences=True, **known).fit(
        np.tile(X[:, :4], (1, 1, 3)), values[:, :4]
    ).predict(X[:, :5].repeat(3, axis=2))
    assert jit.n_compiled == n_before
    assert set(jit._addresses) == before


# Storage and searches


@each_task
@pytest.mark.parametrize("by_steps", [False, True])
@pytest.mark.parametrize("way", ["pickle", "skops"])
def test_stored_estimators_predict_and_go_on_as_before(task, by_steps, way):
    y = targets_for(task, RAGGED, by_steps)
    ours = estimator_for(task, return_sequences=by_steps, warm_start=True)
    ours.fit(RAGGED, y)
    if way == "pickle":
        loaded = pickle.loads(pickle.dumps(ours))
    else:
        io = pytest.importorskip("skops.io")
        stored = io.dumps(ours)
        untrusted = io.get_untrusted_types(data=stored)
        assert all(name.startswith("skbackprop.") for name in untrusted), untrusted
        loaded = io.loads(stored, trusted=untrusted)
    assert_same_outputs(loaded, ours, RAGGED)
    assert_same_outputs(loaded.fit(RAGGED, y), ours.fit(RAGGED, y), RAGGED)


def test_clones_have_the_parameters_and_nothing_else():
    ours = estimator_for("binary", cell="lstm", bidirectional=True, n_timesteps=6)
    ours.fit(X, targets_for("binary", X, False))
    assert clone(ours).get_params() == ours.get_params()
    assert not hasattr(clone(ours), "graph_")


@pytest.mark.parametrize("backend", ["threading", "loky"])
@each_form
def test_a_search_over_cells(backend, sequences):
    y = targets_for("binary", sequences, False)
    grid = {"cell": CELLS}
    ours = estimator_for("binary", max_iter=20, learning_rate_init=0.02)
    with parallel_backend(backend, n_jobs=2):
        search = GridSearchCV(ours, grid, cv=2).fit(sequences, y)
    alone = GridSearchCV(ours, grid, cv=2).fit(sequences, y)
    assert search.best_params_ == alone.best_params_
    np.testing.assert_array_equal(
        search.cv_results_["mean_test_score"], alone.cv_results_["mean_test_score"]
    )
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
