"""Views: how the networks of an ensemble look at the columns of a table."""

from skbackprop.estimators.mlp import ACTIVATIONS
from skbackprop.network import (
    Concatenate,
    Graph,
    Input,
    Linear,
    PiecewiseLinear,
    Scale,
    SmoothClip,
)

RAW, PIECEWISE = "raw", "piecewise_linear"


def offered_views(encoding, edges):
    """Return the names of the views that a table is looked at through.

    Parameters
    ----------
    encoding : {'auto', 'raw', 'piecewise_linear'}
    edges : tuple of tuple of float
        Of the bins of each column.
    """
    if not any(edges) or encoding == RAW:
        return [RAW]
    return [PIECEWISE] if encoding == PIECEWISE else [RAW, PIECEWISE]


def make_graph(view, edges, hidden_layer_sizes, activation, n_outputs):
    """Return the network of a view.

    Each column x, scaled, is clipped smoothly and, in the view 'piecewise_linear',
    joined by its bins; each of these inputs has a factor that is learnt.

    Parameters
    ----------
    view : str
    edges : tuple of tuple of float
    hidden_layer_sizes : list of int
    activation : str
        Of :data:`skbackprop.estimators.mlp.ACTIVATIONS`.
    n_outputs : int
    """
    x = Input(len(edges))
    signal = SmoothClip()(x)
    if view == PIECEWISE:
        signal = Concatenate()(signal, PiecewiseLinear(edges)(x))
    signal = Scale()(signal)
    for n_units in hidden_layer_sizes:
        signal = ACTIVATIONS[activation](Linear(n_units)(signal))
    return Graph(Linear(n_outputs)(signal))
