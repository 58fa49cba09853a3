"""Training with a learning rate for each weight, by its second derivative."""

import dataclasses

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from tasks import ALL, TASKS, assert_bitwise_same_network, parameters_of, some_zeros
from training_sessions import (
    LOSS,
    PLAN,
    PROGRAM,
    Session,
    assert_same_bits,
    both_executors,
)

from skbackprop import MLPRegressor, NetworkClassifier, RecurrentClassifier
from skbackprop.engine import training
from skbackprop.engine.optimizers import SDLM, SGD
from skbackprop.engine.penalties import Penalties
from skbackprop.engine.reference.curvature import gauss_newton_diagonal
from skbackprop.engine.reference.executor import ReferenceExecutor
from skbackprop.engine.schedules import Cosine
from skbackprop.network import BatchNorm, Graph, Input, Linear
from skbackprop.network.chain import mlp_graph

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
PLAIN = dataclasses.replace(
    PLAN, optimizer=SDLM(0.0, False, 0.02), shuffle=False, penalties=Penalties()
)
BOTH_DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def curvature_of(session):
    rows = np.arange(42)
    return gauss_newton_diagonal(
        PROGRAM, session.parameters, LOSS, session.samples, rows
    )


def gradient_of(session, rows, parameters):
    samples = session.samples
    part = samples._replace(X=samples.X[rows], targets=samples.targets[rows])
    executor = ReferenceExecutor(PROGRAM, parameters, LOSS)
    executor.objective(part)
    return executor.gradient.astype(np.float64)


# Steps


@BOTH_DTYPES
@both_executors
@pytest.mark.parametrize(("momentum", "nesterov"), [(0.0, 0), (0.5, 0), (0.5, 1)])
def test_steps_are_those_of_the_closed_form(kind, dtype, momentum, nesterov):
    """Three epochs: rates change from epoch to epoch, not from step to step."""
    optimizer = SDLM(momentum, bool(nesterov), 0.1)
    session = Session(kind, dataclasses.replace(PLAIN, optimizer=optimizer), dtype)
    w, v = session.parameters.astype(np.float64), 0.0
    for _ in range(3):
        rates = 0.01 / (curvature_of(session) + 0.1)
        for start in range(0, 42, 8):
            g = gradient_of(session, np.arange(start, min(start + 8, 42)), w)
            v = momentum * v - rates * g
            w = w + (momentum * v - rates * g if nesterov else v)
        session.train(max_epochs=1)
        rtol = 1e-5 if dtype == np.float32 else 1e-11
        assert_allclose(session.parameters, w, rtol=rtol, atol=rtol)


def test_the_slots_hold_the_rates_of_the_last_epoch():
    session = Session(ReferenceExecutor, PLAIN)
    expected = 1 / (curvature_of(session) + 0.02)
    session.train(max_epochs=1)
    assert_array_equal(session.state.slots[1], expected)


@both_executors
def test_executors_agree(kind):
    sessions = [Session(k, PLAIN) for k in (kind, ReferenceExecutor)]
    for session in sessions:
        session.train(shuffle=True)
    assert_allclose(sessions[0].parameters, sessions[1].parameters, rtol=1e-9)


def test_features_of_any_scale_are_learned_at_the_same_rate(rng):
    X, scales = rng.normal(size=(80, 3)), np.array([2.0**-9, 1.0, 2.0**9])
    y = X @ [1.0, -2.0, 0.5]
    settings = {
        "hidden_layer_sizes": (),
        "solver": "sdlm",
        "damping": 1e-12,
        "momentum": 0.0,
        "alpha": 0.0,
        "learning_rate_init": 0.5,
        "batch_size": 80,
        "max_iter": 30,
        "random_state": 0,
    }
    assert MLPRegressor(**settings).fit(X, y).score(X, y) > 0.9999
    X = X * scales
    assert MLPRegressor(**settings).fit(X, y).score(X, y) > 0.9999


def test_a_quadratic_bowl_along_the_axes_takes_one_step():
    """With mu -> 0 the first step, eta = 1, is that of Newton."""
    X = np.vstack([np.diag([1.0, 5.0, 0.1]), -np.diag([1.0, 5.0, 0.1])])
    reg = MLPRegressor(
        hidden_layer_sizes=(),
        solver="sdlm",
        damping=1e-9,
        momentum=0.0,
        alpha=0.0,
        learning_rate_init=1.0,
        max_iter=1,
        random_state=0,
    )
    reg.fit(X, X @ [3.0, -1.0, 2.0] + 4)
    assert_allclose(reg.coefs_[0][:, 0], [3, -1, 2], rtol=1e-5)
    assert_allclose(reg.intercepts_[0], 4, rtol=1e-5)


# The samples that are looked at


def test_of_many_samples_five_hundred_are_looked_at(rng, monkeypatch):
    looked_at = []

    def record(program, parameters, loss, samples, rows, run):
        looked_at.append(rows)
        return gauss_newton_diagonal(program, parameters, loss, samples, rows, run)

    monkeypatch.setattr(training, "gauss_newton_diagonal", record)
    X = rng.normal(size=(700, 3))
    weights = (np.arange(700) < 650).astype(float)
    reg = MLPRegressor(solver="sdlm", max_iter=3, random_state=0)
    reg.fit(X, X[:, 0], sample_weight=weights)
    assert [len(set(rows)) for rows in looked_at] == [500] * 3
    assert len({tuple(rows) for rows in looked_at}) == 3
    assert max(map(max, looked_at)) < 650
    reg.fit(X[:600], X[:600, 0], sample_weight=weights[:600])
    again = MLPRegressor(solver="sdlm", max_iter=3, random_state=1)
    again.fit(X, X[:, 0], sample_weight=weights)
    assert set(looked_at[0]) != set(looked_at[-3]), "the seed has no say"


