# Written by `make stubs` from the module beside it, which is what to change.

from numpy.typing import ArrayLike
from numpy.typing import NDArray
from typing import Any
import os

class ArrayChunks:
    """Chunks of consecutive rows of arrays that are larger than memory.

    Parameters
    ----------
    X : path or array-like of shape (n_samples, n_features)
        A file written by :func:`numpy.save`, or an array that can be sliced without
        being read completely: a memory map, or a data set of h5py or zarr.
    y : path or array-like of shape (n_samples,) or (n_samples, n_outputs)
        The targets, in the same form.
    sample_weight : path or array-like of shape (n_samples,), default=None
        The sample weights, in the same form.
    rows_per_chunk : int, default=None
        Number of samples per chunk; the last chunk may have fewer. By default, a
        chunk has 16 MB of X.
    buffer : int, default=4
        Number of chunks whose rows are shuffled together. Up to ``2 * buffer + 1``
        chunks are in memory.

    Raises
    ------
    ValueError
        If X, y and sample_weight have different lengths, or a file is not in C order.

    See Also
    --------
    ArrowChunks : Chunks of Parquet files.

    Notes
    -----
    Pass paths rather than memory maps if files may change. A file that has become
    shorter raises an error if it is read from a path, but kills the process if it is
    mapped into memory.

    Examples
    --------
    >>> import os, tempfile
    >>> import numpy as np
    >>> from skbackprop import MLPClassifier
    >>> from skbackprop.chunks import ArrayChunks
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(1000, 3))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "X.npy")
    ...     np.save(path, X)
    ...     chunks = ArrayChunks(path, X[:, 0] > 0, rows_per_chunk=100)
    ...     clf = MLPClassifier(tol=None, max_iter=20, random_state=0).fit(chunks)
    >>> len(chunks)
    10
    >>> clf.score(X, X[:, 0] > 0) > 0.9
    True
    """
    X: os.PathLike[str] | ArrayLike
    y: os.PathLike[str] | ArrayLike
    sample_weight: os.PathLike[str] | ArrayLike | None
    rows_per_chunk: int | None
    buffer: int
    def __init__(
        self,
        X: os.PathLike[str] | ArrayLike,
        y: os.PathLike[str] | ArrayLike,
        sample_weight: os.PathLike[str] | ArrayLike | None = None,
        *,
        rows_per_chunk: int | None = None,
        buffer: int = 4,
    ) -> None: ...
    def __getitem__(self, index: Any) -> Any: ...
    def __len__(self) -> int: ...
    def targets(self, index: int) -> tuple[NDArray[Any], ...]:
        """Return a chunk without X, which is not read.

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
