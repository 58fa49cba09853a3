"""Memory as the executor lays it out, and calls of single kernels."""

import ctypes
import functools
import hashlib
import mmap
from pathlib import Path

import numpy as np

from skbackprop.kernels import abi, calling, jit
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
    """The tables of one kernel call, filled by field names of the ABI."""

    def __init__(self, n_rows=0, **fields):
        self.row = np.zeros(abi.ROW_FIELDS, np.int64)
        self.context = np.zeros(abi.CONTEXT_FIELDS, np.int64)
        self.scalars = np.zeros(abi.SCALAR_FIELDS)
        self.context[abi.N_ROWS] = n_rows
        self._alive = []
        self.set(**fields)

    def set(self, **fields):
        """Set fields of the row; arrays mean their addresses."""
        for name, value in fields.items():
            self.row[getattr(abi, name)] = self._address(value)
        return self

    def set_context(self, **fields):
        for name, value in fields.items():
            self.context[getattr(abi, name)] = self._address(value)
        return self

    def _address(self, value):
        if not isinstance(value, np.ndarray):
            return value
        self._alive.append(value)
        return value.ctypes.data

    def run(self, address):
        calling.run_kernel(address, self.row, self.context, self.scalars)
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
