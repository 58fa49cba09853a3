"""Recording of recurrent networks, unrolled for the time steps of a sample."""

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skbackprop.estimators.recurrent import RecurrentClassifier, RecurrentRegressor
from skbackprop.estimators.sequences import are_sequences
from skbackprop.network.compiler import compile_unrolled
from skbackprop.network.recurrence import SequenceLayout
from skbackprop.onnx.models import Column, Interface, interface_of, matrix_of
from skbackprop.onnx.networks import record_predictions, record_program
from skbackprop.utils.validation import FLOATS


@interface_of.register(RecurrentClassifier)
@interface_of.register(RecurrentRegressor)
def _(model, dtype, X):
    check_is_fitted(model)
    dtype = np.dtype(dtype or model._parameters.dtype)
    layout, in_rows = _layout_of(model, X)

    def record(inputs, xp):
        x = _rows(inputs, layout, model.layout, in_rows, xp)
        program = compile_unrolled(model._net.unroll(layout))
        logits = record_program(program, model._parameters, x, xp)
        return record_predictions(model._targets, logits, xp)

    if in_rows:
        return Interface(
            matrix_of(layout.n_timesteps * layout.n_features, dtype), record
        )
    shape = layout.n_timesteps, layout.n_features
    inputs = [Column("X", dtype, shape if model.layout == "NTF" else shape[::-1])]
    if layout.is_masked:
        inputs.append(Column("lengths", np.dtype(np.int64), ()))
    return Interface(inputs, record)


def _layout_of(model, X):
    """Return the SequenceLayout of a sample, and whether each sequence is a row."""
    has_length = model._net.readout == "mean"
    if X is not None:
        layout = model._read(X, FLOATS, reset=False).layout(has_length)
        return layout, not are_sequences(X)
    n_features, n_columns = model.n_features_per_step_, model.n_features_in_
    if n_columns == n_features:
        raise ValueError(
            f"X must be given, as {type(model).__name__} was fitted to sequences of "
            "any length and is unrolled for the time steps of X. If X contains shorter "
            "sequences, the exported network has a second input, lengths."
        )
    return SequenceLayout(n_columns // n_features, n_features, False, has_length), True


def _rows(inputs, layout, order, in_rows, xp):
    """Return the inputs as rows in the layout of the network."""
    x, *lengths = inputs
    n_steps, n_features = layout.n_timesteps, layout.n_features
    if order == "NFT" and n_features > 1:
        x = xp.reshape(x, -1, n_features, n_steps) if in_rows else x
        x = xp.apply("Transpose", x, perm=[0, 2, 1])
        in_rows = False
    parts = [x if in_rows else xp.reshape(x, -1, n_steps * n_features)]
    if lengths:
        exists, lengths = _existing(*lengths, n_steps, x.dtype, xp)
        # Padding may have any value, even NaN.
        is_there = xp.columns(exists > 0.0, np.repeat(np.arange(n_steps), n_features))
        parts = [xp.where(is_there, parts[0], 0.0), exists]
    if layout.has_length:
        parts.append(1.0 / lengths if lengths else xp.full(x, 1, 1 / n_steps, x.dtype))
    return xp.concatenate(parts)


def _existing(lengths, n_steps, dtype, xp):
    """Return an indicator matrix of existing time steps, and a column of lengths."""
    lengths = xp.reshape(lengths, -1, 1)
    exists = xp.compare("Greater", lengths, np.arange(n_steps))
    return xp.cast(exists, dtype), xp.cast(lengths, dtype)
