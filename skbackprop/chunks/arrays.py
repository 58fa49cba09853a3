"""Chunks of arrays in .npy files, or of other arrays that can be sliced by rows."""

import os
from numbers import Integral

import numpy as np

_BYTES_PER_CHUNK = 2**24  # by default


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

    def __init__(self, X, y, sample_weight=None, *, rows_per_chunk=None, buffer=4):
        parts = {"X": X, "y": y, "sample_weight": sample_weight}
        self._parts = {k: _open(v, k) for k, v in parts.items() if v is not None}
        lengths = {name: part.shape[0] for name, part in self._parts.items()}
        if len(set(lengths.values())) > 1:
            raise ValueError(
                f"X, y and sample_weight must have equal lengths, got {lengths}."
            )
        if rows_per_chunk is None:
            source = self._parts["X"]
            n_bytes = np.prod(source.shape[1:]) * source.dtype.itemsize
            rows_per_chunk = max(1, int(_BYTES_PER_CHUNK // max(1, n_bytes)))
        if not (isinstance(rows_per_chunk, Integral) and rows_per_chunk >= 1):
            raise ValueError(
                f"rows_per_chunk must be an int of at least 1, got {rows_per_chunk!r}."
            )
        self.rows_per_chunk, self.buffer = rows_per_chunk, buffer
        self._n_samples = lengths["X"]

    def __len__(self):
        """Return the number of chunks."""
        return -(-self._n_samples // self.rows_per_chunk)

    def __getitem__(self, index):
        """Return X, y and, if given, sample weights of a chunk."""
        return self._read(index, self._parts)

    def targets(self, index):
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
        return self._read(index, [name for name in self._parts if name != "X"])

    def _read(self, index, names):
        if not 0 <= index < len(self):
            raise IndexError(f"There is no chunk {index}, only {len(self)} chunks.")
        start = index * self.rows_per_chunk
        stop = min(start + self.rows_per_chunk, self._n_samples)
        return tuple(np.asarray(self._parts[name][start:stop]) for name in names)


def _open(source, name):
    """Return an object that can be sliced by rows, for a path or an array."""
    if isinstance(source, (str, os.PathLike)):
        return _NpyFile(source, name)
    return source if hasattr(source, "shape") else np.asarray(source)


class _NpyFile:
    """An array in a file, whose rows are read by the operating system."""

    def __init__(self, path, name):
        self._path = path
        with open(path, "rb") as file:
            # Not numpy.load, as mapping the file may exceed the limits of a process.
            version = np.lib.format.read_magic(file)
            read = getattr(np.lib.format, f"read_array_header_{version[0]}_0", None)
            if read is None:
                raise ValueError(
                    f"{name}={path!r} has an unknown version of the format: {version}."
                )
            self.shape, is_by_columns, self.dtype = read(file)
            self._begin = file.tell()
        if (is_by_columns and len(self.shape) > 1) or self.dtype.hasobject:
            raise ValueError(
                f"{name}={path!r} must hold numbers in C order. Write it with "
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
                "or was not written completely"
            )
        return found.reshape(shape)
