"""The compiler from graphs to programs: memory layout and accumulation of adjoints.

The nodes of a graph are in topological order already. The compiler finds a place for
each signal, and the first instruction that writes each adjoint.
"""

from dataclasses import replace
from weakref import WeakKeyDictionary

from skbackprop.network.folding import Loop, fold
from skbackprop.network.layout import ROW_QUANTUM, padded_width
from skbackprop.network.program import Block, Instruction, Program, Signal, block_shapes

# Estimators and inspection need the program of the same graph many times, and
# compiling takes longer than running a small network. The program is kept as long as
# its graph, as that of an unrolled loop takes megabytes.
_programs = WeakKeyDictionary()


def compile_graph(graph, keeps_all=False):
    """Return the program of a graph.

    Parameters
    ----------
    graph : Graph
    keeps_all : bool, default=False
        Whether all signals and adjoints, including that of the input, are kept until
        the end of a pass, as inspection needs them.
    """
    of_graph = _programs.setdefault(graph, {})
    if keeps_all not in of_graph:
        loops = None if keeps_all else graph.loops()
        of_graph[keeps_all] = (
            _compile(graph, keeps_all)
            if loops is None
            else _fold(loops, graph.unrolling)
        )
    return of_graph[keeps_all]


def compile_unrolled(graph):
    """Return the program of a graph, without loops."""
    of_graph = _programs.setdefault(graph, {})
    if "unrolled" not in of_graph:
        is_folded = graph.loops() is not None
        of_graph["unrolled"] = (
            _compile(graph, False) if is_folded else compile_graph(graph)
        )
    return of_graph["unrolled"]


def compile_part(graph, part):
    """Return the program of a part of a graph that reads the whole's parameters.

    Parameters
    ----------
    graph : Graph
    part : Graph
        Its modules with parameters must be modules of the graph.
    """
    index_of = {id(module): index for index, module in enumerate(graph.modules)}
    indices = tuple(index_of.get(id(module)) for module in part.modules)
    of_graph = _programs.setdefault(graph, {})
    # Equal parts may consist of different modules that compare equal.
    if (part, indices) not in of_graph:
        of_graph[part, indices] = _compile_part(graph, part, indices)
    return of_graph[part, indices]


def _compile_part(graph, part, indices):
    whole, program = compile_unrolled(graph), _compile(part, keeps_all=False)
    number_of = {(block.module, block.name): k for k, block in enumerate(whole.blocks)}
    numbers = [number_of[indices[b.module], b.name] for b in program.blocks]
    return replace(
        program,
        blocks=whole.blocks,
        instructions=tuple(
            instruction._replace(blocks=tuple(numbers[i] for i in instruction.blocks))
            for instruction in program.instructions
        ),
        n_parameters=whole.n_parameters,
        n_decaying=whole.n_decaying,
        n_learned=whole.n_learned,
    )


def _fold(loops, unroll):
    """Return the folded program of loops over time."""
    step, number = loops.wire()

    def numbers(nodes):
        return tuple(number[id(node)] for node in nodes)

    found, areas, carried, begin = [], [], {}, 0
    for loop in loops.loops:
        before, outputs = numbers(loop.before), numbers(loop.outputs)
        body = range(begin + len(before), max(outputs))
        pairs = tuple(zip(before, outputs, strict=True)) if loop.before else ()
        carried.update(pairs)
        pinned = tuple((number[id(node)], t) for node, t in loop.pinned)
        found.append(Loop(range(begin, body.start), body, loop.steps, pairs, pinned))
        areas.append((body[:-1] if body.stop == len(step.wires) else body, loop.steps))
        begin = body.stop
    areas.append((range(begin - 1, begin), range(0)))  # one output for all steps
    columns = {number[id(node)]: n_columns for node, n_columns in loops.columns}
    return fold(_compile(step, False, carried), found, areas, columns, unroll)


