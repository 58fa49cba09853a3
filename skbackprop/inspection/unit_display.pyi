# Written by `make stubs` from the module beside it, which is what to change.

from collections.abc import Sequence
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike
from numpy.typing import NDArray
from typing import Any
from typing_extensions import Self

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
    """Figure that has them."""
    images_: dict[str, list[Any]]
    """The maps of each layer, from top to bottom."""
    links_: dict[Any, Any]
    """The links between two layers, all of the first unit first."""
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
        """Compute what each unit puts out around samples, and plot it.

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
        max_units : int, default=8
            Most units shown of a layer: those whose values spread most over the samples.
        grid_resolution : int, default=50
            Points of a map in each direction.
        ax : matplotlib Axes, default=None
            Where maps and links are drawn; by default on those of a new figure.
        image_kw : dict, default=None
            Keywords for :meth:`matplotlib.axes.Axes.imshow`, which draws each map.
        scatter_kw : dict, default=None
            Keywords for :meth:`matplotlib.axes.Axes.scatter`, which draws the samples.

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

    def plot(
        self,
        *,
        ax: Axes | None = None,
        image_kw: dict[Any, Any] | None = None,
        scatter_kw: dict[Any, Any] | None = None,
    ) -> UnitMapDisplay:
        """Draw maps and links.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where maps and links are drawn; by default on those of a new figure.
        image_kw : dict, default=None
            Keywords for :meth:`matplotlib.axes.Axes.imshow`, which draws each map.
        scatter_kw : dict, default=None
            Keywords for :meth:`matplotlib.axes.Axes.scatter`, which draws the samples.

        Returns
        -------
        UnitMapDisplay
            This object.
        """


def __getattr__(name: str) -> Any: ...
