"""One network, trained by two workers: what comes out, and who saw what."""

import dask
import dask.array as da
import numpy as np
import pytest
from distributed import Client
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from traffic import counted_traffic

from skbackprop import MLPClassifier, MLPRegressor, NetworkClassifier
from skbackprop.distributed import fit
from skbackprop.distributed.learners import Learner, begun
from skbackprop.distributed.partitions import Partition
from skbackprop.network import BatchNorm, Graph, Input, Linear, ReLU

DIGITS, LABELS = load_digits(return_X_y=True)
DIGITS /= 16


@pytest.fixture
def digits():
    return da.from_array(DIGITS, (450, 64)), da.from_array(LABELS, 450)


def net(**parameters):
    parameters = {"max_iter": 3, "tol": None, "random_state": 0} | parameters
    return MLPClassifier((20,), **parameters)


def numbers(n_rows=200):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n_rows, 3))
    return X, X @ [1.0, -2.0, 0.5]


def test_two_workers_learn_the_digits(client, digits):
    clf = net(max_iter=30, learning_rate_init=0.01)
    assert fit(clf, *digits, client=client) is clf
    assert clf.score(DIGITS, LABELS) > 0.95
    assert clf.n_iter_ == len(clf.loss_curve_) == len(clf.history_["loss"]) == 30
    assert clf.loss_ == clf.loss_curve_[-1]
    assert clf.best_loss_ == min(clf.loss_curve_)
    assert clf.t_ == 30 * len(LABELS)
    assert clf.classes_.tolist() == list(range(10))


def test_plain_averages_are_those_of_networks_trained_here(client, digits):
    clf = net(max_iter=1)
    fit(clf, *digits, client=client, outer_learning_rate=1, outer_momentum=0)
    halves = [
        Partition(DIGITS[:900], LABELS[:900]),
        Partition(DIGITS[900:], LABELS[900:]),
    ]
    network = begun(net(), halves[:1], range(10))
    start = network._program.compact(network._parameters)
    learnt = [
        Learner(network, [half], range(10)).learn(
            start, 1, np.random.SeedSequence((0, 0, k)).generate_state(1)[0]
        )
        for k, half in enumerate(halves)
    ]
    mean = (900 * learnt[0].parameters + 897 * learnt[1].parameters) / 1797
    np.testing.assert_allclose(
        clf._program.compact(clf._parameters), mean, rtol=1e-12, atol=1e-15
    )


def test_results_are_the_same_to_the_bit(client, digits):
    first, second = (fit(net(), *digits, client=client) for _ in range(2))
    np.testing.assert_array_equal(first.coefs_[0], second.coefs_[0])
    assert first.loss_curve_ == second.loss_curve_


def test_no_row_passes_through_client_or_scheduler(client):
    def rows(seed):
        rng = np.random.default_rng(seed)
        return rng.normal(size=(20_000, 40)), rng.integers(0, 2, 20_000)

    pairs = [dask.delayed(rows, nout=2)(seed) for seed in range(4)]
    with counted_traffic() as traffic:
        X, y = zip(*pairs, strict=True)
        fit(net(max_iter=2, batch_size=1000), list(X), list(y), client=client)
    assert 0 < traffic.n_bytes < 0.03 * 4 * 20_000 * 41 * 8


def test_frames_have_names_and_weights(client):
    pd = pytest.importorskip("pandas")
    dd = pytest.importorskip("dask.dataframe", exc_type=ImportError)
    X, y = numbers()
    frame = pd.DataFrame(X, columns=["a", "b", "c"]).assign(y=y, w=1.0)
    frame.loc[:99, ["y", "w"]] = 1e3, 1e-12  # the first partition weighs nothing
    rows = dd.from_pandas(frame, npartitions=2)
    reg = MLPRegressor(hidden_layer_sizes=(), max_iter=200, tol=None, alpha=0)
    reg.set_params(learning_rate_init=0.05, random_state=0)
    fit(
        reg,
        rows[["a", "b", "c"]],
        rows["y"],
        sample_weight=rows["w"],
        client=client,
        outer_learning_rate=1,
        outer_momentum=0,
    )
    assert reg.feature_names_in_.tolist() == ["a", "b", "c"]
    assert reg.score(frame[["a", "b", "c"]].iloc[100:], y[100:]) > 0.99


def test_futures_stay_where_they_are(client):
    X, y = numbers()
    (address, _) = sorted(client.nthreads())
    parts = [client.scatter([part], workers=[address]) for part in (X, y)]
    reg = MLPRegressor(hidden_layer_sizes=(5,), max_iter=2, tol=None, random_state=0)
    fit(reg, *parts, client=client)
    assert reg.n_features_in_ == 3


def test_learners_speak_through_the_client_that_is_given(client, digits, before_round):
    teams = []
    before_round(1, teams.append)
    with Client(client.cluster):  # the default now
        fit(net(max_iter=1), *digits, client=client)
    assert [share.learner.client for share in teams[0].shares] == [client] * 2


def test_a_network_fitted_before_goes_on(client, digits):
    clf = net(warm_start=True)
    fit(clf, *digits, client=client)
    before = clf.loss_curve_[:]
    fit(clf, *digits, client=client)
    assert clf.n_iter_ == 3
    assert clf.loss_curve_[:3] == before
    assert clf.loss_curve_[3] < before[0]
    clf.fit(DIGITS, LABELS)  # in one process, from there
    assert len(clf.loss_curve_) == 9


def test_statistics_of_batch_norm_are_averages(client, digits):
    clf = NetworkClassifier(_with_batch_norm, max_iter=5, tol=None, random_state=0)
    clf.set_params(learning_rate_init=0.01)
    fit(clf, *digits, client=client)
    blocks = [b for b in clf._program.blocks if b.name == "running_var"]
    assert all((b.view(clf._parameters) > 0).all() for b in blocks)
    assert clf.score(DIGITS, LABELS) > 0.8


def _with_batch_norm(n_features, n_outputs):
    hidden = ReLU()(BatchNorm()(Linear(20)(Input(n_features))))
    return Graph(Linear(n_outputs)(hidden))


def test_the_rule_of_a_standstill_ends_it(client):
    X, y = (da.from_array(part, 100) for part in numbers())
    reg = MLPRegressor(
        hidden_layer_sizes=(), max_iter=40, tol=1e9, n_iter_no_change=3, random_state=0
    )
    fit(reg, X.reshape(-1, 3).rechunk((100, 3)), y, client=client)
    assert reg.n_iter_ == 5


def test_an_end_by_patience_is_warned_of(client, digits):
    with pytest.warns(ConvergenceWarning, match=r"Maximum iterations \(3\)"):
        fit(net(tol=0), *digits, client=client, epochs_per_round=2)
