"""Cover's counts: time and precision; capacity curves on two cores; manifolds.

Manifolds are held against closed forms and simulation; MNIST's needs --data-dir.
"""

from fractions import Fraction
from functools import partial

import joblib
import pandas as pd

from skbackprop.capacity import (
    capacity_curve,
    n_separable_dichotomies,
    separability_probability,
)
from tests.benchmarks.manifold_capacities import manifold_figures
from tests.benchmarks.measure import best_times, on_cores
from tests.benchmarks.report import Figure, as_text

MANY = 10**9
COUNTED = [(10**5, 1000), (10**5, 25_000), (10**5, 50_000), (10**5, 75_000)]
LIKELY = [(MANY, 10), (MANY, MANY // 3), (MANY, MANY // 2 - 9999), (MANY, MANY - 10)]
CURVES = [(50, 100, 4000), (100, 200, 800), (200, 400, 150)]


def largest_error():
    """Return the largest relative error of a probability, by exact rationals."""
    return max(
        abs(Fraction(float(separability_probability(P, N))) / exact - 1)
        for P in (*range(1, 80), 300, 1000, 3000, 20_000)
        for N in sorted({max(1, P * i // 40) for i in range(1, 41)})
        if (exact := Fraction(n_separable_dichotomies(P, N), 2**P)) > 1e-300
    )


def curve_of(n_features, n_points, n_trials, n_jobs):
    """Measure one row of a capacity curve."""
    capacity_curve(
        n_features=n_features,
        n_points=[n_points],
        n_trials=n_trials,
        n_jobs=n_jobs,
        random_state=0,
    )


def run(options):
    """Time counts and probabilities, then curves with one job and with two."""
    repeats = 3 if options.quick else 10
    figures = []
    with on_cores(1):
        for function, arguments, limit, unit in (
            (n_separable_dichotomies, COUNTED, 1, "s"),
            (separability_probability, LIKELY, 1, "ms"),
        ):
            scale = {"s": 1, "ms": 1000}[unit]
            calls = {(P, N): partial(function, P, N) for P, N in arguments}
            for (P, N), seconds in best_times(calls, repeats).items():
                label = f"{function.__name__}({P}, {N})"
                figures.append(
                    Figure("capacity", label, scale * seconds, "<=", limit, unit)
                )
    error = float(largest_error())
    figures.append(Figure("capacity", "largest relative error", error, "<=", 1e-10))

    rows = []
    for N, P, n_trials in CURVES:
        for backend in ("threading", "loky"):
            calls = {jobs: partial(curve_of, N, P, n_trials, jobs) for jobs in (1, 2)}
            with joblib.parallel_config(backend=backend):
                times = best_times(calls, repeats)
            label = f"curve, one job / two, {backend}, ({N}, {P})"
            ratio = times[1] / times[2]
            figures.append(Figure("capacity", label, ratio, ">=", 1.7, "x"))
            row = {"N": N, "P": P, "backend": backend}
            row |= {f"trials/s, n_jobs={j}": n_trials / times[j] for j in (1, 2)}
            rows.append(row)
    print(f"best of {repeats}; trials draw points and labels, too")
    print(as_text(pd.DataFrame(rows)))
    return [*figures, *manifold_figures(options)]
