"""DrLIM: fours and nines of MNIST in two dimensions, its speed, and heads by pose.

As in Hadsell et al. (2006): 3000 fours and 3000 nines, of which five neighbours are
similar, and a thousand each of the test part, whose class is told by their five
nearest training samples in the map. Isomap and UMAP, where it is installed, have 15
neighbours, their maps two dimensions too. DrLIM has its defaults, but for batches of
200 pairs and 20 epochs; nothing was chosen on the test part. The speed is beside that
of a torch loop with the same net, batches of as many pairs, as many of them, and Adam.
Heads are held out as well: R^2 by their ten nearest neighbours in the map. Views,
losses of minibatches and their torch loop stand in ``bench_drlim_views.py``.
"""

import time
import warnings

import numpy as np
import pandas as pd
from sklearn.decomposition import PCA
from sklearn.manifold import Isomap
from sklearn.metrics import r2_score
from sklearn.neighbors import (
    KNeighborsClassifier,
    KNeighborsRegressor,
    kneighbors_graph,
)

from skbackprop import DrLIM
from skbackprop.datasets import make_pose_manifold
from tests.benchmarks import bench_drlim_views
from tests.benchmarks.contestants import installed
from tests.benchmarks.measure import epoch_times, on_cores
from tests.benchmarks.real_data import load
from tests.benchmarks.report import Figure, as_text

COMMON = {"tol": 0, "n_iter_no_change": np.inf, "random_state": 0}
BATCH_SIZE, HIDDEN = 200, 100
OF_DIGITS = {"batch_size": BATCH_SIZE, "hidden_layer_sizes": (HIDDEN,), **COMMON}


def fours_and_nines(data_dir):
    """Return X, y of the training and of the test part."""
    X, y, about = load("mnist", data_dir)
    X, rng = (X / 255).astype(np.float32), np.random.RandomState(0)
    parts = []
    for is_part, n in ((~about["test"], 3000), (about["test"], 1000)):
        rows = rng.permutation(np.flatnonzero(is_part & np.isin(y, (4, 9))))
        rows = np.concatenate([rows[y[rows] == digit][:n] for digit in (4, 9)])
        parts += [X[rows], y[rows]]
    return parts


def digit_figures(parts, n_epochs):
    """Return the figures of the maps of digits."""
    X, y, X_test, y_test = parts
    maps = {
        "DrLIM": DrLIM(2, max_iter=n_epochs, **OF_DIGITS),
        "PCA": PCA(2, random_state=0),
        "Isomap": Isomap(n_neighbors=15),
    }
    if installed("umap"):
        from umap import UMAP

        maps["UMAP"] = UMAP(random_state=0, n_jobs=1)
    rows = []
    for name, model in maps.items():
        begin = time.perf_counter()
        Z = model.fit_transform(X)
        seconds = time.perf_counter() - begin
        accuracy = (
            KNeighborsClassifier(5).fit(Z, y).score(model.transform(X_test), y_test)
        )
        rows.append({"map": name, "accuracy": accuracy, "fit, s": seconds})
        print(rows[-1], flush=True)
    print(as_text(pd.DataFrame(rows)))
    ours, *peers = rows
    figures = [
        Figure(
            "drlim",
            f"accuracy, DrLIM - {peer['map']}",
            ours["accuracy"] - peer["accuracy"],
            ">=",
            0,
        )
        for peer in peers
    ]
    return [*figures, Figure("drlim", "fit of digits", ours["fit, s"], "<=", 120, "s")]


def drlim_fit(X, graph):
    """Return ``fit(n_epochs)`` of ours."""
    return lambda n: DrLIM(2, max_iter=n, **OF_DIGITS).fit(X, pairs=graph)


def torch_fit(X, graph):
    """Return ``fit(n_epochs)`` of a Siamese network in torch, eager, one thread."""
    import torch
    from torch import nn

    torch.set_num_threads(1)
    X = torch.from_numpy(X)
    similar = np.column_stack(graph.maximum(graph.T).nonzero())
    similar = torch.from_numpy(similar[similar[:, 0] < similar[:, 1]]).long()
    n_similar = len(similar)
    is_dissimilar = torch.arange(2 * n_similar) >= n_similar

    def fit(n_epochs):
        torch.manual_seed(0)
        model = nn.Sequential(
            nn.Linear(X.shape[1], HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 2)
        )
        adam = torch.optim.Adam(model.parameters(), lr=0.001, fused=True)
        for _ in range(n_epochs):
            others = torch.randint(len(X), (n_similar, 2))
            pairs = torch.cat([similar, others])
            for batch in torch.randperm(len(pairs)).split(BATCH_SIZE):
                z = model(X[pairs[batch].ravel()]).reshape(-1, 2, 2)
                # Not the norm, whose gradient is not finite where a pair is one row.
                distance = ((z[:, 0] - z[:, 1]).square().sum(1) + 1e-12).sqrt()
                far = is_dissimilar[batch]
                pull, push = distance.square(), (1 - distance).clamp(min=0).square()
                loss = torch.where(far, push, pull).mean() / 2
                adam.zero_grad(set_to_none=True)
                loss.backward()
                adam.step()

    return fit


def speed_figures(X, quick):
    """Return the figure of the speed, contestants taking turns."""
    if not installed("torch"):
        return []
    graph = kneighbors_graph(X, 5)
    fits = {"ours": drlim_fit(X, graph), "torch": torch_fit(X, graph)}
    with on_cores(1):
        times = epoch_times(fits, 1 if quick else 3, 0.5)
    print({name: f"{1000 * t:.0f} ms per epoch" for name, t in times.items()})
    ratio = times["torch"] / times["ours"]
    return [Figure("drlim", "torch / ours, per epoch", ratio, ">=", 3)]


def pose_figures():
    """Return how well new heads' places tell pose, and do not tell the light."""

    def known(heads):
        f = heads.factors
        a = np.deg2rad(f["azimuth"])
        return np.stack(
            [np.cos(a), np.sin(a), f["elevation"] / 40, f["light"] / 70], axis=1
        )

    train = make_pose_manifold(1500, image_size=16, random_state=0)
    test = make_pose_manifold(1000, image_size=16, random_state=1)
    pairs = kneighbors_graph(known(train)[:, :3], 10)
    drlim = DrLIM(3, hidden_layer_sizes=(100, 50), max_iter=30, **COMMON)
    Z = drlim.fit(train.data, pairs=pairs).transform(train.data)
    knn = KNeighborsRegressor(10).fit(Z, known(train))
    scores = r2_score(
        known(test), knn.predict(drlim.transform(test.data)), multioutput="raw_values"
    )
    azimuth, elevation, light = scores[:2].mean(), scores[2], scores[3]
    return [
        Figure("drlim", "R2 of azimuth", azimuth, ">=", 0.95),
        Figure("drlim", "R2 of elevation", elevation, ">=", 0.95),
        Figure("drlim", "R2 of light", light, "<=", 0.1),
    ]


def run(options):
    """Return all figures; those of digits need --data-dir."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it has not converged
        figures = pose_figures() + bench_drlim_views.figures(options.quick)
        if options.data_dir is None:
            print("digits need --data-dir, the folder of load.py and mnist")
            return figures
        parts = fours_and_nines(options.data_dir)
        figures += speed_figures(parts[0], options.quick)
        return figures + digit_figures(parts, 2 if options.quick else 20)
