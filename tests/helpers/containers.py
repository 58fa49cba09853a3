"""One matrix in every container that users hold matrices in.

A container is a function of an array of float64 that returns what a user would pass,
and the numbers that it stands for.
"""

import tempfile

import numpy as np
import pandas as pd
import polars as pl
from scipy import sparse

# Numbers that a container can hold without rounding.
HALVES = np.arange(-6, 7) / 2
WHOLE, COUNTS, BITS = np.arange(-3.0, 4), np.arange(4.0), np.arange(2.0)
_CONTAINERS = {}


def container(numbers=HALVES, kind="dense"):
    """Enter a function of X, returning X in a container, in the table."""

    def enter(function):
        _CONTAINERS[function.__name__] = function, numbers, kind
        return function

    return enter


def of_kind(*kinds):
    """Return the names of all containers of some kinds."""
    return [name for name, (_, _, kind) in _CONTAINERS.items() if kind in kinds]


def numbers_of(name):
    return _CONTAINERS[name][1]


def is_sparse(name):
    return _CONTAINERS[name][2] == "sparse"


def contained(name, X):
    """Return X in the container of a name, and what it stands for."""
    given = _CONTAINERS[name][0](X)
    return given if isinstance(given, tuple) else (given, X)


def _named(X):
    return pd.DataFrame(X, columns=[f"c{j}" for j in range(X.shape[1])])


def snapshot(held):
    """Return what is in a container, copied, to be compared."""
    if sparse.issparse(held) and held.format in ("lil", "dok"):
        return [held.toarray().tobytes()]
    if sparse.issparse(held):
        names = ("data", "indices", "indptr", "row", "col", "offsets")
        parts = [getattr(held, name) for name in names if hasattr(held, name)]
    elif isinstance(held, list):
        return [repr(held)]
    elif hasattr(held, "columns"):
        return [repr(held.to_dict()), repr(held.columns), repr(list(held.dtypes))]
    else:
        parts = [held]
    return [(part.tobytes(), part.dtype, part.strides) for part in parts]


def _enter_dtypes():
    exact = {"float64": HALVES, "float32": HALVES, "float16": HALVES, ">f8": HALVES}
    exact |= {">f4": HALVES, "longdouble": HALVES, "object": HALVES, "bool": BITS}
    exact |= dict.fromkeys(["int8", "int64", ">i4"], WHOLE)
    exact |= dict.fromkeys(["uint8", "uint64"], COUNTS)
    for dtype, numbers in exact.items():
        _CONTAINERS[dtype] = (lambda X, dtype=dtype: X.astype(dtype)), numbers, "dense"
    for form in ("csr", "csc", "coo", "bsr", "lil", "dok", "dia"):
        for flavour in ("matrix", "array"):
            make = getattr(sparse, f"{form}_{flavour}")
            _CONTAINERS[make.__name__] = make, HALVES, "sparse"
    for dtype, numbers in {"float32": HALVES, "int8": WHOLE, "bool": BITS}.items():

        def of_dtype(X, dtype=dtype):
            return sparse.csr_array(X.astype(dtype))

        _CONTAINERS[f"csr of {dtype}"] = of_dtype, numbers, "sparse"
    columns = {"Float64": HALVES, "Float32": HALVES, "Int64": WHOLE, "boolean": BITS}
    columns |= {"category": HALVES, "bool": BITS, "object": HALVES, "int8": WHOLE}
    columns |= {"double[pyarrow]": HALVES, "int64[pyarrow]": WHOLE}
    for dtype, numbers in columns.items():

        def frame(X, dtype=dtype):
            return _named(X).astype(dtype)

        _CONTAINERS[f"frame of {dtype}"] = frame, numbers, "frame"
    for dtype, numbers in {"float64": HALVES, "int": WHOLE, "bool": BITS}.items():

        def sparse_frame(X, dtype=dtype):
            # scikit-learn, as pandas, converts none with another fill value.
            return (
                _named(X)
                .astype(dtype)
                .astype(pd.SparseDtype(dtype, np.dtype(dtype).type(0)))
            )

        _CONTAINERS[f"sparse frame of {dtype}"] = sparse_frame, numbers, "sparse"


_enter_dtypes()


@container()
def lists(X):
    return X.tolist()


@container()
def read_only(X):
    X = X.copy()
    X.flags.writeable = False
    return X


@container()
def fortran(X):
    return np.asfortranarray(X)


@container()
def every_second_row(X):
    return X.repeat(2, axis=0)[::2]


@container()
def every_third_column(X):
    return X.repeat(3, axis=1)[:, ::3]


@container()
def backward(X):
    return np.ascontiguousarray(X[::-1, ::-1])[::-1, ::-1]


@container()
def one_row_for_all(X):
    return np.broadcast_to(X[:1], X.shape), np.tile(X[:1], (len(X), 1))


@container()
def one_column_for_all(X):
    return np.broadcast_to(X[:, :1], X.shape), np.tile(X[:, :1], (1, X.shape[1]))


@container()
def unaligned(X):
    memory = np.frombuffer(b"?" + X.tobytes(), np.uint8)
    return memory[1:].view(X.dtype).reshape(X.shape)


@container()
def memory_map(X):
    with tempfile.TemporaryFile() as file:
        mapped = np.memmap(file, X.dtype, "w+", shape=X.shape)
    mapped[:] = X
    return mapped


@container()
def nothing_masked(X):
    return np.ma.masked_array(X, np.zeros(X.shape, bool))


@container()
def field_of_records(X):
    records = np.zeros(X.shape, [("byte", "i1"), ("x", "f8")])
    records["x"] = X
    return records["x"]


@container(kind="frame")
def polars_frame(X):
    return pl.DataFrame(X, schema=[f"c{j}" for j in range(X.shape[1])])


@container(COUNTS, kind="frame")
def frame_of_mixed_columns(X):
    dtypes = ["int8", "float32", "Int64", "uint16"]
    table = _named(X)
    return table.astype({c: dtypes[j % 4] for j, c in enumerate(table)})


@container(kind="sparse")
def csr_of_long_indices(X):
    given = sparse.csr_array(X)
    given.indices, given.indptr = (
        given.indices.astype(np.int64),
        given.indptr.astype(np.int64),
    )
    return given


@container(kind="sparse")
def csr_out_of_order(X):
    rows, columns = np.indices(X.shape).reshape(2, -1)
    columns = X.shape[1] - 1 - columns
    indptr = np.arange(0, X.size + 1, X.shape[1])
    return sparse.csr_matrix((X[rows, columns], columns, indptr), shape=X.shape)


@container(kind="sparse")
def coo_of_duplicates(X):
    rows, columns = np.indices(X.shape).reshape(2, -1).repeat(2, axis=1)
    return sparse.coo_matrix((X[rows, columns] / 2, (rows, columns)), shape=X.shape)


@container(kind="sparse")
def read_only_csr(X):
    given = sparse.csr_matrix(X)
    for part in (given.data, given.indices, given.indptr):
        part.flags.writeable = False
    return given
