"""Sequences of chunks: how they are told from data, and refused where they are none."""

import numpy as np

LEARNERS = "MLPClassifier, MLPRegressor, NetworkClassifier and NetworkRegressor"
# What only arrays, tables, mappings and strings have.
_OF_DATA = ("shape", "columns", "__array__", "keys", "encode", "decode")


def is_sequence(X):
    """Tell whether X has a length and items, and is no array or table."""
    has_items = hasattr(X, "__len__") and hasattr(X, "__getitem__")
    return has_items and not any(hasattr(X, name) for name in _OF_DATA)


def refuse_chunks(X, name="X"):
    """Raise TypeError where a sequence of chunks stands for the data in them.

    NumPy would read all of it, to find out that it is no array.
    """
    if not is_sequence(X) or not len(X):
        return
    first = X[0]
    if isinstance(first, tuple) and len(first) in (2, 3) and np.ndim(first[0]) == 2:
        raise TypeError(
            f"{name} is a sequence of chunks, which is for fit of {LEARNERS}, without "
            "y. Give data that is in memory here, such as the X of one chunk at a time."
        )
