"""Data larger than memory: time, accuracy and memory beside a fit in memory.

A generated table of 28 features is written to Parquet, in row groups of 100,000 rows,
and learned from there and in memory, in turns, each in a process of its own: by the
default network, which learns about as fast as Parquet is read, and by a larger one. The
accuracy is that on 200,000 rows of neither. Then .npy files are learned from under a
limit of the memory of the process. By default the table and the arrays have 0.2 GB,
with --full 2 GB and 4 GB. Files go to a temporary folder (TMPDIR).

One thread learns, in memory as from chunks, and another one reads, on a core of its own
where there is one. The first buffer of an epoch is read while nothing is learned: four
chunks of 17 at the smaller size.
"""

import resource
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from skbackprop import MLPClassifier
from skbackprop.chunks import ArrayChunks, ArrowChunks
from tests.benchmarks.measure import in_new_process, status_bytes
from tests.benchmarks.report import Figure, as_text

N_FEATURES, ROWS_PER_GROUP, N_TEST = 28, 100_000, 200_000
N_EPOCHS = 2
LIMIT = 10**9  # bytes
NETWORKS = {"(100,)": (100,), "(256, 128)": (256, 128)}
# Bytes of the table and of the arrays, and how often each fit is repeated.
SIZES = {False: (2 * 10**8, 2 * 10**8, 2), True: (2 * 10**9, 4 * 10**9, 1)}


def rows(seed, n_rows=ROWS_PER_GROUP):
    """Return features and classes that a small network learns well, not perfectly."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n_rows, N_FEATURES), dtype=np.float32)
    score = X[:, 0] * X[:, 1] + np.sin(2 * X[:, 2]) + X[:, 3:8].sum(axis=1) / 3
    noise = rng.standard_normal(n_rows, dtype=np.float32) / 2
    return X, (score + noise > 0).astype(np.int8)


def n_groups(n_bytes):
    """Return how many row groups make so many bytes of features."""
    return n_bytes // (4 * N_FEATURES * ROWS_PER_GROUP)


def write_table(path, n_bytes):
    """Write the table, one row group after the other."""
    writer = None
    for seed in range(n_groups(n_bytes)):
        X, y = rows(seed)
        columns = {f"x{j}": column for j, column in enumerate(X.T)}
        table = pa.table({**columns, "y": y})
        writer = writer or pq.ParquetWriter(path, table.schema, use_dictionary=["y"])
        writer.write_table(table)
    writer.close()


def write_arrays(folder, n_bytes):
    """Write X.npy and y.npy, without ever having them in memory."""
    n_rows = n_groups(n_bytes) * ROWS_PER_GROUP
    with open(folder / "X.npy", "wb") as X, open(folder / "y.npy", "wb") as y:
        for file, dtype, width in ((X, "<f4", (N_FEATURES,)), (y, "|i1", ())):
            shape = (n_rows, *width)
            header = {"descr": dtype, "fortran_order": False, "shape": shape}
            np.lib.format.write_array_header_1_0(file, header)
        for seed in range(n_groups(n_bytes)):
            for file, part in zip((X, y), rows(seed), strict=True):
                part.tofile(file)


def network(name):
    """Return a network, to be trained for a planned number of epochs."""
    sizes = NETWORKS[name]
    return MLPClassifier(sizes, max_iter=N_EPOCHS, tol=None, random_state=0)


def fitted(name, *data):
    """Return what a fit takes: seconds, also of all cores, accuracy, peak of bytes."""
    network(name).fit(*rows(-1 % 2**32, 2000))  # compiles
    begin = time.perf_counter(), time.process_time()
    clf = network(name).fit(*data)
    seconds = time.perf_counter() - begin[0]
    of_cores = time.process_time() - begin[1]
    X_test, y_test = rows(2**31, N_TEST)
    names = getattr(clf, "feature_names_in_", None)
    X_test = X_test if names is None else pd.DataFrame(X_test, columns=names)
    return seconds, of_cores, clf.score(X_test, y_test), status_bytes("VmHWM")


def fit_in_memory(path, name):
    """Fit to the whole table; the time is that of the fit, without reading."""
    table = pq.read_table(path).to_pandas()
    y = table.pop("y").to_numpy()
    X = np.ascontiguousarray(table.to_numpy())
    del table
    return fitted(name, X, y)


def fit_chunks(path, name):
    """Fit to the row groups of the table."""
    return fitted(name, ArrowChunks(path, "y"))


def rows_per_second(path):
    """Return how fast the table is read, where nobody learns from it."""
    begin = time.perf_counter()
    n_rows = sum(len(y) for _, y in ArrowChunks(path, "y"))
    return n_rows / (time.perf_counter() - begin)


def fit_arrays(folder, name):
    """Fit to .npy files, where no more private memory may be had than the limit."""
    resource.setrlimit(resource.RLIMIT_DATA, (LIMIT, LIMIT))
    return fitted(name, ArrayChunks(folder / "X.npy", folder / "y.npy"))


def run(options):
    """Measure in turns; the best of the times counts."""
    of_table, of_arrays, repeats = SIZES[options.full]
    found = []
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        path = folder / "table.parquet"
        write_table(path, of_table)
        print(f"{in_new_process(rows_per_second, path):,.0f} rows a second are read")
        for name in [name for name in NETWORKS for _ in range(repeats)]:
            for fit in (fit_in_memory, fit_chunks):
                found.append(_named(fit, name, in_new_process(fit, path, name)))
                print(as_text(pd.DataFrame(found[-1:])), flush=True)
        path.unlink()
        write_arrays(folder, of_arrays)
        name = next(iter(NETWORKS))
        found.append(_named(fit_arrays, name, in_new_process(fit_arrays, folder, name)))
    table = pd.DataFrame(found)
    print(as_text(table))
    columns = {"seconds": "min", "accuracy": "max", "MB": "max"}
    best = table.groupby(["fit", "network"]).agg(columns)
    return [
        *(figure for name in NETWORKS for figure in _compared(best, name)),
        Figure("chunks", "memory, .npy", best.MB["fit_arrays"].max(), "<=", 1000, "MB"),
    ]


def _compared(best, name):
    """Return the figures of one network."""
    memory, chunks = best.loc["fit_in_memory", name], best.loc["fit_chunks", name]
    ratio = chunks.seconds / memory.seconds
    points = 100 * abs(chunks.accuracy - memory.accuracy)
    return [
        Figure("chunks", f"{name}, time, Parquet / in memory", ratio, "<=", 1.25),
        Figure("chunks", f"{name}, accuracy, difference", points, "<=", 0.2, "points"),
        Figure("chunks", f"{name}, memory, Parquet", chunks.MB, "<=", 1000, "MB"),
    ]


def _named(fit, network, measured):
    seconds, of_cores, accuracy, n_bytes = measured
    return {
        "fit": fit.__name__,
        "network": network,
        "seconds": seconds,
        "of all cores": of_cores,
        "accuracy": accuracy,
        "MB": n_bytes / 1e6,
    }
