"""``n_jobs``: how many threads fits use, and that nothing depends on it."""

import inspect
import multiprocessing
import os
import signal
import threading
import warnings
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import joblib
import numpy as np
import pytest
from jit_marks import needs_jit
from platform_marks import limits_memory
from sklearn.utils._openmp_helpers import _openmp_effective_n_threads
from threadpoolctl import threadpool_limits

import skbackprop
from skbackprop import DrLIM, MLPClassifier, MLPRanker, MLPRegressor
from skbackprop.engine.compiled.lanes import Team
from skbackprop.engine.debugging import rows_per_block
from skbackprop.fitting import threads
from skbackprop.fitting.estimator import NetworkEstimator
from skbackprop.fitting.storage import checkpoints

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

RNG = np.random.default_rng(0)
X = RNG.normal(size=(333, 5))
Y = (X[:, 0] * X[:, 1] > 0).astype(int)
SETTINGS = {
    "hidden_layer_sizes": (8, 6),
    "batch_size": 150,
    "max_iter": 6,
    "dropout": 0.2,
    "random_state": 0,
}


def net(**settings):
    return MLPClassifier(**(SETTINGS | settings))


@pytest.fixture
def small_blocks():
    with rows_per_block(32):
        yield


@pytest.fixture
def four_cores(monkeypatch):
    monkeypatch.setattr(threads, "_openmp_effective_n_threads", lambda: 4)


def estimators():
    public = (getattr(skbackprop, name) for name in skbackprop.__all__)
    return [e for e in public if inspect.isclass(e) and issubclass(e, NetworkEstimator)]


@pytest.mark.parametrize("estimator", estimators(), ids=lambda e: e.__name__)
def test_every_network_estimator_has_it_and_by_its_name_alone(estimator):
    parameter = inspect.signature(estimator).parameters["n_jobs"]
    assert parameter.default is None
    assert parameter.kind is inspect.Parameter.KEYWORD_ONLY


@pytest.mark.parametrize("n_jobs", [1, 2, 3, 7, -1])
def test_results_are_the_same_to_the_bit(n_jobs, small_blocks):
    found, expected = net(n_jobs=n_jobs).fit(X, Y), net(n_jobs=1).fit(X, Y)
    np.testing.assert_array_equal(found._parameters, expected._parameters)
    assert found.loss_curve_ == expected.loss_curve_


@pytest.mark.parametrize("n_jobs", [0, 0.5, 2.0, "all"])
def test_what_is_no_number_of_threads_is_refused(n_jobs):
    with pytest.raises(ValueError, match="'n_jobs' parameter of MLPClassifier must be"):
        net(n_jobs=n_jobs).fit(X, Y)


def test_groups_and_whole_batches_take_it(small_blocks):
    with_threads, without = (
        [
            DrLIM(max_iter=2, random_state=0, n_jobs=n).fit(X, Y),
            MLPRanker(max_iter=2, random_state=0, n_jobs=n).fit(
                X, Y, qid=np.repeat(np.arange(37), 9)
            ),
            MLPRegressor(max_iter=5, random_state=0, solver="lbfgs", n_jobs=n).fit(
                X, Y
            ),
        ]
        for n in (3, 1)
    )
    for one, other in zip(with_threads, without, strict=True):
        np.testing.assert_array_equal(one._parameters, other._parameters)


def test_a_checkpoint_is_gone_on_with_by_any_number_of_threads(
    small_blocks, tmp_path, monkeypatch, one_epoch_per_call
):
    monkeypatch.setattr(checkpoints, "_SECONDS", 0.0)
    path = tmp_path / "fit"
    net(max_iter=3, n_jobs=3, checkpoint=path).fit(X, Y)
    found = net(n_jobs=1, checkpoint=path).fit(X, Y)
    np.testing.assert_array_equal(
        found._parameters, net(n_jobs=2).fit(X, Y)._parameters
    )


