"""Prediction with executors that are kept: the same bits as with new ones."""

import copy
import gc
import os
import pickle
import subprocess
import sys
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from jit_marks import needs_jit
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.base import clone

from skbackprop import (
    DrLIM,
    MLPClassifier,
    MLPRanker,
    MLPRegressor,
    NetworkClassifier,
    RecurrentClassifier,
)
from skbackprop.engine.idle import idle_executors
from skbackprop.fitting.prediction import run_in_batches
from skbackprop.network import Graph, Input, Linear, Multiply
from skbackprop.network.compiler import compile_graph

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X = np.random.default_rng(0).normal(size=(300, 6))
Y = np.arange(300) % 3
SETTINGS = {"max_iter": 2, "random_state": 0}


def product(n_features, n_outputs):
    """Return a graph with hidden layers that are equal, but for their weights."""
    x = Input(n_features)
    return Graph(Linear(n_outputs)(Multiply()(Linear(5)(x), Linear(5)(x))))


NETWORKS = {
    "classes": lambda: MLPClassifier((5, 4), **SETTINGS).fit(X, Y),
    "single": lambda: MLPClassifier((5,), **SETTINGS).fit(X.astype("f4"), Y == 1),
    "numbers": lambda: MLPRegressor(hidden_layer_sizes=(5,), **SETTINGS).fit(X, Y),
    "graph": lambda: NetworkClassifier(product, **SETTINGS).fit(X, Y),
    "recurrent": lambda: RecurrentClassifier((4,), n_timesteps=3, **SETTINGS).fit(X, Y),
    "ranker": lambda: MLPRanker(**SETTINGS).fit(X, Y, qid=np.arange(300) // 10),
    "map": lambda: DrLIM(**SETTINGS).fit(X[:60], Y[:60]),
}
CONTAINERS = {
    "rows": np.asarray,
    "columns": np.asfortranarray,
    "singles": lambda X: X.astype(np.float32),
    "sparse": sparse.csr_matrix,
}
METHODS = ("predict", "predict_proba", "decision_function", "transform")


def outputs(network, X):
    """Return what each method makes of samples."""
    names = [name for name in METHODS if hasattr(network, name)]
    return {name: getattr(network, name)(X) for name in names}


def assert_same(some, others):
    assert some.keys() == others.keys()
    for name, output in some.items():
        assert output.dtype == others[name].dtype
        assert output.shape == others[name].shape
        assert_array_equal(output, others[name])


def outputs_of_new_executors(network, X):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(idle_executors, "most_bytes", 0)
        idle_executors.forget()
        found = outputs(network, X)
        assert len(idle_executors) == 0
    return found


@pytest.fixture
def mlp():
    return NETWORKS["classes"]()


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("kind", NETWORKS)
def test_executors_that_are_kept_compute_the_same(kind, container):
    if kind == "recurrent" and container == "sparse":
        pytest.skip("Recurrent networks read no sparse matrices.")
    network, convert = NETWORKS[kind](), CONTAINERS[container]
    parts = [convert(X[:n]) for n in (1, 2, 300, 3, 1, 257)]
    expected = [outputs_of_new_executors(network, part) for part in parts]
    for _ in range(2):
        for part, output in zip(parts, expected, strict=True):
            assert_same(outputs(network, part), output)
    assert len(idle_executors) > 0


def test_hidden_layers_that_differ_in_their_weights_only_are_told_apart():
    network = NETWORKS["graph"]()
    program = compile_graph(network.graph_)
    values = {
        (block.module, block.name): block.view(network._parameters)
        for block in program.blocks
    }
    for k in (0, 1, 0, 1):
        found = network.transform(X, layer=f"z[{k + 1}]")
        expected = X @ values[k, "weight"] + values[k, "bias"]
        assert_allclose(found, expected, atol=1e-12)


def test_calls_of_about_as_many_rows_share_an_executor(mlp):
    idle_executors.forget()
    for n in (5, 8, 6, 7):
        mlp.predict(X[:n])
    assert len(idle_executors) == 1


def test_threads_never_share_an_executor():
    network = NETWORKS["single"]()
    rows = [X[i : i + 1].astype(np.float32) for i in range(40)]
    expected = [outputs(network, row) for row in rows]
    barrier = threading.Barrier(8)

    def run(seed):
        order = np.random.default_rng(seed).integers(len(rows), size=200)
        barrier.wait()
        return [(i, outputs(network, rows[i])) for i in order]

    with ThreadPoolExecutor(8) as pool:
        for found in pool.map(run, range(8)):
            for i, output in found:
                assert_same(output, expected[i])


def partly_fitted(network):
    return network.partial_fit(X, Y)


def with_other_weights(network):
    network.coefs_ = [2 * weights for weights in network.coefs_]
    return network


def with_one_other_weight(network):
    network.coefs_[0][0, 0] += 1
    return network


def warm_started(network):
    return network.set_params(warm_start=True).fit(X, Y)


def fitted_anew(network):
    return network.set_params(random_state=1).fit(X, Y)


@pytest.mark.parametrize(
    "change",
    [
        partly_fitted,
        with_other_weights,
        with_one_other_weight,
        warm_started,
        fitted_anew,
        lambda network: clone(network).set_params(random_state=1).fit(X, Y),
    ],
)
def test_a_network_that_has_changed_predicts_as_it_is_now(mlp, change):
    before = outputs(mlp, X[:2])
    changed = change(mlp)
    found = outputs(changed, X[:2])
    assert not np.array_equal(found["predict_proba"], before["predict_proba"])
    assert_same(found, outputs_of_new_executors(changed, X[:2]))


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda mlp: pickle.loads(pickle.dumps(mlp))]
)
def test_copies_predict_the_same_and_go_on_alone(mlp, copied):
    expected = outputs(mlp, X[:2])
    other = copied(mlp)
    assert_same(outputs(other, X[:2]), expected)
    if copied is not copy.copy:  # which shares the parameters
        other.partial_fit(X, Y)
        assert_same(outputs(mlp, X[:2]), expected)


