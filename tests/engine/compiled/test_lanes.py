"""Threads that share minibatches change no bit of what is learnt."""

import threading

import numpy as np
import pytest
from jit_marks import needs_jit
from scipy import sparse

from skbackprop import (
    MLPClassifier,
    MLPRegressor,
    NetworkClassifier,
    NetworkRegressor,
    RecurrentRegressor,
)
from skbackprop.engine.compiled import lanes
from skbackprop.engine.compiled.blocks import n_lanes
from skbackprop.engine.compiled.blocks import rows_per_block as chosen_block
from skbackprop.engine.debugging import executor, rows_per_block, unwritten_memory
from skbackprop.engine.losses import OF_CLASSES, OF_NUMBERS
from skbackprop.fitting import session
from skbackprop.fitting.settings import SOLVERS
from skbackprop.network import (
    Dropout,
    Graph,
    Input,
    LayerNorm,
    Linear,
    ReLU,
    Scale,
    Tanh,
)
from skbackprop.network.compiler import compile_graph

pytestmark = [
    needs_jit,
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
]

RNG = np.random.default_rng(0)
X = RNG.normal(size=(333, 5))
LABELS = (X[:, 0] * X[:, 1] > 0).astype(int) + (X[:, 2] > 0)
NUMBERS = np.sin(X[:, 0]) + X[:, 1] ** 2
WEIGHTS = RNG.integers(0, 3, size=len(X)).astype(float)
SPARSE = sparse.csr_array(np.where(np.abs(X) > 0.5, X, 0))
SETTINGS = {
    "hidden_layer_sizes": (8, 6),
    "batch_size": 150,
    "max_iter": 3,
    "random_state": 0,
}


def with_many_modules(n_features, n_outputs):
    """Return a network that shares a module, branches, normalises and drops."""
    x = Input(n_features)
    shared = Linear(n_features)
    h = LayerNorm()(Tanh()(shared(shared(x))))
    h = Dropout(0.3)(Scale()(Linear(7)(h)))
    return Graph(Linear(n_outputs)(h))


def classifier(**settings):
    return MLPClassifier(**(SETTINGS | settings))


def regressor(**settings):
    return MLPRegressor(**(SETTINGS | settings))


MODELS = {
    "a sparse matrix": lambda: classifier().fit(SPARSE, LABELS),
    "weights": lambda: regressor().fit(X, NUMBERS, sample_weight=WEIGHTS),
    "the full batch": lambda: regressor(batch_size=333).fit(X, NUMBERS),
    "single precision": lambda: regressor(dtype="float32").fit(X, NUMBERS),
    "dropout": lambda: classifier(dropout=0.4).fit(X, LABELS),
    "clipped gradients": lambda: classifier(clip_grad_norm=0.1).fit(X, LABELS),
    "early stopping": lambda: classifier(early_stopping=True).fit(X, LABELS),
    "penalties": lambda: classifier(l1_alpha=0.01, max_norm=1.0).fit(X, LABELS),
    "partial_fit": lambda: regressor().partial_fit(X, NUMBERS).partial_fit(X, NUMBERS),
    "a graph": lambda: NetworkClassifier(
        with_many_modules, batch_size=150, max_iter=3, random_state=0
    ).fit(X, LABELS),
    "many blocks to a lane": lambda: NetworkRegressor(
        with_many_modules, batch_size=999, max_iter=3, random_state=0
    ).fit(np.tile(X, (3, 1)), np.tile(NUMBERS, 3)),
}
MODELS |= {
    f"solver {solver}": lambda solver=solver: regressor(solver=solver).fit(X, NUMBERS)
    for solver in ["lbfgs", *SOLVERS]
}


@pytest.fixture
def threads(monkeypatch):
    """Return what sets how many threads fits use."""
    return lambda n: monkeypatch.setattr(session, "n_threads", lambda n_jobs: n)


@pytest.mark.parametrize("name", MODELS)
def test_bits_are_the_same_for_any_number_of_threads(name, threads):
    found = []
    for n_threads in (1, 2, 3, 7):
        threads(n_threads)
        with rows_per_block(32):
            found.append(MODELS[name]())
    for other in found[1:]:
        np.testing.assert_array_equal(other._parameters, found[0]._parameters)
        assert other.loss_ == found[0].loss_


@pytest.mark.parametrize("loss", sorted(OF_CLASSES))
def test_bits_are_the_same_for_losses_of_classes(loss, threads):
    found = []
    for n_threads in (1, 2, 3, 7):
        threads(n_threads)
        with rows_per_block(32):
            found.append(classifier(loss=loss).fit(X, LABELS > 1)._parameters)
    for other in found[1:]:
        np.testing.assert_array_equal(other, found[0])


