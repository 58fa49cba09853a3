"""Recurrent networks as graphs: a cell is unrolled along a sequence.

A cell holds modules and is called once for each time step. As the modules are the
same in each call, the steps share their parameters, and backprop through the
graph is backprop through time (Werbos 1990). A step is ::

    state = cell(x, state)

where x and the states are nodes. The first state is the output of the cell.
"""

import functools
from dataclasses import dataclass, fields, replace
from typing import ClassVar

from skbackprop.network.compiler import compile_graph
from skbackprop.network.graph import Graph
from skbackprop.network.modules.activations import ReLU, Sigmoid, Tanh
from skbackprop.network.modules.columns import Concatenate, Slice, StopGradient, Zeros
from skbackprop.network.modules.combinations import Add, Max, Multiply, Subtract, Where
from skbackprop.network.modules.dropout import Dropout
from skbackprop.network.modules.linear import Linear
from skbackprop.network.node import Input
from skbackprop.network.recurrent_loops import loops_of

__all__ = ["GRUCell", "LSTMCell", "ReLUCell", "TanhCell"]


class _SimpleCell:
    """The recurrence of Elman (1990): h' = f(x W + h U + b)."""

    n_states = 1

    def __init__(self, n_units):
        self.n_units = n_units
        self.from_state = Linear(n_units)
        self.from_input = Linear(n_units, bias=False)

    def __call__(self, x, state):
        """Return the state after the step."""
        (h,) = state
        return (self.activation(Add()(self.from_state(h), self.from_input(x))),)


class TanhCell(_SimpleCell):
    """The cell of Elman (1990): h' = tanh(x W + h U + b).

    Parameters
    ----------
    n_units : int
        Width of the state.
    """

    activation = Tanh()


class ReLUCell(_SimpleCell):
    """The cell of Elman (1990) with ReLU: h' = max(x W + h U + b, 0).

    Parameters
    ----------
    n_units : int
        Width of the state.
    """

    activation = ReLU()


class GRUCell:
    """Gated recurrent unit (Cho et al. 2014), in the form of PyTorch and cuDNN.

    With s = sigmoid and a * b elementwise::

        r = s(x W_r + b_r + h U_r + c_r)
        z = s(x W_z + b_z + h U_z + c_z)
        n = tanh(x W_n + b_n + r * (h U_n + c_n))
        h' = (1 - z) * n + z * h = n + z * (h - n)

    The columns of W and U are in the order r, z, n.

    Parameters
    ----------
    n_units : int
        Width of the state.
    """

    n_states = 1

    def __init__(self, n_units):
        self.n_units = n_units
        self.from_state = Linear(3 * n_units)
        self.from_input = Linear(3 * n_units)

    def __call__(self, x, state):
        """Return the state after the step."""
        (h,), n = state, self.n_units
        of_state, of_input = self.from_state(h), self.from_input(x)
        gates, candidate = Slice(0, 2 * n), Slice(2 * n, 3 * n)
        rz = Sigmoid()(Add()(gates(of_state), gates(of_input)))
        r, z = Slice(0, n)(rz), Slice(n, 2 * n)(rz)
        reset = Multiply()(r, candidate(of_state))
        new = Tanh()(Add()(candidate(of_input), reset))
        return (Add()(Multiply()(z, Subtract()(h, new)), new),)


class LSTMCell:
    """Long short-term memory (Hochreiter & Schmidhuber 1997; Gers et al. 2000).

    With s = sigmoid and a * b elementwise::

        i, f, o = s(x W + h U + b), each with its own columns
        g = tanh(x W_g + h U_g + b_g)
        c' = f * c + i * g
        h' = o * tanh(c')

    The columns of W and U are in the order i, f, o, g.

    Parameters
    ----------
    n_units : int
        Width of the state.
    """

    n_states = 2

    def __init__(self, n_units):
        self.n_units = n_units
        self.from_state = Linear(4 * n_units)
        self.from_input = Linear(4 * n_units, bias=False)

    def __call__(self, x, state):
        """Return the states after the step: output h and memory c."""
        (h, c), n = state, self.n_units
        both = Add()(self.from_state(h), self.from_input(x))
        gates = Sigmoid()(Slice(0, 3 * n)(both))
        new = Tanh()(Slice(3 * n, 4 * n)(both))
        i, f, o = (Slice(k * n, (k + 1) * n)(gates) for k in range(3))
        c = Add()(Multiply()(f, c), Multiply()(i, new))
        return Multiply()(o, Tanh()(c)), c


CELLS = {"tanh": TanhCell, "relu": ReLUCell, "gru": GRUCell, "lstm": LSTMCell}
READOUTS = ("last", "mean", "max")
_NODES_OF_STEP = 64  # rough size of a loop with its program
_KEPT_NODES = 2**15  # in unrolled graphs with their programs, about 20 MB


