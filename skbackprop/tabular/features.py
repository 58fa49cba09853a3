"""scikit-learn's checks of feature names and numbers, for tables of any library."""

import numpy as np
from sklearn.utils.validation import validate_data

from skbackprop.tabular.columns import open_table


def check_features(estimator, X, y="no_validation", *, reset):
    """Open a table, and set or check ``feature_names_in_`` and ``n_features_in_``.

    Errors and warnings are those of scikit-learn. It receives an empty pandas frame
    with the same columns, as versions differ in the frames whose names they can read:
    1.8 and older do not support polars 2, and later ones no RecordBatch.

    Parameters
    ----------
    estimator : estimator
    X : frame or array-like of shape (n_samples, n_features)
    y : array-like or None, default='no_validation'
        Refused if None and the estimator requires y.
    reset : bool
        Whether to set the features, as ``fit`` does.

    Returns
    -------
    Table
        An input of :class:`.TableReader` that replaces X.
    """
    table = open_table(X)
    names = table.names
    if not reset and names is not None:  # fast path of predictions: equal names
        known = getattr(estimator, "feature_names_in_", None)
        if known is not None and known.tolist() == names:
            return table
    if names is None:
        stand_in = np.empty((0, table.shape[1]))
    else:
        import pandas as pd

        stand_in = pd.DataFrame(columns=pd.Index(names, dtype=object))
    validate_data(estimator, stand_in, y, skip_check_array=True, reset=reset)
    return table
