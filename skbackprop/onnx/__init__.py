"""Export of networks and transformers to ONNX."""

from skbackprop.onnx.export import to_onnx
from skbackprop.onnx.pipelines import register_skl2onnx

__all__ = ["register_skl2onnx", "to_onnx"]
