# Written by `make stubs` from the module beside it, which is what to change.

from collections.abc import Sequence
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.quiver import Quiver
from numpy.typing import ArrayLike
from numpy.typing import NDArray
from skbackprop.network.node import Node
from typing import Any
from typing_extensions import Self

class SpaceStretchingDisplay:
    """The plane, as each node of a network stretches and folds it.

    It is made by `from_estimator`. All parameters are kept as attributes.

    Parameters
    ----------
    points : dict of str to ndarray of shape (n_samples, 2)
        Where the samples have come to behind each node, by its number and module. Of
        a node with more than two units, the first two principal components of the
        samples; with one unit, it and 0.
    lines : dict of str to ndarray of shape (n_lines, n_points, 2)
        The grid, which was straight in front of the network.
    bases : dict of str to ndarray of shape (3, 2)
        The origin, (1, 0) and (0, 1) of the input, and what linear modules that read
        two numbers make of these.
    y : array-like of shape (n_samples,), default=None
        Classes or numbers, shown as colours.

    Attributes
    ----------
    axes_ : ndarray of matplotlib Axes
        One for each node.
    figure_ : matplotlib Figure
        Figure that has them.
    points_ : dict of str to matplotlib PathCollection
        The samples behind each node.
    lines_ : dict of str to matplotlib LineCollection
        The grid behind each node.
    bases_ : dict of str to matplotlib Quiver
        The arrows: black from the origin to (1, 0), grey to (0, 1).

    See Also
    --------
    LayerReportDisplay : What layers do, in numbers.

    Examples
    --------
    >>> from skbackprop import MLPClassifier
    >>> from skbackprop.datasets import make_spirals
    >>> from skbackprop.inspection import SpaceStretchingDisplay
    >>> X, y = make_spirals(random_state=0)
    >>> mlp = MLPClassifier((2,), activation="tanh", tol=0.1, random_state=0).fit(X, y)
    >>> display = SpaceStretchingDisplay.from_estimator(mlp, X, y)
    >>> list(display.points)
    ['0 Input(2)', '1 Linear(n_units=2)', '2 Tanh()', '3 Linear(n_units=1)']
    """
    points: dict[str, NDArray[Any]]
    lines: dict[str, NDArray[Any]]
    bases: dict[str, NDArray[Any]]
    y: ArrayLike | None
    axes_: NDArray[Any]
    """One for each node."""
    figure_: Figure
    """Figure that has them."""
    points_: dict[str, PathCollection]
    """The samples behind each node."""
    lines_: dict[str, LineCollection]
    """The grid behind each node."""
    bases_: dict[str, Quiver]
    """The arrows: black from the origin to (1, 0), grey to (0, 1)."""
    def __init__(
        self,
        points: dict[str, NDArray[Any]],
        lines: dict[str, NDArray[Any]],
        bases: dict[str, NDArray[Any]],
        y: ArrayLike | None = None,
    ) -> None: ...
    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: ArrayLike,
        y: ArrayLike | None = None,
        *,
        parameters: NDArray[Any] | Sequence[NDArray[Any]] | None = None,
        nodes: Sequence[int] | Node | None = None,
        n_lines: int = 15,
        ax: Axes | NDArray[Any] | None = None,
        scatter_kw: dict[Any, Any] | None = None,
        line_kw: dict[Any, Any] | None = None,
    ) -> Self:
        """Send samples and a grid through a network, and plot where they come to.

        Parameters
        ----------
        estimator : Graph or fitted estimator
            A network that reads two features. Modules behave as in prediction.
        X : array-like of shape (n_samples, 2)
            The samples.
        y : array-like of shape (n_samples,), default=None
            Classes or numbers, shown as colours: up to 7 different ones as colours
            far apart, more as shades.
        parameters : ndarray or list of ndarray, default=None
            Parameters of a graph, as in :func:`vjp`.
        nodes : list of int or Node, default=None
            Which nodes to show, numbered as ``print(graph)`` has them; by default all.
        n_lines : int, default=15
            Of the grid, in each direction.
        ax : matplotlib Axes or array of them, default=None
            One for each node; by default those of a new figure, in rows.
        scatter_kw : dict, default=None
            Keywords for :meth:`matplotlib.axes.Axes.scatter`, which draws the samples.
        line_kw : dict, default=None
            Keywords for :class:`matplotlib.collections.LineCollection`, the grid.

        Returns
        -------
        SpaceStretchingDisplay
            The display.

        Raises
        ------
        TypeError, ValueError
            If the estimator is no network of this package; if there are not two
            features; if the graph has no such node.

        References
        ----------
        Olah (2014), "Neural networks, manifolds, and topology". Canziani (2020),
        "Space stretching", practicum of the course Deep Learning, New York University.

        Examples
        --------
        A rotation by a quarter turn:

        >>> from skbackprop.inspection import SpaceStretchingDisplay
        >>> from skbackprop.network import Graph, Input, Linear
        >>> graph = Graph(Linear(2, bias=False)(Input(2)))
        >>> display = SpaceStretchingDisplay.from_estimator(
        ...     graph, [[0, 0], [3, 1]], parameters=[[[0, 1], [-1, 0]]]
        ... )
        >>> display.points["1 Linear(n_units=2, bias=False)"]
        array([[ 0.,  0.],
               [-1.,  3.]])
        """

    def plot(
        self,
        *,
        ax: Axes | NDArray[Any] | None = None,
        scatter_kw: dict[Any, Any] | None = None,
        line_kw: dict[Any, Any] | None = None,
    ) -> SpaceStretchingDisplay:
        """Draw the plane behind each node.

        Parameters
        ----------
        ax : matplotlib Axes or array of them, default=None
            One for each node; by default those of a new figure, in rows.
        scatter_kw : dict, default=None
            Keywords for :meth:`matplotlib.axes.Axes.scatter`, which draws the samples.
        line_kw : dict, default=None
            Keywords for :class:`matplotlib.collections.LineCollection`, the grid.

        Returns
        -------
        SpaceStretchingDisplay
            This object.
        """


def __getattr__(name: str) -> Any: ...
