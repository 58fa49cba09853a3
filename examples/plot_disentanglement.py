"""
Which representation has one number for each factor?
====================================================

A representation is disentangled if each of its numbers depends on one of the factors
that made the data. With pictures of heads the factors are known: how far the head has
turned, and where the light comes from. Here are three representations of the same
pictures, measured by :func:`~skbackprop.manifold.disentanglement`. How to find such a
representation without knowing the factors is an open problem: there is no good general
method.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.decomposition import PCA
from sklearn.neighbors import kneighbors_graph

from skbackprop import DrLIM
from skbackprop.datasets import make_pose_manifold
from skbackprop.manifold import disentanglement

factors = {"azimuth": (-60, 60), "light": (-70, 70)}
heads = make_pose_manifold(2000, image_size=16, factors=factors, random_state=0)
new = make_pose_manifold(600, image_size=16, factors=factors, random_state=1)
mean, scale = heads.data.mean(axis=0), heads.data.std()
X, X_new = (heads.data - mean) / scale, (new.data - mean) / scale

# %%
# Two coordinates by principal components, and by :class:`~skbackprop.DrLIM` from
# neighbours of pictures: neither knows the factors. For the third we cheat: one
# coordinate learns from pairs of heads with about the same azimuth, the other from
# pairs in about the same light.


def of_pairs(n_components, pairs=None):
    """Return a map of the new heads that is learnt from similar pairs."""
    drlim = DrLIM(n_components, hidden_layer_sizes=(100, 50), random_state=0)
    for _ in range(15):
        drlim.partial_fit(X, pairs=pairs)
    return drlim.transform(X_new)


def similar_in(factor):
    """Return the 20 heads that are the most similar in one factor."""
    return kneighbors_graph(heads.factors[[factor]], 20)


representations = {
    "PCA": PCA(2).fit(X).transform(X_new),
    "DrLIM, neighbours": of_pairs(2),
    "DrLIM, factors known": np.hstack(
        [of_pairs(1, similar_in("azimuth")), of_pairs(1, similar_in("light"))]
    ),
}

# %%
# Measured on new heads. A score of 1 is best. Whether factors can be read at all is
# informativeness, here of a random forest, as the relations are not linear.

measured = {
    name: disentanglement(Z, new.factors, regressor="forest")
    for name, Z in representations.items()
}
names = ["disentanglement", "completeness", "informativeness", "modularity"]
pd.DataFrame(
    {
        name: [getattr(found, score) for score in names]
        for name, found in measured.items()
    },
    index=names,
).T.round(2)

# %%
# The same maps, coloured by one factor in each row. Where a representation is
# disentangled, colours change along one axis only.

figure, rows = plt.subplots(2, 3, figsize=(8.5, 5.2), layout="constrained")
for row, factor in zip(rows, factors, strict=True):
    for ax, (name, Z) in zip(row, representations.items(), strict=True):
        dots = ax.scatter(*Z.T, s=5, c=new.factors[factor], cmap="cividis")
        ax.set(xticks=[], yticks=[])
        if factor == "azimuth":
            ax.set_title(name, fontsize=10)
    figure.colorbar(dots, ax=row, label=f"{factor} in degrees")
plt.show()

# %%
# The principal components mix both factors. DrLIM unrolls the pictures into a sheet on
# which both can be read better, but nothing tells it where axes should point: colours
# change along curves. With the factors known each has its own axis, though the map of
# azimuth is folded: heads that are turned far to one side stand behind those turned to
# the other.
