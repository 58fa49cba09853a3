"""The losses: rows of a table, each with its value and its gradient.

A loss sees logits z, the network's raw outputs, and targets t. Value and
gradient are stated together, so nothing is lost in between (no clipped
probabilities), and a loss may be combined with any link.

Elementwise losses are written like elementwise modules
(:mod:`skbackprop.network.modules.activations`): in terms of ``xp``, run by both
executors. Their numbers are handed to the kernels at run time: to change them
compiles nothing.
"""

from skbackprop.engine.losses.base import ElementwiseLoss, GroupLoss, Loss
from skbackprop.engine.losses.classes import (
    BinaryLogLoss,
    ClassLoss,
    Focal,
    HalfSquaredErrorOfSigns,
    HardMargin,
    Hinge,
    IgnoringMissing,
    SmoothedSoftmaxLogLoss,
    SoftMargin,
    SoftmaxLogLoss,
    SquaredHinge,
    StepwiseLogLoss,
)
from skbackprop.engine.losses.numbers import (
    AbsoluteError,
    HalfGammaDeviance,
    HalfPoissonDeviance,
    HalfSquaredError,
    Huber,
    LogCosh,
    Quantile,
)

__all__ = [
    "OF_CLASSES",
    "OF_NUMBERS",
    "AbsoluteError",
    "BinaryLogLoss",
    "ClassLoss",
    "ElementwiseLoss",
    "Focal",
    "GroupLoss",
    "HalfGammaDeviance",
    "HalfPoissonDeviance",
    "HalfSquaredError",
    "HalfSquaredErrorOfSigns",
    "HardMargin",
    "Hinge",
    "Huber",
    "IgnoringMissing",
    "LogCosh",
    "Loss",
    "Quantile",
    "SmoothedSoftmaxLogLoss",
    "SoftMargin",
    "SoftmaxLogLoss",
    "SquaredHinge",
    "StepwiseLogLoss",
]

# What estimators know by name.
OF_CLASSES = {
    "focal": Focal(),
    "hinge": Hinge(),
    "log_loss": BinaryLogLoss(),
    "squared_error": HalfSquaredErrorOfSigns(),
    "squared_hinge": SquaredHinge(),
}
OF_NUMBERS = {
    "absolute_error": AbsoluteError(),
    "gamma": HalfGammaDeviance(),
    "huber": Huber(),
    "log_cosh": LogCosh(),
    "poisson": HalfPoissonDeviance(),
    "quantile": Quantile(),
    "squared_error": HalfSquaredError(),
}
