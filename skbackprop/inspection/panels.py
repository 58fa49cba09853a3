"""Axes for the panels of displays: given ones, or those of a new figure."""

import numpy as np

_PANELS_OF_A_FIGURE = 3  # more make it higher, which leaves room for labels
_PANELS_OF_A_ROW = 4
_PANEL_SIZE = 3.2  # inches


def panel_axes(ax, n_panels, hint):
    """Return an array of ``n_panels`` axes: those given, or new ones in a column.

    Parameters
    ----------
    ax : matplotlib Axes, array of them or None
    n_panels : int
    hint : str
        Argument that gives a single panel, for the error message.
    """
    if ax is None:
        import matplotlib.pyplot as plt

        width, height = plt.rcParams["figure.figsize"]
        size = width, height * max(1, n_panels / _PANELS_OF_A_FIGURE)
        _, ax = plt.subplots(n_panels, sharex=True, layout="constrained", figsize=size)
    return _checked(ax, n_panels, hint)


def panels_in_rows(ax, n_panels, hint):
    """Return an array of ``n_panels`` axes: those given, or new ones in rows."""
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
    """Return an array of axes after checking their number."""
    axes = np.atleast_1d(np.asarray(ax, dtype=object)).ravel()
    if len(axes) != n_panels:
        raise ValueError(
            f"ax must be {n_panels} axes, one for each panel, got {len(axes)}. With "
            f"{hint}, for example, one is enough."
        )
    return axes
