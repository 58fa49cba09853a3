"""A graph and the numbers to run it with."""

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
        The flat vector that the graph's program lays out, buffers included.
    """

    graph: Graph
    parameters: np.ndarray

    @property
    def program(self):
        """The program that keeps every signal and every adjoint."""
        return compile_graph(self.graph, keeps_all=True)

    @property
    def smallest_program(self):
        """The program that keeps only what prediction or training needs."""
        return compile_graph(self.graph)

    @property
    def dtype(self):
        """The dtype in which the graph runs."""
        return self.parameters.dtype

    def learned_blocks(self):
        """Return the blocks that are learned: all but the buffers."""
        return learned_blocks(self.program)

    def executor(self, batch_size):
        """Return an executor; its ``vjp`` gives signals, adjoints and gradient."""
        return make_executor(self.program, self.parameters, batch_size=batch_size)

    def up_to(self, node):
        """Return the bound graph whose output is a node of this one."""
        return self.part(self.graph.up_to(node))

    def part(self, graph):
        """Return another graph bound, whose parameters are those of modules here."""
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
    """Return the blocks of a program that are learned: all but the buffers."""
    return [block for block in program.blocks if block.offset < program.n_learned]


def connected(block, graph):
    """Return which elements of a block are learned: a matrix, or True for all."""
    module = graph.modules[block.module]
    if block.is_matrix and module.connections is not None:
        return module.connected(block.shape[0])
    return True
