"""Display of the output of each unit of a network over two features."""

from numbers import Integral

import numpy as np
from sklearn.utils._optional_dependencies import check_matplotlib_support
from sklearn.utils._param_validation import Interval, validate_params

from skbackprop.inspection.colors import sample_colors
from skbackprop.inspection.plane import NETWORK_DOC, SCATTER_DOC
from skbackprop.inspection.unit_maps import largest_values, map_units
from skbackprop.utils.docs import share_docs

_SIZE = 0.42, 0.84  # width and height of a map, in columns and rows
_COLUMN, _ROW = 2.2, 1.1  # inches: a map is a square
_WIDEST = 5  # width of the widest link in points
_POSITIVE, _NEGATIVE = "#D55E00", "#0072B2"
MAP_DOC = f"""\
    image_kw : dict, default=None
        Keyword arguments for :meth:`matplotlib.axes.Axes.imshow`, which draws each map.
{SCATTER_DOC}"""
CHOICE_DOC = """\
    max_units : int, default=8
        Maximum number of units to show per layer: those with the largest standard
        deviation over the samples.
    grid_resolution : int, default=50
        Number of points of each map in each direction.
"""
CHOICE_CONSTRAINTS = {
    "max_units": [Interval(Integral, 1, None, closed="left")],
    "grid_resolution": [Interval(Integral, 2, None, closed="left")],
}
_PLOT_DOC = f"""\
    ax : matplotlib Axes, default=None
        Axes to plot on. By default, a new figure is created.
{MAP_DOC}"""


