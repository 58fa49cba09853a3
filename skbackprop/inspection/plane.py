"""Networks with two features: checks, shared docs, and signals over the plane."""

import numpy as np

from skbackprop.inspection.binding import bind

_MARGIN = 0.1  # around the samples, relative to their range
# Documentation of parameters that displays of the plane have in common.
SAMPLES_DOC = """\
    X : array-like of shape (n_samples, 2)
        The samples.
    y : array-like of shape (n_samples,), default=None
        Classes or numbers, shown as colours: distinct colours for up to 7 different
        values, shades of a colormap for more.
"""
NETWORK_DOC = f"""\
    estimator : Graph or fitted estimator
        A network with two features. Modules behave as in prediction.
{SAMPLES_DOC}\
    parameters : ndarray or list of ndarray, default=None
        Parameters of a graph, as in :func:`vjp`.
"""
SCATTER_DOC = """\
    scatter_kw : dict, default=None
        Keyword arguments for :meth:`matplotlib.axes.Axes.scatter`, which draws the
        samples.
"""


def bind_to_plane(network, X, parameters):
    """Return the bound graph of a network, and samples, which must have 2 features."""
    bound, X = bind(network, X, parameters)
    if X.shape[1] != 2:
        raise ValueError(
            f"X must have 2 features to be drawn in the plane, got {X.shape[1]}. Fit "
            "the network on two features."
        )
    return bound, X


def corners_around(X):
    """Return the lower left and upper right corners of a box around samples."""
    lower, upper = X.min(axis=0), X.max(axis=0)
    margin = _MARGIN * np.where(upper > lower, upper - lower, 1)
    return np.array([lower - margin, upper + margin])


def signals_at(bound, *points):
    """Return the signals of all nodes at the rows of all arrays of points."""
    rows = np.vstack(points).astype(bound.dtype)
    adjoint = np.zeros((len(rows), bound.program.output.width), bound.dtype)
    return bound.executor(len(rows)).vjp(rows, adjoint)[0]
