"""What all tests share: which of their cases are run, fixtures, a quiet start.

Folders are those of the package: tests of ``skbackprop/engine/losses/pairs.py`` are
in ``tests/engine/losses/test_pairs.py``. What is true of the package as a whole
stands beside this file. In ``helpers`` are modules that tests import by name: data,
graphs, how results are compared. ``benchmarks`` are run by hand (``make bench``).

Parameters of a test are sampled (see ``helpers/sampling.py``): ``--sample pairs`` is
the default, ``--sample whole`` runs every case, and a case named on the command line
is run whatever the sample.
"""

import signal
import warnings

import numpy as np
import pytest
from sampling import SAMPLES, sampled

from skbackprop.engine import training
from skbackprop.kernels import jit

pytest.register_assert_rewrite("tasks", "monomial_cases")

# Where numba cannot compile, it is said once, here, and not to the test that
# happens to be the first to fit.
with warnings.catch_warnings():
    warnings.simplefilter("ignore", RuntimeWarning)
    jit.available()


def pytest_addoption(parser):
    parser.addoption(
        "--sample",
        choices=SAMPLES,
        default="pairs",
        help="cases of each test: four, all levels of parameters, all pairs, or all",
    )


@pytest.hookimpl(trylast=True)  # of what -k and -m select
def pytest_collection_modifyitems(config, items):
    kept = sampled(items, SAMPLES[config.getoption("sample")])
    config.hook.pytest_deselected(items=set(items).difference(kept))
    items[:] = kept


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
