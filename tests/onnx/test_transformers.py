"""Transformers: features as transform has them, dense."""

import numpy as np
import pytest
from onnx_models import assert_predicts_the_same

from skbackprop import (
    FeaturePooling,
    MonomialFeatures,
    PiecewiseLinearFeatures,
    SmoothClippingScaler,
    SparseRandomExpansion,
)
from skbackprop.onnx import to_onnx

onnx = pytest.importorskip("onnx")
X = np.random.default_rng(0).normal(size=(50, 7))
NOT_NEGATIVE = abs(X)
NOT_NEGATIVE[3, :4] = 0
HOLES = X.copy()
HOLES[::7, 3] = np.nan
HOLES[:, 5] = 1
ACTIVATIONS = ["identity", "relu", "abs", "square", "sign"]
POOLINGS = ["sum", "mean", "max", "l2", "logsumexp", "stochastic"]
UNITS = {"weights": "gaussian", "n_inputs": 3, "random_state": 0}
GROUPS = [[5, 0, 3], [1], [6, 2]]
TRANSFORMERS = [
    *(MonomialFeatures(degree) for degree in (1, 2, 3)),
    MonomialFeatures((2, 3), interaction_only=True),
    MonomialFeatures(3, max_degrees=[0, 2, 1, 1, 0, 3, 1], include_bias=False),
    MonomialFeatures(combinations=[(2, 1, 1), (0,), (3, 4)]),
    MonomialFeatures(3, powers_only=True),
    *(SparseRandomExpansion(40, activation=name, **UNITS) for name in ACTIVATIONS),
    SparseRandomExpansion(40, bias_scale=0.5, center=True, **UNITS),
    SparseRandomExpansion(40, top_k=5, sparse_output=True, **UNITS),
    SparseRandomExpansion(40, top_k=0.1, winners="binary", center=True, **UNITS),
    *(FeaturePooling(name, group_size=3) for name in POOLINGS),
    *(FeaturePooling(name, groups=GROUPS) for name in POOLINGS),
    PiecewiseLinearFeatures(4, handle_missing="zeros"),
    PiecewiseLinearFeatures(4, handle_missing="zeros", sparse_output=True),
    *(SmoothClippingScaler(limit) for limit in (3.0, 0.5, None)),
]


@pytest.mark.parametrize(
    "dtype", [np.float32, np.float64], ids=lambda dtype: dtype.__name__
)
@pytest.mark.parametrize("model", TRANSFORMERS, ids=lambda model: f"{model!r}"[:60])
def test_features_are_the_same(model, dtype):
    rows = X
    if isinstance(model, PiecewiseLinearFeatures):
        rows = HOLES
    elif isinstance(model, FeaturePooling):
        rows = NOT_NEGATIVE
    rows = rows.astype(dtype)
    model.fit(rows)
    assert_predicts_the_same(to_onnx(model, rows), model, rows)


def test_among_equal_winners_those_of_lower_index_win():
    model = SparseRandomExpansion(30, n_inputs=2, top_k=4, random_state=0)
    rows = np.ones((3, 7))
    model.fit(rows)
    assert_predicts_the_same(to_onnx(model), model, rows)


def test_what_is_far_out_is_scaled_and_binned_as_ever():
    rows = np.array([[-1.0], [0.0], [1.0], [1e300], [-1e300]])
    for model in (SmoothClippingScaler(), PiecewiseLinearFeatures(3)):
        model.fit(rows)
        assert_predicts_the_same(to_onnx(model), model, rows)