class UnitMapDisplay:
    """Maps of the output of each unit over two features, linked by the weights.

    Use `from_estimator` to create a display. All parameters are stored as attributes.
    Each map has its own scale, from blue for negative outputs to red for positive ones.
    Links are blue for negative and orange for positive weights; their widths are
    proportional to the absolute weights.

    Parameters
    ----------
    maps : dict of str to ndarray of shape (n_units, resolution, resolution)
        Outputs of the units of each layer: 'input', 'layer 0' and so on, numbered as in
        ``transform``, and 'output' (logits for a classifier). The second axis is the
        second feature, the third axis the first.
    links : dict of tuple to ndarray of shape (n_units, n_units)
        The weights between two layers; keys are pairs of their names.
    units : dict of str to ndarray of int
        Indices of the units of each layer that are shown.
    extent : tuple of float
        Left, right, bottom and top of the maps.
    X : array-like of shape (n_samples, 2), default=None
        Samples, drawn on the maps of the output.
    y : array-like of shape (n_samples,), default=None
        Classes or numbers, shown as colours.
    limits : dict, default=None
        Limits of the scales: for each layer, an array of shape (n_units,) with the
        absolute value of the strongest colours of each map; for 'links', the absolute
        weight of the widest link. By default, the maxima of `maps` and `links`.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the links.
    figure_ : matplotlib Figure
        Figure with the axes.
    images_ : dict of str to list
        The maps of each layer, from top to bottom.
    links_ : dict of tuple to matplotlib LineCollection
        The links between two layers, starting with those of the first unit.

    See Also
    --------
    UnitMapFrames : Show the maps at several times of training, with a slider.
    SpaceStretchingDisplay : Plot the samples in the space of each layer.
    sklearn.inspection.DecisionBoundaryDisplay : Plot the output of any estimator.

    Examples
    --------
    >>> from skbackprop import MLPClassifier
    >>> from skbackprop.datasets import make_spirals
    >>> from skbackprop.inspection import UnitMapDisplay
    >>> X, y = make_spirals(random_state=0)
    >>> mlp = MLPClassifier((4, 3), activation="tanh", tol=0.1, random_state=0)
    >>> display = UnitMapDisplay.from_estimator(mlp.fit(X, y), X, y)
    >>> {name: len(images) for name, images in display.images_.items()}
    {'input': 2, 'layer 0': 4, 'layer 1': 3, 'output': 1}
    """

    def __init__(self, maps, links, units, extent, X=None, y=None, limits=None):
        self.maps = maps
        self.links = links
        self.units = units
        self.extent = extent
        self.X = X
        self.y = y
        self.limits = largest_values(maps, links) if limits is None else limits

    @classmethod
    @share_docs(network=NETWORK_DOC, choice=CHOICE_DOC, plotting=_PLOT_DOC)
    @validate_params(CHOICE_CONSTRAINTS, prefer_skip_nested_validation=True)
    def from_estimator(
        cls,
        estimator,
        X,
        y=None,
        *,
        parameters=None,
        max_units=8,
        grid_resolution=50,
        ax=None,
        image_kw=None,
        scatter_kw=None,
    ):
        """Compute the output of each unit in a region around samples, and plot it.

        Parameters
        ----------
        {network}
        {choice}
        {plotting}

        Returns
        -------
        UnitMapDisplay
            The display.

        Raises
        ------
        TypeError, ValueError
            If the estimator is not a network of this package, or if X does not have two
            features.

        Notes
        -----
        Links show the weights of a linear module that reads one layer and leads to
        another, directly or through activations and sums. If two linear modules connect
        the same layers, as in maxout, no links are drawn.

        References
        ----------
        Smilkov, Carter, Sculley, Viegas and Wattenberg (2017), "Direct-manipulation
        visualization of deep networks", arXiv:1708.03788 (TensorFlow Playground).

        Examples
        --------
        >>> from sklearn.datasets import make_moons
        >>> from skbackprop import MLPClassifier
        >>> from skbackprop.inspection import UnitMapDisplay
        >>> X, y = make_moons(random_state=0)
        >>> mlp = MLPClassifier((4,), solver="lbfgs", random_state=0).fit(X, y)
        >>> display = UnitMapDisplay.from_estimator(mlp, X, y)
        >>> display.links["input", "layer 0"].shape
        (2, 4)
        """
        check_matplotlib_support(f"{cls.__name__}.from_estimator")
        found = map_units(estimator, X, parameters, max_units, grid_resolution)
        display = cls(*found, X=X, y=y)
        return display.plot(ax=ax, image_kw=image_kw, scatter_kw=scatter_kw)

    @share_docs(parameters=_PLOT_DOC)
    def plot(self, *, ax=None, image_kw=None, scatter_kw=None):
        """Plot the maps and links.

        Parameters
        ----------
        {parameters}

        Returns
        -------
        UnitMapDisplay
            This object.
        """
        check_matplotlib_support(f"{type(self).__name__}.plot")
        n_rows = self._n_rows()
        if ax is None:
            import matplotlib.pyplot as plt

            _, ax = plt.subplots(**self._figure_kw())
        self.ax_, self.figure_ = ax, ax.figure
        ax.set(xlim=(-0.5, len(self.maps) - 0.5), ylim=(-0.5, n_rows - 0.5))
        ax.set_xticks(range(len(self.maps)), self.maps)
        ax.xaxis.tick_top()
        ax.tick_params(length=0, left=False, labelleft=False)
        ax.spines[:].set_visible(False)
        places = self._places(n_rows)
        self.links_ = self._draw_links(places)
        self.images_ = {
            name: self._draw_maps(places[name], name, image_kw or {})
            for name in self.maps
        }
        if self.X is not None:
            self._draw_samples(scatter_kw or {})
        return self

    def _n_rows(self):
        return max(map(len, self.maps.values()))

    def _figure_kw(self):
        """Return keyword arguments for a figure in which maps are squares."""
        size = _COLUMN * len(self.maps), _ROW * self._n_rows() + 0.3
        return {"figsize": size, "layout": "constrained"}

    def _places(self, n_rows):
        """Return the center of each map, with each layer centered in its column."""
        places = {}
        for column, (name, maps) in enumerate(self.maps.items()):
            top = (n_rows + len(maps)) / 2 - 1
            places[name] = [(column, top - k) for k in range(len(maps))]
        return places

    def _draw_links(self, places):
        """Draw a line for each weight, between the edges of two maps."""
        from matplotlib.collections import LineCollection

        largest = self.limits["links"] or 1
        drawn, half = {}, _SIZE[0] / 2
        for (source, target), weights in self.links.items():
            lines = [
                [(x + half, y), (x2 - half, y2)]
                for x, y in places[source]
                for x2, y2 in places[target]
            ]
            weights = weights.ravel()
            links = LineCollection(
                lines,
                linewidths=_WIDEST * abs(weights) / largest,
                colors=np.where(weights > 0, _POSITIVE, _NEGATIVE),
                zorder=0,
            )
            drawn[source, target] = self.ax_.add_collection(links)
        return drawn

    def _draw_maps(self, places, name, keywords):
        width, height = _SIZE
        images, maps, limits = [], self.maps[name], self.limits[name]
        for (x, y), values, limit in zip(places, maps, limits, strict=True):
            box = x - width / 2, y - height / 2, width, height
            inset = self.ax_.inset_axes(box, transform=self.ax_.transData)
            inset.set(xticks=[], yticks=[])
            reach = limit or 1
            defaults = {
                "cmap": "RdBu_r",
                "vmin": -reach,
                "vmax": reach,
                "aspect": "auto",
            }
            extent = {"origin": "lower", "extent": self.extent}
            images.append(inset.imshow(values, **{**defaults, **extent, **keywords}))
        return images

    def _draw_samples(self, keywords):
        """Draw the samples on the maps of the output."""
        X = np.asarray(self.X)
        keywords = {"c": sample_colors(self.y, len(X)), "s": 4, **keywords}
        for image in self.images_["output"]:
            image.axes.scatter(*X.T, edgecolors="white", linewidths=0.3, **keywords)
