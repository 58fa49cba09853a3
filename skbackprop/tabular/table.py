"""From a table of any library to a matrix that a net can read, and back to names."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from skbackprop.tabular.columns import kind_of, open_table, read_numbers
from skbackprop.tabular.nominal import NominalColumn, learn_nominal
from skbackprop.tabular.numeric import NumericColumn, learn_numeric
from skbackprop.tabular.records import Record
from skbackprop.tabular.scaling import Scaler

_MOST_FEATURES = 512  # of all piecewise-linear encodings together
_FEWEST_BINS, _MOST_BINS = 8, 32
_MOST_ENCODED = 64  # columns


@dataclass(frozen=True)
class TableReader(Record):
    """Reads tables as matrices, as it has learnt from one of them.

    A table is a frame of pandas, polars or pyarrow, an array, or a list of lists.
    Each of its columns is numeric or nominal, whichever library it comes from:

    Numeric
        Numbers and booleans of any dtype, among them nullable ones, decimals, sparse
        columns, and columns of Python objects that are all numbers. NaN, None,
        ``pandas.NA``, ``NaT``, nulls and masked entries are missing.

        A number x becomes z = (x - median) f, with f = 1 / (upper quartile - lower
        quartile), or where that is 0, f = 2 / (largest - smallest), or where that is
        0 too, f = 0; what is missing takes no part. Outliers stay what they are, up
        to 1e18, where float32 could no longer square them.

        A missing number is read as the median. If there were some in training, one
        more column says which: 1 where missing, 0 elsewhere, scaled likewise. If
        there were none, later ones are read as the median and nothing else. A column
        all of which was missing is 0, whatever it holds later.
    Nominal
        Strings, categories, and numbers or booleans that ``categorical_features``
        names. The levels are the distinct values found in training; categories that
        are not used are none. How labels are stored makes no difference.

        Two levels, in ascending order, become -1 and 1 in one column, which is 0
        where a label is missing or unknown. Three and more have a column each, 1 for
        the level and 0 elsewhere; all are 0 where a label is missing or unknown. Of
        more than 256 levels, the 255 most frequent have a column each, and all
        others share one, "infrequent", to which unknown ones belong. One level is 1,
        and 0 where missing or unknown: constant, and so 0 after scaling, if nothing
        was missing. These columns are scaled as numbers are.

        Values are equal as they are in Python: 1 is 1.0 and True. One that is equal
        to no level is compared as text with levels of another type, so that 1 is
        found where levels are strings, "1" where they are integers. If several
        values are found in a column later and none is a level, a warning names it.
        Numbers that are spelled as strings are read as numbers in columns that were
        numeric in training; other strings are refused there.

    Refused, by column, are dates, durations and periods, infinities, complex numbers,
    bytes, nested values, names that occur twice, and prose: strings of more than 30
    letters on average, more than half of which are distinct, in more than 100 rows.
    A nominal column of more than 256 labels, no two of which are equal, identifies
    rows: a warning says so, and it is read as 0. X is never changed.

    Columns of three and more distinct numbers have edges of bins, for piecewise-linear
    features of what the matrix holds: see :func:`.bin_edges`.

    Attributes
    ----------
    columns : tuple of NumericColumn and NominalColumn
        One for each column of the table.
    n_bins : int
        Most bins of the encoding of a column; 0 where none is encoded.
    """

    columns: tuple
    n_bins: int

    def __post_init__(self):
        if not all(isinstance(c, (NumericColumn, NominalColumn)) for c in self.columns):
            raise ValueError("a TableReader has numeric and nominal columns only")

    @classmethod
    def learn(cls, X, categorical_features="from_dtype", n_bins="auto"):
        """Return what is learnt from a table.

        Parameters
        ----------
        X : frame or array-like of shape (n_samples, n_features)
        categorical_features : array-like or 'from_dtype', default='from_dtype'
            Columns that are nominal, though they hold numbers: their names, indices,
            or a mask. Strings and categories are nominal in any case.
        n_bins : int or 'auto', default='auto'
            Most bins of the encoding of a column. By default, the encodings have
            some 512 features together: clip(512 / d, 8, 32) for d columns of more
            than two numbers, none where d > 64.

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
        """Names of the columns of the matrix, an array of str."""
        names = [name for column in self.columns for name in column.names]
        return np.array(names, dtype=object)

    @cached_property
    def edges(self):
        """Edges of the bins of each column of the matrix, a tuple of tuples."""
        return tuple(tuple(e) for column in self.columns for e in column.all_edges)

    @property
    def n_columns(self):
        """Columns of the matrix."""
        return len(self.names)

    def report(self):
        """Return a list of dicts: what was found in each column, what was made of it.

        Each has ``name``, ``kind`` ('numeric' or 'nominal'), ``levels`` (their number,
        None of numbers), ``missing`` and ``bins`` (numbers of these) and ``rule``.
        """
        return [column.report() for column in self.columns]

    def read(self, X):
        """Return the matrix of a table, scaled, as float32."""
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
        """Return a column of numbers; one that was all missing is so for ever."""
        column = self.columns[j]
        if column.n_values == 0:
            return np.zeros(table.shape[0])
        return read_numbers(table.column(j), column.name)

    @cached_property
    def _layout(self):
        """What scales numbers; indices of numeric columns; those of nominal ones.

        With each of the latter, a slice: its columns of the matrix.
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
    """Return how many bins each of some columns has at most."""
    if not 0 < n_encoded <= _MOST_ENCODED:
        return 0
    return min(max(_MOST_FEATURES // n_encoded, _FEWEST_BINS), _MOST_BINS)


def _find_nominal(table, categorical_features):
    """Return a mask of the columns that the user calls nominal.

    What is asked for and the errors are those of scikit-learn's
    HistGradientBoostingClassifier.
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
    """Return the indices of columns that are given by name."""
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
