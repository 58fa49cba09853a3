# Written by `make stubs` from the module beside it, which is what to change.

from collections.abc import Sequence
from numpy.typing import ArrayLike
from numpy.typing import NDArray
from skbackprop.network.graph import Graph
from typing import Any
from typing_extensions import Self

class GraphDisplay:
    """Signals of one sample in a graph, and adjoints in its transformed graph.

    It is made by `from_estimator`. All parameters are kept as attributes. In a
    notebook it shows itself, with a slider over the steps.

    Parameters
    ----------
    graph : Graph
        What is drawn, beside ``graph.backward()``.
    signals : list of ndarray of shape (width,)
        What each node puts out.
    adjoint : ndarray of shape (n_outputs,)
        The derivative of a scalar with respect to the output.
    backward : list of tuple
        For each step of ``graph.backward()`` what it computes, an array of numbers
        for each quantity that it writes.

    Attributes
    ----------
    frames_ : list
        For each step ``text``, what happens in words, and ``forward`` and
        ``backward``, SVG elements of the graph and the transformed graph with the
        numbers known by then. First the signals come, node by node, then the adjoints.

    See Also
    --------
    vjp : All signals and adjoints as arrays.
    propagate : The same steps, for many samples.

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
    """For each step ``text``, what happens in words, and ``forward`` and
    ``backward``, SVG elements of the graph and the transformed graph with the
    numbers known by then. First the signals come, node by node, then the adjoints.
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
        """Run one sample forward and an adjoint backward, and draw each step.

        Parameters
        ----------
        estimator : Graph or fitted estimator
            Modules behave as in prediction.
        X : array-like of shape (1, n_features)
            The sample.
        adjoint : array-like of shape (1, n_outputs), default=None
            The derivative of a scalar with respect to the output, which in a
            classifier is the logits; by default 1 for each output.
        parameters : ndarray or list of ndarray, default=None
            Of a graph, as in :func:`vjp`.

        Returns
        -------
        GraphDisplay
            The display.

        Raises
        ------
        TypeError, ValueError
            If the estimator is no network of this package; if there is more than one
            sample; if the graph has too many nodes to be drawn.

        Examples
        --------
        >>> from skbackprop.inspection import GraphDisplay
        >>> from skbackprop.network import Add, Graph, Input, Tanh
        >>> x = Input(1)
        >>> display = GraphDisplay.from_estimator(Graph(Add()(Tanh()(x), x)), [[0]])
        >>> display.frames_[-1].text  # both ways back to the input count
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
        """Return a page with a slider over the frames.

        Returns
        -------
        str
            HTML that needs no network connection, to be written to a file.
        """


def __getattr__(name: str) -> Any: ...
