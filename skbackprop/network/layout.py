"""Memory layout of rows and vectors: padding and cache lines."""

import math

import numpy as np

ROW_QUANTUM = 16  # elements: 64 bytes of float32, a cache line, a vector of AVX-512


ALIASING = 256  # strides of 1 or 2 KiB would map all rows onto few cache sets


def padded_width(width):
    """Return the stride of a matrix's rows in elements, for any dtype and processor.

    Rows are padded so that vectors never reach into the next row and no kernel
    needs a masked tail. As the rule does not depend on the dtype or the processor,
    neither do the offsets of a program.
    """
    padded = -(-width // ROW_QUANTUM) * ROW_QUANTUM
    return padded + ROW_QUANTUM if padded % ALIASING == 0 else padded


def aligned_zeros(shape, dtype):
    """Return an array of zeros that begins on a cache line."""
    dtype = np.dtype(dtype)
    n_elements = math.prod(shape) if isinstance(shape, tuple) else int(shape)
    n_bytes = n_elements * dtype.itemsize
    # Not a byte more than needed: `make guarded` puts memory next to protected pages,
    # to detect accesses outside of an array.
    memory = np.zeros(n_bytes + 63, np.uint8)
    start = -memory.__array_interface__["data"][0] % 64
    return memory[start : start + n_bytes].view(dtype).reshape(shape)
