# Written by `make stubs` from the module beside it, which is what to change.

from typing import Any

def register_skl2onnx() -> None:
    """Let skl2onnx convert the models of this package, alone and in pipelines.

    Once in a process, before ``skl2onnx.to_onnx`` or ``convert_sklearn``. Classifiers
    put out a list of dicts there, unless ``options={"zipmap": False}``. In float32
    pipelines, networks that were fitted in float64 are computed in float32.

    Raises
    ------
    ImportError
        If skl2onnx is not installed.

    See Also
    --------
    to_onnx : One model, without skl2onnx.

    Examples
    --------
    ::

        from skl2onnx import to_onnx
        from skbackprop.onnx import register_skl2onnx

        register_skl2onnx()
        pipe = make_pipeline(StandardScaler(), MLPClassifier()).fit(X, y)
        model = to_onnx(pipe, X[:1], options={"zipmap": False})
    """

def __getattr__(name: str) -> Any: ...
