"""What tests of compiled code need, and the executors that tests run on."""

import pytest

from skbackprop.engine import Executor, ReferenceExecutor, jit

# `make nojit` and a numba that cannot be imported leave nothing to compile:
# everything then runs on the reference executor, which these tests run too.
needs_jit = pytest.mark.skipif(
    not jit.available(), reason="numba cannot compile here, or is told not to"
)
EXECUTORS = [ReferenceExecutor, pytest.param(Executor, marks=needs_jit)]
