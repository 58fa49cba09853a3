"""Chunks of arrays in .npy files, or of whatever else can be cut by rows."""

import os
from numbers import Integral

import numpy as np

_BYTES_PER_CHUNK = 2**24  # where the user says nothing


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

    def __init__(self, X, y, sample_weight=None, *, rows_per_chunk=None, buffer=4):
        parts = {"X": X, "y": y, "sample_weight": sample_weight}
        self._parts = {k: _open(v, k) for k, v in parts.items() if v is not None}
        lengths = {name: part.shape[0] for name, part in self._parts.items()}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"X, y and weights must be of one length, got {lengths}.")
        if rows_per_chunk is None:
            source = self._parts["X"]
            n_bytes = np.prod(source.shape[1:]) * source.dtype.itemsize
            rows_per_chunk = max(1, int(_BYTES_PER_CHUNK // max(1, n_bytes)))
        if not (isinstance(rows_per_chunk, Integral) and rows_per_chunk >= 1):
            raise ValueError(
                f"rows_per_chunk must be an int, at least 1, got {rows_per_chunk!r}."
            )
        self.rows_per_chunk, self.buffer = rows_per_chunk, buffer
        self._n_samples = lengths["X"]

    def __len__(self):
        """Return the number of chunks."""
        return -(-self._n_samples // self.rows_per_chunk)

    def __getitem__(self, index):
        """Return X, y and, where there are some, weights of a chunk."""
        return self._read(index, self._parts)

    def targets(self, index):
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
        return self._read(index, [name for name in self._parts if name != "X"])

    def _read(self, index, names):
        if not 0 <= index < len(self):
            raise IndexError(f"There is no chunk {index} of {len(self)}.")
        start = index * self.rows_per_chunk
        stop = min(start + self.rows_per_chunk, self._n_samples)
        return tuple(np.asarray(self._parts[name][start:stop]) for name in names)


def _open(source, name):
    """Return what can be cut by rows, of a path or of an array."""
    if isinstance(source, (str, os.PathLike)):
        return _NpyFile(source, name)
    return source if hasattr(source, "shape") else np.asarray(source)


class _NpyFile:
    """An array in a file, of which rows are read by the operating system."""

    def __init__(self, path, name):
        self._path = path
        with open(path, "rb") as file:
            # Not by numpy.load: to map the file may be more than a process is allowed.
            version = np.lib.format.read_magic(file)
            read = getattr(np.lib.format, f"read_array_header_{version[0]}_0", None)
            if read is None:
                raise ValueError(
                    f"{name}={path!r} is of a version not known: {version}."
                )
            self.shape, is_by_columns, self.dtype = read(file)
            self._begin = file.tell()
        if (is_by_columns and len(self.shape) > 1) or self.dtype.hasobject:
            raise ValueError(
                f"{name}={path!r} must hold numbers, row after row. Write it with "
                "numpy.save(path, numpy.ascontiguousarray(array))."
            )

    def __getitem__(self, rows):
        n_rows = rows.stop - rows.start
        shape = (n_rows, *self.shape[1:])
        n_in_row = int(np.prod(self.shape[1:]))
        offset = self._begin + rows.start * n_in_row * self.dtype.itemsize
        found = np.fromfile(
            self._path, self.dtype, count=n_rows * n_in_row, offset=offset
        )
        if len(found) != n_rows * n_in_row:
            raise ValueError(
                f"{self._path!r} ends before row {rows.stop}: it has become shorter, "
                "or was not written to its end"
            )
        return found.reshape(shape)
