"""Recurrent nets as tests look at them: unrolled, with parameters by name."""

from dataclasses import replace

import numpy as np

from skbackprop.engine import make_executor
from skbackprop.estimators.sequences import Sequences
from skbackprop.network import Linear, recurrence
from skbackprop.network.compiler import compile_graph, compile_unrolled
from skbackprop.network.recurrence import RecurrentNet

CELLS = ["tanh", "relu", "gru", "lstm"]
READOUTS = ["last", "mean", "max", "steps"]


def random_sequences(lengths, n_features, seed=0):
    """Return sequences of these lengths."""
    steps = np.random.default_rng(seed).normal(size=(sum(lengths), n_features))
    return Sequences(steps, np.array(lengths))


def alone(sequences, i):
    """Return the i-th of several sequences, without padding."""
    length = sequences.lengths[i]
    return Sequences(sequences.values[i, :length], sequences.lengths[[i]])


class Unrolled:
    """A net, unrolled for some sequences.

    Attributes
    ----------
    graph, program
        What it is unrolled to.
    parameters : dict of str to tuple of int
        Names ("0.forth.from_input.weight", ..., "output.bias") and numbers of
        the blocks.
    """

    def __init__(self, monkeypatch, net, sequences):
        cells = []

        def recording(make_cell):
            def make(n_units):
                cells.append(make_cell(n_units))
                return cells[-1]

            return make

        make_cell = recurrence.CELLS[net.cell]
        with monkeypatch.context() as patch:
            patch.setitem(recurrence.CELLS, net.cell, recording(make_cell))
            self.layout = sequences.layout(net.readout == "mean")
            # A net of its own, which has unrolled nothing yet: cells are made.
            self.graph = replace(net).unroll(self.layout)
            assert self.graph.modules  # looked at, so that cells are made
        self.program = compile_graph(self.graph)
        self.rows = sequences.rows(self.layout)
        self._name_blocks(cells, 2 if net.is_bidirectional else 1)

    def _name_blocks(self, cells, n_directions):
        names = {}
        for i, cell in enumerate(cells):
            layer, direction = divmod(i, n_directions)
            prefix = f"{layer}.{('forth', 'back')[direction]}"
            names[id(cell.from_state)] = f"{prefix}.from_state"
            names[id(cell.from_input)] = f"{prefix}.from_input"
        owners = {
            i: names.get(id(module), "output")
            for i, module in enumerate(self.graph.modules)
            if isinstance(module, Linear)
        }
        self.parameters = {
            f"{owners[block.module]}.{block.name}": i
            for i, block in enumerate(compile_unrolled(self.graph).blocks)
        }

    def flat(self, values):
        """Return the parameter vector of values by name."""
        assert set(values) == set(self.parameters)
        flat = self.program.allocate(np.float64)
        views = self.program.views(flat)
        for name, value in values.items():
            views[self.parameters[name]][...] = value
        return flat

    def by_name(self, flat):
        """Return the parameters, or their gradients, by name."""
        views = self.program.views(flat)
        return {name: views[i].copy() for name, i in self.parameters.items()}

    def random_values(self, seed=0):
        """Return random parameters by name."""
        rng = np.random.default_rng(seed)
        views = self.program.views(self.program.allocate(np.float64))
        return {
            name: rng.normal(scale=0.5, size=views[i].shape)
            for name, i in sorted(self.parameters.items())
        }

    def vjp(self, values, adjoint, executor=make_executor):
        """Return the output and the gradients by name."""
        program, flat = self.program, self.flat(values)
        run = executor(program, flat, batch_size=len(self.rows))
        signals, _, gradient = run.vjp(self.rows, adjoint(self._output_shape()))
        return signals[-1], self.by_name(gradient)

    def _output_shape(self):
        return len(self.rows), self.program.output.width


def net_of(cell, sizes=(3,), n_outputs=2, **options):
    """Return a RecurrentNet."""
    return RecurrentNet(cell, sizes, n_outputs, **options)
