# Written by `make stubs` from the module beside it, which is what to change.

from collections.abc import Sequence
from numpy.typing import ArrayLike
from skbackprop.inspection.unit_display import UnitMapDisplay
from typing import Any
from typing_extensions import Self

class UnitMapFrames:
    """Maps of units at several times of training, all on the same scales.

    It is made by `from_estimators`. All parameters are kept as attributes. In a
    notebook it shows itself, with a slider over the epochs.

    Parameters
    ----------
    displays : list of UnitMapDisplay
        The maps and links at each time, with the same units and limits.
    epochs : list of int
        The epochs (iterations of L-BFGS) trained by each time.

    Attributes
    ----------
    frames_ : list
        For each time ``text``, its epoch, and ``image``, an HTML element.

    See Also
    --------
    UnitMapDisplay : One of these pictures.

    Examples
    --------
    Keep a copy of the network whenever a frame is wanted:

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
    """For each time ``text``, its epoch, and ``image``, an HTML element."""
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
        """Compute what each unit puts out at each time, and draw the frames.

        All frames show the same units, those that vary most in the last network.

        Parameters
        ----------
        estimators : list of fitted estimators
            Copies of one network that reads two features, made as it was trained.
        X : array-like of shape (n_samples, 2)
            The samples.
        y : array-like of shape (n_samples,), default=None
            Classes or numbers, shown as colours: up to 7 different ones as colours
            far apart, more as shades.
        max_units : int, default=8
            Most units shown of a layer: those whose values spread most over the samples.
        grid_resolution : int, default=50
            Points of a map in each direction.
        image_kw : dict, default=None
            Keywords for :meth:`matplotlib.axes.Axes.imshow`, which draws each map.
        scatter_kw : dict, default=None
            Keywords for :meth:`matplotlib.axes.Axes.scatter`, which draws the samples.

        Returns
        -------
        UnitMapFrames
            The frames.

        Raises
        ------
        TypeError, ValueError
            If there is no estimator, or one is no network of this package; if they
            differ in their graphs; if there are not two features.

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
            Keywords for :meth:`matplotlib.axes.Axes.imshow`, which draws each map.
        scatter_kw : dict, default=None
            Keywords for :meth:`matplotlib.axes.Axes.scatter`, which draws the samples.

        Returns
        -------
        UnitMapFrames
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