@pytest.mark.parametrize("loss", sorted(OF_NUMBERS))
def test_bits_are_the_same_for_losses_of_numbers(loss, threads):
    found = []
    for n_threads in (1, 2, 3, 7):
        threads(n_threads)
        with rows_per_block(32):
            found.append(regressor(loss=loss).fit(X, abs(NUMBERS))._parameters)
    for other in found[1:]:
        np.testing.assert_array_equal(other, found[0])


@pytest.mark.parametrize(
    "name", ["weights", "penalties", "clipped gradients", "solver lbfgs"]
)
def test_the_reference_agrees(name, threads):
    threads(3)
    with rows_per_block(32):
        found = MODELS[name]()
    with executor("reference"):
        expected = MODELS[name]()
    np.testing.assert_allclose(
        found._parameters, expected._parameters, rtol=1e-8, atol=1e-9
    )
    for recorded in ("loss", "penalty", "gradient_norm", "update_ratio"):
        np.testing.assert_allclose(
            found.history_[recorded], expected.history_[recorded], rtol=1e-8
        )


@pytest.mark.parametrize("name", ["a sparse matrix", "a graph"])
def test_no_thread_reads_what_was_not_written(name, threads):
    threads(3)
    with rows_per_block(32):
        expected = MODELS[name]()
        with unwritten_memory(1e3):
            found = MODELS[name]()
    np.testing.assert_array_equal(found._parameters, expected._parameters)


@pytest.mark.parametrize("name", ["dropout", "solver lbfgs"])
def test_no_thread_is_left_behind(name, threads, monkeypatch):
    threads(3)
    before, started, start = threading.active_count(), [], threading.Thread.start
    monkeypatch.setattr(
        threading.Thread, "start", lambda t: (started.append(t), start(t))
    )
    with rows_per_block(32):
        MODELS[name]()
    assert len(started) >= 2
    assert threading.active_count() == before


def test_eight_fits_in_eight_threads(threads):
    threads(2)
    with rows_per_block(32):
        expected = MODELS["dropout"]()
    found = []

    def fit():
        with rows_per_block(32):
            found.append(MODELS["dropout"]())

    fits = [threading.Thread(target=fit) for _ in range(8)]
    for thread in fits:
        thread.start()
    for thread in fits:
        thread.join()
    assert len(found) == 8
    for model in found:
        np.testing.assert_array_equal(model._parameters, expected._parameters)


def test_a_thread_that_cannot_be_started_is_done_without(threads, monkeypatch):
    threads(1)
    with rows_per_block(32):
        expected = MODELS["dropout"]()
    threads(3)

    def refuse(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    with (
        rows_per_block(32),
        pytest.warns(UserWarning, match="continues with 1") as caught,
    ):
        found = MODELS["dropout"]()
    assert len([w for w in caught if "thread" in str(w.message)]) == 1
    np.testing.assert_array_equal(found._parameters, expected._parameters)


def test_a_step_in_pieces_is_the_step(threads, monkeypatch):
    with rows_per_block(32):
        expected = MODELS["a graph"](), MODELS["clipped gradients"]()
        monkeypatch.setattr(lanes, "PIECE", 32)
        threads(3)
        found = MODELS["a graph"](), MODELS["clipped gradients"]()
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one._parameters, other._parameters)
        np.testing.assert_allclose(
            one.history_["gradient_norm"], other.history_["gradient_norm"], rtol=1e-12
        )


def mlp_program(*sizes):
    h = Input(sizes[0])
    for size in sizes[1:-1]:
        h = ReLU()(Linear(size)(h))
    return compile_graph(Graph(Linear(sizes[-1])(h)))


def test_lanes_are_as_many_as_there_is_work_for():
    of_digits, of_mnist = mlp_program(64, 100, 10), mlp_program(784, 256, 128, 10)
    assert n_lanes(chosen_block(of_digits, 4, 200), 200) == 1
    assert n_lanes(chosen_block(of_mnist, 4, 128), 128) == 2
    assert n_lanes(chosen_block(of_mnist, 4, 10_000), 10_000) == 8


@pytest.mark.parametrize("cell", ["tanh", "gru"])
def test_loops_over_time_add_to_the_gradient_of_their_lane(cell):
    def fit(n_jobs=1):
        net = RecurrentRegressor(
            6, cell=cell, batch_size=150, max_iter=2, random_state=0, n_jobs=n_jobs
        )
        with rows_per_block(32):
            return net.fit(X, NUMBERS)._parameters

    with executor("reference"):
        expected = fit()
    alone = fit()
    np.testing.assert_allclose(alone, expected, rtol=1e-9, atol=1e-12)
    for n_jobs in (2, 3, 7):
        np.testing.assert_array_equal(fit(n_jobs), alone)
