"""What goes wrong around a fit: Ctrl-C, broken caches, threads, forks, no numba.

What a process may do only once (importing numba, compiling, being interrupted)
happens in child processes. They are slow to start, so each does much.
"""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import joblib
import numpy as np
import pytest
from jit_marks import needs_jit
from joblib.externals.loky import get_reusable_executor
from numpy.testing import assert_array_equal
from scipy import sparse
from sklearn.model_selection import cross_val_score
from tasks import ALL, TASKS, parameters_of

import skbackprop

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
LIMIT = 100  # seconds after which a child process is taken to hang
BEGIN = """
import os, signal, sys, threading, warnings
import numpy as np
from sklearn.exceptions import ConvergenceWarning
import skbackprop
from skbackprop import MLPClassifier, MLPRegressor
from skbackprop.kernels import jit

warnings.simplefilter("ignore", ConvergenceWarning)
X = np.random.RandomState(0).standard_normal((300, 8))
y = (X[:, 0] > X[:, 1]).astype(int)

def fit(seed=0):
    "Return the final loss, to the last bit."
    clf = MLPClassifier((12,), max_iter=3, random_state=seed).fit(X, y)
    assert clf.predict(X).shape == y.shape
    return clf.loss_.hex()
"""


def start(code, **environment):
    """Start a child process. Its environment lacks variables that are None."""
    path = [str(Path(skbackprop.__file__).parents[1]), os.environ.get("PYTHONPATH")]
    variables = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, path)),
        **environment,
    }
    return subprocess.Popen(
        [sys.executable, "-u", "-c", BEGIN + code],
        env={k: str(v) for k, v in variables.items() if v is not None},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def words_of(*children):
    """What each child printed, once all have ended well."""
    try:
        outputs = [child.communicate(timeout=LIMIT) for child in children]
    finally:
        for child in children:
            stop(child)
    for child, (_, error) in zip(children, outputs, strict=True):
        assert child.returncode == 0, error
    return [out.split() for out, _ in outputs]


def stop(child):
    child.kill()
    child.wait()
    child.stdout.close()
    child.stderr.close()


# The cache of compiled kernels

IN_EIGHT_THREADS = """
losses = [None] * 8
def work(i):
    losses[i] = fit(seed=i)
threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert losses == [fit(seed=i) for i in range(8)]
print(losses[0], jit.n_compiled)
"""
IN_A_FORK = """
loss = fit()
child = os.fork()
if child == 0:
    os._exit(0 if fit() == loss else 1)
assert fit() == loss
assert os.waitpid(child, 0)[1] == 0
print(loss, jit.n_compiled)
"""


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """Cache that two processes of eight threads have filled at once, and a loss."""
    folder = tmp_path_factory.mktemp("cache")
    children = [start(IN_EIGHT_THREADS, NUMBA_CACHE_DIR=folder) for _ in range(2)]
    (loss, n_compiled), (other_loss, other_n_compiled) = words_of(*children)
    assert loss == other_loss
    assert int(n_compiled) + int(other_n_compiled) > 0
    return folder, loss


def files_in(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


@needs_jit
@pytest.mark.slow
def test_processes_and_threads_that_compile_at_once_leave_whole_kernels(cache):
    folder, _ = cache
    files = files_in(folder)
    assert files
    assert {file.suffix for file in files} == {".kernel"}
    for file in files:
        content = file.read_bytes()
        assert hashlib.sha256(content[32:]).digest() == content[:32]


@needs_jit
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.slow
def test_another_process_compiles_nothing_and_may_fork_after_a_fit(cache):
    folder, loss = cache
    child = start(IN_A_FORK, NUMBA_CACHE_DIR=folder)
    assert words_of(child) == [[loss, "0"]]


def _flip_a_bit(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 4]) + content[middle + 1 :]


def _junk_with_a_right_digest(content):
    return hashlib.sha256(b"junk").digest() + b"junk"


DAMAGES = [
    lambda content: content[: len(content) // 2],
    lambda content: b"",
    lambda content: content[:40],
    _flip_a_bit,
    _junk_with_a_right_digest,
]


@needs_jit
@pytest.mark.slow
def test_damaged_files_in_the_cache_are_compiled_anew(cache, tmp_path):
    folder, loss = cache
    shutil.copytree(folder, tmp_path / "copy")
    files = files_in(tmp_path / "copy")
    files.pop().unlink()
    for i, file in enumerate(files):
        file.write_bytes(DAMAGES[i % len(DAMAGES)](file.read_bytes()))
    child = start("print(fit(), jit.n_compiled)", NUMBA_CACHE_DIR=tmp_path / "copy")
    assert words_of(child) == [[loss, str(len(files) + 1)]]
    for file in files:  # whole again
        content = file.read_bytes()
        assert hashlib.sha256(content[32:]).digest() == content[:32]


@needs_jit
@pytest.mark.slow
def test_a_cache_folder_that_cannot_be_written_is_done_without(cache, tmp_path):
    # Permissions would not stop root, but a file where a folder should be does.
    (tmp_path / "file").write_text("not a folder")
    child = start(
        "print(fit(), fit() == fit(), jit.n_compiled > 0)",
        NUMBA_CACHE_DIR=tmp_path / "file" / "folder",
    )
    assert words_of(child) == [[cache[1], "True", "True"]]
    assert files_in(tmp_path) == [tmp_path / "file"]


# Without numba


WITHOUT_NUMBA = """
assert "numba" not in sys.modules  # though skbackprop is imported
if "NUMBA_DISABLE_JIT" not in os.environ:
    sys.modules["numba"] = None  # what import sees where numba is not installed
with warnings.catch_warnings(record=True) as record:
    warnings.simplefilter("always", RuntimeWarning)
    losses = fit(), fit()
assert losses[0] == losses[1]
messages = [str(w.message) for w in record if w.category is RuntimeWarning]
assert len(messages) == 1, messages
assert "slow NumPy executor" in messages[0]
print(float.fromhex(losses[0]))
"""


@pytest.mark.parametrize("disabled", [None, 1], ids=["no numba", "no jit"])
@pytest.mark.slow
def test_where_numba_cannot_run_fits_are_slow_and_said_to_be_once(disabled):
    """As a matter of course, numba is not imported together with the package."""
    ((loss,),) = words_of(start(WITHOUT_NUMBA, NUMBA_DISABLE_JIT=disabled))
    X = np.random.RandomState(0).standard_normal((300, 8))
    y = (X[:, 0] > X[:, 1]).astype(int)
    ours = skbackprop.MLPClassifier((12,), max_iter=3, random_state=0).fit(X, y)
    assert float(loss) == pytest.approx(ours.loss_, rel=1e-9)


# Ctrl-C


INTERRUPTED = """
signal.signal(signal.SIGINT, signal.default_int_handler)
y = np.random.RandomState(1).randint(2, size=300)
endless = dict(max_iter=10**9, tol=0.0, n_iter_no_change=np.inf, verbose=True)
endless |= dict(hidden_layer_sizes=(64, 64), random_state=0, max_fun=10**9)
for settings in (
    dict(solver="adam"),
    dict(solver="adam", early_stopping=True, validation_fraction=0.3),
    dict(solver="lbfgs", alpha=0.0),
):
    clf = MLPClassifier(**endless, **settings)
    with warnings.catch_warnings(record=True) as record:
        warnings.simplefilter("always")
        clf.fit(X, y)
    messages = [str(w.message) for w in record if w.category is UserWarning]
    assert messages == ["Training interrupted by user."], messages
    assert all(np.isfinite(w).all() for w in clf.coefs_ + clf.intercepts_)
    assert np.isfinite(clf.loss_)
    assert clf.n_iter_ >= 1
    assert clf.predict(X).shape == y.shape
    if clf.early_stopping:
        best = int(np.argmax(clf.validation_scores_))
        assert clf.best_validation_score_ == clf.validation_scores_[best]
        clf.set_params(verbose=False, max_iter=best + 1)
        again = MLPClassifier(**clf.get_params()).fit(X, y)
        assert all(map(np.array_equal, clf.coefs_, again.coefs_))
    clf.set_params(verbose=False, max_iter=2, warm_start=True).fit(X, y)
    if clf.solver == "adam":
        assert len(clf.loss_curve_) == clf.t_ / (210 if clf.early_stopping else 300)
        clf.set_params(early_stopping=False).partial_fit(X, y)
    print("usable")
"""


@pytest.mark.skipif(os.name != "posix", reason="signals to a process are POSIX")
@pytest.mark.slow
def test_ctrl_c_ends_a_fit_with_a_warning_and_leaves_a_usable_network():
    child = start(INTERRUPTED)
    watchdog = threading.Timer(LIMIT, child.kill)
    watchdog.start()
    try:
        for _ in range(3):
            for line in child.stdout:
                if line.startswith("Iteration 5,"):
                    child.send_signal(signal.SIGINT)
                elif line == "usable\n":
                    break
            else:
                pytest.fail(child.stderr.read())
    finally:
        watchdog.cancel()
        stop(child)


# Threads and processes


def _fitted(task, kind, sparse_input, seed):
    X = sparse.csr_matrix(task.X) if sparse_input else task.X
    ours = task.ours(dtype=kind, random_state=seed, max_iter=15).fit(X, task.y)
    return [*parameters_of(ours), ours.predict(X), ours.loss_curve_]


def test_eight_threads_fit_what_one_fits_after_the_other():
    jobs = [
        (task, dtype, sparse_input, seed)
        for seed, task in enumerate(ALL)
        for dtype in ("float32", "float64")
        for sparse_input in (False, True)
    ]
    expected = [_fitted(*job) for job in jobs]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda job: _fitted(*job), jobs))
    for one, other in zip(found, expected, strict=True):
        for a, b in zip(one, other, strict=True):
            assert_array_equal(a, b)


def test_threads_may_predict_with_one_estimator_at_once():
    task = TASKS["multiclass"]
    ours = task.ours().fit(task.X, task.y)
    parts = [task.X[i:] for i in range(0, 128, 4)]
    expected = [ours.predict_proba(part) for part in parts]
    with ThreadPoolExecutor(8) as pool:
        for one, other in zip(
            pool.map(ours.predict_proba, parts), expected, strict=True
        ):
            assert_array_equal(one, other)


@pytest.mark.parametrize(
    "backend", ["threading", pytest.param("loky", marks=pytest.mark.slow)]
)
def test_scores_do_not_depend_on_how_joblib_runs_the_fits(backend):
    task = TASKS["multiclass"]
    # More than a megabyte, which loky hands to its workers as a read-only map.
    X, y = np.tile(task.X, (60, 14)), np.tile(task.y, 60)
    ours = task.ours(max_iter=1, batch_size=200, early_stopping=True)
    expected = cross_val_score(ours, X, y, cv=3)
    try:
        with joblib.parallel_config(backend=backend, n_jobs=2):
            scores = cross_val_score(ours, X, y, cv=3)
    finally:
        if backend == "loky":
            get_reusable_executor().shutdown(wait=True)
    assert_array_equal(scores, expected)
