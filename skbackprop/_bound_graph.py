"""A graph and the numbers to run it with: what inspection looks into."""

import copy
import re
from typing import NamedTuple

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.utils import check_array
from sklearn.utils.validation import check_is_fitted

from skbackprop.engine import make_executor
from skbackprop.network import Graph, Linear
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
            for block in self.smallest_program.blocks
        }
        program = compile_graph(graph)
        parameters = program.allocate(self.dtype)
        for block in program.blocks:
            module = index_of[id(graph.modules[block.module])]
            block.view(parameters)[...] = values[module, block.name]
        return BoundGraph(graph, parameters)

    def check_X(self, X):
        """Return samples as this graph reads them."""
        X = check_array(X, dtype=self.dtype)
        if X.shape[1] != self.graph.n_features:
            raise ValueError(
                f"X of shape {X.shape} does not fit node 0, "
                f"Input({self.graph.n_features}), of shape (n, "
                f"{self.graph.n_features})."
            )
        return X


def learned_blocks(program):
    """Return the blocks of a program that are learned: all but the buffers."""
    return [block for block in program.blocks if block.offset < program.n_learned]


def bind(network, X, parameters=None, dtype=None):
    """Return the bound graph of a network, and samples as it reads them.

    Parameters
    ----------
    network : Graph or fitted estimator
    X : array-like of shape (n_samples, n_features)
    parameters : ndarray or list of ndarray, default=None
        For a graph: all in one vector, or block by block.
    dtype : dtype, default=None
        float64 for a graph, the dtype it was fitted in for an estimator.
    """
    if isinstance(network, Graph):
        bound = BoundGraph(network, _lay_out(network, parameters, dtype or np.float64))
        return bound, bound.check_X(X)
    if not isinstance(network, BaseEstimator):
        raise TypeError(
            f"network must be a Graph or a fitted estimator, got {network!r}."
        )
    check_is_fitted(network, "graph_")
    if parameters is not None:
        raise ValueError(
            "parameters must be None for a fitted estimator, which has its own."
        )
    X, graph = network._validate_input(X)
    values = compile_graph(graph).allocate(dtype or network._parameters.dtype)
    values[:] = network._parameters
    X = X.toarray() if sparse.issparse(X) else X
    return BoundGraph(graph, values), X.astype(values.dtype)


def bind_targets(estimator, X, y, dtype):
    """Return the targets of samples as the loss of a fitted estimator reads them."""
    estimator = copy.copy(estimator)  # as this is what begins a fit
    _, y = estimator._validate_samples(X, y, dtype, reset=False)
    targets = estimator._make_targets(y, True, None, True)
    return targets.encode(y, dtype)


def _lay_out(graph, parameters, dtype):
    """Return the flat vector of a graph for parameters given in either form."""
    program = compile_graph(graph)
    flat, learned = program.allocate(dtype), learned_blocks(program)
    for block in program.blocks:
        initial = graph.modules[block.module].initial_values
        block.view(flat)[...] = initial.get(block.name, 0.0)
    arrays = _as_blocks(parameters, program, learned)
    shapes = [np.shape(array) for array in arrays]
    if shapes not in ([b.shape for b in learned], [b.shape for b in program.blocks]):
        expected = ", ".join(f"{b.name} {b.shape}" for b in program.blocks)
        raise ValueError(
            f"parameters must be arrays for {expected or 'nothing'}, or a vector of "
            f"all their elements, got shapes {shapes}. Buffers may be left out."
        )
    for block, array in zip(program.blocks, arrays, strict=False):
        module, mask = graph.modules[block.module], connected(block, graph)
        if np.any(np.where(mask, 0, array)):
            raise ValueError(
                f"The {block.name} of {module!r} must be 0 where nothing is connected."
            )
        block.view(flat)[...] = array
    return flat


def connected(block, graph):
    """Return which elements of a block are learned: a matrix, or True for all."""
    module = graph.modules[block.module]
    if block.name == "weight" and isinstance(module, Linear) and module.connections:
        return module.connected(block.shape[0])
    return True


def _as_blocks(parameters, program, learned):
    """Return a list of arrays for parameters that may stand in one vector."""
    if parameters is None:
        return []
    if isinstance(parameters, (list, tuple)):
        return parameters
    parameters = np.asarray(parameters)
    for blocks in (learned, program.blocks):
        sizes = [int(np.prod(block.shape)) for block in blocks]
        if parameters.shape == (sum(sizes),):
            parts = np.split(parameters, np.cumsum(sizes)[:-1]) if sizes else []
            return [p.reshape(b.shape) for p, b in zip(parts, blocks, strict=True)]
    return [parameters]


def parse_quantity(quantity, graph):
    """Return ("z", number of a node) or ("w", index of a module, None for all)."""
    if isinstance(quantity, str):
        names = {"input": ("z", 0), "output": ("z", -1), "parameters": ("w", None)}
        kind, node = names.get(quantity, (None, None))
        if named := re.fullmatch(r"([zw])\[(-?\d+)\]", quantity):
            kind, node = named[1], int(named[2])
        if kind is None:
            raise ValueError(
                f"{quantity!r} is none of 'input', 'output', 'parameters', 'z[k]' and "
                "'w[k]' with k the number of a node."
            )
    else:
        kind, node = "z", quantity
    if node is None:
        return kind, None
    node = graph.number(node)
    return (kind, node) if kind == "z" else (kind, _owner(graph, node))


def _owner(graph, node):
    """Return the index of the module of a node, if it has parameters."""
    row = graph.summary().rows[node]
    if not row.n_parameters:
        raise ValueError(f"Node {node}, {row.module}, has no parameters.")
    return graph.wires[node - 1][0]
