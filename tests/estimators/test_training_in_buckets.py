"""Training in buckets: what is learned does not depend on how sequences are padded."""

import pickle

import numpy as np
import pytest
from jit_marks import needs_jit
from recurrent_tasks import (
    LENGTHS,
    RAGGED,
    X,
    assert_same_outputs,
    each_task,
    estimator_for,
    targets_for,
)
from sklearn.base import clone

from skbackprop.engine import Executor, ReferenceExecutor
from skbackprop.estimators import sequences
from skbackprop.estimators.sequences import Sequences
from skbackprop.fitting import session
from skbackprop.fitting.storage import checkpoints
from skbackprop.inspection import training_health

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
by_steps_or_not = pytest.mark.parametrize("by_steps", [False, True])


@pytest.fixture
def pads(monkeypatch):
    """Return the function that lets training pad all sequences, or as few as it may."""

    def pad(all_of_them):
        own_step = 10**9 if all_of_them else 0
        monkeypatch.setattr(sequences, "OWN_STEP_TO_TRAIN", own_step)

    pad(all_of_them=False)
    return pad


def executor_of(fit):
    """Return the samples and the executor of what a function fits."""
    found = []
    make = session.make_executor

    def recording(*args, **kwargs):
        found.append(make(*args, **kwargs))
        return found[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "make_executor", recording)
        fit()
    return found[0]


def fits(pads, task, by_steps, settings, **given):
    """Return fits with all sequences padded, and with as few as may be."""
    found = []
    for all_of_them in (True, False):
        pads(all_of_them)
        estimator = estimator_for(task, return_sequences=by_steps, **settings)
        found.append(
            estimator.fit(RAGGED, targets_for(task, RAGGED, by_steps), **given)
        )
    return found


def assert_same_fit(one, other, **close):
    np.testing.assert_allclose(one.loss_curve_, other.loss_curve_, rtol=1e-8)
    assert_same_outputs(one, other, RAGGED, rtol=1e-7, atol=1e-8)
    if one.validation_scores_ is not None:
        np.testing.assert_allclose(one.validation_scores_, other.validation_scores_)
        curves = one.validation_loss_curve_, other.validation_loss_curve_
        np.testing.assert_allclose(*curves, rtol=1e-8)


@pytest.mark.parametrize("readout", ["last", "mean", "max", "steps"])
@each_task
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"bidirectional": True, "bptt_steps": 2},
        {"cell": "lstm", "n_units": (3, 4)},
        {"early_stopping": True, "validation_fraction": 0.4},
        {"solver": "sgd", "clip_grad_norm": 0.1, "learning_rate": "adaptive"},
        {"solver": "sdlm", "cell": "tanh"},
        {"batch_size": 40},
        {"batch_size": 1},
    ],
    ids=str,
)
def test_fits_in_order_do_not_depend_on_padding(task, readout, settings, pads):
    by_steps = readout == "steps"
    settings = {"shuffle": False, "readout": readout, **settings}
    if by_steps:
        settings["readout"] = "last"
    assert_same_fit(*fits(pads, task, by_steps, settings))


@each_task
@by_steps_or_not
def test_weights_and_validation_sets_do_not_depend_on_padding(task, by_steps, pads):
    weights = np.arange(40) % 3 / 2.0
    y = targets_for(task, RAGGED, by_steps)
    given = {
        "sample_weight": weights,
        "X_val": RAGGED[::2],
        "y_val": y[::2],
        "sample_weight_val": weights[::2],
    }
    assert_same_fit(*fits(pads, task, by_steps, {"shuffle": False}, **given))
    alike = [x for x in RAGGED if len(x) == 4]
    for form in (X, alike):  # of one length, where training has several
        val = {"X_val": form, "y_val": targets_for(task, form, by_steps)}
        assert_same_fit(*fits(pads, task, by_steps, {"shuffle": False}, **val))


def test_weights_of_classes_do_not_depend_on_padding(pads):
    settings = {"class_weight": "balanced", "shuffle": False}
    assert_same_fit(*fits(pads, "multiclass", False, settings))


@each_task
@by_steps_or_not
def test_lbfgs_does_not_depend_on_padding(task, by_steps, pads):
    one, other = fits(pads, task, by_steps, {"solver": "lbfgs"})
    np.testing.assert_allclose(one.loss_, other.loss_, rtol=1e-8)
    assert_same_outputs(one, other, RAGGED, rtol=1e-6, atol=1e-7)


@needs_jit
@each_task
@by_steps_or_not
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_both_executors_learn_the_same_in_buckets(
    task, by_steps, solver, pads, monkeypatch
):
    y = targets_for(task, RAGGED, by_steps)
    settings = {"return_sequences": by_steps, "solver": solver, "dropout": 0.2}
    if solver == "lbfgs":
        del settings["dropout"]
    found = []
    for kind in (ReferenceExecutor, Executor):
        monkeypatch.setattr(session, "make_executor", kind)
        found.append(estimator_for(task, **settings).fit(RAGGED, y))
    np.testing.assert_allclose(found[0].loss_, found[1].loss_, rtol=1e-7)
    assert_same_outputs(*found, RAGGED, rtol=1e-5, atol=1e-6)


# One random_state, one fit


