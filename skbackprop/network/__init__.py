"""What a network is: modules, wired into a graph, laid out as a program.

Pure data; nothing here computes and nothing is imported from the rest of the
package.
"""

from skbackprop.network.chain import mlp_graph
from skbackprop.network.graph import Graph
from skbackprop.network.modules.activations import (
    ELU,
    GELU,
    SELU,
    Abs,
    Elementwise,
    HardTanh,
    Identity,
    LeakyReLU,
    Mish,
    ReLU,
    ScaledTanh,
    Sigmoid,
    SiLU,
    Softplus,
    Softsign,
    Square,
    Tanh,
)
from skbackprop.network.modules.affine import Bias, Scale
from skbackprop.network.modules.attention import ScaledDotProductAttention
from skbackprop.network.modules.base import Module
from skbackprop.network.modules.columns import (
    Concatenate,
    Duplicate,
    Slice,
    StopGradient,
    Zeros,
)
from skbackprop.network.modules.combinations import (
    Add,
    Combination,
    Max,
    Multiply,
    Subtract,
    Where,
)
from skbackprop.network.modules.dropout import Dropout
from skbackprop.network.modules.linear import Linear
from skbackprop.network.modules.normalization import BatchNorm, LayerNorm
from skbackprop.network.modules.pooling import MaxPool, MeanPool
from skbackprop.network.modules.products import DotProduct
from skbackprop.network.modules.softmax import LogSoftMax, Softmax
from skbackprop.network.node import Input, Node
from skbackprop.network.program import Block, Instruction, Program, Signal

__all__ = [
    "Abs",
    "Add",
    "BatchNorm",
    "Bias",
    "Block",
    "Combination",
    "Concatenate",
    "DotProduct",
    "Dropout",
    "Duplicate",
    "ELU",
    "Elementwise",
    "GELU",
    "Graph",
    "HardTanh",
    "Identity",
    "Input",
    "Instruction",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "LogSoftMax",
    "Max",
    "MaxPool",
    "MeanPool",
    "Mish",
    "Module",
    "Multiply",
    "Node",
    "Program",
    "ReLU",
    "SELU",
    "Scale",
    "ScaledDotProductAttention",
    "ScaledTanh",
    "SiLU",
    "Sigmoid",
    "Signal",
    "Slice",
    "Softmax",
    "Softplus",
    "Softsign",
    "Square",
    "StopGradient",
    "Subtract",
    "Tanh",
    "Where",
    "Zeros",
    "mlp_graph",
]
