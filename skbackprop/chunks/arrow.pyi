# Written by `make stubs` from the module beside it, which is what to change.

from collections.abc import Sequence
from numpy.typing import NDArray
from typing import Any

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
    source: Any
    target: str | list[str]
    features: list[str] | None
    sample_weight: str | None
    buffer: int
    def __init__(
        self,
        source: Any,
        target: str | Sequence[str],
        *,
        features: Sequence[str] | None = None,
        sample_weight: str | None = None,
        buffer: int = 4,
    ) -> None: ...
    def __getitem__(self, index: Any) -> Any: ...
    def __len__(self) -> int: ...
    def targets(self, index: int) -> tuple[NDArray[Any], ...]:
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


def __getattr__(name: str) -> Any: ...
