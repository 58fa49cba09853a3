"""Probabilities of exported networks: onnxruntime against predict_proba.

One thread each, one row and 100,000 rows of float32. Ours cuts rows into batches that
stay in the cache; onnxruntime does not, so its better time counts: that of all rows at
once, or of a thousand at a time.
"""

import numpy as np
import pandas as pd

from skbackprop import MLPClassifier, TabularClassifier
from skbackprop.onnx import to_onnx
from tests.benchmarks.measure import best_times, on_cores
from tests.benchmarks.report import Figure, as_text

N_FEATURES, N_CLASSES = 64, 10
SIZES = ((1, 500), (100_000, 1))  # rows, and calls that are timed together
BATCH = 1000  # rows at a time
NETWORKS = {
    "100 units": MLPClassifier((100,), max_iter=2, tol=None, random_state=0),
    "3 x 256 units": MLPClassifier((256,) * 3, max_iter=2, tol=None, random_state=0),
    "100 units, gelu": MLPClassifier(
        (100,), activation="gelu", max_iter=2, tol=None, random_state=0
    ),
    "table": TabularClassifier(n_estimators=6, max_iter=2, random_state=0),
}


def samples(n_samples):
    """Return Gaussian rows of float32."""
    return np.random.default_rng(1).standard_normal((n_samples, N_FEATURES), "float32")


def session_of(model, X):
    """Return a function from rows to probabilities that onnxruntime runs."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        to_onnx(model, X).SerializeToString(),
        options,
        providers=["CPUExecutionProvider"],
    )
    return lambda X: session.run(["probabilities"], {"X": X})[0]


def in_batches(function):
    """Return a function that runs another one on some rows at a time."""

    def run(X):
        starts = range(0, len(X), BATCH)
        return np.concatenate([function(X[start : start + BATCH]) for start in starts])

    return run


def repeated(function, n_calls, X):
    """Return a function that calls another one so many times."""

    def run():
        for _ in range(n_calls):
            function(X)

    return run


def run(options):
    """Time one row and many; the ratio of many is the figure."""
    repeats = 3 if options.quick else 7
    train = samples(2000)
    figures, rows = [], []
    for name, network in NETWORKS.items():
        network.fit(train, np.arange(len(train)) % N_CLASSES)
        session = session_of(network, train)
        functions = {
            "ours": network.predict_proba,
            "onnxruntime": session,
            "in batches": in_batches(session),
        }
        for n_rows, n_calls in SIZES:
            X = samples(n_rows)
            timed = {k: repeated(f, n_calls, X) for k, f in functions.items()}
            with on_cores(1):
                times = best_times(timed, repeats)
            ratio = min(times["onnxruntime"], times["in batches"]) / times["ours"]
            row = {"network": name, "rows": n_rows}
            row |= {f"{k}, ms": 1e3 * t / n_calls for k, t in times.items()}
            rows.append(row)
            label = f"{name}, {n_rows} row(s), onnxruntime / ours"
            # Of one row nothing is asked: each call of ours validates.
            least = 1.0 if n_rows > 1 else 0.0
            figures.append(Figure("onnx", label, ratio, ">=", least, "x"))
    print(f"best of {repeats}")
    print(as_text(pd.DataFrame(rows)))
    return figures
