"""The modules and their derivatives in plain NumPy, as reference for the kernels.

Files have the same names as in :mod:`skbackprop.network.modules`. For second
derivatives see :mod:`skbackprop.engine.reference.curvature`.
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
