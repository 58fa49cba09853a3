"""Prediction: of many rows in little memory, of a few at once, of one.

Few rows are predicted again and again, as by a server: once the network is bound.
"""

import functools
import itertools
import warnings

import numpy as np
import pandas as pd
from sklearn.exceptions import ConvergenceWarning

from skbackprop import NetworkClassifier
from skbackprop.fitting.prediction import run_in_batches
from skbackprop.network import Graph, Input, Linear, Mish, Scale
from skbackprop.network.compiler import compile_graph
from tests.benchmarks.contestants import SKLEARN, classifier
from tests.benchmarks.measure import PeakMemory, best_times, in_new_process, on_cores
from tests.benchmarks.report import Figure, as_text

N_SAMPLES, N_FEATURES, N_CLASSES = 200_000, 64, 10
DTYPES = ("float32", "float64")
METHODS = ("predict", "predict_proba")


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


def repeated(function, n_calls, *args):
    """Return a function that calls another one so many times."""

    def run():
        for _ in range(n_calls):
            function(*args)

    return run


def few_rows(paths, repeats):
    """Return figures and a table of calls with one row and with a thousand."""
    figures, rows = [], []
    for dtype, method in itertools.product(DTYPES, (*METHODS, "transform")):
        contestants = {
            name: getattr(fitted(path, dtype), method)
            for name, path in paths.items()
            if name == "ours" or method in METHODS
        }
        for n_samples, n_calls, least in ((1, 500, 1.2), (1000, 50, 2.0)):
            X = samples(n_samples, dtype)
            functions = {
                name: repeated(function, n_calls, X)
                for name, function in contestants.items()
            }
            with on_cores(1):
                times = best_times(functions, repeats)
            row = {"method": method, "dtype": dtype, "rows": n_samples}
            row |= {f"{name}, ms": 1e3 * t / n_calls for name, t in times.items()}
            rows.append(row)
            label = f"{method}, {n_samples} row(s), {dtype}"
            if n_samples == 1:
                ms = row["ours, ms"]
                figures.append(Figure("predict", label, ms, "<=", 0.10, "ms"))
            if "sklearn" in times:
                label = f"{label}, sklearn / ours"
                ratio = times["sklearn"] / times["ours"]
                figures.append(Figure("predict", label, ratio, ">=", least, "x"))
    return figures, rows


def three_layers(n_features, n_outputs):
    """Return a graph of eight modules, as members of an ensemble may have."""
    signal = Scale()(Input(n_features))
    for _ in range(3):
        signal = Mish()(Linear(96)(signal))
    return Graph(Linear(n_outputs)(signal))


def ensemble(repeats):
    """Return the figure of one row that six networks are run on, unvalidated."""
    X = samples(1, "float32")
    rng = np.random.default_rng(0)
    train = rng.standard_normal((200, N_FEATURES), "float32")
    y = np.arange(200) % N_CLASSES
    networks = [
        NetworkClassifier(three_layers, solver="lbfgs", max_iter=1, random_state=i)
        for i in range(6)
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        networks = [network.fit(train, y) for network in networks]
    bound = [(compile_graph(n.graph_), n._parameters, n._targets) for n in networks]

    def predict():
        for program, parameters, targets in bound:
            run_in_batches(program, parameters, X, targets.probabilities)

    with on_cores(1):
        times = best_times({"ours": repeated(predict, 100)}, repeats)
    label = "six networks, probabilities of 1 row, float32"
    return Figure("predict", label, 10 * times["ours"], "<=", 0.3, "ms")


def run(options):
    """Time predictions; measure their memory in new processes."""
    repeats = 3 if options.quick else 10
    paths = {"ours": options.ours, "sklearn": SKLEARN}
    figures, rows = few_rows(paths, repeats)
    figures.append(ensemble(repeats))
    print(f"best of {repeats} times many calls")
    print(as_text(pd.DataFrame(rows)))
    many, rows = many_rows(paths, repeats)
    print(f"\nbest of {repeats}; memory at the peak beyond the result itself")
    print(as_text(pd.DataFrame(rows)))
    return figures + many


def many_rows(paths, repeats):
    """Return figures and a table of speed and memory."""
    figures, rows = [], []
    for dtype in DTYPES:
        X = samples(N_SAMPLES, dtype)
        for method in METHODS:
            functions = {
                name: functools.partial(getattr(fitted(path, dtype), method), X)
                for name, path in paths.items()
            }
            with on_cores(1):
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
    return figures, rows
