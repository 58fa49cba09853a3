"""What the tests of monomials share: settings, samples, the two ways to run."""

import numpy as np
import pytest
from scipy import sparse

from skbackprop.kernels import jit

DTYPES = [np.float32, np.float64]
# Settings that scikit-learn does not have, for four features.
BEYOND = {
    "caps": {"degree": 4, "max_degrees": [1, 3, 2, 4]},
    "caps, some features left out": {"degree": 3, "max_degrees": [0, 3, 0, 2]},
    "caps, high degrees only": {"degree": (3, 4), "max_degrees": [2, 1, 2, 3]},
    "caps without squares": {
        "degree": 3,
        "max_degrees": [1, 0, 2, 1],
        "interaction_only": True,
    },
    "powers": {"degree": 4, "powers_only": True},
    "high powers": {"degree": (3, 5), "powers_only": True},
    "powers with caps": {"degree": 4, "powers_only": True, "max_degrees": [0, 3, 1, 9]},
    "combinations": {"combinations": [(0,), (3, 1), (2, 2, 0), (1, 1), (3,)]},
}
beyond = pytest.mark.parametrize("settings", BEYOND.values(), ids=BEYOND)


def samples(n_samples=23, n_features=4, dtype=np.float64, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n_samples, n_features)).astype(dtype)


def sparse_samples(shape=(23, 4), density=0.5, dtype=np.float64, seed=0):
    rng = np.random.default_rng(seed)
    dense = rng.normal(size=shape) * (rng.random(shape) < density)
    return sparse.csr_array(dense.astype(dtype))


@pytest.fixture(params=["compiled", "plain"])
def executor(request, monkeypatch):
    """Run on the kernels, then on plain NumPy."""
    if request.param == "plain":
        monkeypatch.setattr(jit, "available", lambda: False)
    elif not jit.available():
        pytest.skip("numba cannot compile here, or is told not to")
