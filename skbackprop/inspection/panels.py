"""Panels of a picture: axes given, or of a new figure, and what they have in common."""

import numpy as np

_PANELS_OF_A_FIGURE = 3  # beyond which a figure gets higher, for labels to have room
_PANELS_OF_A_ROW = 4
_PANEL_SIZE = 3.2  # inches


def panel_axes(ax, n_panels, hint):
    """Return an array of as many axes: those given, or one below the other.

    Parameters
    ----------
    ax : matplotlib Axes, array of them or None
    n_panels : int
    hint : str
        What gives one panel, said where the number is wrong.
    """
    if ax is None:
        import matplotlib.pyplot as plt

        width, height = plt.rcParams["figure.figsize"]
        size = width, height * max(1, n_panels / _PANELS_OF_A_FIGURE)
        _, ax = plt.subplots(n_panels, sharex=True, layout="constrained", figsize=size)
    return _checked(ax, n_panels, hint)


def panels_in_rows(ax, n_panels, hint):
    """Return an array of as many axes: those given, or side by side in rows."""
    if ax is None:
        import matplotlib.pyplot as plt

        n_columns = min(n_panels, _PANELS_OF_A_ROW)
        n_rows = -(-n_panels // n_columns)
        figure = plt.figure(
            layout="constrained",
            figsize=(_PANEL_SIZE * n_columns, _PANEL_SIZE * n_rows),
        )
        ax = [figure.add_subplot(n_rows, n_columns, k + 1) for k in range(n_panels)]
    return _checked(ax, n_panels, hint)


def _checked(ax, n_panels, hint):
    """Return an array of axes, if they are as many."""
    axes = np.atleast_1d(np.asarray(ax, dtype=object)).ravel()
    if len(axes) != n_panels:
        raise ValueError(
            f"ax must be {n_panels} axes, one for each panel, got {len(axes)}. With "
            f"{hint}, say, there is one panel."
        )
    return axes
