"""ONNX models of estimators and graphs."""

from numbers import Integral

import numpy as np

from skbackprop.inspection.binding import bind
from skbackprop.network import Graph
from skbackprop.onnx import recurrent, tables, transformers  # noqa: F401 -- they register
from skbackprop.onnx.models import interface_of
from skbackprop.onnx.recorder import LEAST_OPSET, Recorder, Tensor
from skbackprop.utils.optional import import_optional


def to_onnx(model, X=None, *, parameters=None, target_opset=18):
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
    onnx = import_optional("onnx", "onnx")
    _check_opset(target_opset, onnx.defs.onnx_opset_version())
    dtype = getattr(X, "dtype", None)
    dtype = dtype if dtype in (np.float32, np.float64) else None
    if isinstance(model, Graph):
        rows = np.zeros((1, model.n_features))
        model, _ = bind(model, rows, parameters, dtype)
    elif parameters is not None:
        raise ValueError(
            "parameters must be None for a fitted estimator, which has its own."
        )
    interface = interface_of(model, dtype, X)
    _check_width(X, interface.inputs, type(model).__name__)
    return model_of(interface, target_opset)


def model_of(interface, target_opset):
    """Return the ModelProto of an Interface, checked."""
    onnx = import_optional("onnx", "onnx")
    xp = Recorder(target_opset)
    inputs = [Tensor(name, np.dtype(dtype), xp) for name, dtype, _ in interface.inputs]
    outputs = interface.record(inputs, xp)
    for name, tensor in outputs.items():
        xp.finish(tensor, name)

    def info(name, dtype, shape):
        kind = onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
        return onnx.helper.make_tensor_value_info(name, kind, shape)

    graph = onnx.helper.make_graph(
        xp.nodes,
        "skbackprop",
        [info(name, dtype, ["n", *shape]) for name, dtype, shape in interface.inputs],
        [info(name, tensor.dtype, None) for name, tensor in outputs.items()],
        initializer=xp.initializers,
    )
    opsets = [onnx.helper.make_opsetid("", xp.target_opset)]
    if any(node.domain for node in xp.nodes):
        opsets.append(onnx.helper.make_opsetid("ai.onnx.ml", 2))
    model = onnx.helper.make_model(
        graph,
        opset_imports=opsets,
        # The newest would ask for a newer runtime than the operators need.
        ir_version=onnx.helper.find_min_ir_version_for(opsets),
        producer_name="skbackprop",
    )
    model = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
    onnx.checker.check_model(model)
    return model


def _check_width(X, inputs, name):
    """Raise ValueError where a sample of rows has other columns than the model."""
    shape = getattr(X, "shape", ())
    n_columns = inputs[0].shape[-1] if len(inputs) == 1 else len(inputs)
    if len(shape) == 2 and shape[1] != n_columns:
        raise ValueError(
            f"X has {shape[1]} features, but {name} is expecting {n_columns} features "
            "as input."
        )


def _check_opset(target_opset, newest):
    if (
        not isinstance(target_opset, Integral)
        or not LEAST_OPSET <= target_opset <= newest
    ):
        raise ValueError(
            f"target_opset must be an integer from {LEAST_OPSET} to {newest}, the "
            f"newest that the installed onnx knows, got {target_opset!r}."
        )
