"""Recurrent networks: sequences of one length, of unequal ones, and in rows."""

import numpy as np
import pytest
from onnx_models import assert_as_good_as_equal, assert_predicts_the_same, run_onnx

from skbackprop import RecurrentClassifier, RecurrentRegressor
from skbackprop.onnx import to_onnx

onnx = pytest.importorskip("onnx")
RNG = np.random.default_rng(0)
N, N_STEPS, N_FEATURES = 40, 5, 2
SEQUENCES = RNG.normal(size=(N, N_STEPS, N_FEATURES))
LENGTHS = RNG.integers(1, N_STEPS + 1, N)
LENGTHS[0] = N_STEPS
Y = np.arange(N) % 3
SUMS = SEQUENCES[:, :, 0].cumsum(axis=1)
SHORT = {"hidden_layer_sizes": (4,), "max_iter": 1, "batch_size": 20}
SHORT["random_state"] = 0
every_dtype = pytest.mark.parametrize(
    "dtype", [np.float32, np.float64], ids=lambda dtype: dtype.__name__
)
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
every_readout = pytest.mark.parametrize("readout", ["last", "mean", "max"])


def ragged(dtype):
    """Return sequences of unequal length, and the same padded with what is nowhere."""
    steps = SEQUENCES.astype(dtype)
    padded = steps.copy()
    padded[np.arange(N_STEPS) >= LENGTHS[:, np.newaxis]] = np.nan
    return [x[:n] for x, n in zip(steps, LENGTHS, strict=True)], padded


@every_dtype
@pytest.mark.parametrize("cell", ["tanh", "relu", "gru", "lstm"])
@every_readout
def test_sequences_of_one_length_give_the_same(readout, cell, dtype):
    model = RecurrentClassifier(
        cell=cell, readout=readout, bidirectional=cell == "gru", **SHORT
    )
    X = SEQUENCES.astype(dtype)
    model.fit(X, Y)
    assert_predicts_the_same(to_onnx(model, X[:1]), model, X)


@every_dtype
@every_readout
def test_sequences_of_unequal_length_are_read_padded_with_their_lengths(readout, dtype):
    model = RecurrentClassifier(readout=readout, bidirectional=True, **SHORT)
    X, padded = ragged(dtype)
    model.fit(X, Y)
    exported = to_onnx(model, X)
    assert [value.name for value in exported.graph.input] == ["X", "lengths"]
    assert_predicts_the_same(exported, model, X, X=padded, lengths=LENGTHS)


@every_dtype
@pytest.mark.parametrize("y", [SUMS, np.dstack([SUMS, -SUMS])], ids=["one", "two"])
def test_numbers_of_each_step_are_the_same(y, dtype):
    model = RecurrentRegressor(return_sequences=True, **SHORT)
    X = SEQUENCES.astype(dtype)
    model.fit(X, y)
    assert_predicts_the_same(to_onnx(model, X), model, X)


@every_dtype
@pytest.mark.parametrize("n_classes", [2, 3])
def test_classes_of_each_step_are_the_same(n_classes, dtype):
    y = (SUMS > 0).astype(int) + (n_classes > 2) * (SUMS > 1)
    model = RecurrentClassifier(return_sequences=True, **SHORT)
    X = SEQUENCES.astype(dtype)
    model.fit(X, y)
    assert_predicts_the_same(to_onnx(model, X), model, X)


def test_of_unequal_sequences_steps_that_exist_are_the_same():
    X, padded = ragged(np.float64)
    y = [row[:n] for row, n in zip(SUMS, LENGTHS, strict=True)]
    model = RecurrentRegressor(return_sequences=True, **SHORT).fit(X, y)
    found = run_onnx(to_onnx(model, X), X=padded, lengths=LENGTHS)["variable"]
    found = [row[:n, 0] for row, n in zip(found, LENGTHS, strict=True)]
    expected = model.predict(X)
    assert_as_good_as_equal(np.concatenate(found), np.concatenate(list(expected)))


@every_dtype
@pytest.mark.parametrize("layout", ["NTF", "NFT"])
def test_rows_are_read_as_rows(layout, dtype):
    model = RecurrentClassifier(n_timesteps=N_STEPS, layout=layout, **SHORT)
    X = SEQUENCES.reshape(N, -1).astype(dtype)
    model.fit(X, Y)
    assert_predicts_the_same(to_onnx(model), model, X)


def test_features_may_come_before_time():
    model = RecurrentClassifier(layout="NFT", readout="mean", **SHORT)
    X = np.ascontiguousarray(SEQUENCES.transpose(0, 2, 1))
    model.fit(X, Y)
    exported = to_onnx(model, X)
    assert_predicts_the_same(exported, model, X)
    (value,) = exported.graph.input
    shape = [d.dim_value for d in value.type.tensor_type.shape.dim]
    assert shape[1:] == [N_FEATURES, N_STEPS]


def test_a_network_is_unrolled_for_as_many_steps_as_the_sample_has():
    model = RecurrentClassifier(**SHORT).fit(SEQUENCES, Y)
    longer = np.random.default_rng(1).normal(size=(3, 9, N_FEATURES))
    assert_predicts_the_same(to_onnx(model, longer), model, longer)


def test_how_many_steps_there_are_must_be_said():
    model = RecurrentClassifier(**SHORT).fit(SEQUENCES, Y)
    with pytest.raises(ValueError, match="X must be given"):
        to_onnx(model)
    with pytest.raises(ValueError, match="Each time step of X has 3 features"):
        to_onnx(model, np.zeros((2, 4, 3)))
