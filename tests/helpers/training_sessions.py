"""Networks to be trained, once or repeatedly, for tests of training."""

import dataclasses

import numpy as np
import pytest
from jit_marks import EXECUTORS
from random_graphs import mlp_graph, random_parameters, random_samples

from skbackprop.engine.losses import HalfSquaredError
from skbackprop.engine.observers import Validated
from skbackprop.engine.optimizers import SGD, Adam
from skbackprop.engine.penalties import Penalties
from skbackprop.engine.schedules import Constant
from skbackprop.engine.training import Plan, TrainingState, train
from skbackprop.network.compiler import compile_graph

both_executors = pytest.mark.parametrize("kind", EXECUTORS)
PLAN = Plan(
    optimizer=Adam(0.9, 0.999, 1e-8),
    learning_rate=0.01,
    schedule=Constant(),
    penalties=Penalties(alpha=0.1),
    max_epochs=12,
    shuffle=True,
    tol=0.0,
    max_no_improvement=np.inf,
)
STANDSTILL = dataclasses.replace(
    PLAN, learning_rate=0.0, shuffle=False, tol=1e-4, max_no_improvement=3
)
GRAPH, LOSS = mlp_graph(5, [7], 2), HalfSquaredError()
PROGRAM = compile_graph(GRAPH)


class Session:
    """A network, samples and a state, to be trained once or repeatedly."""

    def __init__(self, kind, plan=PLAN, dtype=np.float64):
        self.plan = plan
        self.samples = random_samples(GRAPH, LOSS, 42, dtype=dtype)
        self.parameters = random_parameters(GRAPH, dtype=dtype)
        self.executor = kind(PROGRAM, self.parameters, LOSS, batch_size=8)
        slots = PROGRAM.allocate(dtype, plan.optimizer.n_slots)
        self.state = TrainingState("any", slots, 42, np.arange(42))
        self.random_state = np.random.RandomState(0)

    def train(self, validate=None, report=None, observers=(), **changes):
        plan = dataclasses.replace(self.plan, **changes)
        return train(
            self.executor,
            self.samples,
            plan,
            self.state,
            self.random_state,
            validate,
            report,
            observers=observers,
        )

    def everything(self):
        """Return all that training leaves behind."""
        state = dataclasses.asdict(self.state)
        state |= state.pop("history")
        del state["seconds"]
        _, key, position, *_ = self.random_state.get_state()
        return {**state, "parameters": self.parameters, "rng": [*key, position]}


def scripted(scores):
    """Return what validates by scores written down beforehand."""
    scores = iter(scores)
    return lambda: Validated(0.0, next(scores))


def assert_same_bits(one, other):
    ours, theirs = one.everything(), other.everything()
    for name in ours:
        np.testing.assert_array_equal(ours[name], theirs[name], err_msg=name)


def record_calls(session):
    """Return the list that the coefficients of each call will be entered in."""
    calls, run_epochs = [], session.executor.run_epochs

    def recording(coefficients, *rest):
        calls.append(coefficients)
        return run_epochs(coefficients, *rest)

    session.executor.run_epochs = recording
    return calls


def diverging(rate=1e3):
    return {
        "learning_rate": rate,
        "optimizer": SGD(0.9, True),
        "max_epochs": 500,
    }


def session_of_sgd(kind, dtype=np.float64):
    return Session(kind, dataclasses.replace(PLAN, optimizer=SGD(0.9, True)), dtype)
