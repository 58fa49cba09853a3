"""The fence around arrays (tests/helpers/fence.py) stops kernels that leave them."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from jit_marks import needs_jit

HELPERS = Path(__file__).parents[1] / "helpers"
SUM = """
import numpy as np
import fence
from skbackprop.kernels import jit
from skbackprop.kernels.calling import address, run_kernel
from skbackprop.kernels.language.memory import as_floats, plain_kernel
from skbackprop.network.layout import aligned_zeros

def make_sum(bits):
    as_numbers = as_floats(bits)

    def sum_of_some(row, context, scalars):
        x, y = as_numbers(row[1]), as_numbers(row[2])
        for i in range(row[3], row[4]):
            y[0] += x[i]

    return plain_kernel(sum_of_some)

fence.put_up({side!r})
x, y = {array}(16, np.float32), np.zeros(1, np.float32)
row = np.array([0, address(x), address(y), {start}, {stop}])
run_kernel(jit.compile_kernel(lambda: make_sum(32), "sum", is_cached=False), row)
print("done")
"""

pytestmark = [
    pytest.mark.slow,
    needs_jit,
    pytest.mark.skipif(sys.platform != "linux", reason="the fence calls Linux's mmap"),
]
each_side = pytest.mark.parametrize("side", ["behind", "before"])
each_array = pytest.mark.parametrize("array", ["np.ones", "aligned_zeros"])


def run(code):
    path = os.pathsep.join([*sys.path, str(HELPERS)])
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )


def summed(side, array, start, stop):
    """Return how a process ends that sums x[start:stop] of an array of 16."""
    code = SUM.format(side=side, array=array, start=start, stop=stop)
    return run(code)


@each_side
def test_a_kernel_that_keeps_to_its_array_runs(side):
    ended = summed(side, "aligned_zeros", 0, 16)
    assert (ended.returncode, ended.stdout) == (0, "done\n"), ended.stderr


@each_array
@each_side
def test_a_kernel_that_reads_one_element_beyond_is_killed(side, array):
    beyond = {"behind": 16, "before": -1}[side]
    ended = summed(side, array, beyond, beyond + 1)
    assert ended.returncode == -signal.SIGSEGV, ended.stdout + ended.stderr


def test_behind_a_fence_arrays_grow_and_unwritten_ones_are_not_finite():
    code = (
        "import fence, numpy as np\n"
        "fence.put_up()\n"
        "x = np.arange(5.0)\n"
        "x.resize(5000, refcheck=False)\n"
        "assert (x[:5] == np.arange(5)).all()\n"
        "assert np.isnan(np.empty(3)).all()\n"
    )
    assert run(code).returncode == 0
