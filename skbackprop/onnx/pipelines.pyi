# Written by `make stubs` from the module beside it, which is what to change.

from typing import Any

def register_skl2onnx() -> None:
    """Register converters for the models of this package with skl2onnx.

    Call it once in a process, before ``skl2onnx.to_onnx`` or ``convert_sklearn``. By
    default, skl2onnx returns probabilities as a list of dicts; pass
    ``options={"zipmap": False}`` for a matrix. In float32 pipelines, networks that were
    fitted in float64 are computed in float32.

    Raises
    ------
    ImportError
        If skl2onnx is not installed.

    See Also
    --------
    to_onnx : Export one model, without skl2onnx.

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
