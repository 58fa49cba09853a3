"""Reading tables of any library, column by column, as numbers or as labels.

This module does not import pandas, polars or pyarrow. It recognises columns by their
attributes. Tables are converted one column at a time, never as a whole.
"""

import datetime
import numbers as abstract
import warnings
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache

import numpy as np
from scipy import sparse
from sklearn.utils import check_array

from skbackprop.utils.chunks import refuse_chunks

_MISSING = {"NoneType", "NAType", "NaTType"}  # types of missing values
_OF_DTYPES = {  # beginnings of lower-case names of dtypes; the first match counts
    "nested": ("list", "large_list", "fixed_size_list", "array", "struct", "map"),
    "label": (
        *("category", "categorical", "enum", "dictionary", "interval"),
        *("str", "large_str", "utf8", "large_utf8"),
    ),
    "number": ("int", "uint", "float", "double", "half", "bool", "decimal", "null"),
    "object": ("object", "unknown"),
    "times": ("date", "time", "duration", "period", "month"),
    "bytes": ("binary", "large_binary", "fixed_size_binary", "bytes"),
    "complex": ("complex",),
}
_OF_KINDS = {  # by the kind of NumPy dtypes
    **dict.fromkeys("biuf", "number"),
    **dict.fromkeys("UT", "label"),
    **dict.fromkeys("mM", "times"),
    "O": "object",
    "S": "bytes",
    "c": "complex",
}


class Table:
    """A common interface to tables of all libraries.

    Parameters
    ----------
    shape : tuple of int
    column : callable
        Returns the column of an index: a NumPy or pandas array, a polars series, or a
        pyarrow chunked array.
    names : callable, default=None
        Returns the names of the columns. None means that they have no names.
    matrix : ndarray, default=None
        The table, if it is a plain array of numbers.
    """

    def __init__(self, shape, column, names=None, matrix=None):
        self.shape, self.column, self.matrix = tuple(shape), column, matrix
        self._names = names

    @property
    def names(self):
        """List of the names of the columns as in the table, or None."""
        return None if self._names is None else list(self._names())

    @property
    def labels(self):
        """Names of the columns as strings, by default those of scikit-learn."""
        names = self.names
        if names is None:
            return [f"x{j}" for j in range(self.shape[1])]
        return [str(name) for name in names]

    def take(self, rows):
        """Return the table of the rows with these indices."""
        matrix = None if self.matrix is None else self.matrix[rows]
        shape = len(rows), self.shape[1]
        return Table(shape, lambda j: _take(self.column(j), rows), self._names, matrix)


def _take(column, rows):
    """Return some entries of a column; the method of polars is ``gather``."""
    return (getattr(column, "take", None) or column.gather)(rows)


def open_table(X):
    """Return a Table; raise scikit-learn's errors if X has no rows or columns."""
    if isinstance(X, Table):
        return X
    refuse_chunks(X)
    if isinstance(X, np.ndarray):
        table = _open_array(X)
    elif sparse.issparse(X):
        raise TypeError(
            "Sparse data was passed for X, but dense data is required. Use "
            "MLPClassifier or MLPRegressor, which support sparse matrices, or pass "
            "X.toarray()."
        )
    elif hasattr(X, "collect") and not hasattr(X, "shape"):  # polars' LazyFrame
        raise TypeError(
            f"X must hold data, got a {type(X).__name__}. Pass X.collect()."
        )
    elif hasattr(X, "columns") or hasattr(X, "column_names"):
        table = _open_frame(X)
    else:
        table = _open_array(_array_of(X))
    if 0 in table.shape:
        check_array(np.empty(table.shape), dtype=None)
    return table


def _array_of(X):
    """Return an array from nested lists or objects with ``__array__``."""
    if getattr(X, "ndim", 2) != 2 or getattr(X, "dtype", None) is not None:
        check_array(X, dtype=None, ensure_all_finite=False)  # refuses series
    if not isinstance(X, Iterable):
        return np.asarray(X)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # NumPy 1.23 warns about ragged lists
            array = np.asarray(X)
    except (TypeError, ValueError, Warning):
        array = None
    # NumPy would convert numbers to strings if a list has both.
    if array is None or (array.dtype.kind not in "biufcO" and isinstance(X, list)):
        array = np.array(X, dtype=object)
    return array


def _open_array(X):
    """Return the table of an array."""
    if X.ndim != 2:
        check_array(X, dtype=None, ensure_all_finite=False)
    if isinstance(X, np.ma.MaskedArray):
        is_plain = False
    else:
        X = np.asarray(X)  # columns of np.matrix would be matrices
        is_plain = X.dtype.kind in "biuf"
    return Table(X.shape, lambda j: X[:, j], matrix=X if is_plain else None)


