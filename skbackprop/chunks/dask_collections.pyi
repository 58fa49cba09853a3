# Written by `make stubs` from the module beside it, which is what to change.

from typing import Any

class DaskChunks:
    """Chunks of dask arrays or frames: their blocks of rows, or partitions.

    Parameters
    ----------
    X : dask.array.Array or dask.dataframe.DataFrame of shape (n_samples, n_features)
        The input data, an array with all of its columns in each block.
    y : dask.array.Array or dask.dataframe.Series of shape (n_samples,)
        Targets, cut at the same rows.
    sample_weight : dask.array.Array or dask.dataframe.Series, default=None
        Weights, likewise.
    buffer : int, default=4
        Chunks whose rows are shuffled together. Two times as many, and one more, are in
        memory.

    Raises
    ------
    ImportError
        If dask is not installed.
    TypeError
        If one of them is no collection of dask.
    ValueError
        If they are not cut into as many parts.

    See Also
    --------
    ArrowChunks : Chunks of Parquet files, without dask.

    Notes
    -----
    A chunk is computed anew in each epoch: what is expensive is better persisted, or
    written to files.

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
        """Return a chunk without its X.

        Parameters
        ----------
        index : int
            Of the chunk.

        Returns
        -------
        tuple
            The y and, where there are some, weights.
        """


def __getattr__(name: str) -> Any: ...
