"""The kernel that loads a minibatch."""

import numpy as np
import pytest
from kernel_helpers import (
    DTYPES,
    SKIP_REASON,
    Call,
    bits_of,
    compiled,
    empty_signal,
    guarded,
)

from skbackprop.kernels import jit
from skbackprop.kernels.abi import Gather

pytestmark = pytest.mark.skipif(not jit.available(), reason=SKIP_REASON)


def gather(x, order, padding=3.5):
    """Run the kernel; return the gathered signal and its whole memory."""
    from skbackprop.kernels.training.gather import make_gather

    bits, itemsize = bits_of(x.dtype), x.dtype.itemsize
    y, memory = empty_signal(len(order), x.shape[1], x.dtype, padding)
    call = Call(
        Gather,
        len(order),
        source=x,
        target=y,
        ld_source=x.strides[0] // itemsize,
        ld_target=memory.shape[1],
        width=x.shape[1],
    ).set_context(order=order)
    call.run(compiled(lambda: make_gather(bits), f"gather_{bits}"))
    return y, memory


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("width", [1, 2, 3, 4, 7, 8, 15, 16, 17, 30, 64, 100, 784])
def test_rows_come_in_the_order_asked_for(width, dtype):
    rng = np.random.default_rng(width)
    x = rng.normal(size=(50, width)).astype(dtype)
    order = rng.integers(50, size=33)
    y, memory = gather(x, order)
    np.testing.assert_array_equal(y, x[order])
    assert np.all(memory[:, width:] == 3.5)


def test_rows_may_begin_anywhere_and_be_read_only():
    rng = np.random.default_rng(0)
    memory = np.frombuffer(rng.bytes(8 * 1000 + 3), np.uint8)[3:]
    x = memory.view(np.float64).reshape(20, 50)[:, 5:42]
    assert not x.flags.writeable
    assert x.ctypes.data % 8
    order = rng.permutation(20)
    y, _ = gather(x, order)
    assert y.tobytes() == x[order].tobytes()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("width", [1, 5, 16, 27])
def test_nothing_is_read_beyond_the_last_row(width, dtype):
    size = np.dtype(dtype).itemsize
    x = guarded(3 * width * size).view(dtype).reshape(3, width)
    x[:] = np.arange(3 * width).reshape(3, width)
    y, _ = gather(x, np.array([2, 0, 1]))
    np.testing.assert_array_equal(y, x[[2, 0, 1]])