def _open_frame(X):
    """Return the Table of a data frame."""
    if hasattr(X, "iloc"):
        table = Table(X.shape, _getter_of_pandas(X), lambda: X.columns)
        is_unique = X.columns.is_unique
    elif hasattr(X, "column_names"):  # pyarrow
        table = Table((X.num_rows, X.num_columns), X.column, lambda: X.column_names)
        is_unique = len(set(X.column_names)) == X.num_columns
    else:
        names = list(X.columns)
        table = Table(X.shape, lambda j: X[names[j]], lambda: names)
        is_unique = len(set(names)) == len(names)
    if not is_unique:
        names = table.names
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(
            f"Column names must be distinct, but {names.count(twice)} columns are "
            f"named {twice!r}. Rename them."
        )
    return table


def _getter_of_pandas(X):
    """Return a function that returns the array of a column.

    Creating a series takes ten times as long, most of the time of predicting one row.
    It is the fallback if pandas removes this private method.
    """
    if hasattr(X, "_get_column_array"):
        return X._get_column_array

    def column(j):
        series = X.iloc[:, j]
        is_plain = isinstance(series.dtype, np.dtype)
        return series.to_numpy() if is_plain else series.array

    return column


def kind_of(column, name, values=None):
    """Return 'number' or 'label', depending on what a column holds.

    It inspects values, as Python objects, only if the dtype is object. Raise an error
    with advice for columns of any other kind.
    """
    kind = _family(column)
    if kind == "object":
        values = _objects(column) if values is None else values
        kind = _family_of_objects(values, name)
    if kind in ("number", "label"):
        return kind
    what = _type_of(column)
    if kind == "times":
        raise TypeError(
            f"{name!r} holds times ({what}), which are not numbers. Convert them, for "
            "example to days since a date, or to month and weekday."
        )
    if kind == "complex":
        raise ValueError(
            f"Complex data not supported: {name!r} holds {what}. Pass its real and "
            "imaginary parts, or modulus and phase, as two columns."
        )
    if kind == "bytes":
        raise TypeError(f"{name!r} holds bytes ({what}). Decode them to strings.")
    raise TypeError(
        f"{name!r} holds {what}, but entries must be numbers or strings. Extract "
        "features into separate columns."
    )


def _type_of(column):
    """Return the dtype of a column, unwrapping pandas' ArrowDtype."""
    dtype = column.type if hasattr(column, "type") else column.dtype
    return getattr(dtype, "pyarrow_dtype", dtype)


def _family(column):
    """Return the kind of a column by its dtype alone."""
    dtype = _type_of(column)
    if type(dtype).__name__ == "SparseDtype":
        dtype = dtype.subtype
    if isinstance(dtype, np.dtype):
        return _OF_KINDS.get(dtype.kind, "nested")
    # The str of a polars Enum lists its categories.
    is_polars = type(dtype).__module__.startswith("polars")
    return _family_of_name(type(dtype).__name__ if is_polars else str(dtype))


@lru_cache
def _family_of_name(name):
    """Return the kind of a column by the name of its dtype."""
    for kind, beginnings in _OF_DTYPES.items():
        if name.lower().startswith(beginnings):
            return kind
    return "nested"


def _family_of_objects(values, name):
    """Return the kind of a column of Python objects."""
    kinds = set()
    for kind in set(map(type, values)):
        if issubclass(kind, str):
            kinds.add("label")
        elif issubclass(kind, (datetime.date, datetime.time, datetime.timedelta)):
            kinds |= set() if kind.__name__ in _MISSING else {"times"}
        elif issubclass(kind, (np.datetime64, np.timedelta64)) or (
            kind.__name__ in ("Period", "BaseOffset")
        ):
            kinds.add("times")
        elif issubclass(kind, (bytes, bytearray)):
            kinds.add("bytes")
        elif _is_numeric(kind):
            kinds.add("number")
        elif issubclass(kind, (complex, np.complexfloating)):
            kinds.add("complex")
        elif kind.__name__ not in _MISSING:
            kinds.add(_family_of_others(kind, name))
    refused = kinds - {"number", "label"}
    if refused:
        return refused.pop()
    return "label" if "label" in kinds else "number"


def _is_numeric(kind):
    is_number = issubclass(kind, (abstract.Real, Decimal, np.bool_, np.number))
    return is_number and not issubclass(kind, np.complexfloating)


