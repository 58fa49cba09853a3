"""Prediction of many rows: speed, and memory that does not grow with them."""

import functools

import numpy as np
import pandas as pd

from tests.benchmarks.contestants import SKLEARN, classifier
from tests.benchmarks.measure import PeakMemory, best_times, in_new_process, one_core
from tests.benchmarks.report import Figure, as_text

N_SAMPLES, N_FEATURES, N_CLASSES = 200_000, 64, 10


def fitted(class_path, dtype):
    """Return a network of one hidden layer of 100 units."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((2000, N_FEATURES)).astype(dtype)
    return classifier(class_path, 2).fit(X, np.arange(len(X)) % N_CLASSES)


def samples(n_samples, dtype):
    """Return Gaussian rows, made without a temporary copy of them."""
    return np.random.default_rng(1).standard_normal((n_samples, N_FEATURES), dtype)


def extra_memory(class_path, method, n_samples, dtype):
    """Return the bytes that a prediction takes at its peak, beyond its result."""
    model = fitted(class_path, dtype)
    X = samples(n_samples, dtype)
    predict = getattr(model, method)
    predict(X[:1000])
    with PeakMemory() as peak:
        result = predict(X)
    process = None if peak.process is None else peak.process - result.nbytes
    return peak.arrays - result.nbytes, process


def run(options):
    """Time predict and predict_proba; measure memory in new processes."""
    repeats = 3 if options.quick else 10
    paths = {"ours": options.ours, "sklearn": SKLEARN}
    figures, rows = [], []
    for dtype in ("float32", "float64"):
        X = samples(N_SAMPLES, dtype)
        for method in ("predict", "predict_proba"):
            functions = {
                name: functools.partial(getattr(fitted(path, dtype), method), X)
                for name, path in paths.items()
            }
            with one_core():
                times = best_times(functions, repeats)
            ratio = times["sklearn"] / times["ours"]
            label = f"{method}, sklearn / ours, {dtype}"
            figures.append(Figure("predict", label, ratio, ">=", 1.5, "x"))
            for name, path in paths.items():
                row = {"": name, "method": method, "dtype": dtype}
                row[f"ms, {N_SAMPLES}"] = 1e3 * times[name]
                for n_samples in (N_SAMPLES, 2 * N_SAMPLES):
                    arrays, process = in_new_process(
                        extra_memory, path, method, n_samples, dtype
                    )
                    row[f"arrays MB, {n_samples}"] = arrays / 1e6
                    row[f"process MB, {n_samples}"] = (
                        None if process is None else process / 1e6
                    )
                    if name == "ours":
                        peak = max(arrays, process or 0) / 1e6
                        label = f"{method}, extra memory, {n_samples} rows, {dtype}"
                        figures.append(Figure("predict", label, peak, "<=", 20, "MB"))
                rows.append(row)
    print(f"best of {repeats}; memory at the peak beyond the result itself")
    print(as_text(pd.DataFrame(rows)))
    return figures
