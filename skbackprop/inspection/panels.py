"""Panels of a picture: axes one below the other, given or of a new figure."""

import numpy as np

_PANELS_OF_A_FIGURE = 3  # beyond which a figure gets higher, for labels to have room


def panel_axes(ax, n_panels, hint):
    """Return an array of as many axes: those given, or of a new figure.

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
    axes = np.atleast_1d(np.asarray(ax, dtype=object)).ravel()
    if len(axes) != n_panels:
        raise ValueError(
            f"ax must be {n_panels} axes, one for each panel, got {len(axes)}. With "
            f"{hint}, say, there is one panel."
        )
    return axes
