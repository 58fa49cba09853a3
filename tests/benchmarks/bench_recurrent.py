"""GRU and LSTM beside torch.nn and JAX: milliseconds per Adam step, float32."""

import numpy as np
import pandas as pd

from tests.benchmarks.contestants import installed
from tests.benchmarks.fma_peak import fma_peak
from tests.benchmarks.measure import epoch_times, on_cores
from tests.benchmarks.recurrent_contestants import (
    GATES,
    Sequences,
    jax_fit,
    our_fit,
    torch_fit,
)
from tests.benchmarks.report import Figure, as_text


def contestants(problem):
    """Return ``fit(n_epochs)`` of everyone who is installed."""
    fits = {
        "ours f32": our_fit(problem, np.float32),
        "ours f64": our_fit(problem, np.float64),
    }
    if installed("torch"):
        fits["torch f32"] = torch_fit(problem)
    if installed("jax"):
        # Unrolled, a scan is faster or slower: the better one is the peer.
        fits["jax scan f32"] = jax_fit(problem, unroll=1)
        fits["jax unrolled f32"] = jax_fit(problem, unroll=problem.n_timesteps)
    return fits


def run(options):
    """Time both cells; return how much faster ours are than the fastest peer."""
    repeats, seconds = (2, 0.2) if options.quick else (7, 0.5)
    problems = {cell: Sequences(cell) for cell in GATES}
    times, losses = {}, {}
    with on_cores(1):
        peak = fma_peak(np.float32)
        for cell, problem in problems.items():
            print(f"timing {cell}", flush=True)
            fits = contestants(problem)
            times[cell] = epoch_times(fits, repeats, seconds)
            losses[cell] = {name: fit(3) for name, fit in fits.items()}
        peak = max(peak, fma_peak(np.float32))
    print(f"FMA peak of one core, float32: {peak / 1e9:.0f} GFLOP/s")
    print(f"{problems['gru']}")
    print(f"best of {repeats} fits; loss: the mean over the third epoch\n")
    rows = [
        {
            "cell": cell,
            "": name,
            "ms per step": 1e3 * seconds / problems[cell].n_batches,
            "% of peak": 100 * problems[cell].flops_per_epoch / seconds / peak,
            "loss": losses[cell][name],
        }
        for cell in times
        for name, seconds in times[cell].items()
    ]
    print(as_text(pd.DataFrame(rows)))
    return [figure for cell in times for figure in peer_figures(cell, times[cell])]


def peer_figures(cell, times):
    """Yield the ratio to the fastest peer, if there is one."""
    peers = {name: t for name, t in times.items() if not name.startswith("ours")}
    if peers:
        fastest = min(peers, key=peers.get)
        ratio = peers[fastest] / times["ours f32"]
        label = f"{cell}, {fastest} (fastest peer) / ours f32"
        yield Figure("recurrent", label, ratio, ">=", 1.6, "x")
