# Written by `make stubs` from the module beside it, which is what to change.

from collections.abc import Sequence
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray
from typing import Any
from typing_extensions import Self
import pandas as pd

class TrainingCurveDisplay:
    """Training curves: losses, score and learning rate over epochs.

    Use `from_estimator` or `from_history` to create a display. All parameters are
    stored as attributes.

    Parameters
    ----------
    history : pandas.DataFrame
        One row per epoch, with the columns of a network's ``history_``. For an
        ensemble, an additional column 'member'; each network has its own piece of the
        line.

    Attributes
    ----------
    axes_ : ndarray of matplotlib Axes
        The axes of the panels, from top to bottom.
    figure_ : matplotlib Figure
        The figure.
    lines_ : dict of str to matplotlib Line2D
        The line of each column.

    See Also
    --------
    skbackprop.MLPClassifier : Records the curves in its attribute ``history_``.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skbackprop import MLPClassifier, TrainingCurveDisplay
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = MLPClassifier(early_stopping=True, random_state=0).fit(X, y)
    >>> display = TrainingCurveDisplay.from_estimator(clf)
    >>> sorted(display.lines_)
    ['learning_rate', 'loss', 'validation_loss', 'validation_score']
    """
    history: pd.DataFrame
    axes_: NDArray[Any]
    """The axes of the panels, from top to bottom."""
    figure_: Figure
    """The figure."""
    lines_: dict[str, Line2D]
    """The line of each column."""
    def __init__(self, history: pd.DataFrame) -> None: ...
    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        *,
        columns: Sequence[str] | None = None,
        ax: Axes | NDArray[Any] | None = None,
        line_kw: dict[Any, Any] | None = None,
    ) -> Self:
        """Plot the training curves of an estimator.

        Parameters
        ----------
        estimator : estimator
            A fitted network, or a pipeline that ends with one.
        columns : list of str, default=None
            The columns to plot: 'loss', 'validation_loss', 'penalty', 'validation_score',
            'learning_rate', 'gradient_norm', 'update_ratio' and 'seconds'. By default, the
            loss, the learning rate and, if there is a validation set, the validation loss
            and score.
        ax : matplotlib Axes or array of them, default=None
            Axes for the panels: one for the losses and one for each other column. By
            default, those of a new figure, one below the other.
        line_kw : dict, default=None
            Keyword arguments for :meth:`matplotlib.axes.Axes.plot`, which draws each line.

        Returns
        -------
        TrainingCurveDisplay
            The display. Its attribute `history` is the table.

        See Also
        --------
        from_history : Plot from ``history_`` alone.

        Examples
        --------
        >>> from sklearn.datasets import load_iris
        >>> from skbackprop import MLPClassifier, TrainingCurveDisplay
        >>> clf = MLPClassifier(solver="lbfgs", tol=0.01, random_state=0)
        >>> clf = clf.fit(*load_iris(return_X_y=True))
        >>> display = TrainingCurveDisplay.from_estimator(clf, columns=["loss"])
        >>> display.axes_[0].get_xlabel()
        'epoch'
        """

    @classmethod
    def from_history(
        cls,
        history: dict[Any, Any] | pd.DataFrame,
        *,
        columns: Sequence[str] | None = None,
        ax: Axes | NDArray[Any] | None = None,
        line_kw: dict[Any, Any] | None = None,
    ) -> Self:
        """Plot the training curves of a history.

        Parameters
        ----------
        history : dict of list or pandas.DataFrame
            The ``history_`` of a network.
        columns : list of str, default=None
            The columns to plot: 'loss', 'validation_loss', 'penalty', 'validation_score',
            'learning_rate', 'gradient_norm', 'update_ratio' and 'seconds'. By default, the
            loss, the learning rate and, if there is a validation set, the validation loss
            and score.
        ax : matplotlib Axes or array of them, default=None
            Axes for the panels: one for the losses and one for each other column. By
            default, those of a new figure, one below the other.
        line_kw : dict, default=None
            Keyword arguments for :meth:`matplotlib.axes.Axes.plot`, which draws each line.

        Returns
        -------
        TrainingCurveDisplay
            The display. Its attribute `history` is the table.

        See Also
        --------
        from_estimator : Plot from the estimator itself.

        Examples
        --------
        >>> from skbackprop import TrainingCurveDisplay
        >>> history = {"epoch": [1, 2, 3], "loss": [0.9, 0.5, 0.4]}
        >>> display = TrainingCurveDisplay.from_history(history)
        >>> list(display.lines_)
        ['loss']
        """

    def plot(
        self,
        *,
        columns: Sequence[str] | None = None,
        ax: Axes | NDArray[Any] | None = None,
        line_kw: dict[Any, Any] | None = None,
    ) -> TrainingCurveDisplay:
        """Draw the curves.

        Parameters
        ----------
        columns : list of str, default=None
            The columns to plot: 'loss', 'validation_loss', 'penalty', 'validation_score',
            'learning_rate', 'gradient_norm', 'update_ratio' and 'seconds'. By default, the
            loss, the learning rate and, if there is a validation set, the validation loss
            and score.
        ax : matplotlib Axes or array of them, default=None
            Axes for the panels: one for the losses and one for each other column. By
            default, those of a new figure, one below the other.
        line_kw : dict, default=None
            Keyword arguments for :meth:`matplotlib.axes.Axes.plot`, which draws each line.

        Returns
        -------
        TrainingCurveDisplay
            This object.
        """


def __getattr__(name: str) -> Any: ...
