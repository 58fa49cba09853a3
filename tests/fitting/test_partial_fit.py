"""``partial_fit`` on executors that are kept: the same bits as with new ones."""

import copy
import gc
import pickle
import tracemalloc
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from jit_marks import needs_jit
from numpy.testing import assert_array_equal
from scipy import sparse
from sklearn.base import clone, is_classifier

from skbackprop import (
    DivergenceError,
    MLPClassifier,
    MLPRegressor,
    NetworkClassifier,
    RecurrentClassifier,
)
from skbackprop.engine.idle import idle_executors
from skbackprop.network import BatchNorm, Dropout, Graph, Input, Linear, Tanh

RNG = np.random.default_rng(0)
X, WEIGHTS = RNG.normal(size=(300, 6)), RNG.uniform(0.1, 2, 300)
Y = np.arange(300) % 3


def normalized(n_features, n_outputs):
    """Return a graph that draws numbers and keeps statistics."""
    h = BatchNorm()(Linear(5)(Input(n_features)))
    return Graph(Linear(n_outputs)(Dropout(0.3)(Tanh()(h))))


NETWORKS = {
    "classes": lambda: MLPClassifier((5, 4), random_state=0),
    "singles": lambda: MLPClassifier((5,), dtype="float32", random_state=0),
    "limited": lambda: MLPClassifier(
        (5,), max_norm=0.5, clip_grad_norm=0.1, random_state=0
    ),
    "momentum": lambda: MLPClassifier(
        (5,), solver="sgd", l1_alpha=1e-3, random_state=0
    ),
    "numbers": lambda: MLPRegressor(hidden_layer_sizes=(5,), random_state=0),
    "graph": lambda: NetworkClassifier(normalized, random_state=0),
    "recurrent": lambda: RecurrentClassifier((4,), n_timesteps=3, random_state=0),
    "lstm": lambda: RecurrentClassifier(
        (3, 4), "lstm", True, readout="mean", n_timesteps=2, random_state=0
    ),
}


def parts(kind):
    """Return arguments of calls: sizes, weights and containers change."""
    n_samples = [32, 32, 17, 32, 300, 32]
    starts = [0, 40, 80, 100, 0, 250]
    chosen = [slice(s, s + n) for s, n in zip(starts, n_samples, strict=True)]
    calls = [(X[rows], Y[rows], None) for rows in chosen]
    calls += [(X[rows], Y[rows], WEIGHTS[rows]) for rows in chosen[:2]]
    if kind not in ("recurrent", "lstm"):
        calls += [(sparse.csr_matrix(X[rows]), Y[rows], None) for rows in chosen[:2]]
    calls += calls[:1]
    return calls


def learn(network, calls):
    options = {"classes": range(3)} if is_classifier(network) else {}
    for x, y, weights in calls:
        network.partial_fit(x, y, sample_weight=weights, **options)
    return network


