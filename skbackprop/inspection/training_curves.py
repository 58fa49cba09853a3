"""The picture of how a network has learnt."""

import numpy as np
from sklearn.utils._optional_dependencies import check_matplotlib_support
from sklearn.utils.validation import check_is_fitted

from skbackprop.inspection.panels import panel_axes
from skbackprop.utils.docs import share_docs

# What stands in one panel, under its label; panels from top to bottom.
_PANELS = {
    "loss": ("loss", "validation_loss", "penalty"),
    "validation score": ("validation_score",),
    "learning rate": ("learning_rate",),
    "gradient norm": ("gradient_norm",),
    "seconds": ("seconds",),
}
_COLUMNS = [name for names in _PANELS.values() for name in names]
_DEFAULT = ("loss", "validation_loss", "validation_score", "learning_rate")

_PLOT_DOC = """
    columns : list of str, default=None
        What to draw, of 'loss', 'validation_loss', 'penalty', 'validation_score',
        'learning_rate', 'gradient_norm' and 'seconds'. By default loss, learning
        rate and, where there is a validation set, loss and score there.
    ax : matplotlib Axes or array of them, default=None
        One for each panel: losses, and each of the others; by default those of
        a new figure, one below the other.
    line_kw : dict, default=None
        Keywords for :meth:`matplotlib.axes.Axes.plot`, which draws each line.
"""


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

    def __init__(self, history):
        self.history = history

    @classmethod
    @share_docs(parameters=_PLOT_DOC)
    def from_estimator(cls, estimator, *, columns=None, ax=None, line_kw=None):
        """Plot how an estimator has learnt.

        Parameters
        ----------
        estimator : estimator
            A network that was fitted; the last step of a pipeline will do.
        {parameters}

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
        check_is_fitted(estimator)
        network = estimator[-1] if hasattr(estimator, "steps") else estimator
        if not hasattr(network, "history_"):
            raise TypeError(
                "estimator must be a network of skbackprop, or a pipeline that ends "
                f"with one, which has a history_; got {network!r}."
            )
        return cls.from_history(
            network.history_, columns=columns, ax=ax, line_kw=line_kw
        )

    @classmethod
    @share_docs(parameters=_PLOT_DOC)
    def from_history(cls, history, *, columns=None, ax=None, line_kw=None):
        """Plot a history of training.

        Parameters
        ----------
        history : dict of list or pandas.DataFrame
            The ``history_`` of a network.
        {parameters}

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
        check_matplotlib_support(f"{cls.__name__}.from_history")
        import pandas as pd

        history = pd.DataFrame(history)
        if not {"epoch", "loss"} <= set(history.columns):
            raise ValueError(
                "history must have the columns 'epoch' and 'loss', as a network's "
                f"history_ has them; it has {list(history.columns)}."
            )
        return cls(history).plot(columns=columns, ax=ax, line_kw=line_kw)

    @share_docs(parameters=_PLOT_DOC)
    def plot(self, *, columns=None, ax=None, line_kw=None):
        """Draw the curves.

        Parameters
        ----------
        {parameters}

        Returns
        -------
        TrainingCurveDisplay
            This object.
        """
        check_matplotlib_support(f"{type(self).__name__}.plot")
        columns = self._columns(columns)
        panels = {
            label: [name for name in names if name in columns]
            for label, names in _PANELS.items()
        }
        panels = {label: names for label, names in panels.items() if names}
        self.axes_ = panel_axes(ax, len(panels), "columns=['loss']")
        self.figure_, self.lines_ = self.axes_[0].figure, {}
        for axes, (label, names) in zip(self.axes_, panels.items(), strict=True):
            for name in names:
                self._draw(axes, name, line_kw)
            axes.set_ylabel(label)
            if len(names) > 1:
                axes.legend()
        self.axes_[-1].set_xlabel("epoch")
        return self

    def _columns(self, columns):
        """Return the columns to draw, checked."""
        if columns is None:
            recorded = self.history.columns[self.history.notna().any()]
            return [name for name in _DEFAULT if name in recorded]
        columns = list(columns)
        possible = [name for name in _COLUMNS if name in self.history.columns]
        if not columns or not set(columns) <= set(possible):
            raise ValueError(
                f"columns must be some of {possible}, which this history has, got "
                f"{columns}."
            )
        return columns

    def _draw(self, axes, name, keywords):
        import pandas as pd

        keywords = {"label": name.replace("_", " "), **(keywords or {})}
        history = self.history[["epoch", name]]
        if "member" in self.history:  # a gap behind the epochs of each
            members = [part for _, part in history.groupby(self.history["member"])]
            gap = pd.DataFrame({"epoch": [np.nan], name: [np.nan]})
            history = pd.concat([part for m in members for part in (m, gap)][:-1])
        epochs, values = history["epoch"], history[name]
        if len(epochs) == 1:  # which no line would show
            keywords = {"marker": "o", **keywords}
        (self.lines_[name],) = axes.plot(epochs, values, **keywords)