def test_a_warm_start_goes_on_with_any_number_of_threads(small_blocks):
    found = net(max_iter=3, n_jobs=3, warm_start=True).fit(X, Y)
    found.set_params(n_jobs=1).fit(X, Y)
    np.testing.assert_array_equal(found._parameters, net().fit(X, Y)._parameters)


# How many there are


def test_none_is_what_threads_of_scikit_learn_may_use(four_cores):
    assert threads.n_threads(None) == 4
    assert threads.n_threads(3) == 3
    assert threads.n_threads(-1) == joblib.cpu_count()


def test_none_keeps_to_the_limits_of_threadpoolctl():
    assert threads.n_threads(None) == _openmp_effective_n_threads()
    with threadpool_limits(1):
        assert threads.n_threads(None) == 1


@pytest.mark.parametrize("backend", ["threading", "loky"])
def test_workers_of_joblib_have_one_thread_each(backend, four_cores):
    parallel = joblib.Parallel(n_jobs=2, backend=backend)
    found = parallel(joblib.delayed(threads.n_threads)(None) for _ in range(2))
    assert found == [1, 1]


def test_none_is_what_a_context_of_joblib_says(four_cores):
    with joblib.parallel_config(n_jobs=2):
        assert threads.n_threads(None) == 2
        assert threads.n_threads(3) == 3


@pytest.fixture
def helpers(monkeypatch):
    """Count the helpers of each team."""
    counts, bind = [], Team.__init__

    def counting(team, *arguments):
        bind(team, *arguments)
        counts.append(len(team._helpers))

    monkeypatch.setattr(Team, "__init__", counting)
    return counts


@needs_jit
def test_a_fit_has_as_many_as_it_is_told(small_blocks, four_cores, helpers):
    for n_jobs in (1, 2, None, 100):
        net(n_jobs=n_jobs).fit(X, Y)
    # Five blocks of 30 rows, rounded up to 32.
    assert helpers == [0, 1, 3, 4]


@needs_jit
def test_small_minibatches_have_one_thread(four_cores, helpers):
    net(n_jobs=2).fit(X, Y)
    assert helpers == []


# Processes and signals


def fit_where_memory_ends():
    """Return what a fit learns, and warns of, where no stack of a thread has room."""
    import resource

    with rows_per_block(32):
        expected = net(n_jobs=3).fit(X, Y)._parameters
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        in_use = pages * resource.getpagesize()
        threading.stack_size(1 << 30)
        resource.setrlimit(resource.RLIMIT_AS, (in_use + (1 << 28), -1))
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            found = net(n_jobs=3).fit(X, Y)._parameters
    return found, expected, [str(w.message) for w in caught]


@needs_jit
@limits_memory
def test_a_limit_of_the_system_leaves_a_fit_with_fewer_threads():
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        found, expected, told = pool.submit(fit_where_memory_ends).result()
    np.testing.assert_array_equal(found, expected)
    assert [t for t in told if "thread could not be started" in t and "with 1" in t]


@needs_jit
@pytest.mark.skipif(not hasattr(os, "fork"), reason="of systems that fork")
@pytest.mark.filterwarnings("ignore:This process")
def test_a_process_may_fork_after_a_fit(small_blocks):
    expected = net(n_jobs=2).fit(X, Y)._parameters
    child = os.fork()
    if child == 0:
        is_same = np.array_equal(net(n_jobs=2).fit(X, Y)._parameters, expected)
        os._exit(0 if is_same else 1)
    assert os.waitpid(child, 0)[1] == 0


@needs_jit
def test_ctrl_c_ends_a_fit_of_several_threads(small_blocks, default_handler):
    timer = threading.Timer(0.5, signal.raise_signal, [signal.SIGINT])
    n_threads = threading.active_count()
    endless = net(max_iter=10**8, tol=None, n_jobs=3)
    timer.start()
    with pytest.warns(UserWarning, match="interrupted"):
        endless.fit(X, Y)
    timer.join()
    assert threading.active_count() == n_threads
    assert np.isfinite(endless._parameters).all()
