"""The graph of an MLP, a chain of linear modules and activations."""

from skbackprop.network.graph import Graph
from skbackprop.network.modules.activations import ReLU
from skbackprop.network.modules.linear import Linear
from skbackprop.network.node import Input

_DEFAULT_ACTIVATION = ReLU()


def mlp_graph(
    n_features, n_outputs, hidden_layer_sizes=(100,), activation=_DEFAULT_ACTIVATION
):
    """Return the chain input -> (linear -> activation) ... -> linear.

    Parameters
    ----------
    n_features, n_outputs : int
        Widths of the input and the output.
    hidden_layer_sizes : iterable of int, default=(100,)
        Widths of the hidden layers.
    activation : Module, default=ReLU()
        Activation of the hidden layers.

    Returns
    -------
    Graph
        Its output is logits, as there is no activation after the last layer.

    Examples
    --------
    >>> from skbackprop.network.chain import mlp_graph
    >>> print(mlp_graph(4, 3, (8,)))
    1 = Linear(n_units=8)(0)
    2 = ReLU()(1)
    3 = Linear(n_units=3)(2)
    """
    signal = Input(n_features)
    for n_units in hidden_layer_sizes:
        signal = activation(Linear(n_units)(signal))
    return Graph(Linear(n_outputs)(signal))
