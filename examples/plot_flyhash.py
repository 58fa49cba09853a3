"""
Does a fly find similar odours better than a dense projection does?
===================================================================

The fruit fly tags an odour with the few Kenyon cells that respond to it most,
out of 2000 that each read some of its 50 channels. Such tags are hashes: similar
odours share cells (Dasgupta, Stevens & Navlakha 2017). Here, digits take the part of
odours, and hashes of :class:`skbackprop.SparseRandomExpansion` that of the fly.
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
# What is to be found: for each query the 2 % of all digits whose pixels are
# nearest to its own.

distances = pairwise_distances(X[queries], X)
distances[itself] = np.inf
n_neighbours = len(X) // 50
neighbours = np.argsort(distances, axis=1)[:, :n_neighbours]
is_neighbour = np.zeros(distances.shape, bool)
np.put_along_axis(is_neighbour, neighbours, True, axis=1)


def mean_average_precision(similarity):
    """How well ranking all digits by similarity puts the neighbours first."""
    similarity[itself] = similarity.min() - 1
    return average_precision_score(is_neighbour, similarity, average="samples")


# %%
# Two hashes of the fly: which k of 2000 cells are most active, and also how
# active they are. Two by k dense Gaussian projections, each of which reads all
# pixels: their signs, and their values.


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
table = precision.pivot_table(values="mAP", index="k", columns="hash", sort=False)
print(table.round(3).to_string())

# %%
# Thirty times as many units as pixels, and yet a short code, of which the
# shortest gain most.

axes = table.plot(style=["o-", "o--", "s-", "s--"], logx=True, figsize=(7, 4))
axes.set(xlabel="length k of the hash", ylabel="mean average precision")
axes.set_xticks(lengths, lengths)
axes.minorticks_off()
axes.figure.tight_layout()
plt.show()

# %%
# Cells tell more than as many signs at any length, and with their activity more
# than as many numbers up to 16. From 32 on, dense numbers are better.
