"""Chunks of Parquet files and of other data sets of Arrow."""

from skbackprop.utils.optional import import_optional


class ArrowChunks:
    """Chunks of a data set of Arrow: row groups of Parquet files, or files.

    Parameters
    ----------
    source : path, list of path or pyarrow.dataset.Dataset
        A Parquet file, a folder of these, or several; or a data set that
        :func:`pyarrow.dataset.dataset` has opened, in any format.
    target : str or list of str
        Name of the column, or columns, of y.
    features : list of str, default=None
        Names of the columns of X. None: all others.
    sample_weight : str, default=None
        Name of the column of weights.
    buffer : int, default=4
        Chunks whose rows are shuffled together. Two times as many, and one more, are in
        memory.

    Raises
    ------
    ImportError
        If pyarrow is not installed.
    ValueError
        If there is no such column, or nothing to read.

    See Also
    --------
    ArrayChunks : Chunks of .npy files.

    Notes
    -----
    A chunk is a row group of Parquet, and a whole file of any other format. How large
    row groups are is said where they are written (``row_group_size`` of
    :func:`pyarrow.parquet.write_table`): some 100,000 rows are well read.

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
            features = [name for name in names if name not in self._beside]
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
        """Return X, as a table, y and, where there are some, weights of a chunk."""
        table = self._read(index, [*self._features, *self._beside])
        return table[self._features], *self._cut(table)

    def targets(self, index):
        """Return a chunk without its X, whose columns are not read.

        Parameters
        ----------
        index : int
            Of the chunk.

        Returns
        -------
        tuple of ndarray
            The y and, where there are some, weights.
        """
        return self._cut(self._read(index, self._beside))

    def _read(self, index, columns):
        fragment = self._fragments[index]
        return fragment.to_table(schema=self._schema, columns=columns).to_pandas()

    def _cut(self, table):
        """Return y and weights of a table."""
        y = table[self._target].to_numpy()
        return (y,) if self._weight is None else (y, table[self._weight].to_numpy())


def _row_groups(fragment):
    """Return the row groups of a Parquet file, or a file of another format."""
    split = getattr(fragment, "split_by_row_group", None)
    return [fragment] if split is None else split()
