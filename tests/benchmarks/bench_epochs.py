"""Milliseconds per epoch of dense networks, beside scikit-learn, torch and JAX."""

import numpy as np
import pandas as pd

from tests.benchmarks.contestants import (
    SKLEARN,
    Problem,
    estimator_fit,
    installed,
    jax_fit,
    torch_fit,
)
from tests.benchmarks.fma_peak import fma_peak, gemm_rates
from tests.benchmarks.measure import epoch_times, on_cores
from tests.benchmarks.report import Figure, as_text

PROBLEMS = {
    "tiny": Problem(150, 4, (10,), 3, 32),
    "digits": Problem(1797, 64, (100,), 10, 200),
    "tabular": Problem(50_000, 30, (64, 64), 2, 256),
    "mnist": Problem(20_000, 784, (256, 128), 10, 128),
    "wide": Problem(20_000, 256, (1024, 1024), 10, 256),
}

# fastest peer / ours f32, sklearn / ours f32, sklearn / ours f64, share of the peak
TARGETS = {
    "tiny": (25, 90, 90, None),
    "digits": (3, 7.5, 5, 55),
    "tabular": (3, 7.5, 4.8, 60),
    "mnist": (1.3, 2.9, 2.6, 80),
    "wide": (1.25, 2.0, 1.65, 77),
}


def contestants(problem, ours):
    """Return ``fit(n_epochs)`` of everyone who is installed."""
    fits = {
        "ours f32": estimator_fit(ours, problem, np.float32),
        "ours f64": estimator_fit(ours, problem, np.float64),
        "sklearn f32": estimator_fit(SKLEARN, problem, np.float32),
        "sklearn f64": estimator_fit(SKLEARN, problem, np.float64),
    }
    if installed("torch"):
        fits["torch f32"] = torch_fit(problem)
    if installed("jax"):
        fits["jax f32"] = jax_fit(problem)
    return fits


def measured_peak():
    """Return the FMA peak in float32, FLOP/s, having printed what supports it."""
    for dtype in (np.float32, np.float64):
        peak, rates = fma_peak(dtype), gemm_rates(dtype)
        gemms = ", ".join(f"{k} {v / 1e9:.0f}" for k, v in rates.items())
        print(
            f"FMA peak of one core, {dtype.__name__}: {peak / 1e9:.0f} GFLOP/s "
            f"(matrix product, 1024 x 1024: {gemms})"
        )
        if peak < max(rates.values()):
            print("  The peak is below a matrix product: the machine is too busy.")
        if dtype is np.float32:
            peak_f32 = peak
    return peak_f32


def problem_figures(name, times, peak):
    """Return the figures of one problem from the seconds per epoch."""
    ours = times["ours f32"]
    peers = {k: v for k, v in times.items() if k.endswith("f32") and k != "ours f32"}
    fastest = min(peers, key=peers.get)
    share = 100 * PROBLEMS[name].flops_per_epoch / ours / peak
    measured = {
        f"{fastest} (fastest peer) / ours f32": peers[fastest] / ours,
        "sklearn f32 / ours f32": times["sklearn f32"] / ours,
        "sklearn f64 / ours f64": times["sklearn f64"] / times["ours f64"],
        "share of FMA peak, f32": share,
    }
    for (figure, value), target in zip(measured.items(), TARGETS[name], strict=True):
        if target is not None:
            unit = "%" if figure.startswith("share") else "x"
            yield Figure(f"epochs {name}", figure, value, ">=", target, unit)


def by_problem(values, scale=1):
    """Return a frame with one row per problem and one column per contestant."""
    frame = scale * pd.DataFrame.from_dict(values, orient="index")
    return frame.rename_axis("problem").reset_index()


def run(options):
    """Time every problem that is asked for; return the figures."""
    repeats, seconds = (2, 0.1) if options.quick else (5, 0.4)
    times, losses = {}, {}
    with on_cores(1):
        peak = measured_peak()
        for name in options.problems or PROBLEMS:
            print(f"timing {name}", flush=True)
            fits = contestants(PROBLEMS[name], options.ours)
            times[name] = epoch_times(fits, repeats, seconds)
            losses[name] = {k: fit(1) for k, fit in fits.items()}
        # A neighbour may have been busy at the start: too low a peak would flatter us.
        peak = max(peak, fma_peak(np.float32))
    print(f"FMA peak used for the shares, float32: {peak / 1e9:.0f} GFLOP/s")
    print(f"\nms per epoch: (t(1 + k) - t(1)) / k epochs, best of {repeats} fits")
    print(as_text(by_problem(times, 1e3)))
    print("\nmean loss over the first epoch: everyone trains the same network")
    print(as_text(by_problem(losses)))
    return [
        figure for name in times for figure in problem_figures(name, times[name], peak)
    ]
