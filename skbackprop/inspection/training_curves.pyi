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

    It is made by `from_estimator` or `from_history`. All parameters are kept as
    attributes.

    Parameters
    ----------
    history : pandas.DataFrame
        A row for each epoch, with the columns of a network's ``history_``. Of an
        ensemble with the column 'member' as well: each network has a piece of the
        line.

    Attributes
    ----------
    axes_ : ndarray of matplotlib Axes
        One for each panel, from top to bottom.
    figure_ : matplotlib Figure
        Figure that has them.
    lines_ : dict of str to matplotlib Line2D
        The line of each column.

    See Also
    --------
    skbackprop.MLPClassifier : Its attribute ``history_`` is what is drawn.

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
    """One for each panel, from top to bottom."""
    figure_: Figure
    """Figure that has them."""
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
        """Plot how an estimator has learnt.

        Parameters
        ----------
        estimator : estimator
            A network that was fitted; the last step of a pipeline will do.
        columns : list of str, default=None
            What to draw, of 'loss', 'validation_loss', 'penalty', 'validation_score',
            'learning_rate', 'gradient_norm' and 'seconds'. By default loss, learning
            rate and, where there is a validation set, loss and score there.
        ax : matplotlib Axes or array of them, default=None
            One for each panel: losses, and each of the others; by default those of
            a new figure, one below the other.
        line_kw : dict, default=None
            Keywords for :meth:`matplotlib.axes.Axes.plot`, which draws each line.

        Returns
        -------
        TrainingCurveDisplay
            The display; the table is its attribute `history`.

        See Also
        --------
        from_history : From ``history_`` alone.

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
        """Plot a history of training.

        Parameters
        ----------
        history : dict of list or pandas.DataFrame
            The ``history_`` of a network.
        columns : list of str, default=None
            What to draw, of 'loss', 'validation_loss', 'penalty', 'validation_score',
            'learning_rate', 'gradient_norm' and 'seconds'. By default loss, learning
            rate and, where there is a validation set, loss and score there.
        ax : matplotlib Axes or array of them, default=None
            One for each panel: losses, and each of the others; by default those of
            a new figure, one below the other.
        line_kw : dict, default=None
            Keywords for :meth:`matplotlib.axes.Axes.plot`, which draws each line.

        Returns
        -------
        TrainingCurveDisplay
            The display; the table is its attribute `history`.

        See Also
        --------
        from_estimator : From the estimator itself.

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
            What to draw, of 'loss', 'validation_loss', 'penalty', 'validation_score',
            'learning_rate', 'gradient_norm' and 'seconds'. By default loss, learning
            rate and, where there is a validation set, loss and score there.
        ax : matplotlib Axes or array of them, default=None
            One for each panel: losses, and each of the others; by default those of
            a new figure, one below the other.
        line_kw : dict, default=None
            Keywords for :meth:`matplotlib.axes.Axes.plot`, which draws each line.

        Returns
        -------
        TrainingCurveDisplay
            This object.
        """


def __getattr__(name: str) -> Any: ...
