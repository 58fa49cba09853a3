"""Chunks of dask arrays and dataframes."""

from skbackprop.utils.optional import import_optional


class DaskChunks:
    """Chunks of dask arrays or dataframes: their blocks of rows, or partitions.

    Parameters
    ----------
    X : dask.array.Array or dask.dataframe.DataFrame of shape (n_samples, n_features)
        The input data. Each block of an array must have all columns.
    y : dask.array.Array or dask.dataframe.Series of shape (n_samples,)
        The targets, divided at the same rows.
    sample_weight : dask.array.Array or dask.dataframe.Series, default=None
        The sample weights, divided at the same rows.
    buffer : int, default=4
        Number of chunks whose rows are shuffled together. Up to ``2 * buffer + 1``
        chunks are in memory.

    Raises
    ------
    ImportError
        If dask is not installed.
    TypeError
        If one of them is not a dask collection.
    ValueError
        If they have different numbers of blocks or partitions.

    See Also
    --------
    ArrowChunks : Chunks of Parquet files, without dask.

    Notes
    -----
    Each chunk is computed again in each epoch. Persist collections that are expensive
    to compute, or write them to files.

    Examples
    --------
    >>> import dask.array as da
    >>> from skbackprop import MLPRegressor
    >>> from skbackprop.chunks import DaskChunks
    >>> X = da.random.default_rng(0).normal(size=(1000, 3), chunks=(100, 3))
    >>> X = X.persist()
    >>> chunks = DaskChunks(X, X[:, 0] + X[:, 1])
    >>> reg = MLPRegressor(tol=None, max_iter=20, random_state=0).fit(chunks)
    >>> reg.n_features_in_
    3
    """

    def __init__(self, X, y, sample_weight=None, *, buffer=4):
        self._compute = import_optional("dask", "dask").compute
        self.buffer = buffer
        given = {"X": X, "y": y, "sample_weight": sample_weight}
        self._parts = {k: _parts_of(v, k) for k, v in given.items() if v is not None}
        lengths = {name: len(parts) for name, parts in self._parts.items()}
        if len(set(lengths.values())) > 1:
            raise ValueError(
                "X, y and sample_weight must be divided at the same rows, but their "
                f"numbers of parts are {lengths}. Use rechunk or repartition."
            )

    def __len__(self):
        """Return the number of chunks."""
        return len(self._parts["X"])

    def __getitem__(self, index):
        """Return X, y and, if given, sample weights of a chunk."""
        return self._compute(*(parts[index] for parts in self._parts.values()))

    def targets(self, index):
        """Return a chunk without X.

        Parameters
        ----------
        index : int
            Index of the chunk.

        Returns
        -------
        tuple
            The targets and, if given, the sample weights.
        """
        X, *others = self._parts.values()
        return self._compute(*(parts[index] for parts in others))


def _parts_of(collection, name):
    """Return the blocks of rows of an array, or the partitions of a dataframe."""
    if not hasattr(collection, "npartitions"):
        raise TypeError(
            f"{name} must be a dask array or dataframe, got "
            f"{type(collection).__name__}."
        )
    if not hasattr(collection, "blocks"):  # only arrays have them
        return [collection.partitions[i] for i in range(collection.npartitions)]
    if any(n > 1 for n in collection.numblocks[1:]):
        raise ValueError(
            f"{name} must have all columns in each block, but has "
            f"{collection.numblocks} blocks. Use {name}.rechunk({{1: -1}})."
        )
    return [collection.blocks[i] for i in range(collection.numblocks[0])]
