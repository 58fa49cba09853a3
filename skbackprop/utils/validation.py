"""Validation of input by scikit-learn, with a few more checks."""

import re
import warnings
from contextlib import contextmanager

import numpy as np
from scipy import sparse
from sklearn import config_context, get_config
from sklearn.utils import assert_all_finite, check_array, check_X_y
from sklearn.utils.validation import _check_sample_weight, validate_data

from skbackprop.utils.chunks import refuse_chunks
from skbackprop.utils.gate import as_read_by_kernels, check_masked, check_sparse

FLOATS = (np.float64, np.float32)
# The beginnings of NumPy's messages.
_OF_NO_NUMBERS = ("could not convert string to float", "float() argument must be")


def validate_finite(estimator, X, y="no_validation", **options):
    """Validate as scikit-learn does, with the checks of :mod:`.gate`.

    If X is not finite, the error names the column.
    """
    for part, name in ((X, "X"), (y, "y")):
        check_given(part, name)
    with as_numpy_arrays(), naming_y(y), naming_the_column(X, "X"):
        found = validate_data(estimator, X, y, **options)
    X, *others = found if isinstance(found, tuple) else (found,)
    if options.get("dtype", "numeric") != "numeric":
        X = as_read_by_kernels(X, options["dtype"])
    return (X, *others) if others else X


def validate_input(estimator, X, accept_sparse=False):
    """Validate the input of a fitted estimator that reads floats.

    For a single row scikit-learn's validation takes longer than the network. Input
    that it would return unchanged and without a warning is therefore recognized here.
    """
    if _is_input(estimator, X):
        return X
    return validate_finite(
        estimator, X, accept_sparse=accept_sparse, dtype=FLOATS, reset=False
    )


def _is_input(estimator, X):
    """Return whether X is a finite matrix of floats as wide as in ``fit``."""
    fitted = vars(estimator)
    if type(X) is not np.ndarray or "feature_names_in_" in fitted:
        return False
    is_as_wide = X.shape[1:] == (fitted.get("n_features_in_"),)
    return is_as_wide and are_finite_floats(X)


def are_finite_floats(X, dtypes=FLOATS):
    """Return whether scikit-learn would return X, of any dimension, unchanged.

    Where this is False, scikit-learn decides.
    """
    dtypes = dtypes if isinstance(dtypes, (list, tuple)) else [dtypes]
    # No subclasses: they may be masked arrays or matrices, or convert on access.
    if type(X) is not np.ndarray or X.dtype not in dtypes:
        return False
    # The sum needs no memory. If it overflows, scikit-learn decides.
    with np.errstate(over="ignore", invalid="ignore"):
        is_finite = np.isfinite(np.add.reduce(X, axis=None))
    return X.size > 0 and X.flags.aligned and bool(is_finite)


def check_given(values, name):
    """Raise an error where values would be misread."""
    refuse_chunks(values, name)
    check_sparse(values, name)
    check_masked(values, name)
    refuse_times(values, name)


def refuse_times(X, name):
    """Raise TypeError where dates or durations would be read as integers.

    NumPy counts them in units that depend on how they were made.
    """
    # A dask Series has columns as well, but cannot be indexed by its name.
    if hasattr(X, "columns") and getattr(X, "ndim", 2) == 2:
        columns = {repr(column): X[column] for column in X.columns}
    else:
        columns = {name: X}
    for column, values in columns.items():
        dtype = getattr(values, "dtype", None)
        is_time = getattr(dtype, "kind", "") in ("m", "M") or str(dtype).startswith(
            ("Date", "Duration", "Time")  # as polars calls them
        )
        if is_time:
            raise TypeError(
                f"{column} holds times ({dtype}), not numbers. Convert them, for "
                "example to days since a date, or to month and weekday."
            )


def as_numpy_arrays():
    """Read arrays of other libraries through NumPy, even where scikit-learn would not.

    Kernels read only NumPy arrays. Tensors on a device raise their own error, which
    asks for a copy.
    """
    return config_context(array_api_dispatch=False)


@contextmanager
def naming(name):
    """Name the argument in errors of NumPy and pandas that do not."""
    try:
        with np.errstate(over="ignore"):
            yield
    except (TypeError, ValueError, OverflowError) as error:
        if re.search(rf"\b{name}", str(error)) or "Sample weights" in str(error):
            raise
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(f"{name} cannot be read: {error}") from None


@contextmanager
def naming_y(y):
    """Name y in errors of reading y that do not name it."""
    try:
        yield
    except (TypeError, ValueError) as error:
        message = str(error)
        is_named = re.search(r"\b[Xy]\b", message.partition("\n")[0])
        if is_named or not _is_of(y, message):
            raise
        # Only where labels are compared with each other.
        of_labels = " Labels must be of one type, and none may be missing."
        hint = of_labels if isinstance(error, TypeError) else ""
        raise ValueError(f"y cannot be read: {message}.{hint}") from None


