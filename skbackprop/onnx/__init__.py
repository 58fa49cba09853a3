"""Networks and transformers as ONNX models, which run without this package."""

from skbackprop.onnx.export import to_onnx
from skbackprop.onnx.pipelines import register_skl2onnx

__all__ = ["register_skl2onnx", "to_onnx"]
