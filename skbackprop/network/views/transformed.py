"""The transformed graph: backprop is forward propagation through it.

To transform a graph, reverse each arrow, and replace each module by one that maps the
adjoint of its output to those of its inputs (and of its parameters). Fan-out becomes
a sum. Adjoints then propagate through the new graph as signals do through the
original one. That is all of backprop, for any graph.
"""

from dataclasses import dataclass
from typing import NamedTuple

from skbackprop.network.compiler import compile_graph
from skbackprop.network.modules.base import Module
from skbackprop.network.quantities import Quantity
from skbackprop.network.views.drawing import Diagram


class Step(NamedTuple):
    """The transformed version of one module.

    Attributes
    ----------
    node : int
        Number of the node in the graph.
    module : Module
    reads : tuple of Quantity
        The adjoint of the output, followed by all else that the derivative needs.
    writes : tuple of (Quantity, str)
        The results, each with ``"write"`` for the first step that reaches it, or
        ``"add"`` after another step (fan-out, shared parameters).
    inputs : tuple of int
        Numbers of the nodes that the module reads.
    """

    node: int
    module: Module
    reads: tuple
    writes: tuple
    inputs: tuple


@dataclass(frozen=True)
class TransformedGraph:
    """Steps that compute all adjoints from the adjoint of a graph's output.

    dz[k] is the derivative of a scalar, the loss, with respect to z[k], the signal of
    node k. dw[k] is the derivative with respect to the parameters of its module. The
    steps are in the order in which they run, and ``dz`` of the output is given.

    Attributes
    ----------
    graph : Graph
        The graph that was transformed.
    steps : tuple of Step

    Examples
    --------
    >>> from skbackprop.network import Add, Graph, Input, Linear, ReLU
    >>> x = Input(4)
    >>> print(Graph(Add()(ReLU()(Linear(4)(x)), x)).backward())
    given: dz[3]
    3  Add()              reads dz[3]              writes dz[2], dz[0]
    2  ReLU()             reads dz[2], z[2]        writes dz[1]
    1  Linear(n_units=4)  reads dz[1], z[0], w[1]  writes dw[1]  adds to dz[0]
    """

    graph: object
    steps: tuple

    @property
    def given(self):
        """The adjoint of the graph's output, where propagation starts."""
        return Quantity("dz", len(self.graph.wires))

    def __str__(self):
        cells = [_cells(step) for step in self.steps]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = [f"given: {self.given}"]
        for line in cells:
            number, *others = line
            others = map(str.ljust, others, widths[1:])
            lines.append("  ".join([number.rjust(widths[0]), *others]).rstrip())
        return "\n".join(lines)

    def __repr__(self):
        return str(self)

    def to_mermaid(self):
        """Return the transformed graph as a flowchart in the Mermaid language."""
        return draw_transformed(self).to_mermaid()

    def to_svg(self):
        """Return the transformed graph as an image: an SVG element."""
        return draw_transformed(self).to_svg()

    def _repr_html_(self):
        return self.to_svg()


def transform(graph):
    """Return the transformed graph of a graph.

    It is the backward pass of the graph's program, as run by executors.
    """
    first_use, widths = {}, graph.widths()
    for node, (index, _) in enumerate(graph.wires, start=1):
        first_use.setdefault(index, node)
    steps = []
    for instruction in reversed(compile_graph(graph, keeps_all=True).instructions):
        if not instruction.has_gradients:
            continue
        node, module, inputs = (
            instruction.output,
            instruction.module,
            instruction.inputs,
        )
        owner = first_use[graph.wires[node - 1][0]]
        learns = bool(module.parameter_shapes(*(widths[i] for i in inputs)))
        reads = [Quantity("dz", node), *_signals_read(module, node, inputs)]
        if learns and not module.backward_reads_adjoint_only:
            reads.append(Quantity("w", owner))
        targets = zip(inputs, instruction.input_gradients, strict=True)
        writes = [(Quantity("dz", i), how) for i, how in targets if how]
        if learns:
            writes.append((Quantity("dw", owner), instruction.parameter_gradient))
        steps.append(Step(node, module, tuple(reads), tuple(writes), inputs))
    return TransformedGraph(graph, tuple(steps))


def _signals_read(module, node, inputs):
    """Return the signals that the derivative of a module depends on."""
    if module.backward_reads_adjoint_only:
        return []
    read = [x for i, x in enumerate(inputs) if i not in module.may_overwrite]
    read += [node] if module.backward_reads_output else []
    return [Quantity("z", signal) for signal in dict.fromkeys(read)]


def _cells(step):
    """Return the text of the cells for a step."""
    reads = "reads " + ", ".join(map(str, step.reads))
    cells = [str(step.node), repr(step.module), reads]
    for how, words in (("write", "writes"), ("add", "adds to")):
        targets = ", ".join(str(target) for target, is_ in step.writes if is_ == how)
        cells.append(f"{words} {targets}" if targets else "")
    return cells


def draw_transformed(transformed):
    """Return the diagram, with a box per step and a plus where adjoints are added.

    Adjoints are added where the graph fans out or steps share parameters.
    """
    given = transformed.given
    parts = {}  # the steps that contribute to each quantity
    for step in transformed.steps:
        for target, _ in step.writes:
            parts.setdefault(target, []).append(f"b{step.node}")
    boxes, arrows, source = {"given": f"{given}, given"}, [], {given: "given"}

    def gather(target):
        """Draw the sum for a quantity whose parts have all been drawn."""
        if target in source:
            return
        source[target] = parts[target][0]
        if len(parts[target]) > 1:
            source[target] = f"sum_{target.kind}{target.node}"
            boxes[source[target]] = "+"
            arrows.extend((part, source[target], "") for part in parts[target])

    for step in transformed.steps:
        gather(step.reads[0])
        point = ", ".join(map(str, step.reads[1:]))
        point = f" at {point}" if point else ""
        boxes[f"b{step.node}"] = f"{step.node}: {step.module!r}'{point}"
        arrows.append((source[step.reads[0]], f"b{step.node}", str(step.reads[0])))
    steps_read = {step.reads[0] for step in transformed.steps}
    for target in parts:
        if target not in steps_read:  # the results: dw, and dz of the input
            gather(target)
            key = f"{target.kind}{target.node}"
            boxes[key] = str(target)
            arrows.append((source[target], key, ""))
    return Diagram(boxes, tuple(arrows))
