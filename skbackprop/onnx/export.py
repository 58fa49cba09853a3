"""Export of estimators and graphs to ONNX."""

from numbers import Integral

import numpy as np

from skbackprop.inspection.binding import bind
from skbackprop.network import Graph
from skbackprop.onnx import recurrent, tables, transformers  # noqa: F401 -- they register
from skbackprop.onnx.models import interface_of
from skbackprop.onnx.recorder import LEAST_OPSET, Recorder, Tensor
from skbackprop.utils.optional import import_optional


def to_onnx(model, X=None, *, parameters=None, target_opset=18):
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
    """Return a checked ModelProto of an Interface."""
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
        # The newest version would need a newer runtime than the operators do.
        ir_version=onnx.helper.find_min_ir_version_for(opsets),
        producer_name="skbackprop",
    )
    model = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
    onnx.checker.check_model(model)
    return model


def _check_width(X, inputs, name):
    """Raise ValueError if sample rows have a different number of columns."""
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
            f"newest version of the installed onnx, got {target_opset!r}."
        )
