"""A graph with values for its parameters."""

from typing import NamedTuple

import numpy as np

from skbackprop.engine import make_executor
from skbackprop.network import Graph
from skbackprop.network.compiler import compile_graph


class BoundGraph(NamedTuple):
    """A graph with values for its parameters.

    Attributes
    ----------
    graph : Graph
    parameters : ndarray
        The flat vector of the graph's program, including buffers.
    """

    graph: Graph
    parameters: np.ndarray

    @property
    def program(self):
        """The program that keeps all signals and adjoints."""
        return compile_graph(self.graph, keeps_all=True)

    @property
    def smallest_program(self):
        """The program that keeps only values needed by prediction or training."""
        return compile_graph(self.graph)

    @property
    def dtype(self):
        """The dtype in which the graph runs."""
        return self.parameters.dtype

    def learned_blocks(self):
        """Return the learned blocks, all but the buffers."""
        return learned_blocks(self.program)

    def executor(self, batch_size):
        """Return an executor whose ``vjp`` gives all signals and adjoints."""
        return make_executor(self.program, self.parameters, batch_size=batch_size)

    def up_to(self, node):
        """Return the bound graph whose output is a node of this one."""
        return self.part(self.graph.up_to(node))

    def part(self, graph):
        """Return another graph made of this graph's modules, with their parameters."""
        index_of = {id(m): index for index, m in enumerate(self.graph.modules)}
        values = {
            (block.module, block.name): block.view(self.parameters)
            for block in self.program.blocks
        }
        program = compile_graph(graph)
        parameters = program.allocate(self.dtype)
        for block in program.blocks:
            module = index_of[id(graph.modules[block.module])]
            block.view(parameters)[...] = values[module, block.name]
        return BoundGraph(graph, parameters)


def learned_blocks(program):
    """Return the learned blocks of a program, all but the buffers."""
    return [block for block in program.blocks if block.offset < program.n_learned]


def connected(block, graph):
    """Return a mask of the learned elements of a block, or True for all."""
    module = graph.modules[block.module]
    if block.is_matrix and module.connections is not None:
        return module.connected(block.shape[0])
    return True
