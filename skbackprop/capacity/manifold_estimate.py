"""The result of `manifold_capacity`, and its plot."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from sklearn.utils._optional_dependencies import check_matplotlib_support

from skbackprop.capacity.spheres import sphere_capacity


@dataclass(frozen=True, eq=False)
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
    interval: tuple
    confidence_level: float
    n_dimensions: float
    dimension: float
    radius: float
    alignments: pd.Series = field(repr=False)
    table: pd.DataFrame = field(repr=False)
    draws: np.ndarray = field(repr=False)

    def __float__(self):
        return self.capacity

    def __repr__(self):
        low, high = self.interval
        return (
            f"ManifoldCapacity({self.capacity:.3g}, {self.confidence_level:.0%} in "
            f"[{low:.3g}, {high:.3g}], dimension={self.dimension:.3g}, "
            f"radius={self.radius:.3g}, n_manifolds={len(self.table)})"
        )

    def plot(self, ax=None, *, points_kw=None, levels_kw=None):
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
        check_matplotlib_support(f"{type(self).__name__}.plot")
        if ax is None:
            import matplotlib.pyplot as plt

            _, ax = plt.subplots()
        table = self.table[np.isfinite(self.table["radius"])]
        ax.scatter(
            table["radius"], table["dimension"], **{"s": 20, **(points_kw or {})}
        )
        self._write_names(ax, table[["radius", "dimension"]])
        if np.isfinite(self.radius):
            ax.plot(self.radius, self.dimension, "k*", label="all manifolds together")
            ax.legend()
        self._plot_levels(ax, table, levels_kw)
        low, high = self.interval
        ax.set(
            xlabel="radius R",
            ylabel="dimension D",
            title=f"capacity {self.capacity:.3g} ({low:.3g} to {high:.3g})",
        )
        return ax

    def _write_names(self, ax, places):
        """Write each name beside its point, on the side away from the other points."""
        is_right = places["radius"] >= places["radius"].median()
        is_upper = places["dimension"] >= places["dimension"].median()
        for name, at in places.iterrows():
            ax.annotate(
                name,
                at,
                xytext=(3 if is_right[name] else -3, 3 if is_upper[name] else -3),
                textcoords="offset points",
                horizontalalignment="left" if is_right[name] else "right",
                verticalalignment="bottom" if is_upper[name] else "top",
                fontsize="small",
            )

    def _plot_levels(self, ax, table, keywords):
        """Draw lines of equal capacity behind the manifolds."""
        largest = table[["radius", "dimension"]].max()
        if np.isfinite(self.radius):  # lines surround the star as well
            largest = np.maximum(largest, [self.radius, self.dimension])
        if not (largest > 0).all():  # only points, or no manifolds
            return
        R, D = (np.linspace(0.02, 1.25, 60) * size for size in largest)
        capacity = sphere_capacity(R, D[:, np.newaxis])
        levels = 2.0 ** np.arange(-10, 1.1, 0.5)
        style = {"levels": levels, "linewidths": 0.7, "colors": "gray", "zorder": 0}
        lines = ax.contour(R, D, capacity, **{**style, **(keywords or {})})
        ax.clabel(lines, fmt="%.2g")
