"""Wall time of interleaved contestants, peak memory, fresh processes."""

import contextlib
import multiprocessing
import os
import time
import tracemalloc
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

MAX_EPOCHS = 4096  # beyond this, moments of Adam that are denormal numbers slow a fit


def wall_time(function, *args, clock=time.perf_counter):
    """Return the seconds that one call takes, by another clock if one is given."""
    start = clock()
    function(*args)
    return clock() - start


def best_times(functions, repeats, clock=time.perf_counter):
    """Return the shortest time of each function, in seconds.

    The functions take turns, so that a change of clock rate or a busy neighbour
    meets all of them. The first turn is a warm-up.
    """
    for function in functions.values():
        function()
    best = dict.fromkeys(functions, float("inf"))
    for _ in range(repeats):
        for name, function in functions.items():
            best[name] = min(best[name], wall_time(function, clock=clock))
    return best


def epoch_times(fits, repeats, seconds):
    """Return the seconds per epoch of each contestant.

    ``fits`` maps a name to a function of the number of epochs that trains from
    scratch. An epoch takes (t(1 + k) - t(1)) / k, t being the best time of
    `repeats` fits: what a fit does once (validate, encode, initialise) cancels.
    For each contestant k is the power of two whose epochs take `seconds`.
    """
    n_more = {name: epochs_that_take(seconds, fit) for name, fit in fits.items()}
    functions = {}
    for name, fit in fits.items():
        functions[name, "short"] = lambda fit=fit: fit(1)
        functions[name, "long"] = lambda fit=fit, k=n_more[name]: fit(1 + k)
    best = best_times(functions, repeats)
    return {
        name: (best[name, "long"] - best[name, "short"]) / n_more[name] for name in fits
    }


def epochs_that_take(seconds, fit):
    """Return how many epochs after the first take at least `seconds`."""
    fit(1)  # compiles, where something is compiled
    first = wall_time(fit, 1)
    n_more = 1
    while n_more < MAX_EPOCHS and wall_time(fit, 1 + n_more) - first < seconds:
        n_more *= 2
    return n_more


@contextlib.contextmanager
def on_cores(n):
    """Pin this thread, and threads and processes it starts, to the last n cores."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(cores)[-n:])
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


class PeakMemory:
    """Measure by how much memory grows, at its peak, within a ``with`` block.

    Attributes
    ----------
    arrays : int
        Bytes that Python and NumPy allocated, as tracemalloc sees them.
    process : int or None
        Bytes by which the resident memory of the process grew, whoever allocated
        them; only Linux tells.
    """

    def __enter__(self):
        self._resident = reset_peak_resident()
        tracemalloc.start()
        return self

    def __exit__(self, *exception):
        self.arrays = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        self.process = None
        if self._resident is not None:
            self.process = status_bytes("VmHWM") - self._resident


def reset_peak_resident():
    """Let the peak of resident memory start anew; return the present value."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return None
    return status_bytes("VmRSS")


def status_bytes(field):
    """Return a field of this process's status on Linux, in bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field):
            return 1024 * int(line.split()[1])
    raise KeyError(field)


def in_new_process(function, *args):
    """Return ``function(*args)``, called in an interpreter that did nothing else."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(function, *args).result()
