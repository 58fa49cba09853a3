"""Display of how a network stretches the plane, node by node."""

from numbers import Integral

from sklearn.utils._optional_dependencies import check_matplotlib_support
from sklearn.utils._param_validation import Interval, validate_params

from skbackprop.inspection.colors import sample_colors
from skbackprop.inspection.panels import panels_in_rows
from skbackprop.inspection.plane import NETWORK_DOC, SCATTER_DOC
from skbackprop.inspection.stretching import stretch
from skbackprop.utils.docs import share_docs

_ARROWS = ("0", "0.5")  # greys of the first and the second basis vector
_PLOT_DOC = f"""\
    ax : matplotlib Axes or array of them, default=None
        Axes for the panels, one for each node. By default, those of a new figure, in
        rows.
{SCATTER_DOC}\
    line_kw : dict, default=None
        Keyword arguments for :class:`matplotlib.collections.LineCollection`, which
        draws the grid.
"""


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

    def __init__(self, points, lines, bases, y=None):
        self.points = points
        self.lines = lines
        self.bases = bases
        self.y = y

    @classmethod
    @share_docs(network=NETWORK_DOC, plotting=_PLOT_DOC)
    @validate_params(
        {
            "nodes": ["array-like", None],
            "n_lines": [Interval(Integral, 2, None, closed="left")],
        },
        prefer_skip_nested_validation=True,
    )
    def from_estimator(
        cls,
        estimator,
        X,
        y=None,
        *,
        parameters=None,
        nodes=None,
        n_lines=15,
        ax=None,
        scatter_kw=None,
        line_kw=None,
    ):
        """Map samples and a grid through a network, and plot them at each node.

        Parameters
        ----------
        {network}
        nodes : list of int or Node, default=None
            The nodes to show, with numbers as in ``print(graph)``. By default, all
            nodes.
        n_lines : int, default=15
            Number of grid lines in each direction.
        {plotting}

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
        check_matplotlib_support(f"{cls.__name__}.from_estimator")
        found = list(stretch(estimator, X, parameters, nodes, n_lines))
        display = cls(
            points={plane.name: plane.points for plane in found},
            lines={plane.name: plane.lines for plane in found},
            bases={p.name: p.basis for p in found if p.basis is not None},
            y=y,
        )
        return display.plot(ax=ax, scatter_kw=scatter_kw, line_kw=line_kw)

    @share_docs(parameters=_PLOT_DOC)
    def plot(self, *, ax=None, scatter_kw=None, line_kw=None):
        """Plot the samples and the grid at each node.

        Parameters
        ----------
        {parameters}

        Returns
        -------
        SpaceStretchingDisplay
            This object.
        """
        check_matplotlib_support(f"{type(self).__name__}.plot")
        self.axes_ = panels_in_rows(ax, len(self.points), "nodes=[-1]")
        self.figure_ = self.axes_[0].figure
        self.points_, self.lines_, self.bases_ = {}, {}, {}
        for axes, name in zip(self.axes_, self.points, strict=True):
            self.lines_[name] = self._draw_grid(axes, name, line_kw)
            self.points_[name] = self._draw_points(axes, name, scatter_kw)
            if name in self.bases:
                self.bases_[name] = _draw_arrows(axes, self.bases[name])
            axes.set_title(name, fontsize="medium")
            axes.set_aspect("equal", adjustable="datalim")
            axes.margins(0.05)
        return self

    def _draw_grid(self, axes, name, keywords):
        from matplotlib.collections import LineCollection

        keywords = {"color": "0.75", "linewidth": 0.7, "zorder": 0, **(keywords or {})}
        return axes.add_collection(LineCollection(self.lines[name], **keywords))

    def _draw_points(self, axes, name, keywords):
        x, y = self.points[name].T
        colors = sample_colors(self.y, len(x))
        return axes.scatter(x, y, **{"c": colors, "s": 8, **(keywords or {})})


def _draw_arrows(axes, basis):
    """Draw the basis vectors in the units of the axes."""
    (x, y), tips = basis[0], basis[1:] - basis[0]
    return axes.quiver(
        [x, x],
        [y, y],
        *tips.T,
        color=_ARROWS,
        angles="xy",
        scale_units="xy",
        scale=1,
        width=0.012,
    )