@by_steps_or_not
@pytest.mark.parametrize("early_stopping", [False, True])
def test_one_random_state_is_one_fit(by_steps, early_stopping, pads):
    y = targets_for("binary", RAGGED, by_steps)
    settings = {"return_sequences": by_steps, "early_stopping": early_stopping}
    settings |= {"dropout": 0.2, "weight_init": "unit_variance"}
    one, again, other = (
        estimator_for("binary", **settings, random_state=seed).fit(RAGGED, y)
        for seed in (0, 0, 1)
    )
    assert one.loss_curve_ == again.loss_curve_
    assert_same_outputs(one, again, RAGGED)
    assert one.loss_curve_ != other.loss_curve_


@by_steps_or_not
def test_fits_in_buckets_go_on_as_if_they_had_not_been_broken_off(by_steps, pads):
    y = targets_for("regression", RAGGED, by_steps)
    settings = {"return_sequences": by_steps, "dropout": 0.2, "tol": 0.0}
    once = estimator_for("regression", **settings, max_iter=9).fit(RAGGED, y)
    parts = estimator_for("regression", **settings, max_iter=3, warm_start=True)
    parts.fit(RAGGED, y).fit(RAGGED, y)
    parts = pickle.loads(pickle.dumps(parts)).fit(RAGGED, y)
    assert parts.loss_curve_ == once.loss_curve_
    assert_same_outputs(parts, once, RAGGED)


def test_checkpoints_in_buckets_are_gone_on_with(pads, tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints, "_SECONDS", 0.0)
    y = targets_for("regression", RAGGED, False)
    settings = {"dropout": 0.2, "tol": 0.0}
    once = estimator_for("regression", **settings, max_iter=8).fit(RAGGED, y)
    settings["checkpoint"] = str(tmp_path / "fit")
    estimator_for("regression", **settings, max_iter=3).fit(RAGGED, y)
    resumed = estimator_for("regression", **settings, max_iter=8).fit(RAGGED, y)
    assert resumed.loss_curve_ == once.loss_curve_
    assert_same_outputs(resumed, once, RAGGED)
    other = [x.copy() for x in RAGGED]
    other[3][0, 0] += 1
    with pytest.raises(ValueError, match="differs in X"):
        estimator_for("regression", **settings, max_iter=9).fit(other, y)


@by_steps_or_not
def test_partial_fits_in_buckets_are_epochs(by_steps, pads):
    y = targets_for("regression", RAGGED, by_steps)
    whole = estimator_for(
        "regression", return_sequences=by_steps, shuffle=False, max_iter=3, tol=0.0
    )
    parts = clone(whole)
    for _ in range(3):
        parts.partial_fit(RAGGED, y)
    assert_same_outputs(parts, whole.fit(RAGGED, y), RAGGED)
    parts.partial_fit(X, targets_for("regression", X, by_steps))
    parts.partial_fit(RAGGED[:20], y[:20])
    assert len(parts.loss_curve_) == 5


# What it costs


@pytest.mark.parametrize("longest", [100, 1600])
def test_rows_to_train_on_take_as_much_memory_as_there_are_steps(longest):
    lengths = np.append(np.random.default_rng(0).integers(5, 16, 600), longest)
    steps = np.zeros((lengths.sum(), 4))
    rows, layouts = Sequences(steps, lengths).rows_to_train(has_length=True)
    assert sum(array.size for array in rows.arrays) < 2 * 5 * lengths.sum()
    assert [layout.n_timesteps for layout in layouts][-1] == longest
    np.testing.assert_array_equal(np.sort(np.concatenate(rows.rows)), np.arange(601))


@needs_jit
def test_buckets_share_the_memory_that_they_run_in(pads):
    y = targets_for("regression", RAGGED, False)
    executor = executor_of(lambda: estimator_for("regression").fit(RAGGED, y))
    sizes = []
    for part, _ in executor._parts[1]:
        space = part._workspace
        assert space.memory is executor._memory_of_parts
        sizes.append(space.n_elements)
    assert len(sizes) == len(set(LENGTHS))
    assert len(executor._memory_of_parts.values) == max(sizes)
    pads(all_of_them=True)
    padded = executor_of(lambda: estimator_for("regression").fit(RAGGED, y))
    assert max(sizes) <= padded._workspace.n_elements


@pytest.mark.parametrize("held", [X, RAGGED, [x[:3] for x in X]], ids=len)
def test_sequences_that_one_bucket_holds_are_rows_as_ever(held):
    y = targets_for("regression", held, False)
    estimator = estimator_for("regression")
    data = estimator._read_data(held, y, np.float64, reset=True)
    assert isinstance(data.X, np.ndarray)
    assert data.X.shape[1] == data.layout[0].n_columns


def test_the_graph_is_unrolled_for_the_longest(pads):
    y = targets_for("regression", RAGGED, False)
    estimator = estimator_for("regression").fit(RAGGED, y)
    assert estimator.graph_.n_features == 2 * max(LENGTHS)
    assert isinstance(
        pickle.loads(pickle.dumps(estimator)).graph_, type(estimator.graph_)
    )


@by_steps_or_not
def test_the_health_of_training_is_that_of_padded_sequences(by_steps, pads):
    y = targets_for("regression", RAGGED, by_steps)
    estimator = estimator_for("regression", return_sequences=by_steps).fit(RAGGED, y)
    found = []
    for all_of_them in (True, False):
        pads(all_of_them)
        found.append(training_health(estimator, RAGGED, y))
    assert found[0].loss == found[1].loss
    assert found[0].gradient_norm == found[1].gradient_norm
