# Written by `make stubs` from the module beside it, which is what to change.

from collections.abc import Sequence
from numpy.typing import ArrayLike
from numpy.typing import NDArray
from skbackprop.network.graph import Graph
from typing import Any
from typing_extensions import Self

class GraphDisplay:
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
    graph: Graph
    signals: list[NDArray[Any]]
    adjoint: NDArray[Any]
    backward: list[tuple[Any, ...]]
    frames_: list[Any]
    """One named tuple per step: ``text`` describes the step, ``forward`` and
    ``backward`` are SVG elements of the graph and the transformed graph with the
    numbers known so far. The steps compute the signals, node by node, and then the
    adjoints.
    """
    def __init__(
        self,
        graph: Graph,
        signals: Sequence[NDArray[Any]],
        adjoint: NDArray[Any],
        backward: Sequence[Sequence[Any]],
    ) -> None: ...
    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: ArrayLike,
        *,
        adjoint: ArrayLike | None = None,
        parameters: NDArray[Any] | Sequence[NDArray[Any]] | None = None,
    ) -> Self:
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

    def plot(self) -> GraphDisplay:
        """Draw the frames.

        Returns
        -------
        GraphDisplay
            This object.
        """

    def to_html(self) -> str:
        """Return an HTML page with a slider over the frames.

        Returns
        -------
        str
            The page, to be written to a file. It works offline.
        """


def __getattr__(name: str) -> Any: ...
