"""How often fit copies X: at most once, and not when it can be used as it is."""

import numpy as np
import pandas as pd

from tests.benchmarks.contestants import SKLEARN, classifier
from tests.benchmarks.measure import PeakMemory, in_new_process
from tests.benchmarks.report import Figure, as_text

N_SAMPLES, N_FEATURES = 100_000, 128

# layout and dtype of X -> (parameters, copies allowed)
CASES = {
    "C float32": ({}, 0),
    "C float64": ({}, 0),
    "C float64, early_stopping": ({"early_stopping": True}, 0),
    "F float32": ({}, 1),
    "F float64": ({}, 1),
    "strided float64": ({}, 1),
    "C int64": ({}, 1),
    "DataFrame float64": ({}, 1),
}
SLACK = 0.2  # of X, for targets, order and split of the samples, workspace


def samples(case, n_samples):
    """Return X as the case asks for it, and y."""
    layout, dtype = case.split(",")[0].split()
    rng = np.random.default_rng(0)
    X = (10 * rng.standard_normal((n_samples, N_FEATURES))).astype(dtype)
    y = np.arange(n_samples) % 2
    if layout == "F":
        X = np.asfortranarray(X)
    elif layout == "strided":
        X = np.repeat(X, 2, axis=1)[:, ::2]
    elif layout == "DataFrame":
        X = pd.DataFrame(X)
    return X, y


def peak_of_fit(class_path, case):
    """Return the memory of a fit at its peak, in units of X: (arrays, process)."""
    params = {"hidden_layer_sizes": [10], "batch_size": 200} | CASES[case][0]
    classifier(class_path, 1, **params).fit(*samples(case, 400))
    X, y = samples(case, N_SAMPLES)
    with PeakMemory() as peak:
        classifier(class_path, 1, **params).fit(X, y)
    # float32 is trained as it is, all else in float64
    size = N_SAMPLES * N_FEATURES * (4 if "float32" in case else 8)
    return peak.arrays / size, peak.process and peak.process / size


def run(options):
    """Measure every case in a process of its own."""
    figures, rows = [], []
    for case, (_, n_copies) in CASES.items():
        row = {"X": case}
        for name, path in (("ours", options.ours), ("sklearn", SKLEARN)):
            arrays, process = in_new_process(peak_of_fit, path, case)
            row |= {f"{name}, arrays": arrays, f"{name}, process": process}
            if name == "ours":
                copies = max(arrays, process or 0)
                figures.append(
                    Figure("fit_memory", case, copies, "<=", n_copies + SLACK, "X")
                )
        rows.append(row)
    print(
        f"X is {N_SAMPLES} x {N_FEATURES}; growth at the peak in units of X as it is\n"
        f"trained; the targets allow {SLACK} X for everything that is not a copy of X"
    )
    print(as_text(pd.DataFrame(rows)))
    return figures
