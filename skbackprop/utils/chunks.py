"""Distinguish sequences of chunks from data, and refuse them where data is needed."""

import numpy as np

LEARNERS = "MLPClassifier, MLPRegressor, NetworkClassifier and NetworkRegressor"
# Attributes of arrays, tables, mappings and strings, but not of sequences.
_OF_DATA = ("shape", "columns", "__array__", "keys", "encode", "decode")


def is_sequence(X):
    """Return whether X has a length and items, but is not an array or table."""
    has_items = hasattr(X, "__len__") and hasattr(X, "__getitem__")
    return has_items and not any(hasattr(X, name) for name in _OF_DATA)


def refuse_chunks(X, name="X"):
    """Raise TypeError if X is a sequence of chunks instead of data.

    NumPy would read all chunks before it failed.
    """
    if not is_sequence(X) or not len(X):
        return
    first = X[0]
    if isinstance(first, tuple) and len(first) in (2, 3) and np.ndim(first[0]) == 2:
        raise TypeError(
            f"{name} is a sequence of chunks, which only fit of {LEARNERS} accepts, "
            "without y. Pass data in memory here, such as the X of one chunk at a "
            "time."
        )
