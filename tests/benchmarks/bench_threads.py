"""Large minibatches and two threads: time per row, what a second core adds."""

import warnings

import numpy as np
import pandas as pd

from skbackprop.engine.compiled.blocks import rows_per_block
from skbackprop.kernels import table
from tests.benchmarks.bench_epochs import PROBLEMS
from tests.benchmarks.bench_mnist_accuracy import SETTINGS, estimator
from tests.benchmarks.contestants import (
    SKLEARN,
    Problem,
    classifier,
    estimator_fit,
    installed,
    jax_fit,
    torch_fit,
)
from tests.benchmarks.environment import without_limits
from tests.benchmarks.measure import (
    PeakMemory,
    epoch_times,
    in_new_process,
    on_cores,
    wall_time,
)
from tests.benchmarks.real_data import load
from tests.benchmarks.report import Figure, as_text

# By the size of their full batch.
LARGE = {
    "10,000 x 4 (32, 16)": Problem(10_000, 4, (32, 16), 2, 10_000),
    "20,000 x 30 (64, 64)": Problem(20_000, 30, (64, 64), 2, 20_000),
    "20,000 x 64 (100,)": Problem(20_000, 64, (100,), 2, 20_000),
}
SHARED = {
    "mnist": PROBLEMS["mnist"],
    "wide": PROBLEMS["wide"],
    "tabular, batch 1024": PROBLEMS["tabular"]._replace(batch_size=1024),
    **LARGE,
}
USUAL_BATCH = 256
MOST_PER_ROW, LEAST_SPEEDUP, LEAST_OVER_PEERS = 1.1, 1.7, 1.3
LEAST_OVER_PEERS_WIDE = 1.2
LEAST_OVER_TORCH = dict(zip(LARGE, (4.5, 2.7, 2.8), strict=True))  # one thread each
MOST_WORKSPACES = 1.2  # that a thread adds; targets and weights are in none


def torch_on_two_threads(problem):
    """Return ``fit(n_epochs)`` of torch with two threads."""
    import torch

    fit = torch_fit(problem)

    def fit_on_two(n_epochs):
        torch.set_num_threads(2)
        try:
            return fit(n_epochs)
        finally:
            torch.set_num_threads(1)

    return fit_on_two


def contestants(problem, ours):
    """Return ``fit(n_epochs)`` with one and two threads, and smaller minibatches."""

    def ours_with(problem, n_jobs):
        network = {"hidden_layer_sizes": problem.hidden, "n_jobs": n_jobs}
        return estimator_fit(ours, problem, np.float32, **network)

    fits = {f"ours, {n} thread(s)": ours_with(problem, n) for n in (1, 2)}
    if problem in LARGE.values():
        usual = problem._replace(batch_size=USUAL_BATCH)
        fits[f"ours, batch {USUAL_BATCH}"] = ours_with(usual, 1)
        if installed("torch"):
            fits["torch, 1 thread"] = torch_fit(problem)
    fits["sklearn"] = estimator_fit(SKLEARN, problem, np.float32)
    if installed("torch"):
        fits["torch"] = torch_on_two_threads(problem)
    if installed("jax"):
        fits["jax"] = jax_fit(problem)
    return fits


def times_of_all(ours, repeats, seconds):
    """Return the seconds per epoch of everyone, where all have two cores."""
    times = {}
    for name, problem in SHARED.items():
        print(f"timing {name}", flush=True)
        times[name] = epoch_times(contestants(problem, ours), repeats, seconds)
    return times