def _is_of(y, message):
    """Return whether reading y, in one way or another, raises this message."""
    for read in (
        lambda: check_array(y, accept_sparse=True, ensure_2d=False, dtype=None),
        lambda: np.asarray(y, float),
        lambda: np.unique(y),
    ):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                read()
        except (TypeError, ValueError) as error:
            if _without_shape(str(error)) == _without_shape(message):
                return True
    return False


def _without_shape(message):
    """Return a message without its end, which names the caller."""
    return message.partition(" while a minimum")[0]


def read_numbers(values, name):
    """Return an argument other than X and y as an array of float64."""
    check_given(values, name)
    with naming(name):
        values = np.asarray(values)
        if values.dtype.kind == "c":
            raise ValueError(f"{name} must be real numbers, got {values.dtype}.")
        return np.require(values, np.float64, ["C", "ALIGNED"])


def check_weights(weights, X, name="sample_weight"):
    """Validate sample weights; None stands for weights of 1.

    They are converted to the dtype of X, where at least one must still be positive.
    """
    if weights is None:
        return None
    check_given(weights, name)
    with as_numpy_arrays(), naming(name):
        # In float64 first: in float32 small negative weights may round to 0.
        weights = _check_sample_weight(
            weights, X, dtype=np.float64, ensure_non_negative=True
        )
        weights = as_read_by_kernels(weights, X.dtype)
        assert_all_finite(weights, input_name=name)
    if not weights.any():
        raise ValueError(f"{name} must have at least one non-zero entry, got only 0.")
    return weights


@contextmanager
def naming_the_column(X, input_name):
    """Name the column in errors about values that are not finite or not numeric."""
    try:
        # Overflow gives infinity, which is an error, not a warning.
        with np.errstate(over="ignore", invalid="ignore"):
            yield
    except OverflowError:
        raise ValueError(
            f"{input_name} holds an integer too large for a float."
        ) from None
    except (TypeError, ValueError) as error:
        column = None
        if str(error).startswith(f"Input {input_name} contains"):
            column = _first_bad_column(X)
        elif str(error).startswith(_OF_NO_NUMBERS):
            column = _first_column_of_no_numbers(X)
        if column is None:
            raise
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(f"{error}\nThe first such column is {column}.") from None


def is_missing(values):
    """Return for each value of an array whether it is None, NaN, NaT or pandas.NA."""
    if values.dtype != object:
        return values != values  # true of NaN and NaT only
    import pandas as pd

    return pd.isna(values)


def _first_bad_column(X):
    """Return the name or index of the first column with NaN or infinity."""
    if hasattr(X, "columns"):  # their types may have missing values
        return next((repr(name) for name in X.columns if not _is_finite(X[name])), None)
    try:
        if sparse.issparse(X):
            entries = X.tocoo()
            bad = np.unique(entries.col[~np.isfinite(entries.data)])
        else:
            bad = np.flatnonzero(~np.isfinite(np.asarray(X, dtype=float)).all(axis=0))
    except (TypeError, ValueError):
        return None
    return f"number {bad[0]}" if len(bad) else None


def _is_finite(column):
    try:
        return np.isfinite(np.asarray(column, dtype=float)).all()
    except (TypeError, ValueError):  # pandas.NA
        return False


def _first_column_of_no_numbers(X):
    """Return the name of the first column of a table that is not numeric."""
    for name in getattr(X, "columns", ()):
        try:
            np.asarray(X[name], dtype=float)
        except (TypeError, ValueError):
            return repr(name)
    return None


def check_samples(X, name="X", dtype=np.float64, **options):
    """Validate samples without an estimator, as ``validate_finite`` does."""
    check_given(X, name)
    with as_numpy_arrays(), naming_the_column(X, name):
        X = check_array(X, dtype=dtype, input_name=name, **options)
    return X if dtype == "numeric" else as_read_by_kernels(X, dtype)


def check_targets(y, n_samples, is_numeric):
    """Validate targets of samples that scikit-learn cannot read."""
    check_given(y, "y")
    stand_in = np.zeros((n_samples, 1))
    with as_numpy_arrays(), naming("y"):
        return check_X_y(stand_in, y, multi_output=True, y_numeric=is_numeric)[1]


def distinct_labels(y):
    """Return the sorted distinct labels."""
    with naming_y(y):
        return np.unique(y)


def csr_like(X):
    """Return the class of CSR results: array or matrix, like X.

    scikit-learn's configuration takes precedence.
    """
    interface = get_config().get("sparse_interface")
    if interface is None:
        is_array = isinstance(X, (sparse.csr_array, sparse.csc_array))
        interface = "sparray" if is_array else "spmatrix"
    return sparse.csr_matrix if interface == "spmatrix" else sparse.csr_array
