"""Folded programs: loops over time, of which one step stands for all.

A network that is unrolled for T steps has T times the instructions of a step, which
differ in nothing but where their signals stand. Here the step is written once, with
the distance from each signal to the same one a step later. What a step hands on stands
where the next one looks for it: the state before a step has the place of the state
after the step before.
"""

import functools
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

from skbackprop.network.program import Program


class Loop(NamedTuple):
    """Instructions that run for one step after the other.

    Attributes
    ----------
    before : range
        Numbers of instructions that run once, to make the state before the first step.
    body : range
        Numbers of the instructions that run for each step.
    steps : range
        In this order, backward in the other one.
    carried : tuple of (int, int), default=()
        Signals: the state before a step, and that after it.
    pinned : tuple of (int, int), default=()
        Signals of other loops, and the step at which each is read.
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
    """A program with loops; its signals stand where they do at step 0.

    Attributes
    ----------
    loops : tuple of Loop
        They have all instructions, in order.
    advances : tuple of int
        Of each signal, what a step adds to its offset.
    columns : tuple of int
        Of each signal, what a step adds to the column where it begins, or where what
        it is copied from or to begins.
    unreached : tuple of (int, int)
        Signals, and steps at which no instruction reaches their adjoint, which is 0.
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
        """How often each instruction runs."""
        return [
            n_times
            for loop in self.loops
            for part, n_times in ((loop.before, 1), (loop.body, len(loop.steps)))
            for _ in part
        ]

    def at(self, i, step):
        """Return signal ``i`` as it stands at a step."""
        signal = self.signals[i]
        moves = self.columns[i] if signal.offset == self.input.offset else 0
        return signal._replace(
            offset=signal.offset + step * self.advances[i],
            column=signal.column + step * moves,
        )

    def _validate(self):
        """Check that all steps have their places; a step was checked when written."""
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
            raise ValueError(f"A signal reaches out of its place: {place}.")


def fold(program, loops, areas, columns, unroll):
    """Return the folded program whose step is a program.

    Parameters
    ----------
    program : Program
        Has the instructions of each loop once.
    loops : list of Loop
    areas : list of (range, range)
        Instructions that follow each other, and the steps that have a place each for
        what they put out; no steps where one place does for all.
    columns : dict of int to int
        Of signals, what a step adds to their column.
    unroll : callable
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
    """Return an instruction that reads a signal once where it did at each step."""
    if len(set(instruction.inputs)) == len(instruction.inputs):
        return instruction
    if instruction.module.n_inputs is not None:
        return instruction
    inputs, gradients = instruction.inputs[:1], instruction.input_gradients[:1]
    return instruction._replace(inputs=inputs, input_gradients=gradients)


def _lay_out(program, areas):
    """Return, for each offset, that of step 0 and the advance; and the width of all.

    Each area has a place more than it has steps, for the state before the first one.
    """
    places, end = {}, program.input.stride
    is_placed = {program.input.offset}
    for numbers, steps in areas:
        outputs = {program.signals[program.instructions[k].output] for k in numbers}
        strides = {s.offset: s.stride for s in outputs if s.offset not in is_placed}
        is_placed.update(strides)
        width = sum(strides.values())
        begin = end
        if len(steps):  # before the first step, that may be 1 or the last one
            begin -= width * min(steps.start - steps.step, steps[-1])
        for offset, stride in sorted(strides.items()):
            places[offset] = begin, width if len(steps) else 0
            begin += stride
        end += width * (len(steps) + 1 if len(steps) else 1)
    return places, end


def _add_up(instructions, loop, loops):
    """Let the adjoints of what a loop carries add up over steps, in place.

    The adjoint of a state is reached by who reads it at this step, in and outside of
    the loop, and by the step after.

    Returns
    -------
    list of (int, int)
        Signals, and steps at which no instruction reaches their adjoint.
    """
    unreached = []
    for before, after in loop.carried:
        readers = [other for other in loops if _reads(instructions, other, after, loop)]
        if any(after not in dict(other.pinned) for other in readers):
            # Who reads it at each step comes first, as backward goes.
            _set_gradients(instructions, loop.body, before, "add")
        if not readers:
            _set_gradients(instructions, loop.body, after, "add")
            unreached.append((after, loop.steps[-1] if len(loop.steps) else loop.entry))
    for k in loop.before:  # the only one to read at its step
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
