"""The history of training: a column of numbers for each thing recorded.

A dict of lists, one number per epoch in each, so that ``pandas.DataFrame`` reads
it and every way of storing an estimator stores it.
"""

import math

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
