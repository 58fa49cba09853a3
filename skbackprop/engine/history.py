"""The history of training: a dict of lists with one number per epoch.

``pandas.DataFrame`` accepts it. Files store arrays instead, which take a tenth of the
space.
"""

import math

import numpy as np

COLUMNS = (
    "epoch",
    "loss",
    "penalty",
    "learning_rate",
    "gradient_norm",
    "update_ratio",
    "validation_loss",
    "validation_score",
    "seconds",
)


def new_history():
    """Return a history without epochs."""
    return {name: [] for name in COLUMNS}


def extend_history(history, **columns):
    """Add epochs to a history, with NaN in missing columns.

    Parameters
    ----------
    history : dict of list
    **columns : list of float
        Columns of equal length.
    """
    n_before = len(history["epoch"])
    n_new = len(columns["loss"])
    history["epoch"].extend(range(n_before + 1, n_before + n_new + 1))
    for name in COLUMNS[1:]:
        # Histories in older files have fewer columns.
        column = history.setdefault(name, [math.nan] * n_before)
        column.extend(columns.get(name, [math.nan] * n_new))


def update_ratio(before, after):
    """Return ||after - before|| / ||before||, NaN if ``before`` is 0."""
    norm = np.linalg.norm(before.astype(np.float64))
    step = np.linalg.norm(after.astype(np.float64) - before)
    return float(step / norm) if norm else math.nan


def as_stored(record):
    """Return a list, or a dict of lists, as arrays; None stays None."""
    if isinstance(record, dict):
        return {name: as_stored(column) for name, column in record.items()}
    return None if record is None else np.array(record)


def as_recorded(record):
    """Return arrays, or a dict of arrays, as lists: the inverse of `as_stored`."""
    if isinstance(record, dict):
        return {name: as_recorded(column) for name, column in record.items()}
    return None if record is None else np.asarray(record).tolist()
