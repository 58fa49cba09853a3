"""A graph of 200 small modules: the share of time that is spent outside kernels.

The same fit runs once more with every kernel of a minibatch replaced by one that
does nothing. What time is left went into Python, the loops over epochs,
minibatches and instructions, the shuffling and the calls themselves.
"""

from unittest import mock

import numpy as np
import pandas as pd

from skbackprop.engine import Executor
from skbackprop.fitting import session
from skbackprop.kernels import table
from skbackprop.kernels.abi import KERNEL
from skbackprop.network import Add, Graph, Input, Linear, Multiply, Tanh
from tests.benchmarks.contestants import Problem, estimator_fit
from tests.benchmarks.measure import epoch_times, on_cores
from tests.benchmarks.report import Figure, as_text

N_BLOCKS = 50  # of four modules each
N_FEATURES = 16
BATCH_SIZES = (32, 200)


def small_modules(n_features, n_outputs):
    """Return the graph of h' = h + tanh(h W + b) h, over and over."""
    h = Input(n_features)
    for _ in range(N_BLOCKS):
        h = Add()(Multiply()(Tanh()(Linear(n_features)(h)), h), h)
    return Graph(Linear(n_outputs)(h))


class EmptyKernels(Executor):
    """Executor whose instructions for a minibatch do nothing."""

    def prepare_training(self, *args, **kwargs):
        """Bind the training loop, then empty what it runs for a minibatch."""
        super().prepare_training(*args, **kwargs)
        epoch = self._epochs_row.memory["epoch_row"]
        for name in ("load_list", "step_list"):
            rows = epoch.memory[name].memory["rows"]
            rows[:] = 0
            rows[:, KERNEL] = table.loop_kernel("run_rows")  # of no rows


def without_kernels(fit):
    """Return ``fit`` with the kernels of minibatches left out."""

    def fit_without(n_epochs):
        with mock.patch.object(session, "make_executor", EmptyKernels):
            return fit(n_epochs)

    return fit_without


def run(options):
    """Time fits with and without their kernels."""
    repeats, seconds = (2, 0.2) if options.quick else (7, 0.5)
    figures, rows = [], []
    for batch_size in BATCH_SIZES:
        n_batches = 50
        problem = Problem(n_batches * batch_size, N_FEATURES, (), 2, batch_size)
        fit = estimator_fit(
            "skbackprop:NetworkClassifier", problem, np.float32, graph=small_modules
        )
        fits = {"whole": fit, "outside": without_kernels(fit)}
        with on_cores(1):
            times = epoch_times(fits, repeats, seconds)
        share = 100 * times["outside"] / times["whole"]
        label = f"time outside kernels, batch size {batch_size}"
        figures.append(Figure("many_modules", label, share, "<=", 15, "%"))
        rows.append(
            {
                "batch size": batch_size,
                "us per step": 1e6 * times["whole"] / n_batches,
                "outside kernels, us": 1e6 * times["outside"] / n_batches,
            }
        )
    print(f"{4 * N_BLOCKS} modules of width {N_FEATURES} and a readout, float32")
    print(as_text(pd.DataFrame(rows)))
    return figures
