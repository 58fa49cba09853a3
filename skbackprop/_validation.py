"""Validation of input, as scikit-learn does it and a little further."""

from contextlib import contextmanager

import numpy as np
from scipy import sparse
from sklearn.utils.validation import validate_data

FLOATS = (np.float64, np.float32)


def validate_finite(estimator, X, y="no_validation", **options):
    """Validate as scikit-learn does; name the column where X is not finite."""
    with naming_the_column(X, "X"):
        return validate_data(estimator, X, y, **options)


@contextmanager
def naming_the_column(X, input_name):
    """Say in which column X, known by a name, is not finite, or no number."""
    try:
        # What overflows becomes infinite: an error, not a warning.
        with np.errstate(over="ignore", invalid="ignore"):
            yield
    except ValueError as error:
        column = None
        if str(error).startswith(f"Input {input_name} contains"):
            column = _first_bad_column(X)
        elif str(error).startswith("could not convert string to float"):
            column = _first_column_of_text(X)
        if column is None:
            raise
        raise ValueError(f"{error}\nThe first such column is {column}.") from None


def _first_bad_column(X):
    """Return the name or index of the first column with NaN or infinity."""
    names = getattr(X, "columns", None)
    try:
        if sparse.issparse(X):
            entries = X.tocoo()
            bad = np.unique(entries.col[~np.isfinite(entries.data)])
        else:
            bad = np.flatnonzero(~np.isfinite(np.asarray(X, dtype=float)).all(axis=0))
    except (TypeError, ValueError):
        return None
    if not len(bad):
        return None
    return repr(names[bad[0]]) if names is not None else f"number {bad[0]}"


def _first_column_of_text(X):
    """Return the name of the first column of a table that holds no numbers."""
    for name in getattr(X, "columns", ()):
        try:
            np.asarray(X[name], dtype=float)
        except (TypeError, ValueError):
            return repr(name)
    return None
