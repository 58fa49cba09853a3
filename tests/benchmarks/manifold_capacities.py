"""Capacity of manifolds: time, closed forms, simulation."""

import time

import numpy as np
import pandas as pd
from scipy.optimize import nnls

from skbackprop.capacity import manifold_capacity, sphere_capacity
from skbackprop.capacity._cones import nearest_in_cone
from tests.benchmarks.measure import best_times, on_cores
from tests.benchmarks.real_data import load
from tests.benchmarks.report import Figure, as_text
from tests.helpers.manifold_clouds import (
    digits,
    first_of_each,
    gaussian_spheres,
    simulated_capacity,
)

SPHERES = [(1, 2), (2, 60), (3, 300)]  # dimension, points
RADII = (0.3, 1, 3)


def of_points(n_features):
    """Return how many standard errors N* of as many random points is from P / 2."""
    X = np.random.default_rng(1).normal(size=(n_features, n_features))
    found = manifold_capacity(X, groups=range(n_features), random_state=1)
    error = found.draws.std(ddof=1) / np.sqrt(len(found.draws))
    return abs(found.n_dimensions - n_features / 2) / error


def of_spheres(dimension, n_points, radius, n_sets):
    """Return the capacity of gaussian spheres, as a share of the formula."""
    rng = np.random.default_rng(0)
    needed = [
        manifold_capacity(
            *gaussian_spheres(dimension, radius, n_points, rng),
            n_draws=50,
            random_state=seed,
        ).n_dimensions
        for seed in range(n_sets)
    ]
    return 10 / np.mean(needed) / sphere_capacity(radius, dimension)


def beside_simulation(X, y, dichotomies=None, affine=False):
    """Return a row: the capacity, the simulated one, and the seconds of both."""
    start = time.perf_counter()
    found = manifold_capacity(
        X, y, dichotomies=dichotomies, affine=affine, random_state=0
    )
    middle = time.perf_counter()
    simulated = simulated_capacity(
        X, y, dichotomies=dichotomies, affine=affine, n_trials=400
    )
    return {
        "samples": len(y) // (y.max() + 1),
        "affine": affine,
        "capacity": found.capacity,
        "lower": found.interval[0],
        "upper": found.interval[1],
        "simulated": simulated,
        "seconds": middle - start,
        "simulation, s": time.perf_counter() - middle,
    }


def of_one_draw(X, manifolds):
    """Return functions that find a nearest point, by the name of who does."""
    rng = np.random.default_rng(0)
    rays = X * rng.choice([-1, 1], manifolds.max() + 1)[manifolds, np.newaxis]
    t = rng.normal(size=X.shape[1])
    return {
        "ours": lambda: nearest_in_cone(rays, t),
        "scipy": lambda: nnls(rays.T, t),
    }


def time_figures(repeats):
    """Yield times: of 200 draws, and of one beside SciPy."""
    manifolds = np.repeat(range(10), 50)
    X = np.random.default_rng(0).normal(size=(500, 500))
    calls = {"all": lambda: manifold_capacity(X, groups=manifolds, random_state=0)}
    with on_cores(1):
        seconds = best_times(calls, repeats)["all"]
        draw = best_times(of_one_draw(X, manifolds), 5 * repeats)
    yield Figure("capacity", "10 x 50 x 500, 200 draws", seconds, "<=", 10, "s")
    ratio = draw["scipy"] / draw["ours"]
    yield Figure("capacity", "nearest point, scipy / ours", ratio, ">=", 1, "x")


def simulation_figures(data_dir):
    """Yield the largest differences from simulation, and print all."""
    cases = {("digits", m, affine): digits(m) for m in (5, 20) for affine in (0, 1)}
    if data_dir is None:
        print("fours and nines need --data-dir, the folder of load.py and mnist")
    else:
        X, labels, _ = load("mnist", data_dir)
        cases |= {
            ("4, 9", m, 0): first_of_each(X / 255, labels, (4, 9), m) for m in (50, 200)
        }
    rows = []
    for (name, _, affine), (X, y) in cases.items():
        dichotomies = [[-1, 1]] if name == "4, 9" else None
        row = beside_simulation(X, y, dichotomies, bool(affine))
        rows.append({"manifolds": name, **row})
    table = pd.DataFrame(rows)
    print(as_text(table))
    difference = 100 * (table["capacity"] / table["simulated"] - 1).abs()
    for name, largest in (
        difference.groupby(table["manifolds"], sort=False).max().items()
    ):
        label = f"{name}, difference from simulation"
        yield Figure("capacity", label, largest, "<=", 10, "%")


def manifold_figures(options):
    """Yield all figures of manifolds."""
    yield from time_figures(1 if options.quick else 3)
    for n_features in (50, 200, 500):
        label = f"points, N = {n_features}, standard errors from P / 2"
        yield Figure("capacity", label, of_points(n_features), "<=", 2)
    shares = [
        of_spheres(D, n_points, R, 10 if options.quick else 40)
        for D, n_points in SPHERES
        for R in RADII
    ]
    largest = 100 * np.abs(np.array(shares) - 1).max()
    yield Figure("capacity", "spheres, difference from theory", largest, "<=", 5, "%")
    yield from simulation_figures(options.data_dir)
