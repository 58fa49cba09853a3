"""Monomials against scikit-learn's PolynomialFeatures, and against filling memory.

All work in one thread; what is compared is its processor time, that of the
system included, which a busy neighbour lengthens less than wall time.
"""

import time
from functools import partial

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.preprocessing import PolynomialFeatures

from skbackprop import MonomialFeatures
from tests.benchmarks.measure import best_times, on_cores
from tests.benchmarks.report import Figure, as_text

# samples, features, degree, least ratio: float64, float32
DENSE = [
    (10_000, 30, 2, 2.7, 2.8),
    (10_000, 30, 3, 2.7, 2.8),
    (1_000, 100, 2, 2.7, 2.8),
    (100_000, 10, 3, 2.7, 2.8),
    (2_000, 200, 2, 2.7, 2.8),
    (100, 50, 4, 1.5, 1.5),
]
# samples, features, density, degree, least ratio
SPARSE = [
    (20_000, 1000, 0.001, 2, 3.3),
    (20_000, 1000, 0.001, 3, 3.3),
    (20_000, 1000, 0.01, 2, 3.3),
    (20_000, 1000, 0.01, 3, 3.3),
    (2_000, 1000, 0.1, 2, 3.3),
    (100, 1000, 0.1, 3, 3.3),
    (2_000, 20, 0.01, 4, 1000),
    (2_000, 20, 0.1, 4, 1000),
]
# samples, features, outputs, least ratio
DECISIONS = [
    (10_000, 30, 1, 20),
    (2_000, 200, 1, 20),
    (10_000, 30, 10, 4),
    (2_000, 200, 10, 4),
]
LARGE = 100e6  # bytes, from which on filling a fresh array is the measure
DTYPES = ("float64", "float32")


def dense_figures(repeats):
    """Yield figures and rows of the dense transforms."""
    for dtype in DTYPES:
        for n_samples, n_features, degree, *least in DENSE:
            X = np.random.default_rng(0).standard_normal((n_samples, n_features))
            X = X.astype(dtype)
            ours = MonomialFeatures(degree).fit(X)
            theirs = PolynomialFeatures(degree).fit(X)
            shape = n_samples, ours.n_output_features_
            times = best_times(
                {
                    "sklearn": partial(theirs.transform, X),
                    "ours": partial(ours.transform, X),
                    "fill": partial(np.full, shape, 1, dtype),
                },
                repeats,
                clock=time.thread_time,
            )
            label = f"dense {n_samples} x {n_features}, degree {degree}, {dtype}"
            target = least[DTYPES.index(dtype)]
            ratio = times["sklearn"] / times["ours"]
            figures = [Figure("monomials", label, ratio, ">=", target, "x")]
            if np.prod(shape) * X.itemsize > LARGE:
                relative = times["ours"] / times["fill"]
                name = f"{label}, ours / fill"
                figures.append(Figure("monomials", name, relative, "<=", 1.15))
            yield figures, {"work": label, **times}


def sparse_figures(repeats):
    """Yield figures and rows of the sparse transforms."""
    for dtype in DTYPES:
        for n_samples, n_features, density, degree, target in SPARSE:
            X = sparse.random(
                *(n_samples, n_features, density, "csr", dtype), random_state=0
            )
            X.sort_indices()
            ours = MonomialFeatures(degree).fit(X)
            theirs = PolynomialFeatures(degree).fit(X)
            times = best_times(
                {
                    "sklearn": partial(theirs.transform, X),
                    "ours": partial(ours.transform, X),
                },
                repeats if degree < 4 else 1,
                clock=time.thread_time,
            )
            label = f"CSR {n_samples} x {n_features}, {density:.1%}, degree {degree}"
            label = f"{label}, {dtype}"
            ratio = times["sklearn"] / times["ours"]
            figure = Figure("monomials", label, ratio, ">=", target, "x")
            yield [figure], {"work": label, **times}


def expanded_decision(theirs, X, coef):
    """Return a linear decision by way of the expansion."""
    return theirs.transform(X) @ coef.T


def decision_figures(repeats):
    """Yield figures and rows of linear decisions on monomials of degree two."""
    for dtype in DTYPES:
        for n_samples, n_features, n_outputs, target in DECISIONS:
            rng = np.random.default_rng(0)
            X = rng.standard_normal((n_samples, n_features)).astype(dtype)
            ours, theirs = MonomialFeatures().fit(X), PolynomialFeatures().fit(X)
            coef = rng.standard_normal((n_outputs, ours.n_output_features_))
            coef = coef.astype(dtype)
            times = best_times(
                {
                    "sklearn": partial(expanded_decision, theirs, X, coef),
                    "ours": partial(ours.linear_decision, X, coef),
                },
                repeats,
                clock=time.thread_time,
            )
            label = f"decision {n_samples} x {n_features} -> {n_outputs}, {dtype}"
            ratio = times["sklearn"] / times["ours"]
            figure = Figure("monomials", label, ratio, ">=", target, "x")
            yield [figure], {"work": label, **times}


def run(options):
    """Time transforms and decisions, each contestant in turn."""
    repeats = 3 if options.quick else 15
    figures, rows = [], []
    with on_cores(1):
        for measure in (dense_figures, sparse_figures, decision_figures):
            for more, row in measure(repeats):
                figures += more
                rows.append(row)
    table = pd.DataFrame(rows)
    for name in ("sklearn", "ours", "fill"):
        table[name] = 1e3 * table[name]
    print(f"ms, best of {repeats}; scikit-learn's degree 4 best of 1")
    print(as_text(table))
    return figures
