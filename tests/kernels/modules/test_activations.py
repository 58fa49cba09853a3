"""The kernels of elementwise modules."""

import numpy as np
import pytest
from gradcheck import check_vjp
from kernel_helpers import (
    DTYPES,
    SKIP_REASON,
    Call,
    bits_of,
    compiled,
    empty_signal,
    signal,
    tolerance,
)
from module_cases import ELEMENTWISE

from skbackprop.engine.reference.executor import xp
from skbackprop.kernels import jit
from skbackprop.kernels.abi import Module
from skbackprop.network import Tanh

pytestmark = pytest.mark.skipif(not jit.available(), reason=SKIP_REASON)


def address_of(direction, module, dtype):
    from skbackprop.kernels.modules import activations as elementwise

    bits = bits_of(dtype)
    factory = getattr(elementwise, f"make_{direction}_elementwise")
    return compiled(lambda: factory(module, bits), f"{direction}_{module}_{bits}")


def forward(module, x):
    (x, memory), (y, _) = signal(x, x.dtype), empty_signal(*x.shape, x.dtype)
    call = Call(Module, len(x), x=x, y=y, ldx=memory.shape[1], ldy=memory.shape[1])
    call.set(width_y=x.shape[1], fills_rows=1)
    call.run(address_of("forward", module, x.dtype))
    return y


def backward(module, x, y, dy, dx=None):
    """Return the adjoint of x, added to ``dx`` where that is given."""
    dtype = x.dtype
    (x, memory), (y, _), (dy, _) = (signal(a, dtype) for a in (x, y, dy))
    result, _ = empty_signal(*x.shape, dtype) if dx is None else signal(dx, dtype)
    stride = memory.shape[1]
    call = Call(Module, len(x), x=x, y=y, dy=dy, dx=result, ldx=stride, ldy=stride)
    call.set(width_y=x.shape[1], fills_rows=1, add_dx=int(dx is not None))
    call.run(address_of("backward", module, dtype))
    return result


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(1, 1), (5, 16), (7, 33), (3, 256)], ids=str)
@pytest.mark.parametrize("module", ELEMENTWISE, ids=repr)
def test_forward_and_backward_are_the_formulas(module, shape, dtype):
    rng = np.random.default_rng(0)
    x, dy, dx = (rng.normal(size=shape).astype(dtype) for _ in range(3))
    y = module.value(x, xp)
    expected = module.derivative(x, y, dy, xp)
    close = {"rtol": tolerance(dtype), "atol": tolerance(dtype)}
    np.testing.assert_allclose(forward(module, x), y, **close)
    np.testing.assert_allclose(backward(module, x, y, dy), expected, **close)
    np.testing.assert_allclose(backward(module, x, y, dy, dx), dx + expected, **close)


@pytest.mark.parametrize("module", ELEMENTWISE, ids=repr)
def test_backward_is_the_transpose_of_the_derivative(module):
    rng = np.random.default_rng(1)
    check_vjp(
        lambda inputs: forward(module, *inputs),
        lambda inputs, y, dy: [backward(module, *inputs, y, dy)],
        [rng.normal(size=(9, 21))],
        rng,
    )


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("module", ELEMENTWISE, ids=repr)
def test_signals_may_be_overwritten(module, dtype):
    rng = np.random.default_rng(2)
    x, dy = (rng.normal(size=(6, 20)).astype(dtype) for _ in range(2))
    y = forward(module, x)
    (signal_y, memory), (adjoint, _) = signal(x, dtype), signal(dy, dtype)
    stride = memory.shape[1]
    call = Call(Module, 6, x=signal_y, y=signal_y, ldx=stride, ldy=stride, fills_rows=1)
    call.set(dx=adjoint, dy=adjoint)
    call.run(address_of("forward", module, dtype))
    np.testing.assert_array_equal(signal_y, y)
    if not module.derivative_needs_input:
        call.run(address_of("backward", module, dtype))
        np.testing.assert_array_equal(adjoint, backward(module, x, y, dy))


@pytest.mark.parametrize("module", ELEMENTWISE, ids=repr)
def test_what_is_not_a_number_stays_so(module):
    x = np.full((2, 3), 0.25)
    x[1, 2] = np.nan
    np.testing.assert_array_equal(np.isnan(forward(module, x)), np.isnan(x))


def test_an_adjoint_that_is_not_wanted_is_not_written():
    y, memory = signal(np.ones((2, 3)), np.float64)
    call = Call(Module, 2, x=y, y=y, dy=y, ldx=memory.shape[1], ldy=memory.shape[1])
    call.set(fills_rows=1)
    call.run(address_of("backward", Tanh(), np.float64))
