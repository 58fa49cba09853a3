# Written by `make stubs` from the module beside it, which is what to change.

from collections.abc import Sequence
from numpy.typing import ArrayLike
from numpy.typing import NDArray
from typing import Any

def to_onnx(
    model: Any,
    X: ArrayLike | None = None,
    *,
    parameters: NDArray[Any] | Sequence[NDArray[Any]] | None = None,
    target_opset: int = 18,
) -> Any:
    """Convert a fitted model, or a graph with its parameters, to ONNX.

    The ONNX model computes the same as ``predict`` and ``predict_proba``, or as
    ``transform`` for transformers, for any number of samples. Dropout is left out, as
    in prediction.

    Classifiers have the outputs ``label``, int64 or strings like ``classes_``, and
    ``probabilities``, a matrix, never a list of dicts (``zipmap`` in skl2onnx). If the
    loss has no probabilities, the second output is ``scores``. Other models have one
    output, ``variable``, a matrix with one column per target.

    Parameters
    ----------
    model : fitted estimator or Graph
        A network, an ensemble for tables, :class:`~skbackprop.LinearSeparator`, or a
        transformer of this package. For pipelines, use skl2onnx and
        :func:`register_skl2onnx`.
    X : array-like, default=None
        Sample input. If its dtype is float32 or float64, input, computation and output
        have this dtype. Otherwise they have the dtype of the network, or float64 for
        transformers. For recurrent networks, it also sets the number of time steps.
        Its values do not matter otherwise.
    parameters : ndarray or list of ndarray, default=None
        Parameters and buffers of a graph, as one vector or as a list of blocks.
    target_opset : int, default=18
        Version of the ONNX operators, at least 13. Version 18 needs onnxruntime 1.14
        or later.

    Returns
    -------
    onnx.ModelProto
        The model, with the input ``X`` of shape (n_samples, n_features). Ensembles for
        tables with column names have one input of shape (n_samples, 1) per column:
        floats for numeric columns, with NaN for missing values; otherwise strings, or
        int64 if all levels are integers. Recurrent networks for sequences of unequal
        length read padded sequences, and their ``lengths`` as int64.

    Raises
    ------
    ImportError
        If onnx is not installed.
    TypeError
        If the model is none of these, or contains a module that cannot be exported.
    ValueError
        If a module needs an operator that is not in ``target_opset``, or if X or
        parameters do not match the model.

    See Also
    --------
    register_skl2onnx : Export pipelines that contain models of this package.

    Examples
    --------
    >>> import numpy as np
    >>> from skbackprop import MLPRegressor
    >>> from skbackprop.onnx import to_onnx
    >>> X = np.linspace(-1, 1, 50, dtype=np.float32)[:, np.newaxis]
    >>> reg = MLPRegressor(hidden_layer_sizes=(5,), solver="lbfgs", random_state=0)
    >>> model = to_onnx(reg.fit(X, X[:, 0]))
    >>> [node.op_type for node in model.graph.node]
    ['Gemm', 'Relu', 'Gemm', 'Identity']
    """

def __getattr__(name: str) -> Any: ...
