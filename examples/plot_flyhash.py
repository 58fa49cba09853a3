"""
Does a fly find similar odours better than a dense projection does?
===================================================================

The fruit fly tags an odour with the few Kenyon cells that respond to it most, out of
2000 cells that each read some of its 50 channels. Such tags are hashes: similar odours
share cells (Dasgupta, Stevens & Navlakha 2017). In this example digits replace odours,
and :class:`skbackprop.SparseRandomExpansion` computes the tags.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.datasets import load_digits
from sklearn.metrics import average_precision_score, pairwise_distances
from sklearn.random_projection import GaussianRandomProjection

from skbackprop import SparseRandomExpansion

X = load_digits().data.astype(np.float32)
rng = np.random.default_rng(0)
queries = rng.choice(len(X), 200, replace=False)
itself = np.arange(200), queries

# %%
# The task is to find, for each query, the 2 % of all digits whose pixels are nearest to
# its own.

distances = pairwise_distances(X[queries], X)
distances[itself] = np.inf
n_neighbours = len(X) // 50
neighbours = np.argsort(distances, axis=1)[:, :n_neighbours]
is_neighbour = np.zeros(distances.shape, bool)
np.put_along_axis(is_neighbour, neighbours, True, axis=1)


def mean_average_precision(similarity):
    """Return how well the ranking by similarity puts the neighbours first."""
    similarity[itself] = similarity.min() - 1
    return average_precision_score(is_neighbour, similarity, average="samples")


# %%
# Two hashes of the fly: the k most active of 2000 cells, without and with their
# activity. Two hashes of k dense Gaussian projections, each of which reads all pixels:
# their signs, and their values.


def fly(k, seed):
    """Return both similarities by the k most active of 2000 units."""
    units = SparseRandomExpansion(
        2000,
        n_inputs=6,
        activation="identity",
        center=True,
        top_k=k,
        sparse_output=True,
        random_state=seed,
    )
    values = units.fit_transform(X)
    cells = units.set_params(winners="binary").transform(X)
    return {
        "fly: k cells": (cells[queries] @ cells.T).toarray(),
        "fly: k cells and their activity": -pairwise_distances(values[queries], values),
    }


def gaussian(k, seed):
    """Return both similarities by k dense projections of the centred pixels."""
    values = GaussianRandomProjection(k, random_state=seed).fit_transform(X - X.mean(0))
    signs = np.sign(values)
    return {
        "Gaussian: k signs": signs[queries] @ signs.T,
        "Gaussian: k numbers": -pairwise_distances(values[queries], values),
    }


lengths = [2, 4, 8, 16, 32]
precision = pd.DataFrame(
    {"k": k, "hash": name, "mAP": mean_average_precision(similarity)}
    for k in lengths
    for seed in range(3)
    for name, similarity in {**fly(k, seed), **gaussian(k, seed)}.items()
)
by_hash = precision.groupby(["k", "hash"], sort=False)["mAP"]
table = by_hash.agg(["mean", "min", "max"]).unstack()
print(table["mean"].round(3).to_string())

# %%
# Means over three random states; bars reach from the lowest to the highest.

figure, axes = plt.subplots(figsize=(7, 4), layout="constrained")
styles = [("#0072B2", "o-"), ("#0072B2", "o--"), ("#D55E00", "s-"), ("#D55E00", "s--")]
for name, (color, style) in zip(table["mean"], styles, strict=True):
    mean, low, high = (table[of, name] for of in ("mean", "min", "max"))
    look = {"fmt": style, "color": color, "capsize": 3, "label": name}
    axes.errorbar(lengths, mean, [mean - low, high - mean], **look)
axes.set_xscale("log", base=2)
axes.set_xticks(lengths, lengths)
axes.set(xlabel="length k of the hash", ylabel="mean average precision")
axes.legend()
plt.show()

# %%
# Cells are better than the same number of signs at any length. With their activity,
# cells are also better than the same number of dense values up to a length of 16, most
# of all for short hashes. At 32 the two are equally good.
