"""Time and memory of fits on 500,000 x 30 generated numbers, float32, one thread.

Everyone learns in a process of its own, after a fit on 2,000 rows for imports and
compilation. Memory is what the process grows by at its peak during ``fit``, in
units of X (Linux). Errors are those of 50,000 more rows: the share of wrong
classes, or for regression 1 - R2.
"""

import time

import numpy as np
import pandas as pd

from tests.benchmarks.measure import in_new_process, reset_peak_resident, status_bytes
from tests.benchmarks.report import Figure, as_line, as_text
from tests.benchmarks.tabular_contestants import CONTESTANTS, taking_part

N_SAMPLES, N_SAMPLES_QUICK, N_TEST, N_FEATURES = 500_000, 50_000, 50_000, 30
N_SAMPLES_WARM_UP = 2000
DEFAULT = ("ours", "histgb", "lightgbm")


def samples(n_samples, is_regression):
    """Return numbers of unequal tails, and a target of waves, steps and products."""
    random = np.random.default_rng(0)
    X = random.standard_normal((n_samples, N_FEATURES), dtype=np.float32)
    X[:, ::3] = np.exp(X[:, ::3])
    a, b, c, d, e, f = X[:, :6].T
    target = np.sin(2 * b) + np.log(a) * c + np.abs(e) + 2 * (d > 1) * (f > 0)
    target += 0.3 * random.standard_normal(n_samples, dtype=np.float32)
    return X, target if is_regression else (target > 1).astype(int)


def measured(name, is_regression, n_samples):
    """Return the row of one contestant; to be called in a new process."""
    contestant = CONTESTANTS[name]
    X, y = samples(n_samples + N_TEST, is_regression)
    X, X_test = X[:n_samples], X[n_samples:]
    y, y_test = y[:n_samples], y[n_samples:]
    few = slice(N_SAMPLES_WARM_UP)
    contestant.make(is_regression, 0).fit(X[few], y[few]).predict(X_test[few])
    model = contestant.make(is_regression, 0)
    resident = reset_peak_resident()
    begin, begin_cpu = time.perf_counter(), time.process_time()
    model.fit(X, y)
    cpu_seconds, seconds = time.process_time() - begin_cpu, time.perf_counter() - begin
    peak = np.nan if resident is None else status_bytes("VmHWM") - resident
    return {
        "contestant": name,
        "task": "regression" if is_regression else "classes",
        "error": 1 - model.score(X_test, y_test),
        "fit, CPU s": cpu_seconds,
        "fit, s": seconds,
        "memory / X": peak / X.nbytes,
    }


def run(options):
    """Fit everyone to two classes, and without --quick to numbers as well."""
    n_samples = N_SAMPLES_QUICK if options.quick else N_SAMPLES
    rows, figures = [], []
    for is_regression in (False,) if options.quick else (False, True):
        for name in taking_part(options.contestants or DEFAULT):
            row = in_new_process(measured, name, is_regression, n_samples)
            rows.append(row)
            print(as_line(row), flush=True)
            if name == "ours" and not options.quick:
                for column, target in (("fit, CPU s", 150), ("memory / X", 3)):
                    figures.append(
                        Figure(
                            "tabular_large",
                            f"{row['task']}: {column}",
                            row[column],
                            "<=",
                            target,
                        )
                    )
    print(f"{n_samples} x {N_FEATURES} samples\n{as_text(pd.DataFrame(rows))}")
    return figures
