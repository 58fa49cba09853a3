"""Partitions of rows on the workers, and their summaries for the client."""

from typing import NamedTuple

import numpy as np
from scipy import sparse

from skbackprop.utils.optional import import_optional
from skbackprop.utils.validation import distinct_labels


class Partition(NamedTuple):
    """Rows that are held by one worker."""

    X: object
    y: object
    sample_weight: object = None


class Summary(NamedTuple):
    """Summary of a partition for the client.

    Attributes
    ----------
    n_rows : int
    weight : float
        Total weight of its rows.
    columns : tuple
        Names of the columns, or their numbers if they have no names.
    labels : ndarray or None
        Distinct labels, if y is a vector and labels are requested.
    """

    n_rows: int
    weight: float
    columns: tuple
    labels: object


def place(client, X, y, sample_weight):
    """Start to compute partitions on the workers, and return their futures.

    Data that are already on workers stay there. Otherwise each worker gets consecutive
    partitions, so that equal clusters divide equal data in the same way.
    """
    dask = import_optional("dask", "dask")
    futures_of = import_optional("distributed", "dask").futures_of
    given = {"X": X, "y": y, "sample_weight": sample_weight}
    parts = {k: _delayed_parts(v, k) for k, v in given.items() if v is not None}
    lengths = {name: len(those) for name, those in parts.items()}
    if len(set(lengths.values())) > 1 or not lengths["X"]:
        raise ValueError(
            f"X, y and sample_weight must have the same number of partitions, at least "
            f"one, got {lengths}."
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
    """Return the partitions of a collection, in the order of rows."""
    if isinstance(collection, (list, tuple)):
        return list(collection)
    if not hasattr(collection, "to_delayed"):
        raise TypeError(
            f"{name} must be a dask array, a dask frame or a list of futures or "
            f"delayed objects, got {type(collection).__name__}. For data in memory, "
            "use the estimator's own fit."
        )
    if getattr(collection, "ndim", 1) == 2 and hasattr(collection, "rechunk"):
        collection = collection.rechunk({1: -1})  # whole rows
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
                f"{name}. They must be equal."
            )
    columns = tuple(X.columns) if hasattr(X, "columns") else tuple(range(shape[1]))
    is_vector = np.ndim(y) == 1 or np.shape(y)[1] == 1
    labels = distinct_labels(np.ravel(y)) if wants_labels and is_vector else None
    weight = shape[0] if weights is None else float(np.sum(weights))
    return Summary(shape[0], weight, columns, labels)


def check_alike(summaries):
    """Raise ValueError if partitions have different columns, or no rows at all."""
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
    """Return the first five names as text."""
    return f"{list(columns[:5])}{' ...' if len(columns) > 5 else ''}"


def all_labels(summaries):
    """Return the distinct labels of all partitions, or None if y is not a vector."""
    labels = [summary.labels for summary in summaries if summary.n_rows]
    if any(some is None for some in labels):
        return None
    return distinct_labels(np.concatenate(labels))


def joined(partitions):
    """Return partitions joined into one."""
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
