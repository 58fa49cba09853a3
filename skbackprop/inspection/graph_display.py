"""Display of forward and backward passes of one sample, step by step."""

from typing import NamedTuple

import numpy as np

from skbackprop.inspection.binding import bind
from skbackprop.inspection.jacobians import _check_adjoint
from skbackprop.inspection.propagation import run_steps
from skbackprop.inspection.slider import SliderPage
from skbackprop.network.views.drawing import LARGEST_IMAGE, Diagram, draw_graph
from skbackprop.network.views.transformed import draw_transformed

_MOST_NUMBERS = 4  # in a box
_BLANK = "\N{NO-BREAK SPACE}"  # keeps the size of boxes from frame to frame


class _Frame(NamedTuple):
    """A step as text, and SVG elements of both graphs with the numbers known so far."""

    text: str
    forward: str
    backward: str


class GraphDisplay(SliderPage):
    """Display of backprop: signals in a graph, adjoints in its transformed graph.

    Use `from_estimator` to create a display. All parameters are stored as attributes.
    Notebooks show the display with a slider over the steps.

    Parameters
    ----------
    graph : Graph
        The graph to draw, next to its transformed graph ``graph.backward()``.
    signals : list of ndarray of shape (width,)
        Signal of each node.
    adjoint : ndarray of shape (n_outputs,)
        Derivative of a scalar with respect to the output.
    backward : list of tuple
        Results of each step of ``graph.backward()``: one array for each quantity that
        the step writes.

    Attributes
    ----------
    frames_ : list
        One named tuple per step: ``text`` describes the step, ``forward`` and
        ``backward`` are SVG elements of the graph and the transformed graph with the
        numbers known so far. The steps compute the signals, node by node, and then the
        adjoints.

    See Also
    --------
    vjp : Compute all signals and adjoints as arrays.
    propagate : Run the same steps for many samples.

    Examples
    --------
    >>> from skbackprop.inspection import GraphDisplay
    >>> from skbackprop.network import Graph, Input, Linear, ReLU
    >>> graph = Graph(ReLU()(Linear(1)(Input(2))))
    >>> display = GraphDisplay.from_estimator(
    ...     graph, [[1, 2]], parameters=[[[3], [-1]], [0]]
    ... )
    >>> for frame in display.frames_:
    ...     print(frame.text)
    z[0] = 1, 2
    z[1] = 1
    z[2] = 1
    dz[2] = 1, given
    2: dz[1] = 1
    1: dz[0] = 3, -1; dw[1] = 1, 2, 1
    """

    _title = "Backprop, step by step"
    _captions = "Graph", "Transformed graph"

    def __init__(self, graph, signals, adjoint, backward):
        self.graph = graph
        self.signals = signals
        self.adjoint = adjoint
        self.backward = backward

    @classmethod
    def from_estimator(cls, estimator, X, *, adjoint=None, parameters=None):
        """Propagate one sample forward and an adjoint backward, and draw each step.

        Parameters
        ----------
        estimator : Graph or fitted estimator
            The network. Modules behave as in prediction.
        X : array-like of shape (1, n_features)
            The sample.
        adjoint : array-like of shape (1, n_outputs), default=None
            Derivative of a scalar with respect to the network's output (the logits of a
            classifier). By default, 1 for each output.
        parameters : ndarray or list of ndarray, default=None
            Parameters of a graph, as in :func:`vjp`.

        Returns
        -------
        GraphDisplay
            The display.

        Raises
        ------
        TypeError, ValueError
            If the estimator is not a network of this package, if there is more than
            one sample, or if the graph has too many nodes to draw.

        Examples
        --------
        >>> from skbackprop.inspection import GraphDisplay
        >>> from skbackprop.network import Add, Graph, Input, Tanh
        >>> x = Input(1)
        >>> display = GraphDisplay.from_estimator(Graph(Add()(Tanh()(x), x)), [[0]])
        >>> display.frames_[-1].text  # the sum over both paths to the input
        '1: dz[0] = 2'
        """
        bound, X = bind(estimator, X, parameters)
        if len(X) != 1:
            raise ValueError(f"X must be one sample, of shape (1, n), got {X.shape}.")
        if adjoint is None:
            adjoint = np.ones((1, bound.program.output.width))
        adjoint = _check_adjoint(adjoint, bound, X)
        signals = bound.executor(1).vjp(X, adjoint)[0]
        transformed = bound.graph.backward()
        found = {transformed.given: adjoint}
        backward = [
            tuple(map(_flat, values))
            for _, values in run_steps(transformed, bound, signals, found)
        ]
        signals = [signal[0].copy() for signal in signals]
        return cls(bound.graph, signals, adjoint[0], backward).plot()

    def plot(self):
        """Draw the frames.

        Returns
        -------
        GraphDisplay
            This object.
        """
        transformed = self.graph.backward()
        n_nodes = len(self.signals)
        forward = {f"n{k}": (k, self.signals[k]) for k in range(n_nodes)}
        backward, texts = self._adjoints(transformed, n_nodes)
        texts = [f"z[{k}] = {_numbers(z)}" for k, z in enumerate(self.signals)] + texts
        both = (
            (draw_graph(self.graph), forward),
            (draw_transformed(transformed), backward),
        )
        self.frames_ = [
            _Frame(text, *(_drawn(diagram, known, k) for diagram, known in both))
            for k, text in enumerate(texts)
        ]
        return self

    def _adjoints(self, transformed, first):
        """Return first frame and values of each box, and the text of each step."""
        n_parts, totals, done = {}, {}, {}
        for step in transformed.steps:
            for target, _ in step.writes:
                n_parts[target] = n_parts.get(target, 0) + 1
        boxes = {"given": (first, self.adjoint)}
        texts = [f"{transformed.given} = {_numbers(self.adjoint)}, given"]
        steps = zip(transformed.steps, self.backward, strict=True)
        for frame, (step, values) in enumerate(steps, start=first + 1):
            words = {}
            for (target, how), value in zip(step.writes, values, strict=True):
                totals[target] = value + (totals[target] if how == "add" else 0)
                done[target] = done.get(target, 0) + 1
                words[target] = f"{target} = {_numbers(totals[target])}"
                if done[target] == n_parts[target]:
                    name = f"{target.kind}{target.node}"
                    boxes[f"sum_{name}"] = boxes[name] = frame, totals[target]
            boxes[f"b{step.node}"] = frame, *values
            texts.append(f"{step.node}: {'; '.join(words.values())}")
        return boxes, texts


def _flat(value):
    """Return the value for one sample, or gradients of parameters, as a vector."""
    parts = value if isinstance(value, list) else [value]
    return np.concatenate([np.ravel(part) for part in parts]).astype(float)


def _numbers(values):
    """Return numbers as text, abbreviated if there are many."""
    text = ", ".join(f"{value:.3g}" for value in values[:_MOST_NUMBERS])
    return f"{text}, ..." if len(values) > _MOST_NUMBERS else text


def _drawn(diagram, known, frame):
    """Return the image of a diagram with the numbers known at a frame."""
    if len(diagram.boxes) > LARGEST_IMAGE:
        raise ValueError(
            f"A graph of {len(diagram.boxes)} boxes is too large to draw, the maximum "
            f"is {LARGEST_IMAGE}. Draw a part of it, graph.up_to(node)."
        )
    boxes = {}
    for key, label in diagram.boxes.items():
        boxes[key] = label
        if key in known:
            since, *values = known[key]
            text = f" = {' | '.join(map(_numbers, values))}"
            boxes[key] += text if since <= frame else _BLANK * len(text)
    longest = max(map(len, boxes.values()))
    return Diagram(boxes, diagram.arrows, longest).to_svg()
