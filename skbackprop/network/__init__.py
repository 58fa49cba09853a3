"""What a network is: modules, wired into a graph, laid out as a program.

Pure data; nothing here computes and nothing is imported from the rest of the
package.
"""

from skbackprop.network.activations import (
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
from skbackprop.network.combinations import (
    Add,
    Combination,
    Max,
    Multiply,
    Subtract,
    Where,
)
from skbackprop.network.dropout import Dropout
from skbackprop.network.graph import Graph, Input, Node
from skbackprop.network.linear import Bias, Linear, Scale
from skbackprop.network.modules import (
    Concatenate,
    Duplicate,
    Module,
    Slice,
    StopGradient,
    Zeros,
)
from skbackprop.network.normalization import BatchNorm, LayerNorm, LogSoftMax, Softmax
from skbackprop.network.pooling import MaxPool, MeanPool
from skbackprop.network.products import DotProduct, ScaledDotProductAttention
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
]
