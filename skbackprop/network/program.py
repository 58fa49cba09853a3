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

from skbackprop.network.combinations import Add, Multiply
from skbackprop.network.linear import Linear
from skbackprop.network.modules import Module, Slice

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

    It stands in the workspace in a place of its own or in that of another
    signal: at ``offset * batch`` elements, in rows of ``stride`` elements, from
    ``column`` on. Its adjoint stands at the same place of the adjoints'
    workspace.
    """

    width: int
    stride: int
    offset: int
    column: int = 0

    @property
    def fills_rows(self):
        """Whether the rows hold nothing but the signal and its padding."""
        return self.stride - self.width < ROW_QUANTUM


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
        return self.stride * (self.shape[0] if self.is_matrix else 1)

    @property
    def is_matrix(self):
        """Whether it has rows and columns."""
        return len(self.shape) == 2

    def view(self, flat):
        """Return the block of the flat vector as an array, without its padding."""
        matrix = flat[self.offset : self.offset + self.n_elements]
        matrix = matrix.reshape(-1, self.stride)
        matrix = matrix[:, : self.shape[-1]]
        return matrix if self.is_matrix else matrix[0]


class Instruction(NamedTuple):
    """One module applied to signals.

    ``blocks`` are its parameters, then its buffers. ``input_gradients`` says,
    for each input, what backward does to its adjoint: ``"write"`` as the first
    to reach it, ``"add"`` after another reader of the same signal (fan-out),
    ``""`` where nothing upstream learns.
    ``parameter_gradient`` says the same of its parameters, which another
    instruction may share. ``adds_output`` says that forward adds to the output
    what is there already.
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
        """Whether backward has anything to do."""
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
        The last one puts out the network's output.
    n_parameters : int
        Length of the flat parameter vector, padding included.
    n_decaying : int
        Its first elements: the weight matrices, which the L2 penalty sees.
    n_learned : int
        Its first elements: all but the buffers.
    workspace_width : int
        Elements per sample of the workspace that holds all signals.
    """

    signals: tuple
    blocks: tuple
    instructions: tuple
    n_parameters: int
    n_decaying: int
    n_learned: int
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

    @property
    def reached(self):
        """Numbers of the signals whose adjoints backward computes."""
        found = {self.instructions[-1].output}
        for instruction in self.instructions:
            pairs = zip(instruction.inputs, instruction.input_gradients, strict=True)
            found.update(i for i, how in pairs if how)
        return found

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
        return sum(math.prod(b.shape) for b in self.blocks if b.is_matrix)

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
        written, owners = {0}, {self.input.offset: {0: 0}}
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
            if block.is_matrix != (block.offset < self.n_decaying):
                raise ValueError(f"{block} is on the wrong side of n_decaying.")
            end += block.n_elements
        if end != self.n_parameters:
            raise ValueError(f"Blocks end at {end}, not at {self.n_parameters}.")

    def _check_signals(self):
        places, end = {(s.offset, s.stride) for s in self.signals}, 0
        for signal in self.signals:
            if signal.width < 1 or signal.column + signal.width > signal.stride:
                raise ValueError(f"{signal} is wider than its rows, or has no width.")
        for offset, stride in sorted(places):
            if stride % ROW_QUANTUM:
                raise ValueError(f"A stride of {stride} is not whole vectors.")
            if offset < end:
                raise ValueError(f"Signals overlap at {offset} of the workspace.")
            end = offset + stride
        if end > self.workspace_width:
            raise ValueError(f"A signal reaches out of the workspace, to {end}.")

    def _check_instruction(self, instruction, written):
        module, inputs = instruction.module, instruction.inputs
        if len(inputs) != (module.n_inputs or len(inputs)):
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
        if shapes != _block_shapes(module, widths):
            raise ValueError(f"{instruction} has parameters of the wrong shape.")

    def _check_place(self, instruction, owners):
        """Check that only a module that may overwrites what it reads.

        ``owners`` has the signal that was written last to each column of each
        offset where something was written.
        """
        module, output = instruction.module, self.signals[instruction.output]
        is_new = output.offset not in owners
        columns = owners.setdefault(output.offset, {})
        if instruction.adds_output and output.column not in columns:
            raise ValueError(f"{instruction} adds to what was never written.")
        if not (instruction.adds_output or self.is_done_in_place(instruction)):
            overwritable = [instruction.inputs[i] for i in module.may_overwrite]
            if not is_new and columns.get(output.column) not in overwritable:
                raise ValueError(
                    f"{instruction} overlaps a signal that it does not read."
                )
        columns[output.column] = instruction.output

    def is_done_in_place(self, instruction):
        """Tell whether there is nothing to do.

        A slice may lie where it was cut from; and the terms of a sum may have been
        added up where they were computed.
        """
        module, output = instruction.module, self.signals[instruction.output]
        sources = [self.signals[i] for i in instruction.inputs]
        if isinstance(module, Slice):
            return output.offset == sources[0].offset
        return isinstance(module, Add) and sources == [output, output]


def aligned_zeros(size, dtype):
    """Return ``size`` zeros that begin on a cache line."""
    dtype = np.dtype(dtype)
    memory = np.zeros(size * dtype.itemsize + 64, np.uint8)
    start = -memory.ctypes.data % 64
    return memory[start : start + size * dtype.itemsize].view(dtype)


@functools.lru_cache(maxsize=64)
def compile_graph(graph, keeps_all=False):
    """Return the program of a graph.

    Parameters
    ----------
    graph : Graph
    keeps_all : bool, default=False
        Whether each signal and each adjoint, that of the input too, is still
        there when a pass is over, as inspection needs it.
    """
    blocks, ends = _lay_out_parameters(graph)
    n_decaying, n_learned, n_parameters = ends
    wanted = _find_wanted(graph, keeps_all)
    places = _Places(graph, wanted, keeps_all)
    return Program(
        signals=tuple(places.signals),
        blocks=blocks,
        instructions=_write_instructions(graph, blocks, wanted, places.added),
        n_parameters=n_parameters,
        n_decaying=n_decaying,
        n_learned=n_learned,
        workspace_width=places.end,
    )


def _block_shapes(module, widths):
    """Return the shapes of a module's parameters, then of its buffers."""
    return {**module.parameter_shapes(*widths), **module.buffer_shapes(*widths)}


