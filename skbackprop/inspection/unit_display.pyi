# Written by `make stubs` from the module beside it, which is what to change.

from collections.abc import Sequence
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike
from numpy.typing import NDArray
from typing import Any
from typing_extensions import Self

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
    maps: dict[str, NDArray[Any]]
    links: dict[Any, Any]
    units: dict[str, NDArray[Any]]
    extent: tuple[float, ...]
    X: ArrayLike | None
    y: ArrayLike | None
    limits: dict[Any, Any] | None
    ax_: Axes
    """Axes with the links."""
    figure_: Figure
    """Figure with the axes."""
    images_: dict[str, list[Any]]
    """The maps of each layer, from top to bottom."""
    links_: dict[Any, Any]
    """The links between two layers, starting with those of the first unit."""
    def __init__(
        self,
        maps: dict[str, NDArray[Any]],
        links: dict[Any, Any],
        units: dict[str, NDArray[Any]],
        extent: Sequence[float],
        X: ArrayLike | None = None,
        y: ArrayLike | None = None,
        limits: dict[Any, Any] | None = None,
    ) -> None: ...
    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: ArrayLike,
        y: ArrayLike | None = None,
        *,
        parameters: NDArray[Any] | Sequence[NDArray[Any]] | None = None,
        max_units: int = 8,
        grid_resolution: int = 50,
        ax: Axes | None = None,
        image_kw: dict[Any, Any] | None = None,
        scatter_kw: dict[Any, Any] | None = None,
    ) -> Self:
        """Compute the output of each unit in a region around samples, and plot it.

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
        max_units : int, default=8
            Maximum number of units to show per layer: those with the largest standard
            deviation over the samples.
        grid_resolution : int, default=50
            Number of points of each map in each direction.
        ax : matplotlib Axes, default=None
            Axes to plot on. By default, a new figure is created.
        image_kw : dict, default=None
            Keyword arguments for :meth:`matplotlib.axes.Axes.imshow`, which draws each map.
        scatter_kw : dict, default=None
            Keyword arguments for :meth:`matplotlib.axes.Axes.scatter`, which draws the
            samples.

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

    def plot(
        self,
        *,
        ax: Axes | None = None,
        image_kw: dict[Any, Any] | None = None,
        scatter_kw: dict[Any, Any] | None = None,
    ) -> UnitMapDisplay:
        """Plot the maps and links.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on. By default, a new figure is created.
        image_kw : dict, default=None
            Keyword arguments for :meth:`matplotlib.axes.Axes.imshow`, which draws each map.
        scatter_kw : dict, default=None
            Keyword arguments for :meth:`matplotlib.axes.Axes.scatter`, which draws the
            samples.

        Returns
        -------
        UnitMapDisplay
            This object.
        """


def __getattr__(name: str) -> Any: ...
