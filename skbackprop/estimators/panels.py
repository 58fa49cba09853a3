"""Refusal of panels, sktime's tables of sequences, with advice on what to pass."""

import numpy as np
from sklearn.utils.validation import _num_samples


def refuse_panels(X, y=None, reads_rows=False):
    """Raise ValueError if X is a pandas table whose rows are not samples.

    Parameters
    ----------
    X : object
        The input of the user.
    y : object, default=None
        Targets. Rows with a MultiIndex are steps unless each row has a target.
    reads_rows : bool, default=False
        If there is no y, whether the network was fitted to rows that are samples.
    """
    if not (hasattr(X, "iloc") and hasattr(X, "columns")):
        return
    if len(X) and any(np.ndim(cell) == 1 for cell in _objects(X.iloc[:1])):
        raise ValueError(
            "X is a table with a sequence in each cell ('nested_univ' in sktime). Pass "
            "a list with a table for each sample and a row for each time step: "
            "[pd.DataFrame(dict(row)) for _, row in X.iterrows()]."
        )
    has_row_for_each = reads_rows if y is None else _num_samples(y) == len(X)
    if X.index.nlevels > 1 and not has_row_for_each:
        raise ValueError(
            "X is a table with a MultiIndex, in which several rows are the time steps "
            "of a sample ('pd-multiindex' in sktime). Pass a list with a table for "
            "each sample: [table for _, table in X.groupby(level=0, sort=False)]."
        )


def _objects(table):
    return table.select_dtypes("object").to_numpy().ravel()
