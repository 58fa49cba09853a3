"""Networks that read two features: what all of them make of the plane."""

import numpy as np

from skbackprop.inspection.binding import bind

_MARGIN = 0.1  # of the range of the samples, around them
# Parameters that all displays of the plane document alike.
SAMPLES_DOC = """\
    X : array-like of shape (n_samples, 2)
        The samples.
    y : array-like of shape (n_samples,), default=None
        Classes or numbers, shown as colours: up to 7 different ones as colours
        far apart, more as shades.
"""
NETWORK_DOC = f"""\
    estimator : Graph or fitted estimator
        A network that reads two features. Modules behave as in prediction.
{SAMPLES_DOC}\
    parameters : ndarray or list of ndarray, default=None
        Parameters of a graph, as in :func:`vjp`.
"""
SCATTER_DOC = """\
    scatter_kw : dict, default=None
        Keywords for :meth:`matplotlib.axes.Axes.scatter`, which draws the samples.
"""


def bind_to_plane(network, X, parameters):
    """Return the bound graph of a network, and samples, which must be of a plane."""
    bound, X = bind(network, X, parameters)
    if X.shape[1] != 2:
        raise ValueError(
            f"X must have 2 features, to be drawn as a plane, got {X.shape[1]}. Fit "
            "the network on two of them."
        )
    return bound, X


def corners_around(X):
    """Return the lower left and the upper right corner of a box around samples."""
    lower, upper = X.min(axis=0), X.max(axis=0)
    margin = _MARGIN * np.where(upper > lower, upper - lower, 1)
    return np.array([lower - margin, upper + margin])


def signals_at(bound, *points):
    """Return the signals of all nodes at points, one array of them below the other."""
    rows = np.vstack(points).astype(bound.dtype)
    adjoint = np.zeros((len(rows), bound.program.output.width), bound.dtype)
    return bound.executor(len(rows)).vjp(rows, adjoint)[0]