# In the estimators


@pytest.mark.parametrize("task", ALL, ids=str)
def test_the_loss_of_every_task_goes_down(task):
    fitted = task.ours(solver="sdlm").fit(task.X, task.y)
    assert fitted.loss_curve_[-1] < 0.9 * fitted.loss_curve_[0]


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"dropout": 0.3, "learning_rate": Cosine(), "dtype": "float32"},
        {"learning_rate": "invscaling", "l1_alpha": 0.01, "max_norm": 2.0},
        {"early_stopping": True, "n_iter_no_change": 50, "weight_decay": 0.01},
    ],
    ids=str,
)
def test_two_times_five_epochs_are_ten(settings):
    task = TASKS["multiclass"]
    settings = {"solver": "sdlm", "regularization_start": 2, **settings}
    whole = task.ours(max_iter=10, **settings).fit(task.X, task.y)
    parts = task.ours(max_iter=5, warm_start=True, **settings)
    parts.fit(task.X, task.y).fit(task.X, task.y)
    assert_bitwise_same_network(whole, parts)
    assert whole.loss_curve_ == parts.loss_curve_


@both_executors
def test_calls_may_be_cut_up_anywhere(kind):
    one, other = (
        Session(kind, dataclasses.replace(PLAIN, shuffle=True)) for _ in range(2)
    )
    one.train(max_epochs=7)
    for n_epochs in (3, 1, 3):
        other.train(max_epochs=n_epochs)
    assert_same_bits(one, other)


def test_sparse_samples_lead_to_the_same_place():
    from scipy import sparse

    task = TASKS["binary"]
    X = some_zeros(task.X)
    one = task.ours(solver="sdlm").fit(X, task.y)
    other = task.ours(solver="sdlm").fit(sparse.csr_matrix(X), task.y)
    for a, b in zip(parameters_of(one), parameters_of(other), strict=True):
        assert_allclose(a, b, rtol=1e-7, atol=1e-9)


def test_recurrent_networks_add_up_over_the_steps(rng):
    X = rng.normal(size=(60, 7, 2))
    y = (X.sum(axis=(1, 2)) > 0).astype(int)
    clf = RecurrentClassifier(
        (8,), solver="sdlm", batch_size=10, learning_rate_init=0.01, random_state=0
    )
    assert clf.set_params(max_iter=20).fit(X, y).score(X, y) > 0.9


@pytest.mark.parametrize("schedule", ["invscaling", "exponential"])
def test_schedules_are_followed(schedule):
    task = TASKS["regression"]
    constant = task.ours(solver="sdlm", max_iter=3).fit(task.X, task.y)
    falling = task.ours(solver="sdlm", max_iter=3, learning_rate=schedule)
    falling.fit(task.X, task.y)
    assert not np.array_equal(constant.coefs_[0], falling.coefs_[0])


def test_without_damping_to_speak_of_rates_are_bounded_by_it():
    """Dead units have no curvature, and no gradient either."""
    X = -np.ones((50, 2))
    reg = MLPRegressor(hidden_layer_sizes=(3,), solver="sdlm", max_iter=2)
    reg.fit(X, X[:, 0])
    assert np.isfinite(np.concatenate([w.ravel() for w in reg.coefs_])).all()


# Bad input


def test_damping_is_for_sdlm_only():
    task = TASKS["regression"]
    with pytest.raises(ValueError, match=r"damping=0\.1 .* solver is 'adam'"):
        task.ours(damping=0.1).fit(task.X, task.y)
    with pytest.raises(ValueError, match=r"'damping' .* must be"):
        task.ours(solver="sdlm", damping=0.0).fit(task.X, task.y)


def test_a_graph_without_second_derivatives_is_refused_before_it_is_fitted():
    def normalized(n_features, n_outputs):
        return Graph(Linear(n_outputs)(BatchNorm()(Linear(4)(Input(n_features)))))

    task = TASKS["binary"]
    clf = NetworkClassifier(normalized, solver="sdlm")
    with pytest.raises(ValueError, match=r"solver='sdlm' .*BatchNorm\("):
        clf.fit(task.X, task.y)
    clf.set_params(graph=mlp_graph).fit(task.X, task.y)


def test_the_row_of_the_table_is_sgd_with_rates():
    slots, gradient = np.zeros((2, 4)), np.array([1.0, -2.0, 3.0, 0.5])
    optimizer = SDLM(0.9, True, 0.5)
    optimizer.take_curvature(slots, np.array([0.0, 0.5, 1.5, 4.5]))
    assert_array_equal(slots[1], [2, 1, 0.5, 0.2])
    scaled, _ = SGD(0.9, True).update(1.0, slots[1] * gradient, [0.0], (0.9, 0.1), np)
    found, _ = optimizer.update(1.0, gradient, slots, (0.9, 0.1), np)
    assert_array_equal(found, scaled)
