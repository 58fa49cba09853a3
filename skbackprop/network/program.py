"""Programs: a graph laid out in memory as a list of instructions.

Running the instructions first to last is the forward pass, running their
adjoints last to first is backprop. Nothing here knows dtypes, batch sizes or
addresses: offsets count elements, and executors bind them to buffers.
"""

import functools
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from skbackprop.network.modules import Elementwise, Module

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

    def view(self, flat):
        """Return the block of the flat vector as an array, without its padding."""
        rows = self.shape[0] if len(self.shape) == 2 else 1
        end = self.offset + rows * self.stride
        matrix = flat[self.offset : end].reshape(rows, self.stride)
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
        gradients = zip(self.inputs, self.input_gradients, strict=True)
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
        return aligned_zeros((n_vectors or 1) * self.n_parameters, dtype).reshape(
            (self.n_parameters,) if n_vectors is None else (n_vectors, -1)
        )

    def compact(self, flat):
        """Return the parameters without padding, block after block."""
        return np.concatenate([view.ravel() for view in self.views(flat)])

    def expand(self, compact):
        """Return the flat vector of parameters given without padding."""
        flat, start = self.allocate(compact.dtype), 0
        for view in self.views(flat):
            view[...] = compact[start : start + view.size].reshape(view.shape)
            start += view.size
        return flat

    def __str__(self):
        return "\n".join(map(str, self.instructions))

    def _validate(self):
        """Check once what the kernels then take for granted."""
        written = {0}
        for instruction in self.instructions:
            if not written.issuperset(instruction.inputs):
                raise ValueError(f"{instruction} reads what is not computed yet.")
            if instruction.output in written:
                raise ValueError(f"{instruction} writes what was written before.")
            written.add(instruction.output)
        for signal in self.signals:
            if not 0 < signal.width <= signal.stride:
                raise ValueError(f"{signal} is wider than its rows.")
            if signal.offset + signal.stride > self.workspace_width:
                raise ValueError(f"{signal} reaches out of the workspace.")
        end = 0
        for block in self.blocks:
            if block.offset != end:
                raise ValueError(f"{block} leaves a gap or overlaps another block.")
            end += (block.shape[0] if len(block.shape) == 2 else 1) * block.stride
        if end != self.n_parameters:
            raise ValueError(f"Blocks end at {end}, not at {self.n_parameters}.")


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
                offset += stride * (shape[0] if n_dimensions == 2 else 1)
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
