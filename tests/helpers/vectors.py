"""One vector in every container that users hold targets, weights and groups in.

A container is a function of an array of whole numbers from 0 on that returns what a
user would pass. Labels stand for these numbers, in the same order.
"""

import tempfile

import numpy as np
import pandas as pd
import polars as pl

_WORDS = np.array(["ab", "b", "ba", "c", "d", "e", "f", "g"])


def _series(values, dtype=None):
    """Return a Series whose index has nothing to do with rows, not even once each."""
    return pd.Series(values, index=[7] * len(values), dtype=dtype)


def _read_only(values):
    values = values.copy()
    values.flags.writeable = False
    return values


def _unaligned(values):
    memory = np.frombuffer(b"?" + values.astype(float).tobytes(), np.uint8)
    return memory[1:].view(float)


def _memory_map(values):
    with tempfile.TemporaryFile() as file:
        mapped = np.memmap(file, values.dtype, "w+", shape=values.shape)
    mapped[:] = values
    return mapped


def _as_type(dtype):
    return lambda values: values.astype(dtype)


NUMBERS = {
    "list": lambda values: values.tolist(),
    "tuple": lambda values: tuple(values.tolist()),
    "list of floats": lambda values: values.astype(float).tolist(),
    "list of NumPy scalars": lambda values: list(values),
    **{
        name: _as_type(name) for name in ("float64", "float32", "float16", "longdouble")
    },
    **{name: _as_type(name) for name in ("int8", "int64", "uint8", "uint64", "object")},
    **{name: _as_type(name) for name in (">f8", ">f4", ">i4", ">u2")},
    "read-only": _read_only,
    "backward": lambda values: values[::-1].copy()[::-1],
    "every third": lambda values: values.repeat(3)[::3],
    "unaligned": _unaligned,
    "memory map": _memory_map,
    "nothing masked": lambda values: np.ma.masked_array(values, values < 0),
    "Series": _series,
    "Series of object": lambda values: _series(values, object),
    **{
        f"Series of {dtype}": lambda values, dtype=dtype: _series(values, dtype)
        for dtype in ("Int64", "Float64", "UInt8", "int64[pyarrow]", "double[pyarrow]")
    },
    "sparse Series": lambda values: _series(values, pd.SparseDtype(float, 0.0)),
    "Index": lambda values: pd.Index(values),
    "polars Series": lambda values: pl.Series(values),
}
COLUMNS = {
    "column": lambda values: values[:, np.newaxis],
    "list of lists": lambda values: values[:, np.newaxis].tolist(),
    "frame": lambda values: pd.DataFrame({"y": values}, index=[7] * len(values)),
}
WORDS = {
    "words": lambda values: _WORDS[values],
    "bytes": lambda values: _WORDS[values].astype("S"),
    "words as objects": lambda values: _WORDS[values].astype(object),
    "list of words": lambda values: _WORDS[values].tolist(),
    "words of the other byte order": lambda values: _WORDS[values].astype(">U2"),
    **{
        f"words as {dtype}": lambda values, dtype=dtype: _series(_WORDS[values], dtype)
        for dtype in ("object", "category", "string", "string[pyarrow]")
    },
    "numbers as category": lambda values: _series(values, "category"),
    "Categorical": lambda values: pd.Categorical(_WORDS[values], _WORDS[::-1]),
    "polars words": lambda values: pl.Series(_WORDS[values].tolist()),
    "polars categories": lambda values: pl.Series(
        _WORDS[values].tolist(), dtype=pl.Categorical
    ),
}
BITS = {
    "bool": _as_type(bool),
    "list of bools": lambda values: values.astype(bool).tolist(),
    "bools as objects": lambda values: values.astype(bool).astype(object),
    "Series of bool": lambda values: _series(values.astype(bool)),
    "Series of boolean": lambda values: _series(values.astype(bool), "boolean"),
}
NUMBERS_OF = {**NUMBERS, **COLUMNS}
LABELS_OF = {**NUMBERS, **COLUMNS, **WORDS, **BITS}
GROUPS_OF = {**NUMBERS, **WORDS}


def unchanged_copy(held):
    """Return what is in a container, to be compared."""
    if isinstance(held, np.ndarray):
        return held.tobytes(), held.dtype, held.strides
    return repr(held)
