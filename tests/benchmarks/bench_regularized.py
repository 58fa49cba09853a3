"""What an epoch costs with everything on that keeps a network from overfitting.

All train on the same number of samples; a validation set comes on top of them.
Nothing listens to any of these fits, as is the default.
"""

import numpy as np
import pandas as pd

from tests.benchmarks.bench_epochs import PROBLEMS
from tests.benchmarks.contestants import estimator_fit
from tests.benchmarks.measure import epoch_times, on_cores
from tests.benchmarks.report import Figure, as_text

SHAPES = ("tabular", "mnist")
SETTINGS = {
    "dropout": {"dropout": 0.5},
    "L1": {"l1_alpha": 1e-5},
    "max-norm": {"max_norm": 3.0},
    "clipping": {"clip_grad_norm": 1.0},
    "validation set": {"validation_share": 0.1},
}
ALL = "all of these"
MOST = 25  # per cent slower, all together


def run(options):
    """Time epochs without anything, with one thing after another, and with all."""
    repeats, seconds = (2, 0.2) if options.quick else (7, 0.5)
    settings = {
        "none": {},
        **SETTINGS,
        ALL: {name: value for one in SETTINGS.values() for name, value in one.items()},
    }
    rows, figures = [], []
    with on_cores(1):
        for shape in SHAPES:
            for dtype in (np.float32, np.float64):
                problem = PROBLEMS[shape]
                network = {"hidden_layer_sizes": problem.hidden}
                fits = {
                    name: estimator_fit(
                        options.ours, problem, dtype, **network, **setting
                    )
                    for name, setting in settings.items()
                }
                times = epoch_times(fits, repeats, seconds)
                label = f"{shape}, {dtype.__name__}"
                more = {k: 100 * (t / times["none"] - 1) for k, t in times.items()}
                rows.append({"": label, "ms": 1e3 * times["none"], **more})
                name = f"{label}, {ALL}"
                figures.append(
                    Figure("regularized", name, more[ALL], "<=", MOST, "% slower")
                )
    print("ms per epoch without; per cent more with")
    print(as_text(pd.DataFrame(rows).drop(columns="none")))
    return figures
