"""What a network is: modules, wired into a graph, laid out as a program.

Pure data; nothing here computes and nothing is imported from the rest of the
package.
"""

from skbackprop.network import modules
from skbackprop.network.chain import mlp_graph
from skbackprop.network.graph import Graph
from skbackprop.network.modules import *
from skbackprop.network.node import Input, Node
from skbackprop.network.program import Block, Instruction, Program, Signal

__all__ = [
    "Block",
    "Graph",
    "Input",
    "Instruction",
    "Node",
    "Program",
    "Signal",
    "mlp_graph",
]
__all__ += modules.__all__
