"""Folded programs: loops over time, with the instructions of a single step.

A network unrolled for T steps has T times the instructions of a step, which differ
only in the places of their signals. A folded program has the step once, with the
distance from each signal to the same signal one step later. The state before a step
has the same place as the state after the previous step.
"""

import functools
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

from skbackprop.network.program import Program


class Loop(NamedTuple):
    """Instructions that run once for each step.

    Attributes
    ----------
    before : range
        Numbers of the instructions that compute the state before the first step.
    body : range
        Numbers of the instructions that run for each step.
    steps : range
        The steps in the order of the forward pass.
    carried : tuple of (int, int), default=()
        Pairs of signals: a state before and after a step.
    pinned : tuple of (int, int), default=()
        Signals of other loops, each with the step at which it is read.
    """

    before: range
    body: range
    steps: range
    carried: tuple = ()
    pinned: tuple = ()

    @property
    def entry(self):
        """The step before the first."""
        return self.steps.start - self.steps.step


@dataclass(frozen=True)
class FoldedProgram(Program):
    """A program with loops, whose signals have their places at step 0.

    Attributes
    ----------
    loops : tuple of Loop
        The loops, which contain all instructions in order.
    advances : tuple of int
        For each signal, the increase of its offset per step.
    columns : tuple of int
        For each signal, the increase per step of its first column, or of the first
        column of its source or destination if it is copied.
    unreached : tuple of (int, int)
        Signals, each with a step at which no instruction reaches its adjoint, which
        is 0.
    unroll : callable
        Returns the program without loops.
    """

    loops: tuple
    advances: tuple
    columns: tuple
    unreached: tuple
    unroll: Any = field(compare=False)

    @functools.cached_property
    def unrolled(self):
        """The same program without loops."""
        return self.unroll()

    @property
    def times(self):
        """Number of times that each instruction runs."""
        return [
            n_times
            for loop in self.loops
            for part, n_times in ((loop.before, 1), (loop.body, len(loop.steps)))
            for _ in part
        ]

    def at(self, i, step):
        """Return signal ``i`` with its place at a step."""
        signal = self.signals[i]
        moves = self.columns[i] if signal.offset == self.input.offset else 0
        return signal._replace(
            offset=signal.offset + step * self.advances[i],
            column=signal.column + step * moves,
        )

    def _validate(self):
        """Check the places of all steps; a single step was checked when compiled."""
        for loop in self.loops:
            pinned = dict(loop.pinned)
            for step in {*loop.steps[:1], *loop.steps[-1:]}:
                for k in loop.body:
                    for i in (
                        *self.instructions[k].inputs,
                        self.instructions[k].output,
                    ):
                        self._check_inside(self.at(i, pinned.get(i, step)))

    def _check_inside(self, place):
        end = place.offset + place.stride
        is_inside = place.offset >= 0 and end <= self.workspace_width
        if not is_inside or place.column + place.width > place.stride:
            raise ValueError(f"A signal exceeds the workspace or its rows: {place}.")


def fold(program, loops, areas, columns, unroll):
    """Return the folded program made from the program of a single step.

    Parameters
    ----------
    program : Program
        The instructions of one step of each loop.
    loops : list of Loop
    areas : list of (range, range)
        Ranges of instructions, each with the steps that have places of their own for
        the outputs. No steps if all share one place.
    columns : dict of int to int
        For some signals, the increase of their column per step.
    unroll : callable
        Returns the program without loops.
    """
    places, width = _lay_out(program, areas)
    signals, advances = [], []
    for signal in program.signals:
        offset, advance = places.get(signal.offset, (signal.offset, 0))
        signals.append(signal._replace(offset=offset))
        advances.append(advance)
    for loop in loops:
        for before, after in loop.carried:
            place, advances[before] = signals[after], advances[after]
            offset = place.offset - loop.steps.step * advances[after]
            signals[before] = place._replace(offset=offset)
    instructions = [_once(instruction) for instruction in program.instructions]
    unreached = []
    for loop in loops:
        unreached += _add_up(instructions, loop, loops)
    values = {f.name: getattr(program, f.name) for f in fields(Program)}
    values |= {
        "signals": tuple(signals),
        "instructions": tuple(instructions),
        "workspace_width": width,
    }
    moves = tuple(columns.get(i, 0) for i in range(len(signals)))
    return FoldedProgram(
        **values,
        loops=tuple(loops),
        advances=tuple(advances),
        columns=moves,
        unreached=tuple(unreached),
        unroll=unroll,
    )


def _once(instruction):
    """Return an instruction in which a signal that all steps read is read once."""
    if len(set(instruction.inputs)) == len(instruction.inputs):
        return instruction
    if instruction.module.n_inputs is not None:
        return instruction
    inputs, gradients = instruction.inputs[:1], instruction.input_gradients[:1]
    return instruction._replace(inputs=inputs, input_gradients=gradients)


def _lay_out(program, areas):
    """Return a dict from offsets to (offset at step 0, advance), and the total width.

    Each area has one place more than steps, for the state before the first step.
    """
    places, end = {}, program.input.stride
    is_placed = {program.input.offset}
    for numbers, steps in areas:
        outputs = {program.signals[program.instructions[k].output] for k in numbers}
        strides = {s.offset: s.stride for s in outputs if s.offset not in is_placed}
        is_placed.update(strides)
        width = sum(strides.values())
        begin = end
        if len(steps):  # the first place is for min(steps) - 1, or the last step
            begin -= width * min(steps.start - steps.step, steps[-1])
        for offset, stride in sorted(strides.items()):
            places[offset] = begin, width if len(steps) else 0
            begin += stride
        end += width * (len(steps) + 1 if len(steps) else 1)
    return places, end


def _add_up(instructions, loop, loops):
    """Make the adjoints of states add up over the steps of a loop, in place.

    The adjoint of a state is reached by its readers at the same step, in and outside
    of the loop, and by the next step.

    Returns
    -------
    list of (int, int)
        Signals, each with a step at which no instruction reaches its adjoint.
    """
    unreached = []
    for before, after in loop.carried:
        readers = [other for other in loops if _reads(instructions, other, after, loop)]
        if any(after not in dict(other.pinned) for other in readers):
            # In backward, readers outside of the loop come first.
            _set_gradients(instructions, loop.body, before, "add")
        if not readers:
            _set_gradients(instructions, loop.body, after, "add")
            unreached.append((after, loop.steps[-1] if len(loop.steps) else loop.entry))
    for k in loop.before:  # the only readers at the step before the first
        gradients = ["write" if how else "" for how in instructions[k].input_gradients]
        instructions[k] = instructions[k]._replace(input_gradients=tuple(gradients))
    return unreached


def _reads(instructions, loop, signal, own):
    numbers = [*loop.before, *loop.body]
    return loop is not own and any(signal in instructions[k].inputs for k in numbers)


def _set_gradients(instructions, numbers, signal, how):
    for k in numbers:
        inputs, gradients = instructions[k].inputs, instructions[k].input_gradients
        found = [
            how if gradient and i == signal else gradient
            for i, gradient in zip(inputs, gradients, strict=True)
        ]
        instructions[k] = instructions[k]._replace(input_gradients=tuple(found))
