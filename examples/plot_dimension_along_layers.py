"""
How many dimensions are left in each layer?
===========================================

Pictures of one head that turns, nods and is lit from different sides lie on a manifold
of three dimensions, whatever the number of pixels. A network that has to tell the
azimuth only has no use for the rest. How many dimensions do its layers have, before
and after training? Measured with :func:`~skbackprop.manifold.intrinsic_dimension` on
heads that the network has not seen.

An estimate depends on the scale at which one looks: from two nearest neighbours it is
the dimension of the finest detail, from a hundred that of the coarse shape.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from skbackprop import MLPRegressor
from skbackprop.datasets import make_pose_manifold
from skbackprop.manifold import intrinsic_dimension

heads = make_pose_manifold(4000, image_size=16, random_state=0)
new = make_pose_manifold(2000, image_size=16, random_state=1)
mean, scale = heads.data.mean(axis=0), heads.data.std()


def circle(factors):
    """Return the azimuth as a point on the unit circle, as 359 degrees are near 1."""
    azimuth = np.deg2rad(factors["azimuth"])
    return np.column_stack([np.cos(azimuth), np.sin(azimuth)])


X_train, X_new = (heads.data - mean) / scale, (new.data - mean) / scale
settings = {"hidden_layer_sizes": (100,) * 4, "random_state": 0}
networks = {
    "untrained": MLPRegressor(learning_rate_init=1e-9, **settings),
    "trained": MLPRegressor(max_iter=300, early_stopping=True, **settings),
}
networks["untrained"].partial_fit(X_train, circle(heads.factors))
networks["trained"].fit(X_train, circle(heads.factors))
for name, network in networks.items():
    print(f"{name}: R^2 on new heads {network.score(X_new, circle(new.factors)):.3f}")

# %%
# The layers: pixels, four hidden layers, and the two outputs.

scales = {
    "two nearest neighbours": {"method": "two_nn", "discard": 0.1},
    "100 neighbours": {"method": "mle", "n_neighbors": 100},
}
rows = []
for name, network in networks.items():
    layers = [X_new, *(network.transform(X_new, layer=k) for k in range(4))]
    for depth, Z in enumerate([*layers, network.predict(X_new)]):
        for scale, settings in scales.items():
            found = intrinsic_dimension(Z, **settings)
            low, high = found.interval
            rows.append((scale, name, depth, found.dimension, low, high))
columns = ["scale", "network", "layer", "dimension", "low", "high"]
table = pd.DataFrame(rows, columns=columns)
table.pivot(index=["scale", "network"], columns="layer", values="dimension").round(2)

# %%

figure, axes = plt.subplots(1, 2, figsize=(9, 3.6), sharey=True, layout="constrained")
styles = {"untrained": ("--s", "#D55E00"), "trained": ("-o", "#0072B2")}
for ax, scale in zip(axes, scales, strict=True):
    for name, (style, color) in styles.items():
        part = table[(table["scale"] == scale) & (table["network"] == name)]
        errors = [part["dimension"] - part["low"], part["high"] - part["dimension"]]
        ax.errorbar(
            part["layer"],
            part["dimension"],
            errors,
            fmt=style,
            color=color,
            capsize=3,
            label=name,
        )
    ax.set_title(scale)
axes[0].set(ylabel="intrinsic dimension", ylim=(0, None))
axes[0].legend(loc="lower left")
names = ["pixels", "1", "2", "3", "4", "output"]
for ax in axes:
    ax.set(xlabel="layer", xticks=range(6), xticklabels=names)
plt.show()

# %%
# In fine detail, layers keep the three dimensions of the heads, trained or not: smooth
# maps into a hundred units lose none. Only the two outputs have fewer.
#
# In the coarse, the two networks differ. Untrained layers bend the manifold more and
# more, which looks like further dimensions. Trained layers flatten what does not matter
# for the azimuth, and the outputs are close to a circle, whose dimension is 1: of the
# two dimensions that fine detail shows, one is error.
