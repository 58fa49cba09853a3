"""A TF-IDF matrix in CSR form: time per epoch, and memory without its dense twin."""

import numpy as np
import pandas as pd
from scipy import sparse

from tests.benchmarks.contestants import SKLEARN, classifier
from tests.benchmarks.measure import PeakMemory, epoch_times, in_new_process, on_cores
from tests.benchmarks.real_data import load
from tests.benchmarks.report import Figure, as_text

N_SAMPLES, N_FEATURES, N_TERMS = 5574, 8000, 16  # 16 of 8,000 terms: 0.2 % dense
NETWORK = {"hidden_layer_sizes": [100]}


def generated_texts(rng):
    """Return rows of unit length whose terms are distributed as words are."""
    zipf = 1 / np.arange(1, N_FEATURES + 1)
    p = zipf / zipf.sum()
    terms = np.stack(
        [
            np.sort(rng.choice(N_FEATURES, N_TERMS, replace=False, p=p))
            for _ in range(N_SAMPLES)
        ]
    )
    weights = rng.random(terms.shape) - np.log(p[terms])
    weights /= np.linalg.norm(weights, axis=1, keepdims=True)
    indptr = np.arange(0, terms.size + 1, N_TERMS)
    X = sparse.csr_matrix(
        (weights.ravel(), terms.ravel(), indptr), (N_SAMPLES, N_FEATURES)
    )
    y = (X @ rng.standard_normal(N_FEATURES) > 0).astype(int)
    return X, y


def sms_spam(data_dir):
    """Return the real messages, vectorised; say so if the folder lacks them."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts, y, _ = load("sms_spam", data_dir)
    return TfidfVectorizer(max_features=N_FEATURES).fit_transform(texts), y


def data(data_dir):
    """Return X (CSR, float64) and y."""
    if data_dir:
        return sms_spam(data_dir)
    return generated_texts(np.random.default_rng(0))


def fit_function(class_path, X, y):
    """Return ``fit(n_epochs)``."""
    return lambda n_epochs: classifier(class_path, n_epochs, **NETWORK).fit(X, y)


def peak_of_fit(class_path, data_dir, dtype):
    """Return the peak growth of memory during a fit of three epochs, in bytes."""
    X, y = data(data_dir)
    X = X.astype(dtype)
    rows = np.r_[np.flatnonzero(y == y[0])[:50], np.flatnonzero(y != y[0])[:50]]
    fit_function(class_path, X[rows], y[rows])(1)  # loads what is loaded once
    with PeakMemory() as peak:
        fit_function(class_path, X, y)(3)
    return peak.arrays, peak.process


def run(options):
    """Time float32 and float64, then measure memory in new processes."""
    repeats, seconds = (2, 0.2) if options.quick else (5, 1.0)
    X, y = data(options.data_dir)
    print(
        f"{'sms_spam' if options.data_dir else 'generated'}: {X.shape[0]} x "
        f"{X.shape[1]}, {100 * X.nnz / np.prod(X.shape):.2f} % dense"
    )
    figures, rows = [], []
    for dtype in ("float32", "float64"):
        fits = {
            "ours": fit_function(options.ours, X.astype(dtype), y),
            "sklearn": fit_function(SKLEARN, X.astype(dtype), y),
        }
        with on_cores(1):
            times = epoch_times(fits, repeats, seconds)
        ratio = times["sklearn"] / times["ours"]
        figures.append(Figure("csr", f"sklearn / ours, {dtype}", ratio, ">=", 2, "x"))
        dense = X.shape[0] * X.shape[1] * np.dtype(dtype).itemsize / 1e6
        for name, path in (("ours", options.ours), ("sklearn", SKLEARN)):
            arrays, process = in_new_process(peak_of_fit, path, options.data_dir, dtype)
            rows.append(
                {
                    "dtype": dtype,
                    "": name,
                    "ms per epoch": 1e3 * times[name],
                    "arrays, MB": arrays / 1e6,
                    "process, MB": None if process is None else process / 1e6,
                    "dense X would be, MB": dense,
                }
            )
            if name == "ours":
                peak = max(arrays, process or 0) / 1e6
                label = f"peak memory of fit, {dtype}"
                figures.append(Figure("csr", label, peak, "<=", 0.25 * dense, "MB"))
    print(
        "peak growth during fit: arrays by tracemalloc, process by resident size;\n"
        "the targets allow a quarter of the dense X for weights, moments and batches"
    )
    print(as_text(pd.DataFrame(rows)))
    return figures
