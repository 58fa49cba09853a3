"""Display of training curves."""

import numpy as np
from sklearn.utils._optional_dependencies import check_matplotlib_support
from sklearn.utils.validation import check_is_fitted

from skbackprop.inspection.panels import panel_axes
from skbackprop.utils.docs import share_docs

# The columns of each panel by its label; panels from top to bottom.
_PANELS = {
    "loss": ("loss", "validation_loss", "penalty"),
    "validation score": ("validation_score",),
    "learning rate": ("learning_rate",),
    "gradient norm": ("gradient_norm",),
    "update : data": ("update_ratio",),
    "seconds": ("seconds",),
}
_COLUMNS = [name for names in _PANELS.values() for name in names]
_DEFAULT = ("loss", "validation_loss", "validation_score", "learning_rate")

_PLOT_DOC = """
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
"""


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

    def __init__(self, history):
        self.history = history

    @classmethod
    @share_docs(parameters=_PLOT_DOC)
    def from_estimator(cls, estimator, *, columns=None, ax=None, line_kw=None):
        """Plot the training curves of an estimator.

        Parameters
        ----------
        estimator : estimator
            A fitted network, or a pipeline that ends with one.
        {parameters}

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
        check_is_fitted(estimator)
        network = estimator[-1] if hasattr(estimator, "steps") else estimator
        if not hasattr(network, "history_"):
            raise TypeError(
                "estimator must be a fitted network of skbackprop that has a "
                f"history_, or a pipeline that ends with one; got {network!r}."
            )
        return cls.from_history(
            network.history_, columns=columns, ax=ax, line_kw=line_kw
        )

    @classmethod
    @share_docs(parameters=_PLOT_DOC)
    def from_history(cls, history, *, columns=None, ax=None, line_kw=None):
        """Plot the training curves of a history.

        Parameters
        ----------
        history : dict of list or pandas.DataFrame
            The ``history_`` of a network.
        {parameters}

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
        """Validate and return the columns to draw."""
        if columns is None:
            recorded = self.history.columns[self.history.notna().any()]
            return [name for name in _DEFAULT if name in recorded]
        columns = list(columns)
        possible = [name for name in _COLUMNS if name in self.history.columns]
        if not columns or not set(columns) <= set(possible):
            raise ValueError(
                f"columns must be some of {possible}, which this history has; got "
                f"{columns}."
            )
        return columns

    def _draw(self, axes, name, keywords):
        import pandas as pd

        keywords = {"label": name.replace("_", " "), **(keywords or {})}
        history = self.history[["epoch", name]]
        if "member" in self.history:  # a gap after the epochs of each
            members = [part for _, part in history.groupby(self.history["member"])]
            gap = pd.DataFrame({"epoch": [np.nan], name: [np.nan]})
            history = pd.concat([part for m in members for part in (m, gap)][:-1])
        epochs, values = history["epoch"], history[name]
        if len(epochs) == 1:  # a line would be invisible
            keywords = {"marker": "o", **keywords}
        (self.lines_[name],) = axes.plot(epochs, values, **keywords)
