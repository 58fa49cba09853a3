"""Display of capacity curves."""

import textwrap

import numpy as np
from sklearn.utils._optional_dependencies import check_matplotlib_support

from skbackprop.capacity._docs import CURVE_PARAMETERS
from skbackprop.capacity.counting import separability_probability
from skbackprop.capacity.curves import capacity_curve
from skbackprop.utils.docs import share_docs

_MARKERS = "osD^v"


class CapacityDisplay:
    """Plot of the fraction separable against the number of points per dimension.

    Use `from_experiment` to create a display, or pass the table of `capacity_curve` or
    of `empirical_capacity`. To plot several tables, join them by :func:`pandas.concat`.
    All parameters are stored as attributes.

    Parameters
    ----------
    curve : pandas.DataFrame
        The result of `capacity_curve`, or the attribute `curve` of the result of
        `empirical_capacity`. There is one curve for each pair of values in the columns
        'n_features' and 'n_dimensions'.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the curves.
    figure_ : matplotlib Figure
        Figure with the axes.
    points_ : list of matplotlib ErrorbarContainer
        The measured fractions with their intervals, one container per curve.
    theory_ : list of matplotlib Line2D
        Cover's curves, one for each measured curve with a known dimension.

    See Also
    --------
    capacity_curve : Compute the table that is plotted.
    empirical_capacity : Search for the capacity.

    Examples
    --------
    >>> from skbackprop.capacity import CapacityDisplay, capacity_curve
    >>> curve = capacity_curve(n_features=[5, 10], n_trials=50, random_state=0)
    >>> display = CapacityDisplay(curve).plot()
    >>> [text.get_text() for text in display.ax_.get_legend().get_texts()]
    ['N = 5', 'N = 10']
    """

    def __init__(self, curve):
        self.curve = curve

    @classmethod
    @share_docs(parameters=textwrap.indent(CURVE_PARAMETERS, 4 * " "))
    def from_experiment(
        cls,
        estimator=None,
        *,
        n_features=None,
        n_points=None,
        n_trials=1000,
        data="gaussian",
        affine=False,
        confidence_level=0.95,
        n_jobs=None,
        progress=None,
        random_state=None,
        ax=None,
        points_kw=None,
        theory_kw=None,
    ):
        """Measure capacity curves and plot them.

        Parameters
        ----------
        {parameters}
        ax : matplotlib Axes, default=None
            Axes to plot on. By default, a new figure is created.
        points_kw : dict, default=None
            Keyword arguments for :meth:`matplotlib.axes.Axes.errorbar`, which draws
            the measured fractions.
        theory_kw : dict, default=None
            Keyword arguments for :meth:`matplotlib.axes.Axes.plot`, which draws Cover's
            curves.

        Returns
        -------
        CapacityDisplay
            The display. Its attribute `curve` is the table.

        See Also
        --------
        capacity_curve : Run the experiment.

        Examples
        --------
        >>> from skbackprop.capacity import CapacityDisplay
        >>> display = CapacityDisplay.from_experiment(
        ...     n_features=[5, 10], n_trials=50, random_state=0
        ... )
        >>> display.ax_.get_xlabel()
        'points per dimension, P / N'
        """
        check_matplotlib_support(f"{cls.__name__}.from_experiment")
        curve = capacity_curve(
            estimator,
            n_features=n_features,
            n_points=n_points,
            n_trials=n_trials,
            data=data,
            affine=affine,
            confidence_level=confidence_level,
            n_jobs=n_jobs,
            progress=progress,
            random_state=random_state,
        )
        return cls(curve).plot(ax, points_kw=points_kw, theory_kw=theory_kw)

    def plot(self, ax=None, *, points_kw=None, theory_kw=None):
        """Plot the curves.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on. By default, a new figure is created.
        points_kw : dict, default=None
            Keyword arguments for :meth:`matplotlib.axes.Axes.errorbar`, which draws
            the measured fractions.
        theory_kw : dict, default=None
            Keyword arguments for :meth:`matplotlib.axes.Axes.plot`, which draws Cover's
            curves.

        Returns
        -------
        CapacityDisplay
            This object.
        """
        check_matplotlib_support(f"{type(self).__name__}.plot")
        if ax is None:
            import matplotlib.pyplot as plt

            _, ax = plt.subplots()
        self.ax_, self.figure_ = ax, ax.figure
        self.points_, self.theory_ = [], []
        has_dimensions = self.curve["n_dimensions"].notna().all()
        by_curve = self.curve.groupby(["n_features", "n_dimensions"], dropna=False)
        styles = _styles(by_curve.ngroups)
        for style, ((n_features, n_dimensions), rows) in zip(
            styles, by_curve, strict=True
        ):
            unit = n_dimensions if has_dimensions else 1
            label = f"N = {n_features}"
            if has_dimensions and n_dimensions != n_features:
                label += f", D = {n_dimensions:.0f}"
            keywords = {**style, "label": label, **(points_kw or {})}
            color = self._plot_points(rows, unit, keywords)
            if has_dimensions:
                self._plot_theory(n_dimensions, rows, color, theory_kw)
        self._name_axes(has_dimensions)
        return self

    def _plot_points(self, rows, unit, keywords):
        """Draw the fractions of one curve with their intervals; return its colour."""
        fraction = rows["fraction"]
        below = (fraction - rows["lower"]).clip(lower=0)
        above = (rows["upper"] - fraction).clip(lower=0)
        x = rows["n_points"] / unit
        container = self.ax_.errorbar(x, fraction, [below, above], **keywords)
        self.points_.append(container)
        return container.lines[0].get_color()

    def _plot_theory(self, n_dimensions, rows, color, keywords):
        """Draw Cover's curve over the range of one measured curve."""
        first, last = rows["n_points"].min(), rows["n_points"].max()
        n_points = np.unique(np.linspace(first, last, 500).astype(int))
        probability = separability_probability(n_points, int(n_dimensions))
        keywords = {"color": color, "linewidth": 1, **(keywords or {})}
        self.theory_ += self.ax_.plot(n_points / n_dimensions, probability, **keywords)

    def _name_axes(self, has_dimensions):
        """Label the axes, and add a legend small enough not to cover curves."""
        is_raw = (self.curve["n_dimensions"] == self.curve["n_features"]).all()
        ratio = f"points per dimension, P / {'N' if is_raw else 'D'}"
        self.ax_.set(
            xlabel=ratio if has_dimensions else "points, P",
            ylabel="fraction separable",
            ylim=(-0.03, 1.03),
        )
        self.ax_.legend(
            title="lines: Cover" if has_dimensions else None,
            fontsize="small",
            title_fontsize="small",
            handlelength=1,
        )


def _styles(n_curves):
    """Return styles of curves with markers and shades that differ, even in overlaps."""
    import matplotlib

    shades = matplotlib.colormaps["cividis"](np.linspace(0, 0.75, n_curves))
    return [
        {
            "color": shade,
            "linestyle": "none",
            "marker": _MARKERS[k % len(_MARKERS)],
            "markersize": 5,
            "markerfacecolor": "none",
        }
        for k, shade in enumerate(shades)
    ]
