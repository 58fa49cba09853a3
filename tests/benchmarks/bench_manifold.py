"""Intrinsic dimension of 2000 points on spheres and in cubes, as a share of the truth.

Ours beside scikit-dimension and DADApy where they are installed, over seeds: the
largest error counts. The time of 10000 pictures of a head.
"""

import time
import warnings

import numpy as np
import pandas as pd

from skbackprop.datasets import make_pose_manifold
from skbackprop.manifold import intrinsic_dimension
from tests.benchmarks.report import Figure, as_text

N_SAMPLES = 2000
DIMENSIONS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
OURS = {
    "mle": {},
    "mle, 5 neighbours": {"n_neighbors": 5},
    "mle, 20 neighbours": {"n_neighbors": 20},
    "two_nn": {"method": "two_nn"},
    "gride": {"method": "gride"},
    "mle, as published": {"correct_bias": False},
    "two_nn, as published": {"method": "two_nn", "correct_bias": False},
}
SCALE = "gride at 64 neighbours, as published"
THEIRS = ("MLE", "TwoNN", "MOM", "CorrInt")
THEIR_SCALE = "dadapy gride at 64 neighbours"
FACTORS = ("azimuth", "elevation", "roll", "x", "y", "z", "light", "mouth", "smile")


def cube(rng, dimension):
    """Return points in a cube, and a zero, as scikit-dimension wants two columns."""
    return np.pad(rng.random((N_SAMPLES, dimension)), [(0, 0), (0, 1)])


def sphere(rng, dimension):
    """Return points on the surface of a ball of one more dimension."""
    X = rng.normal(size=(N_SAMPLES, dimension + 1))
    return X / np.linalg.norm(X, axis=1, keepdims=True)


def estimators():
    """Return functions that estimate the dimension, by name."""
    found = {
        name: lambda X, options=options: intrinsic_dimension(X, **options).dimension
        for name, options in OURS.items()
    }
    return found | {SCALE: largest_scale} | peers()


def largest_scale(X):
    """Return the published estimate from the distances to 32 and 64 neighbours."""
    found = intrinsic_dimension(X, method="gride", correct_bias=False)
    return found.scales["dimension"].iloc[-1]


def peers():
    """Return the estimates of other packages that are installed, by name."""
    found = {}
    try:
        from skdim import id as estimates

        for name in THEIRS:
            peer = getattr(estimates, name)
            found[f"skdim {name}"] = lambda X, peer=peer: peer().fit(X).dimension_
    except ImportError:
        print("scikit-dimension is not installed")
    try:
        from dadapy import Data

        def of_scales(X):
            return Data(X).return_id_scaling_gride(range_max=64)[0]

        found[THEIR_SCALE] = lambda X: of_scales(X)[-1]
    except ImportError:
        print("DADApy is not installed")
    return found


def run(options):
    """Print estimates by shape and dimension; compare the largest errors."""
    seeds = range(2 if options.quick else 5)
    estimates, rows = estimators(), []
    for shape in (cube, sphere):
        for dimension in DIMENSIONS:
            row = {"shape": shape.__name__, "truth": dimension}
            for name, estimate in estimates.items():
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    found = [
                        estimate(shape(np.random.default_rng(seed), dimension))
                        for seed in seeds
                    ]
                row[name] = np.array(found) / dimension
            rows.append(row)
    table = pd.DataFrame(rows)
    shares = table.drop(columns=["shape", "truth"])
    means = pd.concat([table[["shape", "truth"]], shares.map(np.mean)], axis=1)
    print(f"estimate / truth, mean of {len(seeds)} seeds")
    print(as_text(means.set_index(["shape", "truth"]).T.reset_index(names="estimate")))
    errors = shares.map(lambda share: np.abs(share - 1).max()).max()
    errors = errors.rename("largest error").rename_axis("estimate").reset_index()
    print("\nlargest error of all")
    print(as_text(errors))
    worst = dict(errors.to_numpy())
    yield Figure("manifold", "largest error, mle", 100 * worst["mle"], "<=", 10, "%")
    for ours, theirs in (("mle", "skdim MLE"), ("two_nn", "skdim TwoNN")):
        if theirs in worst:
            yield Figure(
                "manifold", f"error of {ours}", worst[ours], "<=", worst[theirs], ""
            )
    if THEIR_SCALE in shares:
        apart = np.abs(np.stack([*(shares[SCALE] - shares[THEIR_SCALE])])).max()
        yield Figure("manifold", "gride apart from DADApy", apart, "<=", 1e-3, "")
    seconds = []
    for _ in range(1 if options.quick else 3):
        start = time.process_time()
        make_pose_manifold(10_000, factors=FACTORS, random_state=0)
        seconds.append(time.process_time() - start)
    yield Figure("manifold", "10000 heads of 32 x 32", min(seconds), "<=", 5, "s")