def _compile(graph, keeps_all, carried=None):
    """Return the program of a graph with signals carried between steps of a loop.

    ``carried`` maps each node that a loop reads from the step before to the node that
    computes it in that step.
    """
    carried = carried or {}
    blocks, ends = _lay_out_parameters(graph)
    n_decaying, n_learned, n_parameters = ends
    wanted = _find_wanted(graph, keeps_all, carried)
    places = _Places(graph, wanted, keeps_all, carried)
    return Program(
        signals=tuple(places.signals),
        blocks=blocks,
        instructions=_write_instructions(graph, blocks, wanted, places.added),
        n_parameters=n_parameters,
        n_decaying=n_decaying,
        n_learned=n_learned,
        workspace_width=places.end,
    )


def _lay_out_parameters(graph):
    """Return all blocks, and the ends of matrices, other parameters and buffers."""
    widths, shapes, buffers = graph.widths(), {}, set()
    for node, (module, inputs) in enumerate(graph.wires, start=1):
        input_widths = [widths[i] for i in inputs]
        found = block_shapes(graph.modules[module], input_widths)
        if shapes.setdefault(module, found) != found:
            raise ValueError(
                f"Node {node} shares the parameters of {graph.modules[module]!r}, "
                f"which have shapes {shapes[module]}, but needs {found}."
            )
        for name in graph.modules[module].buffer_shapes(*input_widths):
            buffers.add((module, name))

    # In three parts, as penalties (weights), the optimizer (all learned parameters)
    # and copies (everything) each process the vector from its start to their own end.
    def rank(module, name, shape):
        return 2 if (module, name) in buffers else 2 - len(shape)

    named = [(m, name, s) for m in sorted(shapes) for name, s in shapes[m].items()]
    blocks, ends, offset = [], [], 0
    for part in range(3):
        for module, name, shape in named:
            if rank(module, name, shape) == part:
                # Padding stays 0, as its gradient is always 0.
                stride = padded_width(shape[-1])
                blocks.append(Block(module, name, shape, offset, stride))
                offset += blocks[-1].n_elements
        ends.append(offset)
    return tuple(blocks), ends


def _find_wanted(graph, keeps_all, carried):
    """Return, for each node, whether backward computes its adjoint.

    It does if a gradient reaches the node and something upstream has parameters, or
    if all are kept.
    """
    # The forward loop finds nodes that depend on parameters, the backward loop those
    # that a gradient reaches. Adjoints of other nodes are not needed.
    learns, widths = [keeps_all], graph.widths()
    for node, (module, inputs) in enumerate(graph.wires, start=1):
        module = graph.modules[module]
        has_parameters = module.parameter_shapes(*(widths[i] for i in inputs))
        sources = _differentiated(module, inputs)
        does = bool(has_parameters) or any(learns[i] for i in sources)
        does = does or node in carried  # which depends on parameters
        learns.append(keeps_all or does)
    reached = [False] * len(graph.wires) + [True]
    for node in carried.values():  # reached from the next step
        reached[node] = True
    for node in range(len(graph.wires), 0, -1):
        if reached[node]:
            module, inputs = graph.wires[node - 1]
            for i in _differentiated(graph.modules[module], inputs):
                reached[i] = True
    return [both == (True, True) for both in zip(learns, reached, strict=True)]


def _differentiated(module, inputs):
    """Return the inputs to which a module passes gradients."""
    if not module.stops_gradient:  # most of the 10^4 nodes of unrolled loops
        return inputs
    return [x for i, x in enumerate(inputs) if i not in module.stops_gradient]


