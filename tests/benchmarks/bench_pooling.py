"""Max pooling of groups of ten against NumPy's reduceat, dense and from CSR."""

import functools

import numpy as np
import pandas as pd
from scipy import sparse

from skbackprop import FeaturePooling
from tests.benchmarks.measure import best_times, one_core
from tests.benchmarks.report import Figure, as_text
from tests.benchmarks.transformers import first_transforms

N_SAMPLES, N_FEATURES, GROUP_SIZE, DENSITY = 10_000, 2000, 10, 0.05
LAYOUTS = ("contiguous", "random")

FIRST = """
import numpy as np
from skbackprop import FeaturePooling
X = np.random.default_rng(0).random((100, 64)).astype("{dtype}")
transformer = FeaturePooling("logsumexp").fit(X)
"""


def reduceat(X, groups):
    """Return the maxima of groups that are contiguous, after a gather if not."""
    starts = np.cumsum([0, *map(len, groups[:-1])])
    columns = np.concatenate(groups)
    if not np.array_equal(columns, np.arange(X.shape[1])):
        X = X[:, columns]
    return np.maximum.reduceat(X, starts, axis=1)


def run(options):
    """Compare layouts and storage in both precisions."""
    repeats = 3 if options.quick else 7
    rows, figures = [], []
    for dtype in ("float32", "float64"):
        dense = np.random.default_rng(0).random((N_SAMPLES, N_FEATURES)).astype(dtype)
        csr = sparse.csr_array(
            np.where(dense < DENSITY, dense, np.dtype(dtype).type(0))
        )
        for layout in LAYOUTS:
            pooling = FeaturePooling(
                "max", groups=layout, group_size=GROUP_SIZE, random_state=0
            ).fit(dense)
            groups = pooling.groups_
            for storage, X, target in (("dense", dense, 4), ("CSR", csr, 30)):
                functions = {
                    "ours": functools.partial(pooling.transform, X),
                    "NumPy": lambda X=X, groups=groups: reduceat(
                        X.toarray() if sparse.issparse(X) else X, groups
                    ),
                }
                with one_core():
                    times = best_times(functions, repeats)
                label = f"max, {layout}, {storage}, {dtype}"
                row = {name: 1e3 * seconds for name, seconds in times.items()}
                rows.append({"": label, **row})
                ratio = times["NumPy"] / times["ours"]
                figures.append(Figure("pooling", label, ratio, ">=", target, "x"))
    print(f"{N_SAMPLES} x {N_FEATURES}, CSR {DENSITY:.0%} dense; ms, best of {repeats}")
    print(as_text(pd.DataFrame(rows)))
    return figures + first_transforms("pooling", FIRST, repeats)
