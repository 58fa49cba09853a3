"""Sparse random expansion against SciPy's product, with and without winners."""

import functools

import numpy as np
import pandas as pd
from scipy import sparse

from skbackprop import SparseRandomExpansion
from tests.benchmarks.measure import PeakMemory, best_times, in_new_process, on_cores
from tests.benchmarks.report import Figure, as_text
from tests.benchmarks.transformers import first_transforms

# (samples, features, units, inputs of a unit) and what is aimed at: for all
# activations against the product, for winners against product and argpartition.
SHAPES = {
    (10_000, 784, 5000, 12): (5, 4),
    (10_000, 784, 5000, 78): (5, 4),
    (10_000, 64, 2000, 6): (1.8, 2.5),
}
DENSITY = 0.05
SHARE_OF_WINNERS = 0.05
ROWS_AT_A_TIME = 1000  # for argpartition: its int64 indices stay in the cache

FIRST = """
import numpy as np
from skbackprop import SparseRandomExpansion
X = np.random.default_rng(0).standard_normal((100, 64)).astype("{dtype}")
transformer = SparseRandomExpansion(
    200, weights="gaussian", center=True, top_k=10, sparse_output=True
).fit(X)
"""


def samples(n_samples, n_features, dtype=np.float32):
    """Return Gaussian samples."""
    return np.random.default_rng(0).standard_normal((n_samples, n_features), dtype)


def expansion(shape, X, **params):
    """Return a fitted expansion of a shape."""
    _, _, n_units, n_inputs = shape
    return SparseRandomExpansion(
        n_units,
        n_inputs=n_inputs,
        activation="identity",
        random_state=0,
        **params,
    ).fit(X)


def products(X, weights):
    """Return SciPy's products by the storage of the weights; the best one counts."""
    by_columns, by_rows = weights.T, weights.T.tocsr()
    return {"CSC": lambda: X @ by_columns, "CSR": lambda: X @ by_rows}


def select(activations, k):
    """Return the k largest of each row as a CSR array, by argpartition."""
    n_samples, n_units = activations.shape
    indices = np.empty((n_samples, k), np.int32)
    for start in range(0, n_samples, ROWS_AT_A_TIME):
        rows = slice(start, start + ROWS_AT_A_TIME)
        order = np.argpartition(activations[rows], n_units - k, axis=1)
        indices[rows] = np.sort(order[:, -k:], axis=1)
    values = np.take_along_axis(activations, indices, axis=1)
    starts = np.arange(0, indices.size + 1, k)
    parts = (values.ravel(), indices.ravel(), starts)
    return sparse.csr_array(parts, shape=activations.shape)


def winners_memory(shape):
    """Return the bytes that winners take at the peak, beyond the result."""
    X = samples(*shape[:2])
    transformer = expansion(shape, X, top_k=SHARE_OF_WINNERS, sparse_output=True)
    transformer.transform(X[:100])
    with PeakMemory() as peak:
        result = transformer.transform(X)
    n_bytes = result.data.nbytes + result.indices.nbytes + result.indptr.nbytes
    return max(peak.arrays, peak.process or 0) - n_bytes


def compare(functions, repeats):
    """Return (ms of ours, ms of the fastest other) of functions with one 'ours'."""
    with on_cores(1):
        times = best_times(functions, repeats)
    ours = times.pop("ours")
    return 1e3 * ours, 1e3 * min(times.values())


def run(options):
    """Compare shapes, dense, then sparse input, memory, and first calls."""
    repeats = 3 if options.quick else 7
    rows, figures = [], []

    def report(label, work, functions, target):
        ours, other = compare(functions, repeats)
        rows.append({"": label, "work": work, "ours, ms": ours, "SciPy, ms": other})
        ratio = other / ours
        figures.append(
            Figure("expansion", f"{label}, {work}", ratio, ">=", target, "x")
        )

    for shape, (target, winners_target) in SHAPES.items():
        n_samples, n_features, n_units, n_inputs = shape
        label = f"{n_samples}x{n_features} -> {n_units}, {n_inputs} inputs, float32"
        X = samples(n_samples, n_features)
        dense = expansion(shape, X)
        scipy_products = products(X, dense.components_)
        ours = functools.partial(dense.transform, X)
        report(label, "all units", {"ours": ours, **scipy_products}, target)

        fused = expansion(shape, X, top_k=SHARE_OF_WINNERS, sparse_output=True)
        selections = {
            name: lambda product=product, k=fused.top_k_: select(product(), k)
            for name, product in scipy_products.items()
        }
        ours = functools.partial(fused.transform, X)
        report(label, "top 5 %", {"ours": ours, **selections}, winners_target)
        peak = in_new_process(winners_memory, shape) / 1e6
        figures.append(
            Figure("expansion", f"{label}, top 5 %, memory", peak, "<=", 10, "MB")
        )

    shape = (10_000, 784, 5000, 12)
    X = sparse.random(*shape[:2], DENSITY, "csr", np.float32, random_state=0)
    of_csr = expansion(shape, X)
    functions = products(X, of_csr.components_)
    functions["ours"] = functools.partial(of_csr.transform, X)
    report("10000x784 CSR, 5 % -> 5000, 12 inputs", "all units", functions, 5)

    print(f"best of {repeats}; SciPy: the faster of CSR and CSC weights")
    print(as_text(pd.DataFrame(rows)))
    return figures + first_transforms("expansion", FIRST, repeats)