class _Places:
    """Assigns places to signals, and finds signals that can share a place.

    A module may overwrite its input if it is not needed any more, a slice can be a
    view of its source, and a product can be added directly to the other term of a sum.

    Attributes
    ----------
    signals : list of Signal
    added : set of int
        Nodes whose output is added to the values in their place.
    end : int
        Width of the workspace.
    """

    def __init__(self, graph, wanted, keeps_all, carried):
        self.graph, self.wanted = graph, wanted
        self.readers = [[] for _ in range(len(graph.wires) + 1)]
        for node, (_, inputs) in enumerate(graph.wires, start=1):
            for i in inputs:
                self.readers[i].append(node)
        for before, after in carried.items():  # also read by the next step
            self.readers[before] += [after, after]
            self.readers[after] += [after, after]
        # In the order of the nodes, so that inputs have places already.
        self.signals, self.added, self.end = [], set(), 0
        for node, width in enumerate(graph.widths()):
            signal = None if keeps_all or node in carried else self._shared(node)
            if signal is None:
                signal = Signal(width, padded_width(width), self.end)
                self.end += signal.stride
            self.signals.append(signal)

    def _shared(self, node):
        """Return a place that a node's signal can share, or None."""
        if node == 0:
            return None  # there is no signal before the input
        if self._module(node).view is not None:
            return self._view(node)
        if self._module(node).can_add:
            return self._term(node)
        return self._overwritten(node)

    def _module(self, node):
        return self.graph.modules[self.graph.wires[node - 1][0]]

    def _inputs(self, node):
        return self.graph.wires[node - 1][1]

    def _view(self, node):
        (source,), columns = self._inputs(node), self._module(node).view
        if self.wanted[source]:
            # The adjoint of a view shares the place too. Kernels write whole vectors,
            # which must not overlap the adjoint of a neighbouring view.
            if not self._is_cut_cleanly(source):
                return None
        elif not self._may_lie_beside_others(node):
            return None
        place = self.signals[source]
        return place._replace(width=len(columns), column=place.column + columns.start)

    def _may_lie_beside_others(self, node):
        """Return whether all readers ignore the columns after a signal."""
        readers = [self._module(reader) for reader in self.readers[node]]
        return bool(readers) and all(module.reads_beside_others for module in readers)

    def _is_cut_cleanly(self, source):
        """Return whether a signal is read by views only, and each column once.

        The adjoints of the views then make up that of the signal. The views must begin
        at whole vectors, so that writing one does not change another.
        """
        views = [self._module(node).view for node in self.readers[source]]
        if None in views:
            return False
        if not all(self.wanted[node] for node in self.readers[source]):
            return False
        cuts = sorted((view.start, view.stop) for view in views)
        starts, stops = zip(*cuts, strict=True)
        width = self.signals[source].width
        is_partition = (*starts, width) == (0, *stops)
        return is_partition and all(start % ROW_QUANTUM == 0 for start in starts)

    def _term(self, node):
        """Return the place of the term to which a product can be added, or None.

        That term must be computed before, and have no other reader.
        """
        if len(self.readers[node]) != 1:
            return None
        (reader,) = self.readers[node]
        terms = self._inputs(reader)
        # The later term is added in the place of the earlier one.
        if not self._module(reader).is_sum or max(terms) > node:
            return None
        place = self.signals[min(terms)]
        if place.width != self._width(node) or not self._is_free(min(terms)):
            return None
        self.added.add(node)
        return place

    def _overwritten(self, node):
        """Return the place of an input that the node may overwrite, or None."""
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
        """Return whether only the reader of a signal needs it."""
        if source == 0 or len(self.readers[source]) > 1:
            return False
        if self._module(source).view is not None:
            # A copied slice is like any other signal.
            place, (whole,) = self.signals[source], self._inputs(source)
            if place.offset == self.signals[whole].offset:
                # A view is free if backward does not read its source, whose other
                # slices are in other columns.
                return self.wanted[whole] and self._is_unread(whole)
        return not self._module(source).backward_reads_output

    def _is_unread(self, whole):
        """Return whether backward does not read the source of a view."""
        if whole == 0:
            return False
        module, place = self._module(whole), self.signals[whole]
        if module.view is not None:
            (source,) = self._inputs(whole)
            if place.offset == self.signals[source].offset:
                return self._is_unread(source)
        return not module.backward_reads_output


def _write_instructions(graph, blocks, wanted, added):
    """Return the instructions in forward order, with their actions in backward."""
    blocks_of = [[] for _ in graph.modules]
    for index, block in enumerate(blocks):
        blocks_of[block.module].append(index)
    # Like backward, this loop visits the last node first. The first instruction that
    # reaches an adjoint writes it, so that it need not be cleared.
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
    """Return "write" the first time that an item is reached, else "add"."""
    if item in reached:
        return "add"
    reached.add(item)
    return "write"
