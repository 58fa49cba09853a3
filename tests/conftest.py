"""What the tests of the estimators share: small data and a quiet start."""

import warnings

import numpy as np
import pytest

from skbackprop.kernels import jit

pytest.register_assert_rewrite("tasks")

# Where numba cannot compile, it is said once, here, and not to the test that
# happens to be the first to fit.
with warnings.catch_warnings():
    warnings.simplefilter("ignore", RuntimeWarning)
    jit.available()


@pytest.fixture
def rng():
    return np.random.default_rng(0)