def _family_of_others(kind, name):
    """Return 'label' if ``str`` distinguishes objects of a type."""
    is_nested = issubclass(kind, Iterable) or kind.__hash__ is None
    if is_nested or (
        kind.__str__ is object.__str__ and kind.__repr__ is object.__repr__
    ):
        raise TypeError(
            f"{name!r} holds a {kind.__name__}, but the argument must be a string or a "
            "number. Extract features into separate columns."
        )
    return "label"


def read_numbers(column, name):
    """Return a column as float64, with NaN for missing values.

    Labels that spell numbers are converted; others raise ValueError.
    """
    if isinstance(column, np.ndarray) and column.dtype.kind in "biuf":
        values = column.astype(np.float64, copy=False)
        is_masked = isinstance(column, np.ma.MaskedArray)
        return values.filled(np.nan) if is_masked else values
    kind = _family(column)
    if kind == "object":
        kind = kind_of(column, name)
        if kind == "number":
            return _floats(_objects(column), name)
    if kind != "number":
        return _parsed(column, name)
    if hasattr(column, "type"):  # pyarrow
        return _numpy_of_arrow(column.cast("float64", safe=False))
    if hasattr(column, "cast"):  # polars
        return column.cast(float).to_numpy()
    if type(column.dtype).__name__ == "SparseDtype":
        return np.asarray(column).astype(np.float64)
    try:
        return column.to_numpy(dtype=np.float64, na_value=np.nan)
    except TypeError:  # pandas 1.5 converts Arrow columns before it fills them
        return _floats(_objects(column), name)


def _floats(values, name):
    """Return Python numbers as float64."""
    if any(kind.__name__ in ("NAType", "NaTType") for kind in set(map(type, values))):
        values = [None if type(v).__name__ in _MISSING else v for v in values]
    array = np.empty(len(values), dtype=object)
    array[:] = values
    try:
        return array.astype(np.float64)  # None becomes NaN
    except OverflowError:
        raise ValueError(
            f"{name!r} holds an integer too large for floating point."
        ) from None


def _parsed(column, name):
    """Return the numbers that labels spell."""
    codes, values = read_labels(column, name)
    try:
        parsed = [np.nan if value is None else float(value) for value in values]
    except ValueError:
        text = next(value for value in values if not _stands_for_a_number(value))
        raise ValueError(
            f"{name!r} held numbers when the estimator was fitted, but now {text!r}."
        ) from None
    return np.array(parsed)[codes]


def _stands_for_a_number(value):
    try:
        float(value or 0)
    except ValueError:
        return False
    return True


def _numpy_of_arrow(column):
    """Return a pyarrow array as a NumPy array."""
    if hasattr(column, "chunks"):
        return column.to_numpy()
    return column.to_numpy(zero_copy_only=False)


def read_labels(column, name):
    """Return the entries of a column as codes, and the values of the codes.

    Returns
    -------
    codes : ndarray of int
        Index of each entry's value; -1 also means the last one.
    values : list of str, int, float, bool and None
        Values, which may repeat or not occur in the column. None means missing.
    """
    if hasattr(column, "categories"):
        codes, categories = column.codes, column.categories
        if len(codes) >= len(categories):
            values = [plain(value) for value in categories.tolist()]
            return codes, [*values, None]
        found = [categories[code] if code >= 0 else None for code in codes.tolist()]
    else:
        found = _objects(column)
        kind_of(column, name, found)
    place_of = dict.fromkeys(found)
    place_of = dict(zip(place_of, range(len(place_of)), strict=True))
    codes = np.fromiter(map(place_of.__getitem__, found), np.intp, len(found))
    return codes, [plain(value) for value in place_of]


def _objects(column):
    """Return a column as a list of Python objects."""
    if isinstance(column, np.ma.MaskedArray):
        mask, column = np.ma.getmaskarray(column), column.data.astype(object)
        column[mask] = None
    if isinstance(column, np.ndarray):
        return column.tolist()
    if hasattr(column, "type"):  # pyarrow
        if hasattr(column.type, "value_type"):  # to_numpy loses missing values
            column = column.cast(column.type.value_type)
        if "str" in str(column.type):
            return _numpy_of_arrow(column).tolist()
        return column.to_pylist()
    if hasattr(column, "to_list"):  # polars
        return column.to_list()
    return np.asarray(column, dtype=object).tolist()


def plain(value):
    """Return a value as str, int, float or bool, or None if missing.

    Whole numbers become int, as the dtype of a column often changes with missing
    entries.
    """
    if isinstance(value, np.generic):
        value = value.item()
    kind = type(value)
    if kind is str or kind is int or kind is bool:
        return value
    if value is None or kind.__name__ in _MISSING:
        return None
    if isinstance(value, (abstract.Real, Decimal)):
        if value != value:
            return None
        number = float(value)
        return int(value) if number.is_integer() else number
    return str(value)
