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
from skbackprop.network.program import Block, Instruction, Program, Signal

__all__ = [
    "Abs",
    "Add",
    "Bias",
    "Block",
    "Combination",
    "Concatenate",
    "Duplicate",
    "ELU",
    "Elementwise",
    "GELU",
    "Graph",
    "HardTanh",
    "Identity",
    "Input",
    "Instruction",
    "LeakyReLU",
    "Linear",
    "Max",
    "Mish",
    "Module",
    "Multiply",
    "Node",
    "Program",
    "ReLU",
    "SELU",
    "ScaledTanh",
    "SiLU",
    "Scale",
    "Sigmoid",
    "Signal",
    "Slice",
    "Softplus",
    "Softsign",
    "Square",
    "StopGradient",
    "Subtract",
    "Tanh",
    "Where",
    "Zeros",
]
