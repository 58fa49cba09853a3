"""The environment in which every contestant is timed.

Standard library only: it has to act before NumPy loads a BLAS.
"""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]

# One thread each, also where a library reads its variable only once, at import.
THREADS = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
}
FAIR = THREADS | {
    "JAX_PLATFORMS": "cpu",
    # Fits are stopped by max_iter on purpose; the workers of loky inherit this.
    "PYTHONWARNINGS": "ignore",
}

# They make a contestant slower than its users see it, or switch it off.
DROPPED = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "NUMBA_DISABLE_JIT")


def benchmark_environment():
    """Return a copy of the environment, made fair and able to import the package."""
    environment = {k: v for k, v in os.environ.items() if k not in DROPPED}
    environment.update(FAIR)
    path = environment.get("PYTHONPATH", "").split(os.pathsep)
    if str(REPOSITORY) not in path:
        path.insert(0, str(REPOSITORY))
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, path))
    return environment


@contextlib.contextmanager
def without_limits():
    """Let processes that begin meanwhile have as many threads as they choose."""
    before = dict(os.environ)
    for name in THREADS:
        del os.environ[name]
    try:
        yield
    finally:
        os.environ.update(before)


def restart_if_needed():
    """Run this very command again in a fair environment, unless we are in it."""
    environment = benchmark_environment()
    if environment == dict(os.environ):
        return
    for name in DROPPED:
        if name in os.environ:
            print(f"{name}={os.environ[name]} is dropped: it falsifies the timings.")
    sys.stdout.flush()
    sys.exit(subprocess.call([sys.executable, *sys.orig_argv[1:]], env=environment))
