# Written by `make stubs` from the module beside it, which is what to change.

from collections.abc import Sequence
from matplotlib.axes import Axes
from numpy.typing import NDArray
from typing import Any
import pandas as pd

class ManifoldCapacity:
    """The capacity of manifolds and the geometry behind it.

    Parameters
    ----------
    capacity : float
        Number of manifolds per dimension, alpha = P / N*. Infinite if N* is 0.
    interval : tuple of float
        Confidence interval of the capacity.
    confidence_level : float
        Confidence level of the interval.
    n_dimensions : float
        N*, the mean over draws of the squared length of the nearest point.
    dimension : float
        Effective dimension D of all manifolds together; 0 for points.
    radius : float
        Effective radius R, in units of the distance of centers from the origin. 0 for
        points; infinite if the centers are at the origin or in the span of the axes,
        which is possible for P >= N manifolds.
    alignments : pandas.Series
        Mean absolute cosines between different manifolds, 0 for a single one: of their
        ``centers``, of their ``axes``, and of ``centers_and_axes``.
    table : pandas.DataFrame
        One row per manifold: its ``n_samples``, its ``dimension`` and ``radius`` as if
        it were alone, and ``active``, the share of draws in which it contributes to the
        nearest point.
    draws : ndarray of shape (n_draws,)
        Squared length of the nearest point in each draw.
    """
    capacity: float
    interval: tuple[float, ...]
    confidence_level: float
    n_dimensions: float
    dimension: float
    radius: float
    alignments: pd.Series
    table: pd.DataFrame
    draws: NDArray[Any]
    def __init__(
        self,
        capacity: float,
        interval: Sequence[float],
        confidence_level: float,
        n_dimensions: float,
        dimension: float,
        radius: float,
        alignments: pd.Series,
        table: pd.DataFrame,
        draws: NDArray[Any],
    ) -> None: ...
    def __float__(self) -> float: ...
    def plot(
        self,
        ax: Axes | None = None,
        *,
        points_kw: dict[Any, Any] | None = None,
        levels_kw: dict[Any, Any] | None = None,
    ) -> Axes:
        """Plot dimension against radius, for each manifold and for all together.

        Spheres on the same line have equal capacity (see `sphere_capacity`), which
        increases towards the lower left. Manifolds with an infinite radius are left
        out.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on. By default, a new figure is created.
        points_kw : dict, default=None
            Keyword arguments for :meth:`matplotlib.axes.Axes.scatter`, which draws the
            manifolds.
        levels_kw : dict, default=None
            Keyword arguments for :meth:`matplotlib.axes.Axes.contour`, which draws the
            lines.

        Returns
        -------
        matplotlib Axes
            The axes with the plot.
        """


def __getattr__(name: str) -> Any: ...
