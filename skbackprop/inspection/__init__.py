"""Derivatives of networks, diagnosis of training, and measures of layers."""

import importlib
from typing import TYPE_CHECKING

from skbackprop.exceptions import WrongGradientError
from skbackprop.inspection.gradient_check import check_gradients
from skbackprop.inspection.graph_display import GraphDisplay
from skbackprop.inspection.health import TrainingHealth, training_health
from skbackprop.inspection.jacobians import input_gradient, jacobian, vjp
from skbackprop.inspection.propagation import propagate
from skbackprop.inspection.scatter import nc1, participation_ratio
from skbackprop.inspection.signal_display import LayerSignalDisplay
from skbackprop.inspection.similarity import cka
from skbackprop.inspection.stretching_display import SpaceStretchingDisplay
from skbackprop.inspection.unit_display import UnitMapDisplay
from skbackprop.inspection.unit_frames import UnitMapFrames

if TYPE_CHECKING:
    from skbackprop.inspection.layer_display import LayerReportDisplay
    from skbackprop.inspection.layers import LayerReport, layer_report

__all__ = [
    "GraphDisplay",
    "LayerReport",
    "LayerReportDisplay",
    "LayerSignalDisplay",
    "SpaceStretchingDisplay",
    "TrainingHealth",
    "UnitMapDisplay",
    "UnitMapFrames",
    "WrongGradientError",
    "check_gradients",
    "cka",
    "input_gradient",
    "jacobian",
    "layer_report",
    "nc1",
    "participation_ratio",
    "propagate",
    "training_health",
    "vjp",
]

# Measures of layers import other packages, which those who want a gradient need not
# wait for.
_LATER = {
    "LayerReport": "layers",
    "LayerReportDisplay": "layer_display",
    "layer_report": "layers",
}


def __getattr__(name):
    """Import a name on first access."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_LATER[name]}"), name)


def __dir__():
    """Return all names, imported or not."""
    return sorted({*globals(), *__all__})
