"""Tensors are read, also where scikit-learn hands arrays on as they are."""

import os
import subprocess
import sys

import pytest

# SciPy decides when it is imported whether it may be given tensors.
PROGRAM = """
import warnings

import numpy as np
import sklearn
import torch

import skbackprop

warnings.simplefilter("ignore")
X = torch.from_numpy(np.random.RandomState(0).randn(40, 3))
y = (X[:, 0] > 0).long()
for name in {names}:
    plain = getattr(skbackprop, name)(**{parameters}).fit(X.numpy(), y.numpy())
    with sklearn.config_context(array_api_dispatch=True):
        dispatched = getattr(skbackprop, name)(**{parameters}).fit(X, y)
        use = next(m for m in ("predict", "transform") if hasattr(plain, m))
        given = getattr(dispatched, use)(X)
    np.testing.assert_array_equal(given, getattr(plain, use)(X.numpy()))
    print(name)
"""

NETWORKS = ["MLPClassifier", "MLPRegressor", "DrLIM"]
OTHERS = ["LinearSeparator", "MonomialFeatures"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("names", "parameters"),
    [(NETWORKS, {"max_iter": 2, "random_state": 0}), (OTHERS, {})],
    ids=["networks", "others"],
)
def test_tensors_are_read_as_arrays(names, parameters):
    pytest.importorskip("torch")
    program = PROGRAM.format(names=names, parameters=parameters)
    run = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env={**os.environ, "SCIPY_ARRAY_API": "1"},
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == names
