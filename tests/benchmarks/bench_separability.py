"""Verdicts on separability: speed beside linear programs, threads, start, errors.

Every verdict of ours is proved; those of a linear program and of daqp are matters
of tolerance. Points are Gaussian, hyperplanes pass through the origin.
"""

import importlib.util
import sys
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import linprog

from skbackprop import linear_separability, linear_separability_many
from tests.benchmarks.bench_startup import output_of
from tests.benchmarks.measure import best_times, on_cores
from tests.benchmarks.report import Figure, as_text

# (features, points): how many times as fast as linprog, at least.
AGAINST_LINPROG = {
    (10, 20): 100,
    (25, 50): 28,
    (50, 100): 15,
    (100, 200): 12,
    (200, 400): 15,
    (10, 12): 20,
    (50, 60): 20,
    (100, 120): 20,
    (10, 30): 20,
    (50, 150): 20,
    (100, 300): 20,
}
AGAINST_DAQP = 0.9
WITH_TWO_JOBS = [(50, 100), (100, 200)]
SECONDS = 0.05  # that a contestant's trials take in each turn, about

FIRST_CALL = """
import json, time
import numpy as np
from skbackprop import linear_separability, linear_separability_many
rng = np.random.default_rng(0)
X, Y = rng.standard_normal((20, 10)), rng.choice([-1, 1], (100, 20))
start = time.perf_counter()
linear_separability_many(X, Y)
print(json.dumps(time.perf_counter() - start))
"""


def by_linprog(z):
    """Search w with z_i . w >= 1; return the status of the program."""
    n_points, n_features = z.shape
    return linprog(
        np.zeros(n_features),
        A_ub=-z,
        b_ub=-np.ones(n_points),
        bounds=(None, None),
        method="highs",
    ).status


def by_daqp(z):
    """Minimize |w| over the same; return the status of the program."""
    import daqp

    n_points, n_features = z.shape
    return daqp.solve(
        np.eye(n_features),
        np.zeros(n_features),
        z,
        np.full(n_points, 1e30),
        np.ones(n_points),
        np.zeros(n_points, dtype=np.intc),
    )[2]


def contestants():
    """Return (name, function of one signed set) of what is installed."""
    yield "linprog", by_linprog
    if importlib.util.find_spec("daqp"):
        yield "daqp", by_daqp
    else:
        print("daqp is not installed: pip install daqp")


def sets(n_features, n_points, n_trials):
    """Return Gaussian sets and random labels."""
    rng = np.random.default_rng(n_points)
    X = rng.standard_normal((n_trials, n_points, n_features))
    return X, rng.choice([-1, 1], (n_trials, n_points))


