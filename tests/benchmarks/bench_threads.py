"""Large minibatches and two threads: cost per row, and what a second core brings."""

import numpy as np
import pandas as pd

from tests.benchmarks.bench_epochs import PROBLEMS
from tests.benchmarks.contestants import Problem, estimator_fit, installed, torch_fit
from tests.benchmarks.measure import epoch_times
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
MOST_PER_ROW, LEAST_SPEEDUP, LEAST_OVER_TORCH = 1.1, 1.7, 1.3
LEAST_OVER_TORCH_WIDE = 1.2


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
        fits["torch, 2 threads"] = torch_on_two_threads(problem)
    return fits


def problem_figures(name, times):
    """Return the figures of one problem from the seconds per epoch."""
    one, two = times["ours, 1 thread(s)"], times["ours, 2 thread(s)"]
    label = f"threads {name}"
    yield Figure(label, "one thread / two", one / two, ">=", LEAST_SPEEDUP, "x")
    if name in LARGE:
        per_row = one / times[f"ours, batch {USUAL_BATCH}"]
        figure = f"full batch / batch {USUAL_BATCH}"
        yield Figure(label, figure, per_row, "<=", MOST_PER_ROW, "x")
    if "torch, 2 threads" in times:
        least = LEAST_OVER_TORCH_WIDE if name == "wide" else LEAST_OVER_TORCH
        ratio = times["torch, 2 threads"] / two
        yield Figure(label, "torch / ours, two threads", ratio, ">=", least, "x")


def run(options):
    """Time all problems; return the figures."""
    repeats, seconds = (2, 0.1) if options.quick else (5, 0.4)
    times = {}
    for name, problem in SHARED.items():
        print(f"timing {name}", flush=True)
        times[name] = epoch_times(contestants(problem, options.ours), repeats, seconds)
    frame = 1e3 * pd.DataFrame.from_dict(times, orient="index")
    print(f"\nms per epoch, float32, best of {repeats} fits")
    print(as_text(frame.rename_axis("problem").reset_index()))
    return [figure for name in times for figure in problem_figures(name, times[name])]
