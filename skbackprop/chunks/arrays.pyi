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
        A file that :func:`numpy.save` has written, or an array that is cut without
        being read whole: a memory map, or a data set of h5py or zarr.
    y : path or array-like of shape (n_samples,) or (n_samples, n_outputs)
        Targets, likewise.
    sample_weight : path or array-like of shape (n_samples,), default=None
        Weights, likewise.
    rows_per_chunk : int, default=None
        Samples that are read at once; the last chunk may have fewer. None: as many as
        make 16 MB of X.
    buffer : int, default=4
        Chunks whose rows are shuffled together. Two times as many, and one more, are in
        memory.

    Raises
    ------
    ValueError
        If X, y and weights are not of one length, or a file is not written by rows.

    See Also
    --------
    ArrowChunks : Chunks of Parquet files.

    Notes
    -----
    Give paths rather than memory maps of files that may change: what is read from a
    path is read by the operating system, and where the file has become shorter that is
    an error. Where a memory map has, the process is killed.

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
        """Return a chunk without its X, which is not read.

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