def trial_times(n_features, n_points, repeats):
    """Return microseconds per trial of each contestant."""
    # A trial takes us about 2e-3 n^2 p microseconds, others many times as long.
    ours = 2e-9 * n_features**2 * n_points + 2e-6
    n_trials = int(np.clip(SECONDS / ours, 16, 4000))
    X, Y = sets(n_features, n_points, n_trials)
    Z = X * Y[..., np.newaxis]
    counts = {"ours": n_trials}
    functions = {"ours": lambda: linear_separability_many(X, Y, affine=False)}
    for name, solve in contestants():
        count = counts[name] = n_trials if name == "daqp" else max(8, n_trials // 20)
        functions[name] = lambda solve=solve, n=count: [solve(z) for z in Z[:n]]
    times = best_times(functions, repeats)
    return {name: 1e6 * seconds / counts[name] for name, seconds in times.items()}


def speed_figures(repeats):
    """Compare the time per trial, each on one core."""
    figures, rows = [], []
    with on_cores(1):
        for (n_features, n_points), target in AGAINST_LINPROG.items():
            times = trial_times(n_features, n_points, repeats)
            size = f"({n_features}, {n_points})"
            row = {"(N, P)": size} | {f"{k}, us": v for k, v in times.items()}
            for name, least in (("linprog", target), ("daqp", AGAINST_DAQP)):
                if name in times:
                    ratio = row[f"{name} / ours"] = times[name] / times["ours"]
                    label = f"{name} / ours, {size}"
                    figures.append(
                        Figure("separability", label, ratio, ">=", least, "x")
                    )
            rows.append(row)
    print(as_text(pd.DataFrame(rows)))
    return figures


def job_figures(repeats):
    """Compare two jobs on two cores with one."""
    for n_features, n_points in WITH_TWO_JOBS:
        n_trials = int(1.6e9 / (n_features**2 * n_points))
        X, Y = sets(n_features, n_points, n_trials)
        functions = {
            n_jobs: partial(linear_separability_many, X, Y, n_jobs=n_jobs)
            for n_jobs in (1, 2)
        }
        times = best_times(functions, repeats)
        label = f"one job / two jobs, ({n_features}, {n_points})"
        yield Figure("separability", label, times[1] / times[2], ">=", 1.7, "x")


def first_call_figure(repeats):
    """Time the first call of a process whose cache is empty."""
    times = []
    for _ in range(repeats):
        with tempfile.TemporaryDirectory() as empty:
            times.append(output_of(FIRST_CALL, empty))
    label = "first call of a process, cold cache"
    return Figure("separability", label, float(np.median(times)), "<=", 3, "s")


def collinear_sets():
    """Yield (name, X) of 1000 points whose 60 columns are collinear up to rounding."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((1000, 60))
    shares = rng.random((1000, 60))
    yield "20 totals", np.hstack([x[:, :40], x[:, 20:40].cumsum(axis=1) + x[:, :1]])
    yield "20 mixtures", np.hstack([x[:, :40], x[:, :40] @ x[:40, 40:]])
    yield "two units", np.hstack([x[:, :30], 2.54 * x[:, :30]])
    yield "shares", shares / shares.sum(axis=1, keepdims=True)
    yield "rank 10", x[:, :10] @ rng.standard_normal((10, 60))
    yield "20 copies", np.hstack([x[:, :40], x[:, :20]])


def collinear_figures(repeats):
    """Time proved verdicts that floats cannot reach, verification and weak verdicts."""
    rows = []
    for name, X in collinear_sets():
        rng = np.random.default_rng(1)
        scores = (X - X.mean(axis=0)) @ rng.standard_normal(60)
        noisy = scores / scores.std() + 0.5 * rng.standard_normal(1000)
        for labels, y in (("random", rng.choice([0, 1], 1000)), ("plane", noisy > 0)):
            result = linear_separability(X, y)
            times = best_times(
                {
                    "verdict": partial(linear_separability, X, y),
                    "verify": result.verify,
                    "weak": lambda r=result: replace(r).weakly_separable,
                },
                min(repeats, 3),
            )
            rows.append({"columns": name, "labels": labels} | times)
    table = pd.DataFrame(rows)
    print(as_text(table))
    for name in ("verdict", "verify", "weak"):
        label = f"{name}, 60 collinear columns, slowest"
        yield Figure("separability", label, table[name].max(), "<=", 0.5, "s")


def wrong_verdicts(families, n_sets, most_features):
    """Return how many verdicts or proofs are wrong, and how many there are."""
    from labeled_sets import exact_verdict, labeled_sets

    n_wrong, n_verdicts = 0, 0
    for family in families:
        for X, y, affine in labeled_sets(family, n_sets, 10, most_features):
            results = linear_separability_many(X, [y], affine=affine)
            expected = exact_verdict(X, y, affine)
            n_verdicts += 1
            n_wrong += results.separable[0] != expected or not results.verify()
    return n_wrong, n_verdicts


def verdict_figures(quick):
    """Compare verdicts with those of exact arithmetic alone; verify each proof."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))
    from labeled_sets import FAMILIES, gaussian

    n_random, n_hard = (2_000, 20) if quick else (20_000, 200)
    for name, families, n_sets in (
        ("random", [gaussian], n_random),
        ("hard", FAMILIES, n_hard),
    ):
        wrong, n_verdicts = wrong_verdicts(families, n_sets, most_features=7)
        label = f"wrong of {n_verdicts} verdicts or proofs, {name} sets"
        yield Figure("separability", label, wrong, "<=", 0)


def run(options):
    """Measure all of it."""
    repeats = 3 if options.quick else 9
    figures = speed_figures(repeats)
    figures += job_figures(repeats)
    figures.append(first_call_figure(1 if options.quick else 5))
    with on_cores(1):
        figures += collinear_figures(repeats)
    return figures + list(verdict_figures(options.quick))
