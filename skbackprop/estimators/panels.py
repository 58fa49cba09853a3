"""Panels: sequences in one table, as sktime has them, and what to pass instead."""

import numpy as np
from sklearn.utils.validation import _num_samples


def refuse_panels(X, y=None, reads_rows=False):
    """Raise ValueError where a table of pandas has other things in it than rows.

    Parameters
    ----------
    X : object
        What the user passes.
    y : object, default=None
        Targets: rows with a MultiIndex are steps unless there is one for each.
    reads_rows : bool, default=False
        Without y: whether the network was fitted to rows, each a sample.
    """
    if not (hasattr(X, "iloc") and hasattr(X, "columns")):
        return
    if len(X) and any(np.ndim(cell) == 1 for cell in _objects(X.iloc[:1])):
        raise ValueError(
            "X is a table with a sequence in each cell ('nested_univ' in sktime). Pass "
            "a list with a table for each sample, a row for each time step: "
            "[pd.DataFrame(dict(row)) for _, row in X.iterrows()]."
        )
    has_row_for_each = reads_rows if y is None else _num_samples(y) == len(X)
    if X.index.nlevels > 1 and not has_row_for_each:
        raise ValueError(
            "X is a table in which several rows, by a MultiIndex, are the time steps "
            "of a sample ('pd-multiindex' in sktime). Pass a list with a table for "
            "each: [table for _, table in X.groupby(level=0, sort=False)]."
        )


def _objects(table):
    return table.select_dtypes("object").to_numpy().ravel()
