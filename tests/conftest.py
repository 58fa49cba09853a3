"""What the tests of the estimators share: small data and a quiet start."""

import signal
import warnings

import numpy as np
import pytest

from skbackprop.engine import training
from skbackprop.kernels import jit

pytest.register_assert_rewrite("tasks", "monomial_cases")

# Where numba cannot compile, it is said once, here, and not to the test that
# happens to be the first to fit.
with warnings.catch_warnings():
    warnings.simplefilter("ignore", RuntimeWarning)
    jit.available()


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def one_epoch_per_call(monkeypatch):
    monkeypatch.setattr(training, "_SECONDS_PER_CALL", 0.0)


@pytest.fixture
def all_epochs_per_call(monkeypatch):
    monkeypatch.setattr(training, "_SECONDS_PER_CALL", 1e9)
    monkeypatch.setattr(training, "_MAX_STEPS_PER_CALL", 10**9)


@pytest.fixture
def default_handler():
    """Handle SIGINT as Python does by default, whoever runs the tests."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    signal.signal(signal.SIGINT, before)
