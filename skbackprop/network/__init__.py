"""Modules of networks, and the graphs that connect them.

Both are data: the estimators run and train them.
"""

from skbackprop.network.chain import mlp_graph as mlp_graph
from skbackprop.network.graph import Graph as Graph
from skbackprop.network.modules.activations import *
from skbackprop.network.modules.affine import *
from skbackprop.network.modules.attention import *
from skbackprop.network.modules.base import Module as Module
from skbackprop.network.modules.columns import *
from skbackprop.network.modules.combinations import *
from skbackprop.network.modules.dropout import *
from skbackprop.network.modules.linear import *
from skbackprop.network.modules.normalization import *
from skbackprop.network.modules.piecewise import *
from skbackprop.network.modules.pooling import *
from skbackprop.network.modules.products import *
from skbackprop.network.modules.softmax import *
from skbackprop.network.node import Input as Input
from skbackprop.network.node import Node as Node

# All modules that a graph can contain, without their base classes.
# There is no `__all__`: the star imports export what the files of modules list. Type
# checkers do not follow an `__all__` that is computed.
ALL_MODULES = tuple(
    thing
    for thing in list(globals().values())
    if isinstance(thing, type)
    and issubclass(thing, Module)
    and not thing.__subclasses__()
)
