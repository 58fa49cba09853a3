"""Kernels that run without subnormal numbers."""

import numpy as np
import pytest
from kernel_helpers import SKIP_REASON, Call, aligned, compiled

from skbackprop.kernels import jit
from skbackprop.kernels.abi import KERNEL, Flushed, Update
from skbackprop.kernels.table import as_integer

pytestmark = pytest.mark.skipif(not jit.available(), reason=SKIP_REASON)

TINY = np.finfo(np.float32).tiny


def halve():
    """Halve the smallest normal number by a kernel; return what comes out."""
    from skbackprop.engine.optimizers import SGD
    from skbackprop.engine.penalties import Penalties
    from skbackprop.kernels.training.subnormals import make_run_flushed
    from skbackprop.kernels.training.update import make_update

    optimizer = SGD(momentum=0.5, nesterov=False)
    w, dw, velocity = (aligned(16, np.float32) for _ in range(3))
    velocity[:] = TINY
    step = Call(
        Update,
        parameters=w,
        gradient=dw,
        slots=velocity,
        ld_slots=16,
        n_elements=16,
        factor=as_integer(1.0),
    )
    rates = np.array([0.1])
    coefficients = np.hstack(
        [
            Penalties().coefficients(np.zeros(1), rates),
            optimizer.coefficients(np.array([1]), rates),
        ]
    )
    update = compiled(lambda: make_update(optimizer, 32), "update_to_halve")
    step.row[KERNEL] = update
    run = Call(Flushed, row=step.row).set_context(coefficients=coefficients)
    run.run(compiled(make_run_flushed, "run_flushed"))
    return velocity


def test_subnormals_count_as_zero_only_while_a_flushed_kernel_runs():
    is_x86 = jit_triple().startswith(("x86_64", "i686"))
    assert np.all(halve() == (0 if is_x86 else TINY / 2))
    assert np.float32(TINY) / np.float32(2) > 0


def jit_triple():
    from numba.core.registry import cpu_target

    return cpu_target.target_context.codegen().magic_tuple()[0]
