# Written by `make stubs` from the module beside it, which is what to change.

from collections.abc import Sequence
from matplotlib.axes import Axes
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure
from numpy.typing import ArrayLike
from numpy.typing import NDArray
from skbackprop.inspection.layers import LayerReport
from typing import Any
from typing_extensions import Self
import numpy as np

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
    report: LayerReport
    axes_: NDArray[Any]
    """The axes of the panels, from top to bottom."""
    figure_: Figure
    """The figure."""
    lines_: dict[str, ErrorbarContainer]
    """The curve of each measure, with intervals for measures that have them."""
    def __init__(self, report: LayerReport) -> None: ...
    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: ArrayLike | None = None,
        y: ArrayLike | None = None,
        *,
        measures: str | Sequence[str] = ('capacity', 'dimension', 'separability', 'cka'),
        reference: str = 'y',
        max_samples: int = 1000,
        n_jobs: int | None = None,
        random_state: int | np.random.RandomState | None = None,
        ax: Axes | NDArray[Any] | None = None,
        line_kw: dict[Any, Any] | None = None,
    ) -> Self:
        """Compute measures of each layer and plot them.

        Parameters
        ----------
        estimator : fitted estimator, or dict or list of array-like
            A network of this package, a transformer, or a pipeline of transformers that may
            end with a network; also inside a :class:`~sklearn.frozen.FrozenEstimator`. Or
            the layers themselves, as arrays of shape (n_samples, n_units), by name or in
            order.
        X : array-like of shape (n_samples, n_features), default=None
            Samples, as for ``predict``. None if `estimator` holds arrays.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs), default=None
            Classes of the samples, or numbers if no measure needs classes. Integers are
            classes, unless the estimator is a regressor.
        measures : str or list of str, default=("capacity", "dimension", "separability", "cka")
            The measures to compute: 'capacity', 'dimension', 'separability', 'cka',
            'participation_ratio' and 'nc1'.
        reference : str, default='y'
            What 'cka' compares each layer with: 'y' (classes as indicators, or numbers), or
            the name of a layer, such as 'input' or 'output'.
        max_samples : int, default=1000
            Maximum number of samples to use; more samples are subsampled, with equally many
            of each class and at least two.
        n_jobs : int, default=None
            Number of joblib workers. The results do not depend on it.
        random_state : int, RandomState instance or None, default=None
            Controls the random draws, which are the same for all layers.
        ax : matplotlib Axes or array of them, default=None
            Axes for the panels, one for each measure. By default, those of a new figure,
            one below the other.
        line_kw : dict, default=None
            Keyword arguments for :meth:`matplotlib.axes.Axes.errorbar`, which draws each
            curve.

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

    def plot(
        self,
        *,
        ax: Axes | NDArray[Any] | None = None,
        line_kw: dict[Any, Any] | None = None,
    ) -> LayerReportDisplay:
        """Plot the curves.

        Parameters
        ----------
        ax : matplotlib Axes or array of them, default=None
            Axes for the panels, one for each measure. By default, those of a new figure,
            one below the other.
        line_kw : dict, default=None
            Keyword arguments for :meth:`matplotlib.axes.Axes.errorbar`, which draws each
            curve.

        Returns
        -------
        LayerReportDisplay
            This object.
        """


def __getattr__(name: str) -> Any: ...
