"""Recurrent networks as loops over time, each defined by one step."""

from typing import NamedTuple

from skbackprop.network.graph import Graph, in_topological_order
from skbackprop.network.modules.columns import Concatenate, Slice, Zeros
from skbackprop.network.modules.combinations import Add, Max, Multiply, Where
from skbackprop.network.modules.linear import Linear
from skbackprop.network.node import Input


class NodeLoop(NamedTuple):
    """A loop like :class:`skbackprop.network.folding.Loop`, but of nodes.

    If there are nodes before the first step, the outputs of a step replace them for
    the next.
    """

    before: tuple
    outputs: tuple
    steps: range
    pinned: tuple = ()


class LoopsOfNet(NamedTuple):
    """Loops over time that make up a network.

    Attributes
    ----------
    loops : list of NodeLoop
    columns : list of (Node, int)
        Nodes that are columns of the input or of the output, each with the increase
        of its first column per step.
    output : Node
        The output, one for all steps.
    """

    loops: list
    columns: list
    output: object

    def wire(self):
        """Return the graph of one step of each loop, and the number of each node.

        Modules with parameters are in the order of the unrolled network.
        """
        ends = [node for loop in self.loops for node in (*loop.before, *loop.outputs)]
        nodes = in_topological_order(*ends)
        graph = Graph(self.output)
        modules = dict.fromkeys([id(m) for m in graph.modules])
        by_id = {id(node.module): node.module for node in nodes[1:]}
        order = [*modules, *(key for key in by_id if key not in modules)]
        index = {key: i for i, key in enumerate(order)}
        number = {id(node): i for i, node in enumerate(nodes)}
        wires = tuple(
            (index[id(node.module)], tuple(number[id(x)] for x in node.inputs))
            for node in nodes[1:]
        )
        modules = tuple(by_id[key] for key in order)
        return Graph.of_wires(nodes[0].width, modules, wires), number


def loops_of(net, layout, cell_of):
    """Return the LoopsOfNet of a RecurrentNet for a layout of sequences.

    Parameters
    ----------
    net : RecurrentNet
        A network without dropout, with gradients through all steps.
    layout : SequenceLayout
    cell_of : callable
        Returns a cell, given the number of units.
    """
    x, forth = Input(layout.n_columns), range(layout.n_timesteps)
    step = layout.step(x, 0)
    columns, loops = [(step, layout.n_features)], []
    mask = layout.exists(x, 0) if layout.is_masked else None
    if mask is not None:
        columns.append((mask, 1))
    directions = [forth, forth[::-1]] if net.is_bidirectional else [forth]
    h = step
    for n_units in net.layer_sizes:
        runs = [_run(cell_of(n_units), h, mask, x, steps) for steps in directions]
        loops += runs
        ends = [run.outputs[0] for run in runs]
        h = Concatenate()(*ends) if net.is_bidirectional else ends[0]
        if net.is_bidirectional:
            loops.append(NodeLoop((), (h,), forth))
    if net.readout == "last":
        if net.is_bidirectional:
            loops.pop()  # the concatenation at each step has no reader
        pinned = tuple((run.outputs[0], run.steps[-1]) for run in runs)
        return _ended(loops, columns, Linear(net.n_outputs)(h), pinned)
    if net.readout == "steps":
        output = Linear(net.n_outputs)(h)
        whole = Concatenate()(*[output] * len(forth))
        columns.append((whole, net.n_outputs))
        loops.append(NodeLoop((), (output, whole), forth))
        return LoopsOfNet(loops, columns, whole)
    loops.append(_pool(net.readout, h, mask, forth))
    (pooled,) = loops[-1].outputs
    pinned = ((pooled, forth[-1]),)
    if net.readout == "mean":
        pooled = Multiply()(pooled, layout.inverse_length(x))
    return _ended(loops, columns, Linear(net.n_outputs)(pooled), pinned)


def _run(cell, h, mask, x, steps):
    """Return the loop of a cell in one direction; padding keeps the state."""
    before = tuple(Zeros(cell.n_units)(x) for _ in range(cell.n_states))
    after = cell(h, before)
    if mask is not None:
        pairs = zip(after, before, strict=True)
        after = tuple(Where()(mask, *pair) for pair in pairs)
    return NodeLoop(before, tuple(after), steps)


def _pool(readout, h, mask, steps):
    """Return the loop for the sum or maximum over steps, starting with one step."""
    first = Slice(0, h.width)(h)
    pooled = (Add() if readout == "mean" else Max())(first, h)
    if mask is not None:
        pooled = Where()(mask, pooled, first)
    return NodeLoop((first,), (pooled,), steps[1:])


def _ended(loops, columns, output, pinned):
    """Return the loops with an output that is computed once at the end."""
    return LoopsOfNet(
        [*loops, NodeLoop((), (output,), range(1), pinned)], columns, output
    )
