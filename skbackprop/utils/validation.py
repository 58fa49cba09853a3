"""Validation of input, as scikit-learn does it and a little further."""

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
# How NumPy begins to say so.
_OF_NO_NUMBERS = ("could not convert string to float", "float() argument must be")


def validate_finite(estimator, X, y="no_validation", **options):
    """Validate as scikit-learn does, and what it leaves open (:mod:`.gate`).

    Where X is not finite, the column is named.
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
    """Validate samples that a fitted estimator, which reads floats, is to run on.

    For a row this takes longer than a network does. What scikit-learn would hand back
    as it is, without a warning, is therefore recognized before it is asked.
    """
    if _is_input(estimator, X):
        return X
    return validate_finite(
        estimator, X, accept_sparse=accept_sparse, dtype=FLOATS, reset=False
    )


def _is_input(estimator, X):
    """Tell whether X is a finite matrix of floats as wide as that of the fit."""
    fitted = vars(estimator)
    if type(X) is not np.ndarray or "feature_names_in_" in fitted:
        return False
    is_as_wide = X.shape[1:] == (fitted.get("n_features_in_"),)
    return is_as_wide and are_finite_floats(X)


def are_finite_floats(X, dtypes=FLOATS):
    """Tell whether X is what scikit-learn would hand back as it is, of any dimension.

    Where it says no, scikit-learn looks closer.
    """
    dtypes = dtypes if isinstance(dtypes, (list, tuple)) else [dtypes]
    # No subclass: these may be masked, or matrices, or convert when they are read.
    if type(X) is not np.ndarray or X.dtype not in dtypes:
        return False
    # A sum, as it needs no memory, and may overflow.
    with np.errstate(over="ignore", invalid="ignore"):
        is_finite = np.isfinite(np.add.reduce(X, axis=None))
    return X.size > 0 and X.flags.aligned and bool(is_finite)


def check_given(values, name):
    """Raise an error where values would not be read as what they are."""
    refuse_chunks(values, name)
    check_sparse(values, name)
    check_masked(values, name)
    refuse_times(values, name)


def refuse_times(X, name):
    """Raise TypeError where dates or durations would be learnt from as integers.

    NumPy counts them in units that depend on how they were made.
    """
    # A series of dask has columns as well: one, of which it cannot be asked.
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
                f"{column} holds times ({dtype}), which are no numbers. Convert them, "
                "to days since a date or to month and weekday, say."
            )


def as_numpy_arrays():
    """Read arrays of other libraries through NumPy, even where scikit-learn would not.

    Kernels read nothing else. Tensors on a device say themselves that they must be
    copied.
    """
    return config_context(array_api_dispatch=False)


@contextmanager
def naming(name):
    """Say what cannot be read where the error, of NumPy or pandas, does not."""
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
    """Say that it is y that cannot be read, of X and y, where the error does not."""
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
    """Tell whether reading y, be it as what kind, ends with an error's message."""
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
    """Return a message up to where it tells for whom it is."""
    return message.partition(" while a minimum")[0]


def read_numbers(values, name):
    """Return what is given beside X and y, by a name, as an array of float64."""
    check_given(values, name)
    with naming(name):
        values = np.asarray(values)
        if values.dtype.kind == "c":
            raise ValueError(f"{name} must be real numbers, got {values.dtype}.")
        return np.require(values, np.float64, ["C", "ALIGNED"])


def check_weights(weights, X, name="sample_weight"):
    """Validate weights of samples, None where each weighs 1.

    They become those of X in dtype; there too one at least must be positive.
    """
    if weights is None:
        return None
    check_given(weights, name)
    with as_numpy_arrays(), naming(name):
        # First as they are: what is negative may round to 0, what is large to infinity.
        weights = _check_sample_weight(
            weights, X, dtype=np.float64, ensure_non_negative=True
        )
        weights = as_read_by_kernels(weights, X.dtype)
        assert_all_finite(weights, input_name=name)
    if not weights.any():
        raise ValueError(f"{name} must have at least one non-zero entry, all are 0.")
    return weights


@contextmanager
def naming_the_column(X, input_name):
    """Say in which column X, known by a name, is not finite, or no number."""
    try:
        # What overflows becomes infinite: an error, not a warning.
        with np.errstate(over="ignore", invalid="ignore"):
            yield
    except OverflowError:
        raise ValueError(
            f"{input_name} holds an integer too large for a number of floating point."
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
    """Tell of each value of an array whether it is None, NaN, NaT or pandas.NA."""
    if values.dtype != object:
        return values != values  # so are NaN and NaT, and nothing else
    import pandas as pd

    return pd.isna(values)


def _first_bad_column(X):
    """Return the name or index of the first column with NaN or infinity."""
    if hasattr(X, "columns"):  # columns may be of types with missing values
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
    except (TypeError, ValueError):  # of pandas.NA
        return False


def _first_column_of_no_numbers(X):
    """Return the name of the first column of a table that holds no numbers."""
    for name in getattr(X, "columns", ()):
        try:
            np.asarray(X[name], dtype=float)
        except (TypeError, ValueError):
            return repr(name)
    return None


def check_samples(X, name="X", dtype=np.float64, **options):
    """Validate samples that no estimator is fitted to, as ``validate_finite`` does."""
    check_given(X, name)
    with as_numpy_arrays(), naming_the_column(X, name):
        X = check_array(X, dtype=dtype, input_name=name, **options)
    return X if dtype == "numeric" else as_read_by_kernels(X, dtype)


def check_targets(y, n_samples, is_numeric):
    """Validate targets beside samples that scikit-learn cannot read."""
    check_given(y, "y")
    stand_in = np.zeros((n_samples, 1))
    with as_numpy_arrays(), naming("y"):
        return check_X_y(stand_in, y, multi_output=True, y_numeric=is_numeric)[1]


def distinct_labels(y):
    """Return the labels that occur, sorted."""
    with naming_y(y):
        return np.unique(y)


def csr_like(X):
    """Return the CSR class to make: an array or a matrix, as X is.

    Where scikit-learn is configured for one of the two, it is that one.
    """
    interface = get_config().get("sparse_interface")
    if interface is None:
        is_array = isinstance(X, (sparse.csr_array, sparse.csc_array))
        interface = "sparray" if is_array else "spmatrix"
    return sparse.csr_matrix if interface == "spmatrix" else sparse.csr_array
