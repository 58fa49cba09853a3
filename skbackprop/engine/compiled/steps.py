"""Binding of loops over time: the rows of one step, and their increase per step.

From step to step, addresses in rows increase by constants. A step is therefore bound
twice, for two consecutive steps, and the kernel that runs a loop adds the difference.
"""

import numpy as np

from skbackprop.engine.compiled.binding import Workspace
from skbackprop.kernels import table
from skbackprop.kernels.abi import ROW_FIELDS, Clear, RunSteps
from skbackprop.kernels.calling import address
from skbackprop.kernels.rows import new_list, new_row
from skbackprop.network.folding import FoldedProgram


def new_workspace(program, parameters, n_rows, memory=None):
    """Return the workspace of a program with or without loops."""
    kind = FoldedWorkspace if isinstance(program, FoldedProgram) else Workspace
    return kind(program, parameters, n_rows, memory)


class FoldedWorkspace(Workspace):
    """The workspace of a program with loops."""

    _step, _pinned = 0, {}

    def bind_forward(self, csr=None, training=True):
        """Return the rows of the forward pass, loop after loop."""
        rows = []
        for loop in self.program.loops:
            rows += self._bind_entry(loop, training)
            body = [self.program.instructions[k] for k in loop.body]
            rows += self._bind_steps(body, loop, loop.steps, training)
        return rows

    def bind_backward(self, csr=None, training=True, add=False):
        """Return the rows of the backward pass, whose steps add to cleared adjoints."""
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
        """Return the rows of the instructions before the first step of a loop."""
        rows, place_of = [], dict(loop.carried)
        for k in loop.before:
            instruction = self.program.instructions[k]
            instruction = instruction._replace(output=place_of[instruction.output])
            if instruction.has_gradients or not backward:
                at = (loop.entry, training, backward)
                rows += self._bind_at([instruction], loop, *at)
        return rows

    def _bind_steps(self, body, loop, steps, training, backward=False):
        """Return the row that runs the body of a loop for each step."""
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
        """Return the rows of instructions at a step."""
        self._step, self._pinned, rows = step, dict(loop.pinned), []
        for name in ("_value_addresses", "_adjoint_addresses"):
            vars(self).pop(name, None)  # cached for another step
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
        """Return the same for a step, at which copied columns have moved too."""
        moves = self._step * self.program.columns[instruction.output]
        return [
            (inputs, tuple(s + moves * (n == 0) for n, s in enumerate(settings)))
            for inputs, settings in super()._inputs_of_rows(instruction)
        ]

    def _spoil_adjoints(self):
        """Fill the adjoints of each step; the place before the first is never read."""
        for loop in self.program.loops:
            outputs = [self.program.instructions[k].output for k in loop.body]
            places = [self.program.at(i, t) for t in loop.steps for i in outputs]
            self._spoil(places)


def _clear(begin, n_bytes):
    """Return the row that sets memory to 0."""
    kernel = table.loop_kernel("clear")
    return new_row(Clear, kernel, begin=begin, n_bytes=n_bytes)
