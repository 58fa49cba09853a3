"""What each module computes, in plain NumPy, and its derivatives.

The slow, obvious truth beside the kernels, in files of the names that stand in
:mod:`skbackprop.network.modules`. Second derivatives are explained in
:mod:`skbackprop.engine.reference.curvature`.
"""

from skbackprop.engine.reference.modules import (  # noqa: F401 -- they register
    activations,
    affine,
    attention,
    columns,
    combinations,
    dropout,
    linear,
    normalization,
    piecewise,
    pooling,
    products,
    softmax,
)
from skbackprop.engine.reference.modules.rules import (
    Pass,
    backward,
    backward_curvature,
    forward,
    parameter_curvatures,
    parameter_gradients,
    xp,
)

__all__ = [
    "Pass",
    "backward",
    "backward_curvature",
    "forward",
    "parameter_curvatures",
    "parameter_gradients",
    "xp",
]
