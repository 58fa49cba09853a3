# Written by `make stubs` from the module beside it, which is what to change.

from typing import Any

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
    X: Any
    y: Any
    sample_weight: Any
    buffer: int
    def __init__(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        buffer: int = 4,
    ) -> None: ...
    def __getitem__(self, index: Any) -> Any: ...
    def __len__(self) -> int: ...
    def targets(self, index: int) -> tuple[Any, ...]:
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


def __getattr__(name: str) -> Any: ...
