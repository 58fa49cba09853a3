"""Inputs of each kind of model, and how its outputs are recorded."""

import functools
from typing import NamedTuple

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from skbackprop.engine.bound_graph import BoundGraph
from skbackprop.fitting.estimator import NetworkEstimator
from skbackprop.network.compiler import compile_part, compile_unrolled
from skbackprop.onnx.networks import (
    labels_of,
    record_predictions,
    record_program,
)
from skbackprop.separability.linear_separator import LinearSeparator


class Column(NamedTuple):
    """An input of a model: an array with one entry or row per sample.

    Attributes
    ----------
    name : str
    dtype : dtype
        The dtype of strings is object.
    shape : tuple of int
        Shape of one sample.
    """

    name: str
    dtype: object
    shape: tuple


class Interface(NamedTuple):
    """Inputs of a model, and a function that records its outputs.

    Attributes
    ----------
    inputs : list of Column
    record : callable
        Takes a list of Tensors and a Recorder, and returns a dict of Tensors with the
        names of the outputs.
    """

    inputs: list
    record: object


def matrix_of(n_features, dtype):
    """Return a single matrix as input, as most models have."""
    return [Column("X", np.dtype(dtype), (n_features,))]


@functools.singledispatch
def interface_of(model, dtype, X):
    """Return the Interface of a fitted model.

    Parameters
    ----------
    model : estimator
    dtype : dtype or None
        Dtype of the computation. If None, the model's own.
    X : object
        Sample input, or None.
    """
    if isinstance(model, BaseEstimator):
        raise TypeError(
            f"to_onnx cannot export {type(model).__name__}. For pipelines and "
            "estimators of scikit-learn, use skl2onnx.to_onnx after "
            "register_skl2onnx()."
        )
    raise TypeError(f"model must be a fitted estimator or a graph, got {model!r}.")


@interface_of.register
def _(model: BoundGraph, dtype, X):
    def record(inputs, xp):
        program = model.smallest_program
        return {"variable": record_program(program, model.parameters, *inputs, xp)}

    return Interface(matrix_of(model.graph.n_features, dtype or model.dtype), record)


@interface_of.register
def _(model: NetworkEstimator, dtype, X):
    check_is_fitted(model)

    def record(inputs, xp):
        graph = model.graph_
        part = model._predicting_part(graph)
        program = (
            compile_unrolled(graph) if part is graph else compile_part(graph, part)
        )
        logits = record_program(program, model._parameters, *inputs, xp)
        return record_predictions(model._targets, logits, xp)

    inputs = matrix_of(model.n_features_in_, dtype or model._parameters.dtype)
    return Interface(inputs, record)


@interface_of.register
def _(model: LinearSeparator, dtype, X):
    check_is_fitted(model)

    def record(inputs, xp):
        # In double precision, like predictions.
        (x,) = inputs
        scores = xp.apply(
            "Gemm", xp.cast(x, np.float64), model.coef_.T.copy(), model.intercept_
        )
        if len(model.coef_) == 1:
            index = xp.reshape(xp.cast(scores > 0.0, np.int64), -1)
        else:
            index = xp.apply("ArgMax", scores, dtype=np.int64, axis=1, keepdims=0)
        label = labels_of(model.classes_, index, xp)
        return {"label": label, "scores": xp.cast(scores, x.dtype)}

    return Interface(matrix_of(model.n_features_in_, dtype or np.float64), record)
