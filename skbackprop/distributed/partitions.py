"""Partitions: rows that stay on the workers, and what the client learns of them."""

from typing import NamedTuple

import numpy as np
from scipy import sparse

from skbackprop.utils.optional import import_optional
from skbackprop.utils.validation import distinct_labels


class Partition(NamedTuple):
    """Some rows, as one worker has them."""

    X: object
    y: object
    sample_weight: object = None


class Summary(NamedTuple):
    """What the client may know of a partition.

    Attributes
    ----------
    n_rows : int
    weight : float
        Of all its rows.
    columns : tuple
        Names, or numbers where there are none.
    labels : ndarray or None
        Those that occur, where y is a vector and labels are asked for.
    """

    n_rows: int
    weight: float
    columns: tuple
    labels: object


def place(client, X, y, sample_weight):
    """Begin to compute partitions on the workers, and return their futures.

    What has been computed before stays where it is. Else each worker gets a run of
    partitions, so that equal clusters divide equal data alike.
    """
    dask = import_optional("dask", "dask")
    futures_of = import_optional("distributed", "dask").futures_of
    given = {"X": X, "y": y, "sample_weight": sample_weight}
    parts = {k: _delayed_parts(v, k) for k, v in given.items() if v is not None}
    lengths = {name: len(those) for name, those in parts.items()}
    if len(set(lengths.values())) > 1 or not lengths["X"]:
        raise ValueError(
            f"X, y and sample_weight must have as many partitions each, one at least, "
            f"got {lengths}."
        )
    rows = zip(*parts.values(), strict=True)
    tasks = [dask.delayed(Partition, pure=False)(*row) for row in rows]
    if futures_of([list(those) for those in parts.values()]):
        return client.compute(tasks)
    runs = np.array_split(np.arange(len(tasks)), len(client.nthreads()))
    return [
        future
        for address, run in zip(sorted(client.nthreads()), runs, strict=True)
        for future in client.compute(
            [tasks[i] for i in run], workers=[address], allow_other_workers=True
        )
    ]


def _delayed_parts(collection, name):
    """Return the partitions of a collection, row after row."""
    if isinstance(collection, (list, tuple)):
        return list(collection)
    if not hasattr(collection, "to_delayed"):
        raise TypeError(
            f"{name} must be a dask array, a dask frame or a list of futures or "
            f"delayed objects, got {type(collection).__name__}. What one process "
            "holds, the estimator's own fit learns from."
        )
    if getattr(collection, "ndim", 1) == 2 and hasattr(collection, "rechunk"):
        collection = collection.rechunk({1: -1})  # a row is in one partition
    return np.ravel(collection.to_delayed()).tolist()


def summarize(partition, number, wants_labels):
    """Return the Summary of a partition, on the worker that holds it."""
    X, y, weights = partition
    shape = np.shape(X) if not sparse.issparse(X) else X.shape
    if len(shape) != 2:
        raise ValueError(f"Partition {number} of X must be 2-dimensional, got {shape}.")
    for name, values in (("y", y), ("sample_weight", weights)):
        if values is not None and len(values) != shape[0]:
            raise ValueError(
                f"Partition {number} has {shape[0]} rows of X, but {len(values)} of "
                f"{name}."
            )
    columns = tuple(X.columns) if hasattr(X, "columns") else tuple(range(shape[1]))
    is_vector = np.ndim(y) == 1 or np.shape(y)[1] == 1
    labels = distinct_labels(np.ravel(y)) if wants_labels and is_vector else None
    weight = shape[0] if weights is None else float(np.sum(weights))
    return Summary(shape[0], weight, columns, labels)


def check_alike(summaries):
    """Raise ValueError where a partition has other columns than the first."""
    first = summaries[0].columns
    for number, summary in enumerate(summaries):
        if summary.columns != first:
            raise ValueError(
                f"Partition {number} of X has the {len(summary.columns)} columns "
                f"{_few(summary.columns)}, but partition 0 has the {len(first)} "
                f"columns {_few(first)}."
            )
    if not any(summary.n_rows for summary in summaries):
        raise ValueError("X has no rows in any partition.")


def _few(columns):
    """Return the first of some names."""
    return f"{list(columns[:5])}{' ...' if len(columns) > 5 else ''}"


def all_labels(summaries):
    """Return the labels of all partitions, None where they are not vectors."""
    labels = [summary.labels for summary in summaries if summary.n_rows]
    if any(some is None for some in labels):
        return None
    return distinct_labels(np.concatenate(labels))


def joined(partitions):
    """Return the rows of partitions as one."""
    return Partition(*(_joined(values) for values in zip(*partitions, strict=True)))


def _joined(values):
    if values[0] is None:
        return None
    if len(values) == 1:
        return values[0]
    if sparse.issparse(values[0]):
        return sparse.vstack(values, format="csr")
    if hasattr(values[0], "iloc"):
        return import_optional("pandas", "dask").concat(values)
    return np.concatenate(values)
