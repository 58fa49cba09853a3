"""Max pooling of groups of ten neighbours against NumPy, dense and from CSR."""

import functools

import numpy as np
import pandas as pd
from scipy import sparse

from skbackprop import FeaturePooling
from tests.benchmarks.measure import best_times, on_cores
from tests.benchmarks.report import Figure, as_text
from tests.benchmarks.transformers import first_transforms

SHAPES = [(2000, 1000), (10_000, 2000)]  # within and beyond a third-level cache
GROUP_SIZE, DENSITY = 10, 0.05

FIRST = """
import numpy as np
from skbackprop import FeaturePooling
X = np.random.default_rng(0).random((100, 64)).astype("{dtype}")
transformer = FeaturePooling("logsumexp").fit(X)
"""


def reduceat(X):
    """Return the maxima of groups of neighbours: NumPy's fastest way."""
    return np.maximum.reduceat(X, np.arange(0, X.shape[1], GROUP_SIZE), axis=1)


def reshaped(X):
    """Return the maxima of groups of neighbours: NumPy's usual way."""
    return X.reshape(len(X), -1, GROUP_SIZE).max(axis=2)


def contestants(X):
    """Return the functions that take turns, by name."""
    pooling = FeaturePooling("max", group_size=GROUP_SIZE).fit(X)
    ways = {"reduceat": reduceat, "reshape": reshaped}
    functions = {
        name: lambda way=way: way(X.toarray() if sparse.issparse(X) else X)
        for name, way in ways.items()
    }
    return {"ours": functools.partial(pooling.transform, X), **functions}


def run(options):
    """Compare shapes and storage in both precisions."""
    repeats = 3 if options.quick else 7
    rows, figures = [], []
    for shape in SHAPES:
        for dtype in ("float32", "float64"):
            dense = np.random.default_rng(0).random(shape).astype(dtype)
            csr = sparse.csr_array(dense * (dense < DENSITY))
            for storage, X, rival, target in (
                ("dense", dense, "reduceat", 4),
                ("CSR", csr, "reshape", 30),
            ):
                turns = repeats * max(1, 10**8 // dense.nbytes)
                with on_cores(1):
                    times = best_times(contestants(X), turns)
                label = f"max, {shape[0]}x{shape[1]} {storage}, {dtype}"
                ms = {name: 1e3 * seconds for name, seconds in times.items()}
                rows.append({"": label, **ms})
                name = f"{label}, {rival} / ours"
                ratio = times[rival] / times["ours"]
                figures.append(Figure("pooling", name, ratio, ">=", target, "x"))
    print(
        f"ms, best of {repeats}; CSR is {DENSITY:.0%} dense, NumPy densifies it first"
    )
    print(as_text(pd.DataFrame(rows)))
    return figures + first_transforms("pooling", FIRST, repeats)
