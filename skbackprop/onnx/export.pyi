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
    """Return a fitted model, or a graph with its parameters, as an ONNX model.

    It computes what ``predict`` and ``predict_proba`` (``transform`` of transformers)
    do, for any number of samples, wherever ONNX runs. Dropout is left out, as in
    prediction.

    Classifiers put out ``label``, int64 or strings as ``classes_`` are, and
    ``probabilities`` as a matrix, never a list of dicts (skl2onnx calls that
    ``zipmap``), or ``scores`` where the loss is not one of probabilities. All else has
    one output, ``variable``, a matrix, with one column where there is one target.

    Parameters
    ----------
    model : fitted estimator or Graph
        A network, an ensemble for tables, :class:`~skbackprop.LinearSeparator`, or a
        transformer of this package. Pipelines are exported by skl2onnx:
        :func:`register_skl2onnx`.
    X : array-like, default=None
        A sample of what the model reads. If it is of float32 or float64, so are the
        input, the computation and the output; by default they are of the dtype of the
        network, float64 for transformers. Recurrent networks read as many steps as it
        has. Other values do not matter.
    parameters : ndarray or list of ndarray, default=None
        Of a graph, with all buffers: in one vector, or block by block.
    target_opset : int, default=18
        Version of the ONNX operators, from 13 on. onnxruntime 1.14 and later know 18.

    Returns
    -------
    onnx.ModelProto
        Whose input is ``X``, of shape (n_samples, n_features). Ensembles for tables
        with names of columns have an input of shape (n_samples, 1) for each: numbers
        where the column is numeric, NaN if missing, else strings (int64 if all levels
        are integers). Recurrent networks that are shown sequences of unequal length
        read them padded, and their ``lengths``, int64.

    Raises
    ------
    ImportError
        If onnx is not installed.
    TypeError
        If the model is none of these, or has a module of which no rule is known.
    ValueError
        If an operator that a module needs is not in ``target_opset``, or if X or
        parameters do not fit.

    See Also
    --------
    register_skl2onnx : Pipelines that hold models of this package.

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
