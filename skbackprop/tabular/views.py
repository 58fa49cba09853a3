"""Views: the encodings of numeric columns in the networks of an ensemble."""

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
    """Return the names of the views to choose from.

    Parameters
    ----------
    encoding : {'auto', 'raw', 'piecewise_linear'}
    edges : tuple of tuple of float
        Edges of the bins of each column.
    """
    if not any(edges) or encoding == RAW:
        return [RAW]
    return [PIECEWISE] if encoding == PIECEWISE else [RAW, PIECEWISE]


def make_graph(view, edges, hidden_layer_sizes, activation, n_outputs):
    """Return the network of a view.

    Each scaled column x is smoothly clipped. In the view 'piecewise_linear', its
    piecewise-linear encoding is added. Each input has a learnt factor.

    Parameters
    ----------
    view : str
    edges : tuple of tuple of float
    hidden_layer_sizes : list of int
    activation : str
        A key of :data:`skbackprop.estimators.mlp.ACTIVATIONS`.
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
