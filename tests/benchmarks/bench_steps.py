"""Recurrent networks call by call: predict, partial_fit and predict_step by length."""

import warnings

import numpy as np
import pandas as pd

from skbackprop import RecurrentClassifier
from tests.benchmarks.contestants import installed
from tests.benchmarks.measure import best_times, on_cores
from tests.benchmarks.report import Figure, as_text

LENGTHS = 10, 100, 1000
N_SEQUENCES, N_FEATURES, N_UNITS, N_CLASSES = 32, 16, 64, 4


def data(n_timesteps):
    """Return sequences and their classes."""
    rng = np.random.default_rng(0)
    shape = N_SEQUENCES, n_timesteps, N_FEATURES
    return rng.normal(size=shape).astype(np.float32), np.arange(N_SEQUENCES) % N_CLASSES


def our_calls(X, y):
    """Return the calls of a GRU of ours, by name."""
    clf = RecurrentClassifier((N_UNITS,), random_state=0)
    clf.partial_fit(X, y, classes=range(N_CLASSES))
    one, step = X[:1], X[:1, 0]
    _, state = clf.predict_step(step)
    return {
        ("ours", "predict"): lambda: clf.predict(one),
        ("ours", "partial_fit"): lambda: clf.partial_fit(X, y),
        ("ours", "predict_step"): lambda: clf.predict_step(step, state),
    }


def torch_calls(X, y):
    """Return the like of torch: a step of Adam, and the classes of one sequence."""
    import torch
    from torch import nn

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.recurrent = nn.GRU(N_FEATURES, N_UNITS, batch_first=True)
            self.readout = nn.Linear(N_UNITS, N_CLASSES)

        def forward(self, x):
            return self.readout(self.recurrent(x)[0][:, -1])

    model, loss = Model(), nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    X, y = torch.from_numpy(X), torch.from_numpy(y)

    def step():
        optimizer.zero_grad()
        loss(model(X), y).backward()
        optimizer.step()

    def predict():
        with torch.inference_mode():
            model(X[:1]).argmax(1)

    return {("torch", "predict"): predict, ("torch", "partial_fit"): step}


def run(options):
    """Time all calls; return how much faster ours are than those of torch."""
    repeats = 8 if options.quick else 40
    rows, figures = [], []
    with on_cores(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for n_timesteps in LENGTHS:
            calls = our_calls(*data(n_timesteps))
            if installed("torch"):
                calls |= torch_calls(*data(n_timesteps))
            best = best_times(calls, repeats)
            rows += [(n_timesteps, *name, 1e3 * t) for name, t in best.items()]
            for what in ("predict", "partial_fit"):
                if ("torch", what) in best:
                    ratio = best["torch", what] / best["ours", what]
                    label = f"{what}, T = {n_timesteps}, torch / ours"
                    figures.append(Figure("steps", label, ratio, ">=", 1, "x"))
    print(f"GRU of {N_UNITS} units, {N_FEATURES} features, float32, one thread;")
    print(f"predict one sequence, partial_fit {N_SEQUENCES}; best of {repeats}\n")
    columns = ["T", "whose", "call", "ms"]
    print(as_text(pd.DataFrame(rows, columns=columns)))
    return figures
