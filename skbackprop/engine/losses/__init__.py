"""The losses, each with its value and its gradient.

A loss is a function of logits z, the raw outputs of the network, and targets t.
Value and gradient are both computed from logits, so that no probabilities need to be
clipped, and a loss can be combined with any link.

Elementwise losses are written like elementwise modules
(:mod:`skbackprop.network.modules.activations`): in terms of ``xp``, run by both
executors. Kernels read their settings at run time, so that a change of a setting
needs no compilation.
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

# The losses that estimators accept by name.
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
