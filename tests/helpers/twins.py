"""What a client does with ours is held against what it does with scikit-learn's."""

import importlib
import warnings

import numpy as np
import pytest
from sklearn import neural_network

import skbackprop


def import_client(name):
    """Return a module of a client, which may warn on the way; skip where it is not."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pytest.importorskip(name.split(".")[0])
        return importlib.import_module(name)


def assert_equal_for_twins(client, name="MLPClassifier", rtol=1e-6, **settings):
    """Hold what a client makes of our MLP against what it makes of scikit-learn's.

    Parameters
    ----------
    client : callable
        Takes an estimator and returns an array.
    """
    settings = {"hidden_layer_sizes": (8,), "max_iter": 20, **settings}
    ours, theirs = (
        client(getattr(package, name)(random_state=0, **settings))
        for package in (skbackprop, neural_network)
    )
    np.testing.assert_allclose(ours, theirs, rtol=rtol)
