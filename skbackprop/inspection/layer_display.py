"""Display of the measures of layers."""

import numpy as np
from sklearn.utils._optional_dependencies import check_matplotlib_support

from skbackprop.inspection.layer_measures import MEASURES
from skbackprop.inspection.layers import (
    DEFAULT_MEASURES,
    REPORT_PARAMETERS,
    layer_report,
)
from skbackprop.inspection.panels import panel_axes
from skbackprop.utils.docs import share_docs

_PLOT_DOC = """
    ax : matplotlib Axes or array of them, default=None
        Axes for the panels, one for each measure. By default, those of a new figure,
        one below the other.
    line_kw : dict, default=None
        Keyword arguments for :meth:`matplotlib.axes.Axes.errorbar`, which draws each
        curve.
"""


class LayerReportDisplay:
    """Plot of measures over layers, with one panel per measure.

    Use `from_estimator` to create a display, or pass a report. All parameters are
    stored as attributes.

    Parameters
    ----------
    report : LayerReport
        Result of :func:`layer_report`.

    Attributes
    ----------
    axes_ : ndarray of matplotlib Axes
        The axes of the panels, from top to bottom.
    figure_ : matplotlib Figure
        The figure.
    lines_ : dict of str to matplotlib ErrorbarContainer
        The curve of each measure, with intervals for measures that have them.

    See Also
    --------
    layer_report : Compute the table that is plotted.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skbackprop import MLPClassifier
    >>> from skbackprop.inspection import LayerReportDisplay, layer_report
    >>> X, y = load_digits(return_X_y=True)
    >>> mlp = MLPClassifier((100, 30), tol=0.1, random_state=0).fit(X, y)
    >>> report = layer_report(mlp, X, y, measures=["dimension", "nc1"], random_state=0)
    >>> display = LayerReportDisplay(report).plot()
    >>> [text.get_text() for text in display.axes_[-1].get_xticklabels()]
    ['input', 'layer 0', 'layer 1', 'output']
    """

    def __init__(self, report):
        self.report = report

    @classmethod
    @share_docs(parameters=REPORT_PARAMETERS, plotting=_PLOT_DOC)
    def from_estimator(
        cls,
        estimator,
        X=None,
        y=None,
        *,
        measures=DEFAULT_MEASURES,
        reference="y",
        max_samples=1000,
        n_jobs=None,
        random_state=None,
        ax=None,
        line_kw=None,
    ):
        """Compute measures of each layer and plot them.

        Parameters
        ----------
        {parameters}
        {plotting}

        Returns
        -------
        LayerReportDisplay
            The display. The table is ``display.report.table``.

        See Also
        --------
        layer_report : Compute the measures.

        Examples
        --------
        >>> import numpy as np
        >>> from skbackprop.inspection import LayerReportDisplay
        >>> rng = np.random.default_rng(0)
        >>> layers = {"one": rng.normal(size=(50, 9)), "two": rng.normal(size=(50, 3))}
        >>> display = LayerReportDisplay.from_estimator(
        ...     layers, measures=["participation_ratio"]
        ... )
        >>> display.axes_[0].get_ylabel()
        'participation ratio'
        """
        check_matplotlib_support(f"{cls.__name__}.from_estimator")
        report = layer_report(
            estimator,
            X,
            y,
            measures=measures,
            reference=reference,
            max_samples=max_samples,
            n_jobs=n_jobs,
            random_state=random_state,
        )
        return cls(report).plot(ax=ax, line_kw=line_kw)

    @share_docs(parameters=_PLOT_DOC)
    def plot(self, *, ax=None, line_kw=None):
        """Plot the curves.

        Parameters
        ----------
        {parameters}

        Returns
        -------
        LayerReportDisplay
            This object.
        """
        check_matplotlib_support(f"{type(self).__name__}.plot")
        names = [name for name in self.report.table if name in MEASURES]
        self.axes_ = panel_axes(ax, len(names), f"measures=[{names[0]!r}]")
        self.figure_, self.lines_ = self.axes_[0].figure, {}
        for axes, name in zip(self.axes_, names, strict=True):
            self.lines_[name] = self._draw(axes, name, line_kw)
            axes.set_ylabel(MEASURES[name].label)
        self.axes_[-1].set_xlabel("layer")
        return self

    def _draw(self, axes, name, keywords):
        """Draw a curve and its intervals, with gaps at infinite values."""
        values, errors = self.report.table[name], None
        if name in self.report.intervals:
            bounds = self.report.intervals[name]
            below, above = values - bounds["lower"], bounds["upper"] - values
            errors = [e.clip(0).where(np.isfinite(e), 0) for e in (below, above)]
        keywords = {"marker": "o", "capsize": 3, **(keywords or {})}
        places = range(len(values))
        container = axes.errorbar(places, values, errors, **keywords)
        axes.set_xticks(places, values.index)
        return container
