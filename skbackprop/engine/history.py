"""The history of training: a column of numbers for each thing recorded.

A dict of lists, one number per epoch in each, so that ``pandas.DataFrame`` reads
it. What is stored are arrays of them, which take a tenth of the room.
"""

import math

import numpy as np

COLUMNS = (
    "epoch",
    "loss",
    "penalty",
    "learning_rate",
    "gradient_norm",
    "validation_loss",
    "validation_score",
    "seconds",
)


def new_history():
    """Return a history of no epochs."""
    return {name: [] for name in COLUMNS}


def extend_history(history, **columns):
    """Enter some epochs; NaN in the columns that are not given.

    Parameters
    ----------
    history : dict of list
    **columns : list of float
        Of equal length.
    """
    n_before = len(history["epoch"])
    n_new = len(columns["loss"])
    history["epoch"].extend(range(n_before + 1, n_before + n_new + 1))
    for name in COLUMNS[1:]:
        history[name].extend(columns.get(name, [math.nan] * n_new))


def as_stored(record):
    """Return a curve, or a history of curves, as arrays; None where there is none."""
    if isinstance(record, dict):
        return {name: as_stored(column) for name, column in record.items()}
    return None if record is None else np.array(record)


def as_recorded(record):
    """Return lists of what :func:`as_stored` returned, or had not yet seen."""
    if isinstance(record, dict):
        return {name: as_recorded(column) for name, column in record.items()}
    return None if record is None else np.asarray(record).tolist()
