"""MNIST on 1 to 8 workers: accuracy by rounds, seconds, bytes through the client."""

import logging
import sys
import time
from functools import partial
from operator import itemgetter
from pathlib import Path

import numpy as np
import pandas as pd
from distributed import Client, LocalCluster, wait

from skbackprop import MLPClassifier
from skbackprop.distributed import fit
from tests.benchmarks.real_data import load
from tests.benchmarks.report import Figure, as_text

sys.path.append(str(Path(__file__).parents[1] / "helpers"))
from traffic import counted_traffic

N_PARTITIONS = 8
OUTER_STEPS = {
    "DiLoCo": {"outer_learning_rate": 0.7, "outer_momentum": 0.9},
    "average": {"outer_learning_rate": 1, "outer_momentum": 0},
}


class Scores:
    """A callback that scores the network of each round."""

    def __init__(self, test):
        self._test, self.accuracies = test, []

    def setup(self, estimator, context):
        """Do nothing."""

    teardown = on_fit_task_begin = setup

    def on_fit_task_end(self, estimator, context, *, fitted_estimator=None):
        """Score the network, and let training go on."""
        if context.task_name in ("epoch", "round"):
            self.accuracies.append(100 * fitted_estimator.score(*self._test))
        return False


def images(data_dir, part=None):
    """Return X and y of the images to test, or of a part of those to learn from."""
    X, y, meta = load("mnist", data_dir)
    rows = np.flatnonzero(meta["test"] if part is None else ~meta["test"])
    if part is not None:
        rows = np.array_split(rows, N_PARTITIONS)[part]
    return (X[rows] / 255).astype(np.float32), y[rows]


def dealt(client, pairs, n_workers):
    """Return partitions of X and of y, moved to the first of the workers."""
    addresses = sorted(client.nthreads())
    X, y = (
        [
            client.submit(
                itemgetter(which),
                pair,
                workers=[addresses[i * n_workers // N_PARTITIONS]],
                pure=False,
            )
            for i, pair in enumerate(pairs)
        ]
        for which in (0, 1)
    )
    wait(X + y)
    return X, y


def measured(name, scores, train):
    """Return a row of the table: what a fit came to, and after how many rounds."""
    begin = time.perf_counter()
    with counted_traffic() as traffic:
        train()
    row = {"fit": name, "rounds": len(scores.accuracies)}
    row |= {
        "s": time.perf_counter() - begin,
        "MB": traffic.n_bytes / 1e6,
        "half way %": scores.accuracies[(len(scores.accuracies) - 1) // 2],
        "accuracy %": scores.accuracies[-1],
    }
    print(row, flush=True)
    return row


def seconds_a_round(client, n_rounds=10):
    """Return the time of rounds in which there is next to nothing to learn."""
    rng, n_workers = np.random.default_rng(0), len(client.nthreads())
    pairs = client.scatter(
        [(rng.normal(size=(50, 784)), np.arange(50) % 10) for _ in range(N_PARTITIONS)]
    )
    X, y = dealt(client, pairs, n_workers)
    seconds = []
    for rounds in (1, 1 + n_rounds):
        clf, begin = MLPClassifier((100,), max_iter=rounds, tol=None), time.time()
        fit(clf, X, y, client=client)
        seconds.append(time.time() - begin)
    return (seconds[1] - seconds[0]) / n_rounds


def table(client, options, n_epochs):
    """Train in one process, and on more and more workers."""
    data_dir = str(Path(options.data_dir).resolve())
    test = images(data_dir)
    parts = [images(data_dir, i) for i in range(N_PARTITIONS)]
    X, y = map(np.concatenate, zip(*parts, strict=True))

    def estimator(scores):
        clf = MLPClassifier((100,), max_iter=n_epochs, tol=None, random_state=0)
        return clf.set_params(n_jobs=1).set_callbacks(scores)

    scores = Scores(test)
    rows = [measured("one process", scores, partial(estimator(scores).fit, X, y))]
    pairs = [client.submit(images, data_dir, i) for i in range(N_PARTITIONS)]
    wait(pairs)
    workers = (1, 2) if options.quick else (1, 2, 4, 8)
    for n_workers in workers:
        placed = dealt(client, pairs, n_workers)
        fit(estimator(Scores(test)).set_params(max_iter=1), *placed, client=client)
        for epochs in (1,) if n_workers in (1, 4) else (1, n_epochs // 2):
            for step, outer in OUTER_STEPS.items():
                scores = Scores(test)
                name = f"{n_workers} workers, {step}, {epochs} epochs a round"
                settings = {"client": client, "epochs_per_round": epochs, **outer}
                train = partial(fit, estimator(scores), *placed, **settings)
                rows.append(measured(name, scores, train))
    return rows


def run(options):
    """Train on workers that are processes of this machine."""
    if options.data_dir is None:
        print("Skipped: it needs --data-dir.")
        return []
    n_epochs = 2 if options.quick else 10
    with (
        LocalCluster(
            n_workers=2 if options.quick else 8,
            threads_per_worker=1,
            dashboard_address=":0",
            silence_logs=logging.ERROR,
        ) as cluster,
        Client(cluster) as client,
    ):
        rows = table(client, options, n_epochs)
        a_round, n_workers = 1e3 * seconds_a_round(client), len(client.nthreads())
    print(f"MNIST, 60,000 rows of 188 MB, {n_epochs} epochs, {n_workers} processes")
    print(f"a round of 50 rows on each of {n_workers} workers: {a_round:.1f} ms")
    print(as_text(pd.DataFrame(rows)))
    accuracy = {row["fit"]: row["accuracy %"] for row in rows}
    lacking = accuracy["one process"] - accuracy["2 workers, DiLoCo, 1 epochs a round"]
    name = "one process - DiLoCo on two workers, accuracy"
    return [Figure("distributed", name, lacking, "<=", 0.5, "")]