def test_a_prediction_leaves_nothing_in_the_estimator(mlp):
    before = pickle.dumps(mlp)
    mlp.predict(X), mlp.transform(X)
    assert pickle.dumps(mlp) == before


@pytest.mark.parametrize("kind", NETWORKS)
def test_executors_go_with_the_estimator(kind):
    network = NETWORKS[kind]()
    idle_executors.forget()
    outputs(network, X[:1]), outputs(network, X)
    assert len(idle_executors) > 0
    del network
    gc.collect()
    assert len(idle_executors) == 0


def test_executors_keep_no_samples(mlp):
    samples = X.copy()
    seen = weakref.ref(samples)
    mlp.predict(samples), mlp.transform(samples)
    del samples
    gc.collect()
    assert seen() is None


def test_many_networks_keep_bounded_memory(monkeypatch):
    idle_executors.forget()
    monkeypatch.setattr(idle_executors, "most_bytes", 3_000_000)
    networks = [clone(NETWORKS["classes"]()).fit(X, Y) for _ in range(3)]
    for n_rows in (1, 30, 300) * 2:
        for network in networks:
            network.predict(X[:n_rows]), network.transform(X[:n_rows])
            assert idle_executors.n_bytes <= 3_000_000


def test_an_executor_that_was_interrupted_is_not_kept(mlp):
    idle_executors.forget()
    run = compile_graph(mlp.graph_), mlp._parameters, X

    def interrupt(logits):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_in_batches(*run, interrupt)
    assert len(idle_executors) == 0


def test_a_prediction_inside_another_has_an_executor_of_its_own(mlp):
    run = compile_graph(mlp.graph_), mlp._parameters
    expected = run_in_batches(*run, X, np.copy)

    def decode(logits):
        found = logits.copy()
        run_in_batches(*run, X[::-1], np.copy)
        assert_array_equal(logits, found)
        return found

    assert_array_equal(run_in_batches(*run, X, decode), expected)


@needs_jit
def test_a_graph_unrolled_anew_finds_what_was_bound():
    network = NETWORKS["recurrent"]()
    longer = np.random.default_rng(1).normal(size=(2, 7, 2))
    idle_executors.forget()
    network.predict(longer)
    assert network._net._latest
    (executor,) = (e for shelf in idle_executors._shelves.values() for e in shelf)
    for _ in range(3):
        object.__setattr__(network._net, "_latest", {})  # the graphs that it keeps
        gc.collect()
        network.predict(longer)
        (found,) = (e for shelf in idle_executors._shelves.values() for e in shelf)
        assert found is executor


# Another process forks: this one may have threads, of which Python warns.
IN_A_FORK = """
import os
import numpy as np
from skbackprop import MLPClassifier
from skbackprop.engine.idle import idle_executors
X = np.random.default_rng(0).normal(size=(50, 3))
mlp = MLPClassifier(solver="lbfgs", max_iter=5).fit(X, X[:, 0] > 0)
mlp.predict_proba(X)
expected = mlp.predict_proba(X[:1])
assert len(idle_executors) == 2
with idle_executors._lock:
    child = os.fork()
    if child == 0:
        found = [mlp.predict_proba(X[:1]) for _ in range(2)]
        is_same = np.array_equal(found, [expected] * 2)
        os._exit(0 if is_same and len(idle_executors) == 1 else 1)
assert os.waitpid(child, 0)[1] == 0
assert len(idle_executors) == 2
assert np.array_equal(mlp.predict_proba(X[:1]), expected)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.slow
def test_a_child_predicts_though_its_parent_held_the_lock():
    command = [sys.executable, "-W", "ignore", "-c", IN_A_FORK]
    subprocess.run(command, check=True, timeout=120)
