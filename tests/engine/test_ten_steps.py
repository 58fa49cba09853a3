"""Every solver and schedule over ten steps: both executors go the same way.

The formulas themselves are held against torch and closed forms by the tests of
optimizers and schedules; here whole minibatches are learnt from.
"""

import numpy as np
import pytest
from jit_marks import needs_jit

from skbackprop import MLPRegressor
from skbackprop.engine import Executor, ReferenceExecutor
from skbackprop.engine.schedules import NAMES
from skbackprop.fitting import session
from skbackprop.fitting.settings import SOLVERS

pytestmark = [
    needs_jit,
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
]
X = np.random.default_rng(0).normal(size=(50, 4))
Y = np.column_stack([X @ [1, -1, 2, 0], X[:, 0] * X[:, 1]])


def after_ten_steps(monkeypatch, executor, dtype, **settings):
    """Return the weights that two epochs of five minibatches lead to."""
    monkeypatch.setattr(session, "make_executor", executor)
    net = MLPRegressor(
        hidden_layer_sizes=(5,),
        activation="tanh",
        batch_size=10,
        learning_rate_init=0.01,
        max_iter=2,
        random_state=0,
        dtype=dtype,
        **settings,
    )
    net.fit(X, Y)
    assert net._training_state.n_steps == 10
    return np.concatenate([w.ravel() for w in net.coefs_ + net.intercepts_])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("solver", sorted(SOLVERS))
def test_solvers_go_the_same_way_on_both_executors(solver, dtype, monkeypatch):
    ways = [
        after_ten_steps(monkeypatch, executor, dtype, solver=solver)
        for executor in (Executor, ReferenceExecutor)
    ]
    scale = 1e-4 if dtype == "float32" else 1e-9
    np.testing.assert_allclose(*ways, rtol=scale, atol=scale)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("schedule", NAMES)
def test_schedules_go_the_same_way_on_both_executors(schedule, dtype, monkeypatch):
    settings = {"solver": "sgd", "learning_rate": schedule, "warmup_epochs": 0.5}
    ways = [
        after_ten_steps(monkeypatch, executor, dtype, **settings)
        for executor in (Executor, ReferenceExecutor)
    ]
    scale = 1e-4 if dtype == "float32" else 1e-9
    np.testing.assert_allclose(*ways, rtol=scale, atol=scale)
