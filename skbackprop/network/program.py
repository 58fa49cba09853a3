"""Programs: a graph laid out in memory as a list of instructions.

Running the instructions first to last is the forward pass, running their
adjoints last to first is backprop. Nothing here knows dtypes, batch sizes or
addresses: offsets count elements, and executors bind them to buffers.
"""

import functools
import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from skbackprop.network.modules import Elementwise, Linear, Module

ROW_QUANTUM = 16  # elements: 64 bytes of float32, a cache line, a vector of AVX-512
ALIASING = 256  # strides of 1 or 2 KiB would map all rows onto few cache sets


def padded_width(width):
    """Elements from one row of a matrix to the next, for any dtype and host.

    Rows are padded so that vectors never reach into the next row and no kernel
    needs a masked tail. The rule asks neither for the dtype nor for the
    processor, so the offsets of a program hold for all of them.
    """
    padded = -(-width // ROW_QUANTUM) * ROW_QUANTUM
    return padded + ROW_QUANTUM if padded % ALIASING == 0 else padded


class Signal(NamedTuple):
    """A value that flows along a wire: a (batch, width) matrix.

    It stands at ``offset * batch`` elements in the workspace, in rows of
    ``stride`` elements. Its adjoint stands at the same place of the adjoints'
    workspace.
    """

    width: int
    stride: int
    offset: int


class Block(NamedTuple):
    """A parameter of a module: part of the flat parameter vector."""

    module: int
    name: str
    shape: tuple
    offset: int
    stride: int

    @property
    def n_elements(self):
        """Elements of the flat vector that it takes, padding included."""
        return self.stride * (self.shape[0] if len(self.shape) == 2 else 1)

    def view(self, flat):
        """Return the block of the flat vector as an array, without its padding."""
        matrix = flat[self.offset : self.offset + self.n_elements]
        matrix = matrix.reshape(-1, self.stride)
        matrix = matrix[:, : self.shape[-1]]
        return matrix if len(self.shape) == 2 else matrix[0]


class Instruction(NamedTuple):
    """One module applied to signals.

    ``input_gradients`` says, for each input, what backward does to its
    adjoint: ``"write"`` as the first to reach it, ``"add"`` after another
    reader of the same signal (fan-out), ``""`` where nothing upstream learns.
    ``parameter_gradient`` says the same of its parameters, which another
    instruction may share.
    """

    module: Module
    inputs: tuple
    output: int
    blocks: tuple
    input_gradients: tuple
    parameter_gradient: str

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
        Weight matrices first, in the order of their modules, then the rest.
    instructions : tuple of Instruction
        The last one puts out the network's output.
    n_parameters : int
        Length of the flat parameter vector, padding included.
    n_decaying : int
        Its first elements: the weight matrices, which the L2 penalty sees.
    workspace_width : int
        Elements per sample of the workspace that holds all signals.
    """

    signals: tuple
    blocks: tuple
    instructions: tuple
    n_parameters: int
    n_decaying: int
    workspace_width: int

    def __post_init__(self):
        self._validate()

    @property
    def input(self):
        """Signal where samples enter."""
        return self.signals[0]

    @property
    def output(self):
        """Signal that the last instruction puts out."""
        return self.signals[self.instructions[-1].output]

    def views(self, flat):
        """Return the blocks of a flat vector as arrays that share its memory."""
        return [block.view(flat) for block in self.blocks]

    def allocate(self, dtype, n_vectors=None):
        """Return one or several zero vectors laid out like the parameters.

        They begin on a cache line and so do all their rows.
        """
        shape = (self.n_parameters,)
        shape = shape if n_vectors is None else (n_vectors, *shape)
        return aligned_zeros(math.prod(shape), dtype).reshape(shape)

    def compact(self, flat):
        """Return the parameters without padding, block after block."""
        views = [view.ravel() for view in self.views(flat)]
        return np.concatenate([np.empty(0, flat.dtype), *views])

    def fill(self, flat, compact):
        """Put parameters given without padding into a flat vector."""
        start = 0
        for view in self.views(flat):
            view[...] = compact[start : start + view.size].reshape(view.shape)
            start += view.size

    def expand(self, compact):
        """Return a new flat vector of parameters given without padding."""
        flat = self.allocate(compact.dtype)
        self.fill(flat, compact)
        return flat

    @property
    def n_decaying_compact(self):
        """Number of weights that the L2 penalty sees, padding left out."""
        return sum(math.prod(b.shape) for b in self.blocks if len(b.shape) == 2)

    def __str__(self):
        return "\n".join(map(str, self.instructions))

    def check_reads_sparse(self):
        """Raise ValueError where a module cannot read a sparse input."""
        for instruction in self.instructions:
            if 0 in instruction.inputs and not isinstance(instruction.module, Linear):
                raise ValueError(
                    f"{instruction} cannot read sparse input, only Linear can."
                )

    def _validate(self):
        """Check once what the kernels then take for granted."""
        if not self.instructions:
            raise ValueError("A program needs at least one instruction.")
        self._check_blocks()
        self._check_signals()
        written, owners = {0}, {self.input: 0}
        for instruction in self.instructions:
            self._check_instruction(instruction, written)
            self._check_place(instruction, owners)
            written.add(instruction.output)

    def _check_blocks(self):
        end = 0
        for block in self.blocks:
            if block.offset != end:
                raise ValueError(f"{block} leaves a gap or overlaps another block.")
            if block.stride % ROW_QUANTUM or block.stride < block.shape[-1]:
                raise ValueError(f"{block} has a stride that its rows do not fit.")
            if (len(block.shape) == 2) != (block.offset < self.n_decaying):
                raise ValueError(f"{block} is on the wrong side of n_decaying.")
            end += block.n_elements
        if end != self.n_parameters:
            raise ValueError(f"Blocks end at {end}, not at {self.n_parameters}.")

    def _check_signals(self):
        end = 0
        for signal in sorted(set(self.signals), key=lambda signal: signal.offset):
            if not 0 < signal.width <= signal.stride:
                raise ValueError(f"{signal} is wider than its rows, or has no width.")
            if signal.stride % ROW_QUANTUM:
                raise ValueError(f"{signal} has a stride that is not whole vectors.")
            if signal.offset < end:
                raise ValueError(f"{signal} overlaps another signal or the workspace.")
            end = signal.offset + signal.stride
        if end > self.workspace_width:
            raise ValueError(f"A signal reaches out of the workspace, to {end}.")

    def _check_instruction(self, instruction, written):
        module, inputs = instruction.module, instruction.inputs
        if len(inputs) != module.n_inputs:
            raise ValueError(f"{instruction} needs {module.n_inputs} input(s).")
        if not written.issuperset(inputs):
            raise ValueError(f"{instruction} reads what is not computed yet.")
        if instruction.output in written:
            raise ValueError(f"{instruction} writes what was written before.")
        if not instruction.output < len(self.signals):
            raise ValueError(f"{instruction} writes a signal that does not exist.")
        if not all(0 <= block < len(self.blocks) for block in instruction.blocks):
            raise ValueError(f"{instruction} has a block that does not exist.")
        widths = [self.signals[i].width for i in inputs]
        if self.signals[instruction.output].width != module.output_width(*widths):
            raise ValueError(f"{instruction} does not put out a signal of its width.")
        blocks = [self.blocks[i] for i in instruction.blocks]
        shapes = {block.name: block.shape for block in blocks}
        if shapes != module.parameter_shapes(*widths):
            raise ValueError(f"{instruction} has parameters of the wrong shape.")

    def _check_place(self, instruction, owners):
        """Check that only an elementwise module writes over its own input."""
        place = self.signals[instruction.output]
        overwritten = owners.get(place)
        in_place = isinstance(instruction.module, Elementwise)
        if overwritten is not None and not (
            in_place and instruction.inputs == (overwritten,)
        ):
            raise ValueError(f"{instruction} overlaps a signal that it does not read.")
        owners[place] = instruction.output


def aligned_zeros(size, dtype):
    """Return ``size`` zeros that begin on a cache line."""
    dtype = np.dtype(dtype)
    memory = np.zeros(size * dtype.itemsize + 64, np.uint8)
    start = -memory.ctypes.data % 64
    return memory[start : start + size * dtype.itemsize].view(dtype)


@functools.lru_cache(maxsize=64)
def compile_graph(graph):
    """Return the program of a graph."""
    blocks, n_decaying, n_parameters = _lay_out_parameters(graph)
    signals, workspace_width = _lay_out_signals(graph)
    return Program(
        signals=signals,
        blocks=blocks,
        instructions=_write_instructions(graph, blocks),
        n_parameters=n_parameters,
        n_decaying=n_decaying,
        workspace_width=workspace_width,
    )


def _lay_out_parameters(graph):
    """Return the blocks of all modules, the end of the matrices, the end of all."""
    widths, shapes = graph.widths(), {}
    for node, (module, inputs) in enumerate(graph.wires, start=1):
        found = graph.modules[module].parameter_shapes(*(widths[i] for i in inputs))
        if shapes.setdefault(module, found) != found:
            raise ValueError(
                f"Node {node} shares the parameters of {graph.modules[module]!r}, "
                f"which have shapes {shapes[module]}, but needs {found}."
            )
    named = [(m, name, s) for m in sorted(shapes) for name, s in shapes[m].items()]
    blocks, ends, offset = [], {}, 0
    for n_dimensions in (2, 1):
        for module, name, shape in named:
            if len(shape) == n_dimensions:
                stride = padded_width(shape[-1])
                blocks.append(Block(module, name, shape, offset, stride))
                offset += blocks[-1].n_elements
        ends[n_dimensions] = offset
    return tuple(blocks), ends[2], ends[1]


def _lay_out_signals(graph):
    """Return the signals and the width of the workspace.

    An elementwise module writes over its input where nobody else needs it.
    """
    readers = [0] * (len(graph.wires) + 1)
    for _, inputs in graph.wires:
        for i in inputs:
            readers[i] += 1
    signals, end = [], 0
    for node, width in enumerate(graph.widths()):
        source = _overwritten_input(graph, node, readers)
        if source is None:
            stride = padded_width(width)
            signals.append(Signal(width, stride, end))
            end += stride
        else:
            signals.append(signals[source])
    return tuple(signals), end


def _overwritten_input(graph, node, readers):
    """Return the node whose signal ``node`` may write over, None if there is none."""
    if node == 0:
        return None
    module, (source, *_) = graph.wires[node - 1]
    module = graph.modules[module]
    if not isinstance(module, Elementwise) or module.derivative_needs_input:
        return None
    if source == 0 or readers[source] > 1:
        return None
    producer = graph.modules[graph.wires[source - 1][0]]
    # The backward pass of an elementwise producer reads the output it wrote.
    return None if isinstance(producer, Elementwise) else source


def _write_instructions(graph, blocks):
    """Return the instructions in forward order, with what backward does to each."""
    blocks_of = [[] for _ in graph.modules]
    for index, block in enumerate(blocks):
        blocks_of[block.module].append(index)
    learns = [False]  # does anything upstream of the node have parameters?
    for module, inputs in graph.wires:
        learns.append(bool(blocks_of[module]) or any(learns[i] for i in inputs))

    reached_signals, reached_modules, backwards = set(), set(), []
    for output in range(len(graph.wires), 0, -1):
        module, inputs = graph.wires[output - 1]
        gradients = []
        for i in inputs:
            gradients.append(_first_or_later(i, reached_signals) if learns[i] else "")
        gradient = _first_or_later(module, reached_modules)
        backwards.append(
            Instruction(
                graph.modules[module],
                inputs,
                output,
                tuple(blocks_of[module]),
                tuple(gradients),
                gradient if blocks_of[module] else "",
            )
        )
    return tuple(reversed(backwards))


def _first_or_later(item, reached):
    """Return "write" for the first to reach an item, "add" for those after it."""
    if item in reached:
        return "add"
    reached.add(item)
    return "write"
