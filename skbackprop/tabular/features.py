"""Names and number of features: scikit-learn's checks, for tables of any library."""

import numpy as np
from sklearn.utils.validation import validate_data

from skbackprop.tabular.columns import open_table


def check_features(estimator, X, y="no_validation", *, reset):
    """Open a table, and set or check the features of an estimator.

    That are ``feature_names_in_`` and ``n_features_in_``, with scikit-learn's errors
    and warnings. What scikit-learn reads names from depends on its version: 1.8 and
    older know none of polars 2, later ones none of a RecordBatch. It is shown an
    empty frame of the same columns.

    Parameters
    ----------
    estimator : estimator
    X : frame or array-like of shape (n_samples, n_features)
    y : array-like or None, default='no_validation'
        Refused if None, where the estimator requires one.
    reset : bool
        Whether to set the features, as ``fit`` does.

    Returns
    -------
    Table
        Which :class:`.TableReader` reads as it reads X.
    """
    table = open_table(X)
    names = table.names
    if not reset and names is not None:  # the way of a prediction: equal names
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
