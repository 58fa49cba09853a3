# Written by `make stubs` from the module beside it, which is what to change.

from collections.abc import Sequence
from numpy.typing import ArrayLike
from skbackprop.inspection.unit_display import UnitMapDisplay
from typing import Any
from typing_extensions import Self

class UnitMapFrames:
    """Maps of units at several times of training, all on the same scales.

    Use `from_estimators` to create a display. All parameters are stored as attributes.
    Notebooks show the display with a slider over the epochs.

    Parameters
    ----------
    displays : list of UnitMapDisplay
        The maps and links at each time, with the same units and limits.
    epochs : list of int
        Number of epochs (iterations of L-BFGS) trained by each time.

    Attributes
    ----------
    frames_ : list
        One named tuple per time: ``text`` is its epoch, ``image`` an HTML element.

    See Also
    --------
    UnitMapDisplay : Plot the maps of one network.

    Examples
    --------
    Keep a copy of the network for each frame:

    >>> import copy
    >>> from sklearn.datasets import make_moons
    >>> from skbackprop import MLPClassifier
    >>> from skbackprop.inspection import UnitMapFrames
    >>> X, y = make_moons(random_state=0)
    >>> mlp, snapshots = MLPClassifier((4,), random_state=0), []
    >>> for epoch in range(1, 7):
    ...     mlp = mlp.partial_fit(X, y, classes=[0, 1])
    ...     if epoch % 3 == 0:
    ...         snapshots.append(copy.deepcopy(mlp))
    >>> frames = UnitMapFrames.from_estimators(snapshots, X, y)
    >>> [frame.text for frame in frames.frames_]
    ['epoch 3', 'epoch 6']
    """
    displays: list[UnitMapDisplay]
    epochs: list[int]
    frames_: list[Any]
    """One named tuple per time: ``text`` is its epoch, ``image`` an HTML element."""
    def __init__(
        self,
        displays: Sequence[UnitMapDisplay],
        epochs: Sequence[int],
    ) -> None: ...
    @classmethod
    def from_estimators(
        cls,
        estimators: Sequence[Any],
        X: ArrayLike,
        y: ArrayLike | None = None,
        *,
        max_units: int = 8,
        grid_resolution: int = 50,
        image_kw: dict[Any, Any] | None = None,
        scatter_kw: dict[Any, Any] | None = None,
    ) -> Self:
        """Compute the output of each unit at each time, and draw the frames.

        All frames show the same units: those that vary most in the last network.

        Parameters
        ----------
        estimators : list of fitted estimators
            Copies of one network with two features, made during its training.
        X : array-like of shape (n_samples, 2)
            The samples.
        y : array-like of shape (n_samples,), default=None
            Classes or numbers, shown as colours: distinct colours for up to 7 different
            values, shades of a colormap for more.
        max_units : int, default=8
            Maximum number of units to show per layer: those with the largest standard
            deviation over the samples.
        grid_resolution : int, default=50
            Number of points of each map in each direction.
        image_kw : dict, default=None
            Keyword arguments for :meth:`matplotlib.axes.Axes.imshow`, which draws each map.
        scatter_kw : dict, default=None
            Keyword arguments for :meth:`matplotlib.axes.Axes.scatter`, which draws the
            samples.

        Returns
        -------
        UnitMapFrames
            The frames.

        Raises
        ------
        TypeError, ValueError
            If there are no estimators, if one is not a network of this package, if
            their graphs differ, or if X does not have two features.

        Examples
        --------
        >>> from sklearn.datasets import make_moons
        >>> from skbackprop import MLPClassifier
        >>> from skbackprop.inspection import UnitMapFrames
        >>> X, y = make_moons(random_state=0)
        >>> settings = {"solver": "lbfgs", "tol": 0.1, "random_state": 0}
        >>> last = MLPClassifier((4,), **settings).fit(X, y)
        >>> frames = UnitMapFrames.from_estimators([last], X, y)
        >>> frames.displays[0].plot().links["input", "layer 0"].shape
        (2, 4)
        """

    def plot(
        self,
        *,
        image_kw: dict[Any, Any] | None = None,
        scatter_kw: dict[Any, Any] | None = None,
    ) -> UnitMapFrames:
        """Draw the frames.

        Parameters
        ----------
        image_kw : dict, default=None
            Keyword arguments for :meth:`matplotlib.axes.Axes.imshow`, which draws each map.
        scatter_kw : dict, default=None
            Keyword arguments for :meth:`matplotlib.axes.Axes.scatter`, which draws the
            samples.

        Returns
        -------
        UnitMapFrames
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
