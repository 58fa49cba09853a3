"""What a network is: modules, wired into a graph, laid out as a program.

Pure data; nothing here computes and nothing is imported from the rest of the
package.
"""

from skbackprop.network.graph import Graph, Input, Node
from skbackprop.network.modules import (
    Add,
    Concatenate,
    Duplicate,
    Elementwise,
    Identity,
    Linear,
    Module,
    ReLU,
    Sigmoid,
    Slice,
    StopGradient,
    Tanh,
    Zeros,
)
from skbackprop.network.program import Block, Instruction, Program, Signal

__all__ = [
    "Add",
    "Block",
    "Concatenate",
    "Duplicate",
    "Elementwise",
    "Graph",
    "Identity",
    "Input",
    "Instruction",
    "Linear",
    "Module",
    "Node",
    "Program",
    "ReLU",
    "Sigmoid",
    "Signal",
    "Slice",
    "StopGradient",
    "Tanh",
    "Zeros",
]
