# Written by `make stubs` from the module beside it, which is what to change.

from matplotlib.axes import Axes
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure
from numpy.typing import ArrayLike
from typing import Any
from typing import Literal
from typing_extensions import Self
import pandas as pd

class DimensionByScaleDisplay:
    """Plot of intrinsic dimension against the size of neighbourhoods, with intervals.

    A flat part of the curve shows the dimension of a manifold. At small scales, noise
    has as many dimensions as there are features. At large scales, the curvature and the
    borders of a manifold matter.

    Use `from_data` to create a display, or pass the table `scales` of an
    `IntrinsicDimension`. All parameters are stored as attributes. Scales without a
    finite interval, where all neighbours are at the same distance, are not drawn.

    Parameters
    ----------
    scales : pandas.DataFrame
        The table of scales.
    name : str, default=None
        Label of the curve. By default there is no label.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the curve.
    figure_ : matplotlib Figure
        Figure with the axes.
    errorbar_ : matplotlib ErrorbarContainer
        The curve and its intervals.

    See Also
    --------
    intrinsic_dimension : Compute the table, with ``method="gride"``.

    Examples
    --------
    >>> from sklearn.datasets import make_swiss_roll
    >>> from skbackprop.manifold import DimensionByScaleDisplay, intrinsic_dimension
    >>> X, _ = make_swiss_roll(500, noise=0.3, random_state=0)
    >>> found = intrinsic_dimension(X, method="gride")
    >>> display = DimensionByScaleDisplay(found.scales, name="swiss roll").plot()
    >>> display.ax_.get_ylabel()
    'dimension'
    """
    scales: pd.DataFrame
    name: str | None
    ax_: Axes
    """Axes with the curve."""
    figure_: Figure
    """Figure with the axes."""
    errorbar_: ErrorbarContainer
    """The curve and its intervals."""
    def __init__(self, scales: pd.DataFrame, *, name: str | None = None) -> None: ...
    @classmethod
    def from_data(
        cls,
        X: ArrayLike,
        *,
        n_neighbors: int | None = None,
        correct_bias: bool = True,
        confidence_level: float = 0.95,
        name: str | None = None,
        against: Literal['n_neighbors', 'distance'] = 'n_neighbors',
        ax: Axes | None = None,
        errorbar_kw: dict[Any, Any] | None = None,
    ) -> Self:
        """Estimate the dimension at each scale and plot it.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The samples.
        n_neighbors : int, default=None
            Number of neighbours at the largest scale, a power of 2. By default, 64, but
            at most an eighth of the samples.
        correct_bias : bool, default=True
            Whether to correct the bias of finite samples.
        confidence_level : float, default=0.95
            Confidence level of the intervals.
        name : str, default=None
            Label of the curve. By default there is no label.
        against : {'n_neighbors', 'distance'}, default='n_neighbors'
            The quantity on the horizontal axis, which is logarithmic.
        ax : matplotlib Axes, default=None
            Axes to plot on. By default, a new figure is created.
        errorbar_kw : dict, default=None
            Keyword arguments for :meth:`matplotlib.axes.Axes.errorbar`, which draws the
            curve.

        Returns
        -------
        DimensionByScaleDisplay
            The display. Its attribute `scales` is the table.

        See Also
        --------
        intrinsic_dimension : Compute the estimate.

        Examples
        --------
        >>> from sklearn.datasets import make_swiss_roll
        >>> from skbackprop.manifold import DimensionByScaleDisplay
        >>> X, _ = make_swiss_roll(500, noise=0.3, random_state=0)
        >>> display = DimensionByScaleDisplay.from_data(X, against="distance")
        >>> display.ax_.get_xlabel()
        'mean distance to neighbours'
        """

    def plot(
        self,
        ax: Axes | None = None,
        *,
        name: str | None = None,
        against: Literal['n_neighbors', 'distance'] = 'n_neighbors',
        errorbar_kw: dict[Any, Any] | None = None,
    ) -> DimensionByScaleDisplay:
        """Plot the curve.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on. By default, a new figure is created.
        name : str, default=None
            Label of the curve. By default, the `name` of the display.
        against : {'n_neighbors', 'distance'}, default='n_neighbors'
            The quantity on the horizontal axis, which is logarithmic.
        errorbar_kw : dict, default=None
            Keyword arguments for :meth:`matplotlib.axes.Axes.errorbar`, which draws the
            curve.

        Returns
        -------
        DimensionByScaleDisplay
            This object.

        Raises
        ------
        ValueError
            If `scales` is None, as for estimates by other methods.
        """


def __getattr__(name: str) -> Any: ...
