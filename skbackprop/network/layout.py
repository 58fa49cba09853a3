"""How rows and vectors lie in memory: padding, cache lines."""

import math

import numpy as np

ROW_QUANTUM = 16  # elements: 64 bytes of float32, a cache line, a vector of AVX-512


ALIASING = 256  # strides of 1 or 2 KiB would map all rows onto few cache sets


def padded_width(width):
    """Elements from one row of a matrix to the next, for any dtype and host.

    Rows are padded so that vectors never reach into the next row and no kernel
    needs a masked tail. The rule asks neither for the dtype nor for the
    processor, so the offsets of a program hold for all of them.
    """
    padded = -(-width // ROW_QUANTUM) * ROW_QUANTUM
    return padded + ROW_QUANTUM if padded % ALIASING == 0 else padded


def aligned_zeros(shape, dtype):
    """Return an array of zeros that begins on a cache line."""
    dtype = np.dtype(dtype)
    n_elements = math.prod(shape) if isinstance(shape, tuple) else int(shape)
    n_bytes = n_elements * dtype.itemsize
    # No byte more than may be needed: `make guarded` has memory end, or begin, where
    # a page may not be touched, and so do whole cache lines in it.
    memory = np.zeros(n_bytes + 63, np.uint8)
    start = -memory.__array_interface__["data"][0] % 64
    return memory[start : start + n_bytes].view(dtype).reshape(shape)