def _lay_out_parameters(graph):
    """Return all blocks, and the ends of matrices, other parameters and buffers."""
    widths, shapes, buffers = graph.widths(), {}, set()
    for node, (module, inputs) in enumerate(graph.wires, start=1):
        input_widths = [widths[i] for i in inputs]
        found = _block_shapes(graph.modules[module], input_widths)
        if shapes.setdefault(module, found) != found:
            raise ValueError(
                f"Node {node} shares the parameters of {graph.modules[module]!r}, "
                f"which have shapes {shapes[module]}, but needs {found}."
            )
        for name in graph.modules[module].buffer_shapes(*input_widths):
            buffers.add((module, name))

    def rank(module, name, shape):
        return 2 if (module, name) in buffers else 2 - len(shape)

    named = [(m, name, s) for m in sorted(shapes) for name, s in shapes[m].items()]
    blocks, ends, offset = [], [], 0
    for part in range(3):
        for module, name, shape in named:
            if rank(module, name, shape) == part:
                stride = padded_width(shape[-1])
                blocks.append(Block(module, name, shape, offset, stride))
                offset += blocks[-1].n_elements
        ends.append(offset)
    return tuple(blocks), ends


def _find_wanted(graph, keeps_all):
    """Return, for each node, whether backward computes its adjoint.

    It does where a gradient gets to and something upstream learns, or where it
    shall be looked at.
    """
    learns, widths = [keeps_all], graph.widths()
    for module, inputs in graph.wires:
        module = graph.modules[module]
        has_parameters = module.parameter_shapes(*(widths[i] for i in inputs))
        sources = _differentiated(module, inputs)
        does = bool(has_parameters) or any(learns[i] for i in sources)
        learns.append(keeps_all or does)
    reached = [False] * len(graph.wires) + [True]
    for node in range(len(graph.wires), 0, -1):
        if reached[node]:
            module, inputs = graph.wires[node - 1]
            for i in _differentiated(graph.modules[module], inputs):
                reached[i] = True
    return [both == (True, True) for both in zip(learns, reached, strict=True)]


def _differentiated(module, inputs):
    """Return the inputs that a module passes a gradient back to."""
    if not module.stops_gradient:
        return inputs
    return [x for i, x in enumerate(inputs) if i not in module.stops_gradient]


