"""MNIST on two workers: accuracy after as many passes, seconds, bytes of the client."""

import sys
import time
from pathlib import Path

import dask
import numpy as np
import pandas as pd
from distributed import Client, LocalCluster

from skbackprop import MLPClassifier
from skbackprop.distributed import fit
from tests.benchmarks.real_data import load
from tests.benchmarks.report import Figure, as_text

sys.path.append(str(Path(__file__).parents[1] / "helpers"))
from traffic import counted_traffic

N_PARTITIONS = 4
DILOCO = {"outer_learning_rate": 0.7, "outer_momentum": 0.9}
AVERAGE = {"outer_learning_rate": 1, "outer_momentum": 0}


def images(data_dir, part=None):
    """Return X and y of the images to test, or of a part of those to learn from."""
    X, y, meta = load("mnist", data_dir)
    rows = np.flatnonzero(meta["test"] if part is None else ~meta["test"])
    if part is not None:
        rows = np.array_split(rows, N_PARTITIONS)[part]
    return (X[rows] / 255).astype(np.float32), y[rows]


def estimator(n_epochs):
    """Return the network that all fits are of."""
    return MLPClassifier((100,), max_iter=n_epochs, tol=None, random_state=0)


def fit_on_workers(client, data_dir, n_epochs, outer):
    """Return the network, the bytes of its rows and what went through the client."""
    data_dir = str(Path(data_dir).resolve())
    pairs = [dask.delayed(images, nout=2)(data_dir, i) for i in range(N_PARTITIONS)]
    X, y = map(list, zip(*pairs, strict=True))
    with counted_traffic() as traffic:
        clf = fit(estimator(n_epochs), X, y, client=client, **outer)
    return clf, traffic.n_bytes


def run(options):
    """Train in one process, and on two workers in two ways."""
    if options.data_dir is None:
        print("Skipped: it needs --data-dir.")
        return []
    n_epochs = 2 if options.quick else 10
    X, y = (
        np.concatenate(part)
        for part in zip(
            *(images(options.data_dir, i) for i in range(N_PARTITIONS)), strict=True
        )
    )
    test, rows = images(options.data_dir), []

    def enter(name, begin, clf, n_bytes):
        seconds = time.perf_counter() - begin
        accuracy = 100 * clf.score(*test)
        rows.append(
            {"fit": name, "accuracy %": accuracy, "s": seconds, "MB": n_bytes / 1e6}
        )
        print(rows[-1], flush=True)

    begin = time.perf_counter()
    enter("one process", begin, estimator(n_epochs).fit(X, y), 0)
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=":0"
        ) as cluster,
        Client(cluster) as client,
    ):
        fit_on_workers(client, options.data_dir, 1, AVERAGE)  # imports and compiles
        for name, outer in {"DiLoCo": DILOCO, "average": AVERAGE}.items():
            begin = time.perf_counter()
            enter(
                name, begin, *fit_on_workers(client, options.data_dir, n_epochs, outer)
            )
    print(f"MNIST, {n_epochs} epochs, rows of {X.nbytes / 1e6:.0f} MB, 2 workers")
    print(as_text(pd.DataFrame(rows)))
    accuracy = {row["fit"]: row["accuracy %"] for row in rows}
    lacking = accuracy["one process"] - accuracy["DiLoCo"]
    return [
        Figure("distributed", "one process - DiLoCo, accuracy", lacking, "<=", 0.5, "")
    ]
