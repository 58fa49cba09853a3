"""Networks as those of other libraries, and back; what their files may hold."""

from skbackprop.interchange.sklearn_networks import from_sklearn, to_sklearn
from skbackprop.interchange.torch_networks import from_torch, to_torch
from skbackprop.interchange.trusted import trusted_types

__all__ = ["from_sklearn", "from_torch", "to_sklearn", "to_torch", "trusted_types"]
