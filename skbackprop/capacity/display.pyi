# Written by `make stubs` from the module beside it, which is what to change.

from collections.abc import Callable
from matplotlib.axes import Axes
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike
from typing import Any
from typing import Literal
from typing_extensions import Self
import numpy as np
import pandas as pd

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
    curve: pd.DataFrame
    ax_: Axes
    """Axes with the curves."""
    figure_: Figure
    """Figure with the axes."""
    points_: list[ErrorbarContainer]
    """The measured fractions with their intervals, one container per curve."""
    theory_: list[Line2D]
    """Cover's curves, one for each measured curve with a known dimension."""
    def __init__(self, curve: pd.DataFrame) -> None: ...
    @classmethod
    def from_experiment(
        cls,
        estimator: Any = None,
        *,
        n_features: int | ArrayLike | None = None,
        n_points: Any = None,
        n_trials: int = 1000,
        data: Literal['gaussian', 'sphere', 'hypercube'] | ArrayLike = 'gaussian',
        affine: bool = False,
        confidence_level: float = 0.95,
        n_jobs: int | None = None,
        progress: Callable[..., Any] | None = None,
        random_state: int | np.random.RandomState | None = None,
        ax: Axes | None = None,
        points_kw: dict[Any, Any] | None = None,
        theory_kw: dict[Any, Any] | None = None,
    ) -> Self:
        """Measure capacity curves and plot them.

        Parameters
        ----------
        estimator : transformer, classifier or None, default=None
            A transformer that is applied before the hyperplane, or a classifier that
            replaces it; pipelines work too. Wrap a fitted estimator in a
            :class:`~sklearn.frozen.FrozenEstimator` to keep it unchanged: its ``transform``
            is applied before the hyperplane, even if it is a classifier. To choose another
            hidden layer of a network, use
            ``FunctionTransformer(network.transform, kw_args={"layer": 0})``.
        n_features : int or array-like of int, default=None
            Number N of coordinates of a point. Several numbers give one curve each.
            Optional only if `data` is an array.
        n_points : array-like of int or of float, default=None
            Numbers P of points. Floats are multiples of the dimension D of the
            representation, or of `n_features` for a classifier. By default, 0.25, 0.5, ...,
            4 times that dimension.
        n_trials : int, default=1000
            Number of trials for each number of points.
        data : {'gaussian', 'sphere', 'hypercube'} or array-like of shape (n_samples, n_features), default='gaussian'
            Distribution of the points: standard normal, uniform on the unit sphere, or
            uniform on the corners of the cube [-1, 1]^N. An array is sampled without
            replacement.
        affine : bool, default=False
            Whether hyperplanes may have an intercept, which adds one dimension. False means
            hyperplanes through the origin, as in Cover's count. Classifiers ignore it.
        confidence_level : float, default=0.95
            Confidence level of the intervals.
        n_jobs : int, default=None
            Number of joblib workers, which are processes by default. The results do not
            depend on it.
        progress : callable, default=None
            Creates a progress bar that counts trials: ``tqdm.tqdm``, or any callable
            ``progress(total=n)`` whose result has the methods ``update(n)`` and
            ``close()``. For messages of joblib, use ``joblib.parallel_config(verbose=10)``.
        random_state : int, RandomState instance or None, default=None
            Controls the points, the labels, and every part of `estimator` whose
            ``random_state`` is None.
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

    def plot(
        self,
        ax: Axes | None = None,
        *,
        points_kw: dict[Any, Any] | None = None,
        theory_kw: dict[Any, Any] | None = None,
    ) -> CapacityDisplay:
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


def __getattr__(name: str) -> Any: ...
