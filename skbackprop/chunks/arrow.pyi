# Written by `make stubs` from the module beside it, which is what to change.

from collections.abc import Sequence
from numpy.typing import NDArray
from typing import Any

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
        Names of the columns of X. None: all others, but for an index that pandas has
        written.
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


def __getattr__(name: str) -> Any: ...