@dataclass(frozen=True)
class SequenceLayout:
    """The layout of sequences in the rows that a network reads.

    A row holds the features of ``n_timesteps`` steps, one after the other. For
    sequences of unequal length, a mask follows with a column for each step: 1 if the
    sequence has the step, 0 for padding. For means over time, the last column is
    1 / length.
    """

    n_timesteps: int
    n_features: int
    is_masked: bool = False
    has_length: bool = False

    @property
    def n_columns(self):
        """Number of columns of a row."""
        n_masks = self.n_timesteps if self.is_masked else 0
        return self.n_timesteps * self.n_features + n_masks + self.has_length

    def step(self, x, t):
        """Return the node of step ``t`` of the input node ``x``."""
        return Slice(t * self.n_features, (t + 1) * self.n_features)(x)

    def exists(self, x, t):
        """Return the node that is 1 if a sequence has step ``t``, else 0."""
        column = self.n_timesteps * self.n_features + t
        return Slice(column, column + 1)(x)

    def inverse_length(self, x):
        """Return the node that is 1 / length."""
        return Slice(self.n_columns - 1, self.n_columns)(x)


class UnrolledGraph(Graph):
    """The graph of a net for a layout of sequences, which is unrolled on first access.

    Parameters
    ----------
    net : RecurrentNet
    layout : SequenceLayout
    """

    def __init__(self, net, layout):
        object.__setattr__(self, "net", net)
        object.__setattr__(self, "layout", layout)
        object.__setattr__(self, "n_features", layout.n_columns)

    @functools.cached_property
    def _written(self):
        return self.net.write(self.layout)

    @functools.cached_property
    def modules(self):
        """The distinct modules, in the order of their first use."""
        return self._written[0].modules

    @functools.cached_property
    def wires(self):
        """The index of its module and the numbers of its inputs, for each node."""
        return self._written[0].wires

    @functools.cached_property
    def _nodes(self):
        return self._written[0]._nodes

    def of_layer(self, layer):
        """Return the graph whose output is the readout of a layer."""
        return self._written[1](layer)

    @property
    def n_kept(self):
        """Approximate number of nodes in memory."""
        n_written = len(self.wires) if "_written" in vars(self) else 0
        return _NODES_OF_STEP + n_written

    def loops(self):
        """Return the loops of which this graph is the unrolling, or None."""
        return self.net.loops(self.layout)

    @property
    def unrolling(self):
        """A function that returns the unrolled program, without a reference to self."""
        return functools.partial(_compile_anew, self.net, self.layout)

    def __eq__(self, other):
        if isinstance(other, UnrolledGraph):
            return (self.net, self.layout) == (other.net, other.layout)
        if not isinstance(other, Graph):
            return NotImplemented
        # Graphs loaded from files are unrolled.
        names = Graph.__dataclass_fields__
        return all(getattr(self, name) == getattr(other, name) for name in names)

    def __hash__(self):
        return hash((self.net, self.layout))

    def __reduce__(self):
        return UnrolledGraph, (self.net, self.layout)

    def __getstate__(self):  # needed by skops
        return {"net": self.net, "layout": self.layout}

    def __setstate__(self, state):
        self.__init__(**state)