class _Places:
    """Lays out the signals; finds those that need no place of their own.

    A module that may writes over its input where nobody else needs it, a slice
    is read where it lies, and a product is added to the term that it is to be
    added to.

    Attributes
    ----------
    signals : list of Signal
    added : set of int
        The nodes that are added to what stands in their place.
    end : int
        Width of the workspace.
    """

    def __init__(self, graph, wanted, keeps_all):
        self.graph, self.wanted = graph, wanted
        self.readers = [[] for _ in range(len(graph.wires) + 1)]
        for node, (_, inputs) in enumerate(graph.wires, start=1):
            for i in inputs:
                self.readers[i].append(node)
        self.signals, self.added, self.end = [], set(), 0
        for node, width in enumerate(graph.widths()):
            signal = None if keeps_all else self._shared(node)
            if signal is None:
                signal = Signal(width, padded_width(width), self.end)
                self.end += signal.stride
            self.signals.append(signal)

    def _shared(self, node):
        """Return the place that a node's signal may take, None if there is none."""
        if node == 0:
            return None
        if isinstance(self._module(node), Slice):
            return self._view(node)
        if isinstance(self._module(node), (Linear, Multiply)):
            return self._term(node)
        return self._overwritten(node)

    def _module(self, node):
        return self.graph.modules[self.graph.wires[node - 1][0]]

    def _inputs(self, node):
        return self.graph.wires[node - 1][1]

    def _view(self, node):
        (source,), cut = self._inputs(node), self._module(node)
        if self.wanted[source]:
            if not self._is_cut_cleanly(source):
                return None
        elif not self._is_read_by_linear_modules(node):
            return None  # others compute with what lies behind the slice
        place = self.signals[source]
        return place._replace(
            width=cut.stop - cut.start, column=place.column + cut.start
        )

    def _is_read_by_linear_modules(self, node):
        readers = [self._module(reader) for reader in self.readers[node]]
        return bool(readers) and all(isinstance(module, Linear) for module in readers)

    def _is_cut_cleanly(self, source):
        """Tell whether slices alone read a signal, each column once.

        Then each adjoint of a slice lies in that of the signal, which they make
        up completely; cuts at whole vectors keep writers of one off the others.
        """
        readers = [self._module(node) for node in self.readers[source]]
        if not all(isinstance(reader, Slice) for reader in readers):
            return False
        if not all(self.wanted[node] for node in self.readers[source]):
            return False
        cuts = sorted((reader.start, reader.stop) for reader in readers)
        starts, stops = zip(*cuts, strict=True)
        width = self.signals[source].width
        is_partition = (*starts, width) == (0, *stops)
        return is_partition and all(start % ROW_QUANTUM == 0 for start in starts)

    def _term(self, node):
        """Return the place of the term that a product is to be added to.

        The other term is computed before and has no other reader. A bias would be
        in the way: it is what a product is added to otherwise.
        """
        module, readers = self._module(node), self.readers[node]
        if getattr(module, "bias", False) or len(readers) != 1:
            return None
        (reader,) = readers
        terms = self._inputs(reader)
        if not isinstance(self._module(reader), Add) or max(terms) > node:
            return None
        place = self.signals[min(terms)]
        if place.width != self._width(node) or not self._is_free(min(terms)):
            return None
        self.added.add(node)
        return place

    def _overwritten(self, node):
        """Return the place of an input that the node may write over."""
        for position in self._module(node).may_overwrite:
            source = self._inputs(node)[position]
            if self._is_free(source) and self.signals[source].width == self._width(
                node
            ):
                return self.signals[source]
        return None

    def _width(self, node):
        widths = [self.signals[i].width for i in self._inputs(node)]
        return self._module(node).output_width(*widths)

    def _is_free(self, source):
        """Tell whether a signal with one reader is needed by nobody else."""
        if source == 0 or len(self.readers[source]) > 1:
            return False
        if isinstance(self._module(source), Slice):
            place, (whole,) = self.signals[source], self._inputs(source)
            if place.offset == self.signals[whole].offset:
                # A view: of something that backward does not read, and whose
                # other slices are elsewhere.
                return self.wanted[whole] and self._is_unread(whole)
        return not self._module(source).backward_reads_output

    def _is_unread(self, whole):
        """Tell whether backward reads nothing of a signal that is cut up."""
        if whole == 0:
            return False
        module, place = self._module(whole), self.signals[whole]
        if isinstance(module, Slice):
            (source,) = self._inputs(whole)
            if place.offset == self.signals[source].offset:
                return self._is_unread(source)
        return not module.backward_reads_output


def _write_instructions(graph, blocks, wanted, added):
    """Return the instructions in forward order, with what backward does to each."""
    blocks_of = [[] for _ in graph.modules]
    for index, block in enumerate(blocks):
        blocks_of[block.module].append(index)
    reached_signals, reached_modules, backwards = set(), set(), []
    for output in range(len(graph.wires), 0, -1):
        index, inputs = graph.wires[output - 1]
        module, gradients, gradient = graph.modules[index], [], ""
        for position, i in enumerate(inputs):
            gets_one = position not in module.stops_gradient
            gets_one = gets_one and wanted[output] and wanted[i]
            gradients.append(_first_or_later(i, reached_signals) if gets_one else "")
        if wanted[output] and blocks_of[index]:
            gradient = _first_or_later(index, reached_modules)
        backwards.append(
            Instruction(
                module,
                inputs,
                output,
                tuple(blocks_of[index]),
                tuple(gradients),
                gradient,
                adds_output=output in added,
            )
        )
    return tuple(reversed(backwards))


def _first_or_later(item, reached):
    """Return "write" for the first to reach an item, "add" for those after it."""
    if item in reached:
        return "add"
    reached.add(item)
    return "write"
