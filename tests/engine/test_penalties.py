"""Penalties against their closed forms, in both executors and dtypes."""

import numpy as np
import pytest
from jit_marks import EXECUTORS
from random_graphs import (
    LOSSES,
    mlp_graph,
    plan_of,
    random_parameters,
    random_samples,
    steps_of,
)
from sklearn.datasets import load_digits, load_iris
from sklearn.exceptions import ConvergenceWarning

from skbackprop import MLPClassifier
from skbackprop.engine.optimizers import SGD, Adam
from skbackprop.engine.penalties import Penalties
from skbackprop.engine.samples import StoppingRule
from skbackprop.engine.schedules import Cosine
from skbackprop.network.compiler import compile_graph

pytestmark = pytest.mark.filterwarnings(
    f"ignore::{ConvergenceWarning.__module__}.ConvergenceWarning"
)
GRAPH, LOSS, RATE, N_SAMPLES = mlp_graph(6, [17], 3), LOSSES[3], 0.1, 23
PROGRAM = compile_graph(GRAPH)
X, Y = load_iris(return_X_y=True)


def train(kind, penalties, optimizer=None, n_steps=1, dtype=np.float64):
    """Return the parameters before and after steps on all samples, and losses."""
    plan = plan_of(optimizer or SGD(0.0, False), penalties)
    parameters = random_parameters(GRAPH, dtype=dtype)
    before = parameters.copy()
    samples = random_samples(GRAPH, LOSS, N_SAMPLES, dtype=dtype, weighted=True)
    executor = kind(PROGRAM, parameters, LOSS, batch_size=N_SAMPLES)
    slots = PROGRAM.allocate(dtype, plan.optimizer.n_slots)
    executor.prepare_training(samples, plan, slots, np.arange(N_SAMPLES))
    table = steps_of(plan, n_steps, RATE).reshape(n_steps, 1, -1)
    run = executor.run_epochs(table, StoppingRule(0.0, np.inf, np.inf, 0))
    return before, parameters, run.losses, samples.weight_sum


def close(dtype):
    return {"rtol": 1e-4, "atol": 1e-5} if dtype == np.float32 else {"rtol": 1e-10}


matrices, vectors = slice(PROGRAM.n_decaying), slice(PROGRAM.n_decaying, None)
both = pytest.mark.parametrize("kind", EXECUTORS)
dtypes = pytest.mark.parametrize("dtype", [np.float32, np.float64])


@both
@dtypes
def test_l1_is_a_proximal_step_behind_the_gradient_step(kind, dtype):
    before, plain, losses, _ = train(kind, Penalties(), dtype=dtype)
    _, found, penalised, total = train(kind, Penalties(l1_alpha=2.0), dtype=dtype)
    threshold = RATE * 2.0 / total
    expected = np.sign(plain) * np.maximum(abs(plain) - threshold, 0)
    np.testing.assert_allclose(found[matrices], expected[matrices], **close(dtype))
    np.testing.assert_array_equal(found[vectors], plain[vectors])
    norm = abs(before[matrices]).astype(np.float64).sum()
    np.testing.assert_allclose(
        penalised - losses, 2.0 * norm / total, rtol=1e-4, atol=1e-6
    )


@both
@dtypes
def test_weight_decay_multiplies_the_weights_before_the_step(kind, dtype):
    before, plain, *_ = train(kind, Penalties(), dtype=dtype)
    _, found, *_ = train(kind, Penalties(weight_decay=0.5), dtype=dtype)
    expected = plain - RATE * 0.5 * before
    np.testing.assert_allclose(found[matrices], expected[matrices], **close(dtype))
    np.testing.assert_array_equal(found[vectors], plain[vectors])


@both
@dtypes
def test_columns_that_are_too_long_are_scaled_down(kind, dtype):
    _, plain, *_ = train(kind, Penalties(), dtype=dtype)
    _, found, *_ = train(kind, Penalties(max_norm=0.3), dtype=dtype)
    n_limited = 0
    for block in PROGRAM.blocks:
        ours, free = block.view(found), block.view(plain)
        if block.is_matrix:
            norms = np.linalg.norm(free, axis=0)
            n_limited += (norms > 0.3).sum()
            free = free * np.minimum(1, 0.3 / norms)
        np.testing.assert_allclose(ours, free, **close(dtype))
    assert n_limited > 0


