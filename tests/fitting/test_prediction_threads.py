"""Threads that share the rows of a prediction change no bit of it."""

import threading

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy import sparse

from skbackprop import (
    MLPClassifier,
    MLPRegressor,
    NetworkClassifier,
    RecurrentClassifier,
)
from skbackprop.engine.debugging import executor
from skbackprop.fitting import prediction, threads
from skbackprop.network import BatchNorm, Graph, Input, Linear, ReLU

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

RNG = np.random.default_rng(0)
X = RNG.normal(size=(999, 6))
Y = np.arange(999) % 3
SETTINGS = {"max_iter": 2, "random_state": 0}


def normalised(n_features, n_outputs):
    """Return a network that normalises by what it saw in training."""
    return Graph(Linear(n_outputs)(ReLU()(BatchNorm()(Linear(5)(Input(n_features))))))


NETWORKS = {
    "classes": lambda: MLPClassifier((5, 4), **SETTINGS).fit(X, Y),
    "single": lambda: MLPClassifier((5,), **SETTINGS).fit(X.astype("f4"), Y == 1),
    "numbers": lambda: MLPRegressor(hidden_layer_sizes=(5,), **SETTINGS).fit(X, Y),
    "graph": lambda: NetworkClassifier(normalised, **SETTINGS).fit(X, Y),
}
CONTAINERS = {
    "rows": np.asarray,
    "columns": np.asfortranarray,
    "singles": lambda X: X.astype(np.float32),
    "sparse": sparse.csr_matrix,
}
METHODS = ("predict", "predict_proba", "decision_function", "transform")


def outputs(network, X, n_jobs):
    """Return what each method makes of samples."""
    network.set_params(n_jobs=n_jobs)
    names = [name for name in METHODS if hasattr(network, name)]
    return {name: getattr(network, name)(X) for name in names}


@pytest.fixture
def small_parts(monkeypatch):
    """Let batches be small, and each of them be worth a thread."""
    monkeypatch.setattr(prediction, "_CONVERTED_ROWS", 128)
    monkeypatch.setattr(prediction, "_WORKSPACE_BYTES", 1)
    monkeypatch.setattr(prediction, "_WORTH_A_THREAD", 1)


@pytest.fixture
def started(monkeypatch):
    """Return the threads that are started."""
    found, start = [], threading.Thread.start
    monkeypatch.setattr(
        threading.Thread, "start", lambda t: (found.append(t), start(t))
    )
    return found


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("kind", NETWORKS)
def test_bits_are_the_same_for_any_number_of_threads(
    kind, container, small_parts, started
):
    network, samples = NETWORKS[kind](), CONTAINERS[container](X)
    expected = outputs(network, samples, 1)
    assert not started
    for n_jobs in (2, 3, 7):
        for name, found in outputs(network, samples, n_jobs).items():
            assert found.shape == expected[name].shape
            assert found.dtype == expected[name].dtype
            assert_array_equal(found, expected[name])
    assert len(started) == (1 + 2 + 6) * len(expected)


def test_sequences_of_unequal_length_are_shared(small_parts, started):
    sequences = [RNG.normal(size=(t, 2)) for t in RNG.integers(2, 9, size=600)]
    network = RecurrentClassifier((4,), **SETTINGS).fit(sequences, Y[:600])
    expected = network.predict_proba(sequences)
    network.set_params(n_jobs=3)
    assert_array_equal(network.predict_proba(sequences), expected)
    assert started


def test_the_reference_is_shared_as_well(small_parts, started):
    network = NETWORKS["classes"]().set_params(n_jobs=3)
    expected = network.predict_proba(X)
    with executor("reference"):
        found = network.predict_proba(X)
    np.testing.assert_allclose(found, expected, atol=1e-12)
    assert len(started) == 4


@pytest.mark.parametrize("n_samples", [1, 60])
def test_few_rows_start_no_thread(n_samples, started, monkeypatch):
    monkeypatch.setattr(threads, "_openmp_effective_n_threads", lambda: 4)
    NETWORKS["classes"]().predict_proba(X[:n_samples])
    assert not started


def test_there_are_not_more_threads_than_parts(small_parts, started):
    network = NETWORKS["classes"]().set_params(n_jobs=100)
    network.predict(X[:130])  # parts of 64 rows
    assert len(started) == 2


def test_a_thread_that_cannot_be_started_is_done_without(small_parts, monkeypatch):
    network = NETWORKS["classes"]()
    expected = network.predict_proba(X)
    network.set_params(n_jobs=3)

    def refuse(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    with pytest.warns(UserWarning, match="continues with 1") as caught:
        found = network.predict_proba(X)
    assert len(caught) == 1
    assert caught[0].filename == __file__
    assert_array_equal(found, expected)


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
@pytest.mark.parametrize("in_helper", [False, True], ids=["caller", "helper"])
def test_an_error_in_a_thread_is_raised_and_no_thread_is_left(
    error, in_helper, small_parts
):
    network, before = NETWORKS["numbers"](), threading.active_count()
    caller, is_reached = threading.current_thread(), threading.Event()

    def decode(logits):
        if (threading.current_thread() is caller) == in_helper:
            is_reached.wait(10)  # the other one has a part then
            return logits
        is_reached.set()
        raise error("of a thread")

    with pytest.raises(error, match="of a thread"):
        prediction.run_in_batches(
            network._program, network._parameters, X, decode, n_jobs=3
        )
    assert threading.active_count() == before


def test_many_threads_may_predict_by_threads(small_parts):
    network = NETWORKS["classes"]().set_params(n_jobs=2)
    expected, found = network.predict_proba(X), []
    callers = [
        threading.Thread(target=lambda: found.append(network.predict_proba(X)))
        for _ in range(8)
    ]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert len(found) == 8
    for output in found:
        assert_array_equal(output, expected)
