"""Programs: the list of instructions of a graph, and its layout in memory.

The forward pass runs the instructions from first to last. Backprop runs their
adjoints from last to first. Programs do not depend on dtypes, batch sizes or
addresses: offsets count elements, and executors bind them to buffers.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from skbackprop.network.layout import ROW_QUANTUM, aligned_zeros
from skbackprop.network.modules.base import Module


class Signal(NamedTuple):
    """The output of a node, a (batch, width) matrix, and its place in the workspace.

    It begins at element ``offset * batch`` and at column ``column`` of rows of
    ``stride`` elements. Signals may share a place. The adjoint of a signal has the
    same place in the workspace of adjoints.
    """

    width: int
    stride: int
    offset: int  # to be multiplied by the batch size
    column: int = 0

    @property
    def fills_rows(self):
        """Whether rows contain only this signal and its padding."""
        return self.stride - self.width < ROW_QUANTUM


class Block(NamedTuple):
    """A parameter of a module, a part of the flat parameter vector."""

    module: int
    name: str
    shape: tuple
    offset: int
    stride: int

    @property
    def n_elements(self):
        """Number of elements in the flat vector, including padding."""
        return self.stride * (self.shape[0] if self.is_matrix else 1)

    @property
    def is_matrix(self):
        """Whether it is a matrix."""
        return len(self.shape) == 2

    def view(self, flat):
        """Return the block as an array without padding, a view of the flat vector."""
        # Only slices and shapes, so that no copy is made.
        matrix = flat[self.offset : self.offset + self.n_elements]
        matrix = matrix.reshape(-1, self.stride)
        matrix = matrix[:, : self.shape[-1]]
        return matrix if self.is_matrix else matrix[0]


class Instruction(NamedTuple):
    """A module applied to signals.

    ``blocks`` are its parameters, followed by its buffers. ``input_gradients`` has,
    for each input, what backward does to its adjoint: ``"write"`` if it is the first
    to reach it, ``"add"`` after another reader of the same signal (fan-out), ``""``
    if no adjoint is needed. ``parameter_gradient`` is the same for its parameters,
    which other instructions may share. With ``adds_output``, forward adds the output
    to the values in its place.
    """

    module: Module
    inputs: tuple
    output: int
    blocks: tuple
    input_gradients: tuple
    parameter_gradient: str
    adds_output: bool = False

    @property
    def has_gradients(self):
        """Whether backward computes any gradient."""
        return bool(self.parameter_gradient) or any(self.input_gradients)

    def __str__(self):
        reads = ", ".join(f"s{i}" for i in self.inputs)
        text = f"s{self.output} = {self.module!r}({reads})"
        gradients = zip(self.inputs, self.input_gradients, strict=False)
        gradients = ", ".join(f"{how} ds{i}" for i, how in gradients if how)
        return f"{text}  [{gradients}]" if gradients else text


@dataclass(frozen=True)
class Program:
    """Signals, parameters and instructions, in topological order.

    Attributes
    ----------
    signals : tuple of Signal
        Signal 0 is the input of the network.
    blocks : tuple of Block
        Weight matrices first, in the order of their modules, then the other
        parameters, then the buffers.
    instructions : tuple of Instruction
        The output of the last one is that of the network.
    n_parameters : int
        Length of the flat parameter vector, including padding.
    n_decaying : int
        Number of its first elements that the L2 penalty applies to, the weight
        matrices.
    n_learned : int
        Number of its first elements that are learned, all but the buffers.
    workspace_width : int
        Elements per sample of the workspace for all signals.
    """

    signals: tuple
    blocks: tuple
    instructions: tuple
    n_parameters: int
    n_decaying: int
    n_learned: int
    workspace_width: int

    # Kernels trust addresses. Errors here would corrupt memory or crash the process.
    def __post_init__(self):
        self._validate()

    @property
    def input(self):
        """Signal of the input."""
        return self.signals[0]

    @property
    def output(self):
        """Signal of the last instruction's output."""
        return self.signals[self.instructions[-1].output]

    @property
    def reached(self):
        """Numbers of the signals with adjoints."""
        found = {self.instructions[-1].output}  # from the loss
        for instruction in self.instructions:
            pairs = zip(instruction.inputs, instruction.input_gradients, strict=True)
            found.update(i for i, how in pairs if how)
        return found

    @property
    def unrolled(self):
        """The same program without loops."""
        return self

    @property
    def times(self):
        """Number of times that each instruction runs."""
        return [1] * len(self.instructions)

    def views(self, flat):
        """Return the blocks of a flat vector as arrays that share its memory."""
        return [block.view(flat) for block in self.blocks]

    def allocate(self, dtype, n_vectors=None):
        """Return one or several vectors of zeros with the layout of the parameters.

        They and all their rows begin on a cache line.
        """
        shape = (self.n_parameters,)
        shape = shape if n_vectors is None else (n_vectors, *shape)
        return aligned_zeros(shape, dtype)

    def compact(self, flat):
        """Return the parameters without padding, block after block."""
        views = [view.ravel() for view in self.views(flat)]
        return np.concatenate([np.empty(0, flat.dtype), *views])

    def fill(self, flat, compact):
        """Copy parameters without padding into a flat vector."""
        n_compact = sum(math.prod(block.shape) for block in self.blocks)
        if compact.shape != (n_compact,):
            raise ValueError(
                f"The network has {n_compact} parameters, got shape {compact.shape}."
            )
        start = 0
        for view in self.views(flat):
            view[...] = compact[start : start + view.size].reshape(view.shape)
            start += view.size

    def expand(self, compact):
        """Return a new flat vector from parameters without padding."""
        flat = self.allocate(compact.dtype)
        self.fill(flat, compact)
        return flat

    @property
    def n_decaying_compact(self):
        """Number of weights that the L2 penalty applies to, without padding."""
        return sum(math.prod(b.shape) for b in self.blocks if b.is_matrix)

    def __str__(self):
        return "\n".join(map(str, self.instructions))

    def check_reads_sparse(self):
        """Raise ValueError if a module cannot read sparse input."""
        for instruction in self.instructions:
            if 0 in instruction.inputs and not instruction.module.reads_sparse:
                raise ValueError(
                    f"{instruction} cannot read sparse input, only Linear can."
                )

    def _validate(self):
        """Check what kernels rely on."""
        if not self.instructions:
            raise ValueError("A program needs at least one instruction.")
        self._check_blocks()
        self._check_signals()
        written, owners = {0}, {self.input.offset: {0: 0}}
        for instruction in self.instructions:
            self._check_instruction(instruction, written)
            self._check_place(instruction, owners)
            written.add(instruction.output)

    def _check_blocks(self):
        end = 0
        for block in self.blocks:
            # Without gaps, every element is updated and belongs to a block.
            if block.offset != end:
                raise ValueError(f"{block} leaves a gap or overlaps another block.")
            if block.stride % ROW_QUANTUM or block.stride < block.shape[-1]:
                raise ValueError(f"{block} has a stride that does not match its rows.")
            if block.is_matrix != (block.offset < self.n_decaying):
                raise ValueError(f"{block} is on the wrong side of n_decaying.")
            end += block.n_elements
        if end != self.n_parameters:
            raise ValueError(f"Blocks end at {end}, not at {self.n_parameters}.")

    def _check_signals(self):
        # Signals that share a place have equal offsets and strides. Any other overlap
        # is an error.
        places, end = {(s.offset, s.stride) for s in self.signals}, 0
        for signal in self.signals:
            if signal.width < 1 or signal.column + signal.width > signal.stride:
                raise ValueError(f"{signal} is wider than its rows, or has no width.")
        for offset, stride in sorted(places):
            if stride % ROW_QUANTUM:
                raise ValueError(f"A stride of {stride} does not hold whole vectors.")
            if offset < end:
                raise ValueError(f"Signals overlap at {offset} of the workspace.")
            end = offset + stride
        if end > self.workspace_width:
            raise ValueError(f"A signal exceeds the workspace, it ends at {end}.")

    def _check_instruction(self, instruction, written):
        module, inputs = instruction.module, instruction.inputs
        if len(inputs) != (module.n_inputs or len(inputs)):
            raise ValueError(f"{instruction} needs {module.n_inputs} input(s).")
        if not written.issuperset(inputs):
            raise ValueError(f"{instruction} reads a signal before it is computed.")
        # A signal is written once, as its adjoint belongs to one value.
        if instruction.output in written:
            raise ValueError(f"{instruction} writes a signal a second time.")
        if not instruction.output < len(self.signals):
            raise ValueError(f"{instruction} writes a signal that does not exist.")
        if not all(0 <= block < len(self.blocks) for block in instruction.blocks):
            raise ValueError(f"{instruction} has a block that does not exist.")
        widths = [self.signals[i].width for i in inputs]
        if self.signals[instruction.output].width != module.output_width(*widths):
            raise ValueError(f"{instruction} has an output signal of the wrong width.")
        blocks = [self.blocks[i] for i in instruction.blocks]
        shapes = {block.name: block.shape for block in blocks}
        if shapes != block_shapes(module, widths):
            raise ValueError(f"{instruction} has parameters of the wrong shape.")

    def _check_place(self, instruction, owners):
        """Check that only modules that may overwrite their input do so.

        ``owners`` has the signal that was written last to each column of each
        used offset.
        """
        module, output = instruction.module, self.signals[instruction.output]
        is_new = output.offset not in owners
        columns = owners.setdefault(output.offset, {})
        if instruction.adds_output and output.column not in columns:
            raise ValueError(f"{instruction} adds to values that were never written.")
        if not (instruction.adds_output or self.is_done_in_place(instruction)):
            # Any other signal that was written there might still be read.
            overwritable = [instruction.inputs[i] for i in module.may_overwrite]
            if not is_new and columns.get(output.column) not in overwritable:
                raise ValueError(
                    f"{instruction} overlaps a signal that it does not read."
                )
        columns[output.column] = instruction.output

    def is_done_in_place(self, instruction):
        """Return whether forward has nothing to do.

        This is so for views in the place of their source, and for sums whose terms
        are added where they are computed.
        """
        module, output = instruction.module, self.signals[instruction.output]
        sources = [self.signals[i] for i in instruction.inputs]
        if module.view is not None:
            return output.offset == sources[0].offset
        return module.is_sum and sources == [output, output]


def block_shapes(module, widths):
    """Return the shapes of a module's parameters, followed by its buffers."""
    return {**module.parameter_shapes(*widths), **module.buffer_shapes(*widths)}
