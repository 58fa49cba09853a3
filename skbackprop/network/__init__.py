"""What a network is: modules, wired into a graph, laid out as a program.

Pure data; nothing here computes and nothing is imported from the rest of the
package.
"""

from skbackprop.network.activations import (
    Elementwise,
    Identity,
    ReLU,
    Sigmoid,
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
from skbackprop.network.modules import (
    Concatenate,
    Duplicate,
    Linear,
    Module,
    Slice,
    StopGradient,
    Zeros,
)
from skbackprop.network.program import Block, Instruction, Program, Signal

__all__ = [
    "Add",
    "Block",
    "Combination",
    "Concatenate",
    "Duplicate",
    "Elementwise",
    "Graph",
    "Identity",
    "Input",
    "Instruction",
    "Linear",
    "Max",
    "Module",
    "Multiply",
    "Node",
    "Program",
    "ReLU",
    "Sigmoid",
    "Signal",
    "Slice",
    "StopGradient",
    "Subtract",
    "Tanh",
    "Where",
    "Zeros",
]
