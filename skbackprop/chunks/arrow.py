"""Chunks of Parquet files and other Arrow data sets."""

import numpy as np

from skbackprop.utils.optional import import_optional


class ArrowChunks:
    """Chunks of an Arrow data set: row groups of Parquet files, or files.

    Parameters
    ----------
    source : path, list of path or pyarrow.dataset.Dataset
        A Parquet file, a list of them or a folder, or a data set of any format opened
        by :func:`pyarrow.dataset.dataset`.
    target : str or list of str
        Name of the column, or columns, of y.
    features : list of str, default=None
        Names of the columns of X. By default, all other columns except an index
        written by pandas.
    sample_weight : str, default=None
        Name of the column of sample weights.
    buffer : int, default=4
        Number of chunks whose rows are shuffled together. Up to ``2 * buffer + 1``
        chunks are in memory.

    Raises
    ------
    ImportError
        If pyarrow is not installed.
    ValueError
        If a column does not exist, or there are no rows.

    See Also
    --------
    ArrayChunks : Chunks of .npy files.

    Notes
    -----
    A chunk is a row group of a Parquet file, or a whole file of any other format. The
    size of row groups is set when a file is written, by the parameter
    ``row_group_size`` of :func:`pyarrow.parquet.write_table`. About 100,000 rows are
    a good size.

    Examples
    --------
    >>> import os, tempfile
    >>> import numpy as np
    >>> import pyarrow as pa
    >>> import pyarrow.parquet as pq
    >>> from skbackprop import MLPRegressor
    >>> from skbackprop.chunks import ArrowChunks
    >>> x = np.random.default_rng(0).normal(size=1000)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "table.parquet")
    ...     table = pa.table({"x": x, "twice": 2 * x})
    ...     pq.write_table(table, path, row_group_size=100)
    ...     chunks = ArrowChunks(path, "twice")
    ...     reg = MLPRegressor(tol=None, max_iter=20, random_state=0).fit(chunks)
    >>> len(chunks), reg.feature_names_in_
    (10, array(['x'], dtype=object))
    """

    def __init__(self, source, target, *, features=None, sample_weight=None, buffer=4):
        datasets = import_optional("pyarrow.dataset", "arrow")
        if not isinstance(source, datasets.Dataset):
            source = datasets.dataset(source, format="parquet")
        self._target = target
        self._beside = [target] if isinstance(target, str) else [*target]
        self._weight = sample_weight
        if sample_weight is not None:
            self._beside.append(sample_weight)
        names = source.schema.names
        if features is None:
            others = [*self._beside, *_index_columns(source.schema)]
            features = [name for name in names if name not in others]
        self._features, self.buffer = [*features], buffer
        missing = {*self._features, *self._beside}.difference(names)
        if missing:
            raise ValueError(
                f"There is no column {sorted(missing)} in the data set, which has "
                f"{names}."
            )
        self._fragments = [
            part
            for fragment in source.get_fragments()
            for part in _row_groups(fragment)
        ]
        self._schema = source.schema

    def __len__(self):
        """Return the number of chunks."""
        return len(self._fragments)

    def __getitem__(self, index):
        """Return X as a pandas DataFrame, y and, if given, sample weights."""
        table = self._read(index, [*self._features, *self._beside])
        return _as_frame(table.select(self._features)), *self._cut(table)

    def targets(self, index):
        """Return a chunk without X, whose columns are not read.

        Parameters
        ----------
        index : int
            Index of the chunk.

        Returns
        -------
        tuple of ndarray
            The targets and, if given, the sample weights.
        """
        return self._cut(self._read(index, self._beside))

    def _read(self, index, columns):
        columns = [*dict.fromkeys(columns)]  # a column may be both weight and feature
        return self._fragments[index].to_table(schema=self._schema, columns=columns)

    def _cut(self, table):
        """Return y and sample weights of a table."""
        beside = table.select([*dict.fromkeys(self._beside)])
        beside = beside.to_pandas(ignore_metadata=True)
        names = [self._target] + ([] if self._weight is None else [self._weight])
        return tuple(beside[name].to_numpy() for name in names)


def _row_groups(fragment):
    """Return the row groups of a Parquet file, or a file of another format."""
    split = getattr(fragment, "split_by_row_group", None)
    return [fragment] if split is None else split()


def _index_columns(schema):
    """Return the names of columns that hold the index of a pandas DataFrame."""
    index = (schema.pandas_metadata or {}).get("index_columns", ())
    return [name for name in index if isinstance(name, str)]


def _as_frame(table):
    """Return a table as a pandas DataFrame with the columns of the file.

    ``to_pandas`` stores columns, which validation would convert to rows, as networks
    read rows. Columns of one float dtype are converted to rows here, only once.
    """
    import pandas as pd

    types = import_optional("pyarrow.types", "arrow")
    found = {*table.schema.types}
    if len(found) != 1 or not types.is_floating(*found):
        return table.to_pandas(ignore_metadata=True)
    columns = np.array([column.to_numpy() for column in table.columns])
    rows = np.ascontiguousarray(columns.T)  # takes half the time of np.stack
    return pd.DataFrame(rows, columns=table.column_names, copy=False)