@both
def test_the_padding_of_weights_stays_zero(kind):
    penalties = Penalties(0.1, 0.1, 0.1, 0.5)
    _, found, *_ = train(kind, penalties, Adam(0.9, 0.999, 1e-8), n_steps=5)
    padded = PROGRAM.expand(PROGRAM.compact(found))
    np.testing.assert_array_equal(found, padded)


def test_penalties_begin_with_their_epoch():
    penalties = Penalties(1.0, 2.0, 3.0, 4.0, start=2.5)
    epochs = np.array([0, 1.75, 2.5, 7])
    table = penalties.coefficients(epochs, np.full(4, 0.5))
    off, on = [0, 0, 0, 0, np.inf], [1.0, 2.0, 1.0, 1.5, 4.0]
    np.testing.assert_array_equal(table, [off, off, on, on])


# As parameters of an estimator


def test_l1_gives_weights_that_are_exactly_zero():
    features, y = load_digits(return_X_y=True)
    settings = {"max_iter": 20, "random_state": 0, "alpha": 0.0, "batch_size": 50}
    dense = MLPClassifier((30,), **settings).fit(features / 16, y)
    sparse = MLPClassifier((30,), l1_alpha=10.0, **settings).fit(features / 16, y)
    share = [np.mean(clf.coefs_[0] == 0) for clf in (dense, sparse)]
    assert share[0] == 0
    assert share[1] > 0.2
    assert sparse.score(features / 16, y) > 0.9


def test_regularization_that_starts_after_training_changes_nothing():
    settings = {"max_iter": 4, "random_state": 0}
    free = MLPClassifier(alpha=0.0, **settings).fit(X, Y)
    late = MLPClassifier(
        alpha=1.0,
        l1_alpha=1.0,
        weight_decay=1.0,
        max_norm=0.1,
        regularization_start=4,
        **settings,
    ).fit(X, Y)
    np.testing.assert_array_equal(free._parameters, late._parameters)
    assert free.loss_curve_ == late.loss_curve_
    early = MLPClassifier(alpha=1.0, regularization_start=3, **settings).fit(X, Y)
    assert (early._parameters != free._parameters).any()


def test_adamw_is_adam_with_decay():
    settings = {"max_iter": 5, "random_state": 0}
    decayed = MLPClassifier(solver="adam", weight_decay=0.01, **settings).fit(X, Y)
    named = MLPClassifier(solver="adamw", **settings).fit(X, Y)
    plain = MLPClassifier(solver="adamw", weight_decay=0.0, **settings).fit(X, Y)
    adam = MLPClassifier(solver="adam", **settings).fit(X, Y)
    np.testing.assert_array_equal(decayed._parameters, named._parameters)
    np.testing.assert_array_equal(plain._parameters, adam._parameters)


@pytest.mark.parametrize(
    "settings",
    [
        {"l1_alpha": 0.1},
        {"weight_decay": 0.1},
        {"max_norm": 1.0},
        {"regularization_start": 2},
        {"warmup_epochs": 2},
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_what_lbfgs_would_ignore_is_refused(settings):
    (name,) = settings
    with pytest.raises(ValueError, match=rf"{name}=.*solver='lbfgs'"):
        MLPClassifier(solver="lbfgs", **settings).fit(X, Y)


@pytest.mark.parametrize(
    "settings",
    [{"l1_alpha": -1.0}, {"max_norm": 0.0}, {"weight_decay": "much"}],
    ids=lambda settings: next(iter(settings)),
)
def test_values_without_meaning_are_refused_by_name(settings):
    (name,) = settings
    with pytest.raises(ValueError, match=f"'{name}' parameter"):
        MLPClassifier(**settings).fit(X, Y)


@pytest.mark.parametrize("solver", ["adagrad", "adamw", "lion", "nadam", "rmsprop"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_every_solver_learns_and_goes_on_bit_for_bit(solver, dtype):
    settings = {
        "solver": solver,
        "random_state": 0,
        "dtype": dtype,
        "learning_rate": Cosine(),  # by name it would span each fit
        "warmup_epochs": 2,
        "learning_rate_init": 0.05 if solver == "adagrad" else 0.01,
    }
    features = (X - X.mean(axis=0)) / X.std(axis=0)
    whole = MLPClassifier(max_iter=40, **settings).fit(features, Y)
    parts = MLPClassifier(max_iter=20, warm_start=True, **settings)
    parts.fit(features, Y).fit(features, Y)
    np.testing.assert_array_equal(whole._parameters, parts._parameters)
    assert whole.score(features, Y) > 0.9
