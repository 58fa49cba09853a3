"""The picture of what each unit of a network sees of two features."""

from numbers import Integral

import numpy as np
from sklearn.utils._optional_dependencies import check_matplotlib_support
from sklearn.utils._param_validation import Interval, validate_params

from skbackprop.inspection.colors import sample_colors
from skbackprop.inspection.plane import NETWORK_DOC, SCATTER_DOC
from skbackprop.inspection.unit_maps import largest_values, map_units
from skbackprop.utils.docs import share_docs

_SIZE = 0.42, 0.84  # of a map, beside a column and a row
_COLUMN, _ROW = 2.2, 1.1  # inches: a map is a square
_WIDEST = 5  # points
_POSITIVE, _NEGATIVE = "#D55E00", "#0072B2"
MAP_DOC = f"""\
    image_kw : dict, default=None
        Keywords for :meth:`matplotlib.axes.Axes.imshow`, which draws each map.
{SCATTER_DOC}"""
CHOICE_DOC = """\
    max_units : int, default=8
        Most units shown of a layer: those whose values spread most over the samples.
    grid_resolution : int, default=50
        Points of a map in each direction.
"""
CHOICE_CONSTRAINTS = {
    "max_units": [Interval(Integral, 1, None, closed="left")],
    "grid_resolution": [Interval(Integral, 2, None, closed="left")],
}
_PLOT_DOC = f"""\
    ax : matplotlib Axes, default=None
        Where maps and links are drawn; by default on those of a new figure.
{MAP_DOC}"""


class UnitMapDisplay:
    """Maps of what each unit puts out over two features, joined by the weights.

    It is made by `from_estimator`. All parameters are kept as attributes. A map is red
    where the unit is positive and blue where it is negative, each on its own scale; a
    link is orange or blue by the sign of its weight, and as wide as that is large.

    Parameters
    ----------
    maps : dict of str to ndarray of shape (n_units, resolution, resolution)
        For 'input', 'layer 0' and so on, as ``transform`` counts them, and 'output',
        in classifiers logits: what each unit puts out, second feature by first.
    links : dict of tuple to ndarray of shape (n_units, n_units)
        The weights from layer to layer, by both names.
    units : dict of str to ndarray of int
        Which units of each layer are shown.
    extent : tuple of float
        Left, right, bottom and top of the maps.
    X : array-like of shape (n_samples, 2), default=None
        Samples, drawn on the maps of the output.
    y : array-like of shape (n_samples,), default=None
        Classes or numbers, shown as colours.
    limits : dict, default=None
        Where scales end: for each layer an array of shape (n_units,), the values at
        which the colours of its maps end, and for 'links' the weight of the widest.
        By default the largest absolute values of `maps` and of `links`.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the links.
    figure_ : matplotlib Figure
        Figure that has them.
    images_ : dict of str to list
        The maps of each layer, from top to bottom.
    links_ : dict of tuple to matplotlib LineCollection
        The links between two layers, all of the first unit first.

    See Also
    --------
    UnitMapFrames : The same at several times of training, with a slider.
    SpaceStretchingDisplay : Where layers of two units put the samples.
    sklearn.inspection.DecisionBoundaryDisplay : The output alone, of any estimator.

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
        """Compute what each unit puts out around samples, and plot it.

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
            If the estimator is no network of this package; if there are not two
            features.

        Notes
        -----
        Two layers are joined where the units of one are those of a linear module that
        reads the other, with activations or sums behind it. Where two linear modules
        join the same layers, as in maxout, no links are drawn.

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
        """Draw maps and links.

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
        """Return keywords of a figure in which maps are squares."""
        size = _COLUMN * len(self.maps), _ROW * self._n_rows() + 0.3
        return {"figsize": size, "layout": "constrained"}

    def _places(self, n_rows):
        """Return the middle of each map, each layer in the middle of its column."""
        places = {}
        for column, (name, maps) in enumerate(self.maps.items()):
            top = (n_rows + len(maps)) / 2 - 1
            places[name] = [(column, top - k) for k in range(len(maps))]
        return places

    def _draw_links(self, places):
        """Draw a line for each weight, from the edge of a map to that of another."""
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