@dataclass(frozen=True)
class RecurrentNet:
    """A recurrent network: layers of cells and a readout.

    Attributes
    ----------
    cell : {'tanh', 'relu', 'gru', 'lstm'}
    layer_sizes : tuple of int
        Number of units of each layer, per direction.
    n_outputs : int
        Number of columns of the output, or of each step's output with readout
        'steps'.
    is_bidirectional : bool
        Whether each layer also reads the sequence backward.
    readout : {'last', 'mean', 'max', 'steps'}
        The states from which the output is computed: those at the end, their mean or
        maximum over time, or those of each step for an output per step.
    bptt_steps : int or None
        Length of blocks of steps between which no gradients pass, counted from the
        first step. None for gradients through all steps.
    dropout : tuple of float
        Rates for the input and for the output of each layer, or empty. The
        connections from step to step have no dropout (Zaremba et al. 2014).
    """

    cell: str
    layer_sizes: tuple
    n_outputs: int
    is_bidirectional: bool = False
    readout: str = "last"
    bptt_steps: int | None = None
    dropout: tuple = ()

    # Unrolling and compiling take as long as running some hundred sequences, and
    # predictions often need the same layouts again.
    _latest: ClassVar[dict] = {}

    def unroll(self, layout):
        """Return the graph for a layout of sequences.

        The graphs of all layouts have the same parameters.
        """
        # A new dict each time, as other threads may update it too.
        latest = dict(self._latest)
        graph = latest.pop(layout, None) or UnrolledGraph(self._cut(layout), layout)
        latest[layout] = graph
        object.__setattr__(self, "_latest", _within_bounds(latest))
        return graph

    def unroll_layers(self, layout):
        """Return the graph, and a function from the number of a layer to its graph.

        The output of a layer's graph is the readout of that layer. With readout
        'steps', it has the states of all steps side by side. Its modules are modules
        of the whole graph.
        """
        graph = self.unroll(layout)
        return graph, graph.of_layer

    def loops(self, layout):
        """Return the network as loops over time, or None if steps differ."""
        if self.bptt_steps or any(self.dropout):
            return None
        return loops_of(self, layout, CELLS[self.cell])

    def _cut(self, layout):
        """Return the net without settings that have no effect for the layout."""
        n = self.bptt_steps
        n = n if n and n < layout.n_timesteps else None
        return replace(self, bptt_steps=n, dropout=self.dropout * any(self.dropout))

    def write(self, layout):
        """Return the same as ``unroll_layers``, as plain graphs of nodes."""
        x = Input(layout.n_columns)
        steps = [layout.step(x, t) for t in range(layout.n_timesteps)]
        masks, layers = [None] * layout.n_timesteps, []
        if layout.is_masked:
            # Each sequence has a first step, which needs no mask.
            masks = [None, *(layout.exists(x, t) for t in range(1, len(masks)))]
        input_rate, *rates = self.dropout or [0.0] * (len(self.layer_sizes) + 1)
        steps = [_dropped(h, input_rate) for h in steps]
        for n_units, rate in zip(self.layer_sizes, rates, strict=True):
            steps, ends = self._run_layer(n_units, x, steps, masks)
            steps, ends = [_dropped(h, rate) for h in steps], _dropped(ends, rate)
            layers.append((steps, ends))

        def read(layer):
            return self._read(*layers[layer], masks, x, layout)

        output = Linear(self.n_outputs)
        whole = _side_by_side([output(node) for node in read(-1)])
        return whole, lambda layer: _side_by_side(read(layer))

    def _read(self, steps, ends, masks, x, layout):
        """Return the nodes from which outputs are computed, one or one per step."""
        if self.readout == "steps":
            return steps
        if self.readout == "last":
            return [ends]
        return [self._pool(steps, masks, x, layout)]

    def _run_layer(self, n_units, x, steps, masks):
        """Return the output of a layer at each step, and at the end."""
        directions = [False, True] if self.is_bidirectional else [False]
        outputs = [
            self._run_direction(n_units, x, steps, masks, backward)
            for backward in directions
        ]
        if not self.is_bidirectional:
            (forth,) = outputs
            return forth, forth[-1]
        forth, back = outputs
        both = [Concatenate()(*pair) for pair in zip(forth, back, strict=True)]
        return both, Concatenate()(forth[-1], back[0])

    def _run_direction(self, n_units, x, steps, masks, backward):
        """Return the output of a cell at each step, forward or backward in time.

        Padding leaves the state unchanged, after the end of the sequence or,
        backward in time, before its start. Gradients are stopped between the same
        steps in both directions, and only where a step reads the state, so that
        padding does not move or add a stop.
        """
        cell = CELLS[self.cell](n_units)
        order, n = range(len(steps)), self.bptt_steps
        cuts = range(n, len(steps), n) if n else ()
        state = (Zeros(n_units)(x),) * cell.n_states
        outputs = [None] * len(steps)
        for t in reversed(order) if backward else order:
            is_cut = (t + 1 if backward else t) in cuts
            before = tuple(StopGradient()(s) for s in state) if is_cut else state
            new = cell(steps[t], before)
            if masks[t] is not None:
                pairs = zip(new, state, strict=True)
                new = tuple(Where()(masks[t], *pair) for pair in pairs)
            state = new
            outputs[t] = state[0]
        return outputs

    def _pool(self, steps, masks, x, layout):
        """Return the mean or the maximum of the steps over time."""
        combine = Add() if self.readout == "mean" else Max()
        pooled = steps[0]
        for h, mask in zip(steps[1:], masks[1:], strict=True):
            new = combine(pooled, h)
            pooled = new if mask is None else Where()(mask, new, pooled)
        if self.readout == "max":
            return pooled
        return Multiply()(pooled, layout.inverse_length(x))

    def __getstate__(self):
        """Leave out the graphs, which can be derived from the fields."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def _within_bounds(latest):
    """Return the most recent graphs by layout, within the limit of nodes."""
    kept, n_nodes = {}, 0
    for layout, graph in reversed(latest.items()):
        n_nodes += graph.n_kept
        if n_nodes > _KEPT_NODES:
            break
        kept = {layout: graph, **kept}
    return kept


def _compile_anew(net, layout):
    graph, _ = net.write(layout)
    return compile_graph(graph)


def _dropped(node, rate):
    return Dropout(rate)(node) if rate else node


def _side_by_side(nodes):
    """Return the graph whose output is one node, or several side by side."""
    return Graph(Concatenate()(*nodes) if len(nodes) > 1 else nodes[0])
