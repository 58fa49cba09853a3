"""Binding of loops over time: the rows of one step, and what the next one adds to them.

Rows hold addresses, which are as far apart from step to step. So a step is bound twice,
at a step and the next one; the kernel that runs a loop adds the difference.
"""

import numpy as np

from skbackprop.engine.compiled.binding import Workspace
from skbackprop.kernels import table
from skbackprop.kernels.abi import ROW_FIELDS, Clear, RunSteps
from skbackprop.kernels.calling import address
from skbackprop.kernels.rows import new_list, new_row
from skbackprop.network.folding import FoldedProgram


def new_workspace(program, parameters, n_rows, memory=None):
    """Return what a program runs in, with loops or without."""
    kind = FoldedWorkspace if isinstance(program, FoldedProgram) else Workspace
    return kind(program, parameters, n_rows, memory)


class FoldedWorkspace(Workspace):
    """What a program with loops runs in."""

    _step, _pinned = 0, {}

    def bind_forward(self, csr=None, training=True):
        """Return the rows of the pass forward, loop after loop."""
        rows = []
        for loop in self.program.loops:
            rows += self._bind_entry(loop, training)
            body = [self.program.instructions[k] for k in loop.body]
            rows += self._bind_steps(body, loop, loop.steps, training)
        return rows

    def bind_backward(self, csr=None, training=True, add=False):
        """Return the rows of the pass backward; steps add to what is made 0 before."""
        gradient = self.gradient
        rows = [] if add else [_clear(address(gradient), gradient.nbytes)]
        for signal, step in self.program.unreached:
            place = self.program.at(signal, step)
            begin = address(self.memory.adjoints) + self.dtype.itemsize * (
                place.offset * self.n_rows
            )
            size = place.stride * self.n_rows * self.dtype.itemsize
            rows.append(_clear(begin, size))
        for loop in reversed(self.program.loops):
            body = [self.program.instructions[k] for k in reversed(loop.body)]
            body = [instruction for instruction in body if instruction.has_gradients]
            rows += self._bind_steps(body, loop, loop.steps[::-1], training, True)
            rows += self._bind_entry(loop, training, backward=True)
        return rows

    def _bind_entry(self, loop, training, backward=False):
        """Return the rows of what comes before the first step of a loop."""
        rows, place_of = [], dict(loop.carried)
        for k in loop.before:
            instruction = self.program.instructions[k]
            instruction = instruction._replace(output=place_of[instruction.output])
            if instruction.has_gradients or not backward:
                at = (loop.entry, training, backward)
                rows += self._bind_at([instruction], loop, *at)
        return rows

    def _bind_steps(self, body, loop, steps, training, backward=False):
        """Return the row that runs a body for one step after the other."""
        if len(steps) == 0:
            return []
        rows = self._bind_at(body, loop, steps[0], training, backward)
        if len(steps) == 1:
            return rows
        after = self._bind_at(body, loop, steps[1], training, backward)
        advances = np.array(after, np.int64) - np.array(rows, np.int64)
        run = table.loop_kernel("run_steps")
        advances = np.ascontiguousarray(advances.reshape(-1, ROW_FIELDS))
        return [new_list(RunSteps, run, rows, advances=advances, n_steps=len(steps))]

    def _bind_at(self, body, loop, step, training, backward):
        """Return the rows of instructions as they are at a step."""
        self._step, self._pinned, rows = step, dict(loop.pinned), []
        for name in ("_value_addresses", "_adjoint_addresses"):
            vars(self).pop(name, None)  # those of another step
        for instruction in body:
            rows += self._bind_instruction(instruction, None, training, backward, True)
        return rows

    def _addresses(self, memory):
        begin, size, program = address(memory), self.dtype.itemsize, self.program
        places = (
            program.at(i, self._pinned.get(i, self._step))
            for i in range(len(program.signals))
        )
        return [begin + (s.offset * self.n_rows + s.column) * size for s in places]

    def _inputs_of_rows(self, instruction):
        """Return the like for a step: columns that are copied move on, too."""
        moves = self._step * self.program.columns[instruction.output]
        return [
            (inputs, tuple(s + moves * (n == 0) for n, s in enumerate(settings)))
            for inputs, settings in super()._inputs_of_rows(instruction)
        ]

    def _spoil_adjoints(self):
        """Do so at each step; a place before the first one is never read."""
        for loop in self.program.loops:
            outputs = [self.program.instructions[k].output for k in loop.body]
            places = [self.program.at(i, t) for t in loop.steps for i in outputs]
            self._spoil(places)


def _clear(begin, n_bytes):
    """Return the row that makes memory 0."""
    kernel = table.loop_kernel("clear")
    return new_row(Clear, kernel, begin=begin, n_bytes=n_bytes)
