"""A fit to a file has no more in memory than its buffers, and a limit shows it."""

import os
import subprocess
import sys

import numpy as np
import pytest
from platform_marks import limits_memory

N_ROWS, N_FEATURES, ROWS_PER_CHUNK = 1_600_000, 32, 20_000
CHUNK = 4 * ROWS_PER_CHUNK * N_FEATURES  # bytes
# Two buffers of two chunks, a chunk as it is read and as it is validated, and what
# there is beside: a share of the rows of X, in targets, order and numbers to sum. The
# file has six times as much.
LIMIT = 12 * CHUNK
assert 4 * N_ROWS * N_FEATURES > 6 * LIMIT

SCRIPT = f"""
import resource, sys
from pathlib import Path

import numpy as np

from skbackprop import MLPClassifier
from skbackprop.chunks import ArrayChunks

def status(field):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(1024 * int(l.split()[1]) for l in lines if l.startswith(field))

path, how = sys.argv[1:]
X = np.zeros((2000, {N_FEATURES}), np.float32)
X[:, 0] = np.arange(2000) % 2
y = np.arange({N_ROWS}) % 2
small = ArrayChunks(X, y[:2000], rows_per_chunk=200, buffer=2)
net = MLPClassifier((4,), batch_size=1000, tol=None, max_iter=1, random_state=0)
net.fit(X, y[:2000]), net.fit(small)  # compiles
limit = status("VmData") + {LIMIT}
resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
if how == "in memory":
    net.fit(np.load(path), y)
else:
    chunks = ArrayChunks(path, y, rows_per_chunk={ROWS_PER_CHUNK}, buffer=2)
    net.fit(chunks)
    print(net.score(X, y[:2000]))
"""


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("large") / "X.npy"
    X = np.lib.format.open_memmap(path, "w+", np.float32, (N_ROWS, N_FEATURES))
    X[:, 0] = np.arange(N_ROWS) % 2  # the class; the rest of the file is zeros
    return path


@pytest.mark.slow
@limits_memory
@pytest.mark.parametrize("how", ["in chunks", "in memory"])
def test_a_fit_to_a_file_needs_the_memory_of_its_buffers(path, how):
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(path), how],
        capture_output=True,
        text=True,
        check=False,
        # OpenBLAS takes memory of its own, for each thread.
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )
    if how == "in memory":  # so that it is seen that the limit holds
        assert "MemoryError" in ended.stderr
    else:
        assert ended.returncode == 0, ended.stderr
        assert float(ended.stdout) == 1.0
