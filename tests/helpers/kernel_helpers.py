"""Memory as the executor lays it out, and calls of single kernels."""

import ctypes
import functools
import hashlib
import mmap
from pathlib import Path

import numpy as np

from skbackprop.kernels import calling, jit
from skbackprop.kernels.abi import Context, Scalar
from skbackprop.kernels.rows import new_row
from skbackprop.network.layout import padded_width

SKIP_REASON = "kernels cannot be compiled here (no numba, or its jit is disabled)"
DTYPES = [np.float32, np.float64]


def tolerance(dtype, scale=1.0):
    """Rounding errors that a sum of moderate length may gather."""
    return scale * 20 * np.finfo(dtype).eps


def assert_close_for_its_size(result, expected, dtype):
    """Compare sums of many terms: some of them cancel, rounding does not."""
    error = np.abs(result - expected).max() / (1 + np.abs(expected).max())
    assert error < tolerance(dtype)


def bits_of(dtype):
    return 8 * np.dtype(dtype).itemsize


def guarded(n_bytes):
    """Memory whose end nobody reads beyond: the next page is forbidden ground."""
    n_pages = -(-n_bytes // mmap.PAGESIZE)
    pages = np.frombuffer(mmap.mmap(-1, (n_pages + 1) * mmap.PAGESIZE), np.uint8)
    end = n_pages * mmap.PAGESIZE
    if hasattr(ctypes.CDLL(None), "mprotect"):
        address = ctypes.c_void_p(pages.ctypes.data + end)
        assert ctypes.CDLL(None).mprotect(address, mmap.PAGESIZE, 0) == 0
    return pages[end - n_bytes : end]


def aligned(n_elements, dtype, fill=0.0):
    """A guarded vector of whole cache lines."""
    n_bytes = n_elements * np.dtype(dtype).itemsize
    memory = guarded(-(-n_bytes // 64) * 64).view(dtype)
    memory[:] = fill
    return memory[:n_elements]


def signal(values, dtype, padding=3.5):
    """A matrix with padded rows, as (view of the values, whole memory)."""
    values = np.atleast_2d(np.asarray(values))
    n_rows, width = values.shape
    memory = aligned(n_rows * padded_width(width), dtype, padding)
    memory = memory.reshape(n_rows, -1)
    memory[:, :width] = values
    return memory[:, :width], memory


def empty_signal(n_rows, width, dtype, padding=3.5, fill=7.25):
    """A matrix with padded rows that a kernel is to fill."""
    return signal(np.full((n_rows, width), fill), dtype, padding)


class Call:
    """The tables of one kernel call, filled by names of fields.

    ``layout`` is that of the row, one of :mod:`skbackprop.kernels.abi`.
    """

    def __init__(self, layout, n_rows=0, /, **fields):
        self.row = new_row(layout, 0, **fields)
        self.context = np.zeros(len(Context), np.int64)
        self.scalars = np.zeros(len(Scalar))
        self._alive = []
        self.set_context(n_rows=n_rows)

    def set(self, **fields):
        """Set fields of the row; arrays mean their addresses."""
        self.row.set(**fields)
        return self

    def set_context(self, **fields):
        for name, value in fields.items():
            if isinstance(value, np.ndarray):
                self._alive.append(value)
                value = calling.address(value)
            self.context[getattr(Context, name)] = value
        return self

    def run(self, kernel):
        calling.run_kernel(kernel, self.row, self.context, self.scalars)
        return self


@functools.cache
def _digest_of_tests():
    """What the cache must know: formulas of tests are compiled too."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(f.read_bytes() for f in files)).hexdigest()[:12]


def compiled(factory, name):
    """Address of the kernel that ``factory`` makes."""
    name = f"test_{name}_{_digest_of_tests()}"
    return jit.compile_kernel(factory, name)
