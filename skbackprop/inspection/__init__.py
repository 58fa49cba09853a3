"""Derivatives of networks, a check of gradients, and the health of training."""

from skbackprop.exceptions import WrongGradientError
from skbackprop.inspection.gradient_check import check_gradients
from skbackprop.inspection.health import TrainingHealth, training_health
from skbackprop.inspection.jacobians import input_gradient, jacobian, vjp
from skbackprop.inspection.propagation import propagate

__all__ = [
    "TrainingHealth",
    "WrongGradientError",
    "check_gradients",
    "input_gradient",
    "jacobian",
    "propagate",
    "training_health",
    "vjp",
]
