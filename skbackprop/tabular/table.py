"""Conversion of tables of any library to a matrix."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from skbackprop.tabular.columns import kind_of, open_table, read_numbers
from skbackprop.tabular.nominal import NominalColumn, learn_nominal
from skbackprop.tabular.numeric import NumericColumn, learn_numeric
from skbackprop.tabular.records import Record
from skbackprop.tabular.scaling import Scaler

_MOST_FEATURES = 512  # total of all piecewise-linear encodings
_FEWEST_BINS, _MOST_BINS = 8, 32
_MOST_ENCODED = 64  # columns


@dataclass(frozen=True)
class TableReader(Record):
    """Reads tables as matrices, with settings learnt from a training table.

    A table is a pandas, polars or pyarrow frame, an array, or a list of lists. With any
    library, a column is either numeric or nominal:

    Numeric
        Numbers and booleans of any dtype, including nullable dtypes, decimals, sparse
        columns, and columns of Python objects that are all numbers. NaN, None,
        ``pandas.NA``, ``NaT``, nulls and masked entries are missing.

        A number x becomes z = (x - median) f, with f = 1 / (upper quartile - lower
        quartile). If the quartiles are equal, f = 2 / (largest - smallest); for
        constants, f = 0. Missing values are ignored. z is clipped to +-1e18, beyond
        which float32 cannot represent its square.

        Missing numbers are replaced by the median. If numbers are missing in training,
        an additional column indicates them: 1 if missing and 0 otherwise, scaled in the
        same way. A column that is entirely missing in training is always 0.
    Nominal
        Strings, categories, and numbers or booleans that ``categorical_features``
        selects. The levels are the distinct values found in training, without unused
        categories. The dtype of labels does not matter.

        Two levels, in ascending order, become -1 and 1 in one column, which is 0 for
        missing or unknown labels. Three or more levels are one-hot encoded, with zeros
        for missing or unknown labels. If there are more than 256 levels, the 255 most
        frequent ones have one column each, and all others, including unknown ones,
        share the column "infrequent". A single level becomes 1, and 0 if missing or
        unknown; after scaling, this is 0 if no value was missing. These columns are
        scaled like numbers.

        Values are equal if they are in Python, so 1 equals 1.0 and True. A value that
        equals no level is compared as text with levels of another type: 1 matches the
        level "1" and vice versa. If a column later has several values and none is a
        level, a warning names the column. In columns that were numeric in training,
        strings that spell numbers are converted; other strings are refused.

    Errors name the column for dates, durations and periods, infinities, complex
    numbers, bytes, nested values, duplicate names, and prose: strings of more than 30
    letters on average, more than half of them distinct, in more than 100 rows. A
    nominal column of more than 256 labels, all of them distinct, identifies rows: it
    is read as 0, with a warning. X is never changed.

    Columns with at least three distinct numbers have bin edges for piecewise-linear
    features of the matrix (see :func:`.bin_edges`).

    Attributes
    ----------
    columns : tuple of NumericColumn and NominalColumn
        One for each column of the table.
    n_bins : int
        Maximum number of bins of a column; 0 if no column is encoded.
    """

    columns: tuple
    n_bins: int

    def __post_init__(self):
        if not all(isinstance(c, (NumericColumn, NominalColumn)) for c in self.columns):
            raise ValueError("columns must be NumericColumn or NominalColumn")

    @classmethod
    def learn(cls, X, categorical_features="from_dtype", n_bins="auto"):
        """Return a TableReader with the settings learnt from a table.

        Parameters
        ----------
        X : frame or array-like of shape (n_samples, n_features)
        categorical_features : array-like or 'from_dtype', default='from_dtype'
            Numeric columns to treat as nominal: their names, indices, or a mask.
            Strings and categories are always nominal.
        n_bins : int or 'auto', default='auto'
            Maximum number of bins of a column. 'auto' means clip(512 / d, 8, 32) for d
            columns with more than two distinct numbers, a total of about 512 features,
            and 0 if d > 64.

        Returns
        -------
        TableReader
        """
        table = open_table(X)
        is_nominal = _find_nominal(table, categorical_features)
        columns = []
        for j, name in enumerate(table.labels):
            column = table.column(j)
            kind = kind_of(column, name)
            learn = learn_nominal if is_nominal[j] or kind == "label" else learn_numeric
            columns.append(learn(column, name))
        is_many = [getattr(column, "n_values", 0) > 2 for column in columns]
        if n_bins == "auto":
            n_bins = _number_of_bins(sum(is_many))
        if not any(is_many):
            n_bins = 0
        if n_bins:
            for j in np.flatnonzero(is_many).tolist():
                columns[j] = columns[j].with_edges(table.column(j), n_bins)
        return cls(tuple(columns), int(n_bins))

    @cached_property
    def names(self):
        """Array of the names of the columns of the matrix."""
        names = [name for column in self.columns for name in column.names]
        return np.array(names, dtype=object)

    @cached_property
    def edges(self):
        """Tuple of the bin edges of each column of the matrix."""
        return tuple(tuple(e) for column in self.columns for e in column.all_edges)

    @property
    def n_columns(self):
        """Number of columns of the matrix."""
        return len(self.names)

    def report(self):
        """Return a list of dicts that describe each column and its encoding.

        The keys are ``name``, ``kind`` ('numeric' or 'nominal'), the numbers of
        ``levels`` (None if numeric), ``missing`` and ``bins``, and ``rule``.
        """
        return [column.report() for column in self.columns]

    def read(self, X):
        """Return the scaled matrix of a table as float32."""
        table = open_table(X)
        if table.shape[1] != len(self.columns):
            raise ValueError(
                f"X has {table.shape[1]} features, but {type(self).__name__} is "
                f"expecting {len(self.columns)} features as input."
            )
        scaler, numeric, nominal = self._layout
        Z = np.empty((table.shape[0], self.n_columns), np.float32)
        if table.matrix is not None and not nominal:
            scaler.write_array(table.matrix, Z)
            return Z
        for j, columns in nominal:
            self.columns[j].write(table.column(j), Z[:, columns])
        scaler.write_columns((self._numbers(table, j) for j in numeric), Z)
        return Z

    def _numbers(self, table, j):
        """Return a column of numbers, 0 if it was entirely missing in training."""
        column = self.columns[j]
        if column.n_values == 0:
            return np.zeros(table.shape[0])
        return read_numbers(table.column(j), column.name)

    @cached_property
    def _layout(self):
        """The Scaler, the indices of numeric columns, and those of nominal columns.

        The index of a nominal column comes with the slice of its columns in the matrix.
        """
        ends = np.cumsum([len(column.names) for column in self.columns]).tolist()
        starts = [0, *ends[:-1]]
        is_numeric = [isinstance(column, NumericColumn) for column in self.columns]
        numeric = np.flatnonzero(is_numeric).tolist()
        nominal = [
            (j, slice(starts[j], ends[j]))
            for j in range(len(starts))
            if not is_numeric[j]
        ]
        columns = [self.columns[j] for j in numeric]
        scaler = Scaler(
            [column.name for column in columns],
            [column.scale for column in columns],
            [starts[j] for j in numeric],
            [column.indicator for column in columns],
        )
        return scaler, numeric, nominal


def _number_of_bins(n_encoded):
    """Return the maximum number of bins of a column."""
    if not 0 < n_encoded <= _MOST_ENCODED:
        return 0
    return min(max(_MOST_FEATURES // n_encoded, _FEWEST_BINS), _MOST_BINS)


def _find_nominal(table, categorical_features):
    """Return a mask of the columns that the user declares as nominal.

    Formats and errors are those of scikit-learn's HistGradientBoostingClassifier.
    """
    n_columns = table.shape[1]
    mask = np.zeros(n_columns, bool)
    if categorical_features is None or (
        isinstance(categorical_features, str) and categorical_features == "from_dtype"
    ):
        return mask
    given = np.asarray(categorical_features)
    if given.size == 0:
        return mask
    types = {type(one) for one in given.ravel()}
    if given.dtype.kind not in "iubUO" or (given.dtype.kind == "O" and types != {str}):
        found = ", ".join(sorted(t.__name__ for t in types))
        raise ValueError(
            "categorical_features must be an array-like of bool, int or str, got: "
            f"{found if given.dtype.kind == 'O' else given.dtype.name}."
        )
    if given.dtype.kind in "UO":
        mask[_indices(table, given.tolist())] = True
    elif given.dtype.kind == "b":
        if given.shape != (n_columns,):
            raise ValueError(
                "categorical_features set as a boolean mask must have shape "
                f"(n_features,), got: {given.shape}"
            )
        mask = given
    else:
        if given.max() >= n_columns or given.min() < 0:
            raise ValueError(
                "categorical_features set as integer indices must be in "
                "[0, n_features - 1]"
            )
        mask[given] = True
    return mask


def _indices(table, names):
    """Return the indices of columns by their names."""
    if table.names is None:
        raise ValueError(
            "categorical_features should be passed as an array of integers or as a "
            "boolean mask when the model is fitted on data without feature names."
        )
    observed = list(table.names)
    for name in names:
        if name not in observed:
            raise ValueError(
                f"categorical_features has an item value '{name}' which is not a valid "
                "feature name of the training data. Observed feature names: "
                f"{observed}"
            )
    return [observed.index(name) for name in names]
