"""What skip connections cost: a residual net beside the chain of its layers."""

import numpy as np
import pandas as pd

from skbackprop.network import Add, Graph, Input, Linear, ReLU
from tests.benchmarks.bench_epochs import PROBLEMS
from tests.benchmarks.contestants import estimator_fit
from tests.benchmarks.fma_peak import fma_peak
from tests.benchmarks.measure import epoch_times, on_cores
from tests.benchmarks.report import Figure, as_text

# The samples of two problems, the layers such that one can skip two of them.
SHAPES = {
    "tabular": PROBLEMS["tabular"]._replace(hidden=(64,) * 5),
    "mnist": PROBLEMS["mnist"]._replace(hidden=(256,) * 3),
}


class Residual:
    """Builder of the net of He et al. (2016): h' = relu(h + f(h)), f two layers."""

    def __init__(self, hidden):
        self.hidden = hidden

    def __call__(self, n_features, n_outputs):
        """Return the graph."""
        first, *others = self.hidden
        h = ReLU()(Linear(first)(Input(n_features)))
        for inner, outer in zip(others[::2], others[1::2], strict=True):
            f = Linear(outer)(ReLU()(Linear(inner)(h)))
            h = ReLU()(Add()(f, h))
        return Graph(Linear(n_outputs)(h))


def run(options):
    """Time both nets, which take equally many FLOPs, on both shapes."""
    repeats, seconds = (2, 0.2) if options.quick else (7, 0.5)
    figures, rows = [], []
    with on_cores(1):
        peak = fma_peak(np.float32)
        for name, problem in SHAPES.items():
            fits = {
                "plain": estimator_fit(options.ours, problem, np.float32),
                "residual": estimator_fit(
                    "skbackprop:NetworkClassifier",
                    problem,
                    np.float32,
                    graph=Residual(problem.hidden),
                ),
            }
            times = epoch_times(fits, repeats, seconds)
            rates = {k: problem.flops_per_epoch / t for k, t in times.items()}
            for net, rate in rates.items():
                rows.append(
                    {
                        "problem": name,
                        "layers": " ".join(map(str, problem.widths)),
                        "net": net,
                        "ms per epoch": 1e3 * times[net],
                        "GFLOP/s": rate / 1e9,
                        "% of peak": 100 * rate / peak,
                    }
                )
            share = 100 * rates["residual"] / rates["plain"]
            label = f"{name}, FLOP rate of residual / plain"
            figures.append(Figure("residual", label, share, ">=", 90, "%"))
    print("float32; FLOPs are those of the matrix products, the same for both nets")
    print(as_text(pd.DataFrame(rows)))
    return figures
