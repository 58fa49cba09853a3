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
        Manifolds per dimension, alpha = P / N*. Infinite where no direction of any
        draw is needed.
    interval : tuple of float
        Bounds that hold the capacity with the level of confidence.
    confidence_level : float
        That of the interval.
    n_dimensions : float
        N*, the mean over draws of the squared length of the nearest point.
    dimension : float
        Effective dimension D of all manifolds together; 0 for points.
    radius : float
        Effective radius R, in units of the distance of centers from the origin;
        0 for points, infinite for centers at the origin or where axes leave no
        dimension to them, as those of P >= N manifolds may.
    alignments : pandas.Series
        Mean sizes of cosines between different manifolds, 0 for one: of their
        ``centers``, of their ``axes``, and of ``centers_and_axes``.
    table : pandas.DataFrame
        A row for each manifold: its ``n_samples``, its ``dimension`` and ``radius`` as
        if it was alone, and ``active``, the share of draws in which it takes part in
        the nearest point.
    draws : ndarray of shape (n_draws,)
        Squared length of the nearest point, in each draw.
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
        """Draw dimension over radius, of each manifold and of all together.

        Lines join the spheres of one capacity, see `sphere_capacity`: the further to
        the lower left, the more manifolds can be told apart. Manifolds whose radius is
        infinite are left out.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on; by default a new figure's.
        points_kw : dict, default=None
            Keywords for :meth:`matplotlib.axes.Axes.scatter`, which draws the
            manifolds.
        levels_kw : dict, default=None
            Keywords for :meth:`matplotlib.axes.Axes.contour`, which draws the lines.

        Returns
        -------
        matplotlib Axes
            The axes with the picture.
        """


def __getattr__(name: str) -> Any: ...