def problem_figures(name, times):
    """Return the figures of one problem from the seconds per epoch."""
    one, two = times["ours, 1 thread(s)"], times["ours, 2 thread(s)"]
    label = f"threads {name}"
    yield Figure(label, "one thread / two", one / two, ">=", LEAST_SPEEDUP, "x")
    if name in LARGE:
        per_row = one / times[f"ours, batch {USUAL_BATCH}"]
        figure = f"full batch / batch {USUAL_BATCH}"
        yield Figure(label, figure, per_row, "<=", MOST_PER_ROW, "x")
    if "torch, 1 thread" in times:
        figure, least = "torch / ours, one thread", LEAST_OVER_TORCH[name]
        yield Figure(label, figure, times["torch, 1 thread"] / one, ">=", least, "x")
    peers = {peer: times[peer] for peer in ("sklearn", "torch", "jax") if peer in times}
    fastest = min(peers, key=peers.get)
    least = LEAST_OVER_PEERS_WIDE if name == "wide" else LEAST_OVER_PEERS
    figure = f"{fastest} (fastest peer) / ours, two threads"
    yield Figure(label, figure, peers[fastest] / two, ">=", least, "x")


def peaks_of_fits(ours, problem):
    """Return the bytes of fits on one and two threads, and those of a workspace."""

    def net(n_jobs):
        network = {"hidden_layer_sizes": problem.hidden, "n_jobs": n_jobs}
        return classifier(ours, 1, batch_size=problem.batch_size, **network)

    X, y = problem.data(np.float32)
    # The first fit loads kernels.
    program, peaks = net(2).fit(X, y)._program, []
    for n_jobs in (1, 2):
        with PeakMemory() as peak:
            net(n_jobs).fit(X, y)
        peaks.append(peak.arrays)
    n_rows = rows_per_block(program, X.itemsize, problem.batch_size)
    signals = 2 * X.itemsize * n_rows * program.workspace_width  # adjoints too
    return *peaks, signals + table.pack_bytes()


def memory_figures(ours):
    """Print what fits take at their peak; return what a second thread adds."""
    figures, rows = [], []
    for name, problem in SHARED.items():
        one, two, workspace = in_new_process(peaks_of_fits, ours, problem)
        rows.append(
            {
                "problem": name,
                "one thread": one / 2**20,
                "two threads": two / 2**20,
                "workspace": workspace / 2**20,
            }
        )
        added = (two - one) / workspace
        figure = "memory of a thread / workspace"
        figures.append(Figure(f"threads {name}", figure, added, "<=", MOST_WORKSPACES))
    print("\npeak of arrays of a fit, MB")
    print(as_text(pd.DataFrame(rows)))
    return figures


def mnist_figures(options):
    """Fit a recipe for MNIST on one and on two threads; return what that brings."""
    if options.data_dir is None:
        print("MNIST is skipped: it needs --data-dir.")
        return []
    X, y, meta = load("mnist", options.data_dir)
    learns = ~meta["test"]
    X, y = (X[learns] / 255).astype(np.float32), y[learns]
    layers, settings = next(iter(SETTINGS.items()))
    nets = [
        estimator(layers, settings, 1 if options.quick else 3).set_params(n_jobs=n)
        for n in (1, 2)
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it has not converged
        one, two = (wall_time(net.fit, X, y) for net in nets)
    weights = zip(*(net.coefs_ for net in nets), strict=True)
    n_unequal = sum((a != b).sum() for a, b in weights)
    label = f"threads mnist, {len(X)} x ({layers.replace(' ', ', ')})"
    return [
        Figure(label, "one thread / two, wall", one / two, ">=", LEAST_SPEEDUP, "x"),
        Figure(label, "weights that differ", n_unequal, "<=", 0),
    ]


def run(options):
    """Time all problems; return the figures."""
    repeats, seconds = (2, 0.1) if options.quick else (5, 0.4)
    with on_cores(2), without_limits():
        times = in_new_process(times_of_all, options.ours, repeats, seconds)
    frame = 1e3 * pd.DataFrame.from_dict(times, orient="index")
    print(f"\nms per epoch, float32, best of {repeats} fits")
    print(as_text(frame.rename_axis("problem").reset_index()))
    return [
        *(figure for name in times for figure in problem_figures(name, times[name])),
        *memory_figures(options.ours),
        *mnist_figures(options),
    ]
