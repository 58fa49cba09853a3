"""One long sequence among short ones: what it costs, by time and by memory.

An epoch is to cost as much as there are steps. What a fit does once, to compile the
network for each bucket of lengths and to bind its rows, is in the fit of few epochs.
"""

import functools
import time
import warnings

import numpy as np
import pandas as pd
from sklearn.exceptions import ConvergenceWarning

from skbackprop import RecurrentClassifier
from tests.benchmarks.measure import (
    best_times,
    in_new_process,
    on_cores,
    status_bytes,
)
from tests.benchmarks.report import Figure, as_text

N_SHORT, LONG, N_UNITS = 600, 1600, 8
N_EPOCHS = 3  # of the short fit
CASES = {"without": (), "with": (LONG,)}


def data(more_lengths):
    """Return sequences of about 10 steps and some others, and their labels."""
    rng = np.random.default_rng(0)
    lengths = [*rng.integers(5, 16, N_SHORT), *more_lengths]
    X = [rng.normal(size=(length, 4)) for length in lengths]
    return X, np.array([x[-1].sum() > 0 for x in X])


def fit(X, y, n_epochs):
    """Train a GRU of a few units."""
    clf = RecurrentClassifier(
        N_UNITS, max_iter=n_epochs, tol=0, n_iter_no_change=10**6, random_state=0
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        clf.fit(X, y)


def peak_memory(more_lengths):
    """Return the bytes that a process which fits takes at its peak."""
    fit(*data(more_lengths), N_EPOCHS)
    return status_bytes("VmHWM")


def run(options):
    """Time fits and measure their memory, with and without a long sequence."""
    repeats, n_more = (2, 300) if options.quick else (5, 1000)
    fits = {
        (name, n_epochs): functools.partial(fit, *data(more), n_epochs)
        for name, more in CASES.items()
        for n_epochs in (N_EPOCHS, N_EPOCHS + n_more)
    }
    with on_cores(1):
        # Of the process: what is compiled once would drown in the noise of wall time.
        times = best_times(fits, repeats, clock=time.process_time)
    whole = {name: times[name, N_EPOCHS] for name in CASES}
    epoch = {
        name: (times[name, N_EPOCHS + n_more] - whole[name]) / n_more for name in CASES
    }
    memory = {name: in_new_process(peak_memory, more) for name, more in CASES.items()}
    print(f"{N_SHORT} sequences of about 10 steps, with and without one of {LONG}")
    rows = [
        {
            "": name,
            "ms per epoch": 1e3 * epoch[name],
            f"seconds, {N_EPOCHS} epochs": whole[name],
            "MB, process": memory[name] / 1e6,
        }
        for name in CASES
    ]
    print(as_text(pd.DataFrame(rows)))
    measured = {
        "an epoch": epoch,
        f"a fit of {N_EPOCHS} epochs": whole,
        "memory of the process": memory,
    }
    return [
        Figure(
            "unequal",
            f"{label}, with a long sequence / without",
            found["with"] / found["without"],
            "<=",
            1.5,
            "x",
        )
        for label, found in measured.items()
    ]