def learn_anew(network, calls):
    """Learn with an executor that is made for each call."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(idle_executors, "most_bytes", 0)
        idle_executors.forget()
        return learn(network, calls)


def assert_equal_networks(some, other):
    assert_array_equal(some._parameters, other._parameters, strict=True)
    assert_array_equal(some._training_state.slots, other._training_state.slots)
    assert some.loss_curve_ == other.loss_curve_


@pytest.fixture
def mlp():
    idle_executors.forget()
    return learn(NETWORKS["classes"](), parts("classes")[:1])


@pytest.mark.parametrize("kind", NETWORKS)
def test_executors_that_are_kept_learn_the_same(kind):
    calls = parts(kind)
    expected = learn_anew(NETWORKS[kind](), calls)
    assert_equal_networks(learn(NETWORKS[kind](), calls), expected)


@needs_jit
def test_sequences_of_two_lengths_learn_the_same_in_turn():
    calls = [(RNG.normal(size=(9, n, 2)), Y[:9], None) for n in (3, 5, 3, 5, 3)]
    idle_executors.forget()
    kept = learn(RecurrentClassifier((4,), random_state=0), calls)
    assert len(idle_executors) == 2
    anew = learn_anew(RecurrentClassifier((4,), random_state=0), calls)
    assert_equal_networks(kept, anew)


@pytest.mark.parametrize(
    "change",
    [
        {"learning_rate_init": 0.1},
        {"alpha": 0.1},
        {"clip_grad_norm": 0.01},
        {"max_norm": 0.2},
        {"learning_rate_factors": {"weight": 0.1}},
        {"solver": "sgd"},
        {"shuffle": False},
        {"batch_size": 7},
    ],
    ids=lambda change: next(iter(change)),
)
def test_parameters_that_are_set_between_calls_are_followed(change):
    calls, found = parts("classes"), []
    for learns in (learn, learn_anew):
        network = learns(NETWORKS["classes"](), calls[:2]).set_params(**change)
        found.append(learns(network, calls[:3]))
    assert_equal_networks(*found)


def test_calls_of_as_many_rows_share_an_executor(mlp):
    for _ in range(3):
        learn(mlp, parts("classes")[:2])
        assert len(idle_executors) == 1
    learn(mlp, parts("classes")[2:3])
    assert len(idle_executors) == 2


def test_a_fit_keeps_no_executor(mlp):
    idle_executors.forget()
    mlp.set_params(max_iter=1000, tol=1.0).fit(X, Y)
    assert len(idle_executors) == 0


@pytest.mark.parametrize("kind", NETWORKS)
def test_executors_go_with_the_estimator(kind):
    network = NETWORKS[kind]()
    idle_executors.forget()
    learn(network, parts(kind)[:2])
    assert len(idle_executors) == 1
    del network
    gc.collect()
    assert len(idle_executors) == 0


def test_executors_keep_neither_samples_nor_the_memory_of_the_optimizer(mlp):
    samples, weights = X[:32].copy(), WEIGHTS[:32].copy()
    mlp.partial_fit(samples, Y[:32], sample_weight=weights)
    seen = [weakref.ref(samples), weakref.ref(weights)]
    slots = weakref.ref(mlp._training_state.slots)
    mlp._training_state = None
    del samples, weights
    gc.collect()
    assert [reference() for reference in (*seen, slots)] == [None] * 3
    assert len(idle_executors) == 1


@needs_jit  # whose memory is that of its signals and rows
@pytest.mark.parametrize("kind", ["classes", "recurrent", "lstm"])
def test_the_memory_of_an_executor_is_about_what_it_says(kind):
    network = learn(NETWORKS[kind](), parts(kind)[:2])
    idle_executors.forget()
    tracemalloc.start()
    try:
        learn(network, parts(kind)[:2])
        gc.collect()
        before, said = tracemalloc.get_traced_memory()[0], idle_executors.n_bytes
        idle_executors.forget()
        gc.collect()
        taken = before - tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert 0.8 * taken < said < 1.25 * taken


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, clone, lambda mlp: pickle.loads(pickle.dumps(mlp))]
)
def test_copies_learn_alone(mlp, copied):
    before, calls = pickle.dumps(mlp), parts("classes")
    other = copied(mlp)
    learn(other, calls)
    assert pickle.dumps(mlp) == before
    same = learn_anew(pickle.loads(before), calls)
    assert_equal_networks(learn(mlp, calls), same)


def test_shallow_copies_learn_in_turn_with_an_optimizer_each(mlp):
    calls, found = parts("classes"), []
    for learns in (learn, learn_anew):
        one = pickle.loads(pickle.dumps(mlp))
        other = copy.copy(one)
        other._training_state = other._training_state.copied()
        for network in (one, other, one):
            learns(network, calls[:2])
        found.append(one)
    assert_equal_networks(*found)


class UserError(Exception):
    """What a callable of a user raises."""


def test_a_call_that_fails_keeps_nothing_and_changes_nothing(mlp, monkeypatch):
    calls = parts("classes")
    before = pickle.dumps(mlp)

    def fail(*_):
        raise UserError

    with monkeypatch.context() as patch:
        patch.setattr("skbackprop.engine.training._record", fail)
        with pytest.raises(UserError):
            learn(mlp, calls[:1])
    assert len(idle_executors) == 0
    again = pickle.loads(before)
    assert_equal_networks(learn(again, calls), learn_anew(pickle.loads(before), calls))


def test_after_a_divergence_the_same_is_learned(mlp):
    calls, found = parts("classes"), []
    for learns in (learn, learn_anew):
        network = pickle.loads(pickle.dumps(mlp)).set_params(learning_rate_init=1e200)
        with pytest.raises(DivergenceError):
            learns(network, [(1e150 * x, y, w) for x, y, w in calls[:2]])
        network.set_params(learning_rate_init=1e-3)
        found.append(learns(network, calls[:2]))
    assert_equal_networks(*found)


def test_threads_learn_with_estimators_of_their_own():
    kinds = ["classes", "recurrent", "graph", "momentum"] * 2
    expected = {kind: learn_anew(NETWORKS[kind](), parts(kind)) for kind in set(kinds)}
    with ThreadPoolExecutor(len(kinds)) as pool:
        found = pool.map(lambda kind: learn(NETWORKS[kind](), parts(kind)), kinds)
        for kind, network in zip(kinds, found, strict=True):
            assert_equal_networks(network, expected[kind])


def test_a_network_is_predicted_from_two_threads_as_from_one():
    network = learn(NETWORKS["recurrent"](), parts("recurrent"))
    expected = network.predict_proba(X)
    with ThreadPoolExecutor(2) as pool:
        for found in pool.map(network.predict_proba, [X] * 20):
            assert_array_equal(found, expected)
