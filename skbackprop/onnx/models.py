"""Of each kind of model, what it reads and how what it puts out is recorded."""

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
    """An input of a model: a matrix with a row for each sample, or a vector.

    Attributes
    ----------
    name : str
    dtype : dtype
        That of strings is object.
    shape : tuple of int
        Without the axis of the samples.
    """

    name: str
    dtype: object
    shape: tuple


class Interface(NamedTuple):
    """What a model reads, and how to record what it puts out.

    Attributes
    ----------
    inputs : list of Column
    record : callable
        Returns a dict of Tensors, by the names of the outputs, given a list of Tensors
        and a Recorder.
    """

    inputs: list
    record: object


def matrix_of(n_features, dtype):
    """Return the one input of most models."""
    return [Column("X", np.dtype(dtype), (n_features,))]


@functools.singledispatch
def interface_of(model, dtype, X):
    """Return the Interface of a fitted model.

    Parameters
    ----------
    model : estimator
    dtype : dtype or None
        In which to compute; None: that of the model.
    X : object
        A sample of what it reads, or None.
    """
    if isinstance(model, BaseEstimator):
        raise TypeError(
            f"{type(model).__name__} is none of the models that to_onnx knows. "
            "Pipelines and estimators of scikit-learn are exported by "
            "skl2onnx.to_onnx, after register_skl2onnx()."
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
        # In double precision, as predictions are.
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
