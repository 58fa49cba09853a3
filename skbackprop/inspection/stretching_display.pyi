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
    """Plot of how each node of a network stretches and folds the plane.

    Use `from_estimator` to create a display. All parameters are stored as attributes.

    Parameters
    ----------
    points : dict of str to ndarray of shape (n_samples, 2)
        Signals of the samples at each node; keys are its number and module. For a node
        with more than two units, the first two principal components of the signals. For
        one unit, its signal and 0.
    lines : dict of str to ndarray of shape (n_lines, n_points, 2)
        Signals of the points of a grid of straight lines in the input space.
    bases : dict of str to ndarray of shape (3, 2)
        The points (0, 0), (1, 0) and (0, 1) of the input space, and their images under
        each linear module with two inputs.
    y : array-like of shape (n_samples,), default=None
        Classes or numbers, shown as colours.

    Attributes
    ----------
    axes_ : ndarray of matplotlib Axes
        The axes of the panels, one for each node.
    figure_ : matplotlib Figure
        The figure.
    points_ : dict of str to matplotlib PathCollection
        The samples at each node.
    lines_ : dict of str to matplotlib LineCollection
        The grid at each node.
    bases_ : dict of str to matplotlib Quiver
        The images of the first basis vector (black) and of the second (grey).

    See Also
    --------
    LayerReportDisplay : Plot measures of each layer.

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
    """The axes of the panels, one for each node."""
    figure_: Figure
    """The figure."""
    points_: dict[str, PathCollection]
    """The samples at each node."""
    lines_: dict[str, LineCollection]
    """The grid at each node."""
    bases_: dict[str, Quiver]
    """The images of the first basis vector (black) and of the second (grey)."""
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
        """Map samples and a grid through a network, and plot them at each node.

        Parameters
        ----------
        estimator : Graph or fitted estimator
            A network with two features. Modules behave as in prediction.
        X : array-like of shape (n_samples, 2)
            The samples.
        y : array-like of shape (n_samples,), default=None
            Classes or numbers, shown as colours: distinct colours for up to 7 different
            values, shades of a colormap for more.
        parameters : ndarray or list of ndarray, default=None
            Parameters of a graph, as in :func:`vjp`.
        nodes : list of int or Node, default=None
            The nodes to show, with numbers as in ``print(graph)``. By default, all
            nodes.
        n_lines : int, default=15
            Number of grid lines in each direction.
        ax : matplotlib Axes or array of them, default=None
            Axes for the panels, one for each node. By default, those of a new figure, in
            rows.
        scatter_kw : dict, default=None
            Keyword arguments for :meth:`matplotlib.axes.Axes.scatter`, which draws the
            samples.
        line_kw : dict, default=None
            Keyword arguments for :class:`matplotlib.collections.LineCollection`, which
            draws the grid.

        Returns
        -------
        SpaceStretchingDisplay
            The display.

        Raises
        ------
        TypeError, ValueError
            If the estimator is not a network of this package, if X does not have two
            features, or if the graph has no such node.

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
        """Plot the samples and the grid at each node.

        Parameters
        ----------
        ax : matplotlib Axes or array of them, default=None
            Axes for the panels, one for each node. By default, those of a new figure, in
            rows.
        scatter_kw : dict, default=None
            Keyword arguments for :meth:`matplotlib.axes.Axes.scatter`, which draws the
            samples.
        line_kw : dict, default=None
            Keyword arguments for :class:`matplotlib.collections.LineCollection`, which
            draws the grid.

        Returns
        -------
        SpaceStretchingDisplay
            This object.
        """


def __getattr__(name: str) -> Any: ...
