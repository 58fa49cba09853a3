"""Conversion to and from scikit-learn and torch, and types for skops files."""

from skbackprop.interchange.sklearn_networks import from_sklearn, to_sklearn
from skbackprop.interchange.torch_networks import from_torch, to_torch
from skbackprop.interchange.trusted import trusted_types

__all__ = ["from_sklearn", "from_torch", "to_sklearn", "to_torch", "trusted_types"]
