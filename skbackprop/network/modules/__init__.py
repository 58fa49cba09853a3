"""What networks are made of: modules, each a frozen dataclass with its shape rule.

A module states what it computes and its derivative; it holds no parameters and
no signals. Calling it on nodes wires it into a graph
(:mod:`skbackprop.network.graph`).
"""

from skbackprop.network.modules import (
    activations,
    affine,
    attention,
    base,
    columns,
    combinations,
    dropout,
    linear,
    normalization,
    pooling,
    products,
    softmax,
)
from skbackprop.network.modules.activations import *
from skbackprop.network.modules.affine import *
from skbackprop.network.modules.attention import *
from skbackprop.network.modules.base import *
from skbackprop.network.modules.base import Module
from skbackprop.network.modules.columns import *
from skbackprop.network.modules.combinations import *
from skbackprop.network.modules.dropout import *
from skbackprop.network.modules.linear import *
from skbackprop.network.modules.normalization import *
from skbackprop.network.modules.pooling import *
from skbackprop.network.modules.products import *
from skbackprop.network.modules.softmax import *

__all__ = []
__all__ += activations.__all__
__all__ += affine.__all__
__all__ += attention.__all__
__all__ += base.__all__
__all__ += columns.__all__
__all__ += combinations.__all__
__all__ += dropout.__all__
__all__ += linear.__all__
__all__ += normalization.__all__
__all__ += pooling.__all__
__all__ += products.__all__
__all__ += softmax.__all__

# All that can be instantiated: nothing is derived from them.
ALL_MODULES = tuple(
    thing
    for thing in map(globals().get, __all__)
    if issubclass(thing, Module) and not thing.__subclasses__()
)
