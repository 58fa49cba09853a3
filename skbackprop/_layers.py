"""Parameters that say something of each hidden layer, read and checked."""

from numbers import Real

import numpy as np


def layer_sizes(hidden_layer_sizes, min_layers=0):
    """Return the numbers of units as a list of int."""
    sizes = np.atleast_1d(np.asarray(hidden_layer_sizes)).tolist()
    are_sizes = all(isinstance(size, int) and size > 0 for size in sizes)
    if len(sizes) < min_layers or not are_sizes:
        at_least = f" of at least {min_layers}" if min_layers else ""
        raise ValueError(
            "hidden_layer_sizes must be > 0, an int or a sequence of ints"
            f"{at_least}, got {hidden_layer_sizes!r}."
        )
    return sizes


def dropout_rates(dropout, n_hidden):
    """Return the rates of the input and of the hidden layers as a list."""
    rates = 0.0 if dropout is None else dropout
    rates = [0.0] + [rates] * n_hidden if np.isscalar(rates) else list(rates)
    are_rates = all(isinstance(r, Real) and 0 <= r < 1 for r in rates)
    if len(rates) != n_hidden + 1 or not are_rates:
        raise ValueError(
            "dropout must be a rate, at least 0 and below 1, of the hidden layers, "
            f"or a tuple of {n_hidden + 1} rates: of the input and of the "
            f"{n_hidden} layers of hidden_layer_sizes, got {dropout!r}."
        )
    return rates
