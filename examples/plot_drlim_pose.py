"""
What shape does a map of heads take?
====================================

Pictures of one head under all azimuths, elevations and lights, and pairs that say
which of them differ little in pose, whatever the light: :class:`skbackprop.DrLIM` is
told neither an angle nor what shape the map should have.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import r2_score
from sklearn.neighbors import KNeighborsRegressor, kneighbors_graph

from skbackprop import DrLIM
from skbackprop.datasets import make_pose_manifold

warnings.filterwarnings("ignore", category=ConvergenceWarning)  # 30 epochs will do

# %%
# Heads to learn from, and others to look at.
heads = make_pose_manifold(1500, image_size=16, random_state=0)
new = make_pose_manifold(600, image_size=16, random_state=1)
figure, panels = plt.subplots(1, 8, figsize=(9, 1.4), layout="constrained")
for axes, image in zip(panels, new.images, strict=False):
    axes.imshow(image, cmap="gray", vmin=0, vmax=1)
    axes.axis("off")

# %%
# Similar are those that are contiguous in pose. Light is not asked for.


def pose(factors):
    """Return azimuth on a circle, as 359 and 1 are contiguous, and elevation."""
    azimuth = np.deg2rad(factors["azimuth"])
    return np.stack(
        [np.cos(azimuth), np.sin(azimuth), factors["elevation"] / 40], axis=1
    )


pairs = kneighbors_graph(pose(heads.factors), 10)
settings = {"max_iter": 30, "n_iter_no_change": np.inf, "random_state": 0}
drlim = DrLIM(3, hidden_layer_sizes=(100, 50), **settings)
Z_train = drlim.fit(heads.data, pairs=pairs).transform(heads.data)
Z = drlim.transform(new.data)

# %%
# How well the place of a new head tells its factors, by its ten neighbours in the map.
names = ["cos(azimuth)", "sin(azimuth)", "elevation", "light"]
known = np.column_stack([pose(heads.factors), heads.factors["light"]])
truth = np.column_stack([pose(new.factors), new.factors["light"]])
predicted = KNeighborsRegressor(10).fit(Z_train, known).predict(Z)
scores = r2_score(truth, predicted, multioutput="raw_values")
print({name: round(float(score), 3) for name, score in zip(names, scores, strict=True)})

# %%
# New heads in the map, coloured by each factor. The map is turned to its principal
# axes, of which the second is drawn upright.
P = PCA(3).fit_transform(Z)[:, [0, 2, 1]]
figure = plt.figure(figsize=(10, 3.8), layout="constrained")
colors = {"azimuth": "hsv", "elevation": "viridis", "light": "viridis"}
for i, (name, cmap) in enumerate(colors.items(), 1):
    axes = figure.add_subplot(1, 3, i, projection="3d", title=name)
    points = axes.scatter(*P.T, c=new.factors[name], cmap=cmap, s=8)
    axes.set_axis_off()
    axes.set_box_aspect(np.ptp(P, axis=0), zoom=1.2)
    axes.view_init(elev=35, azim=-60)
    figure.colorbar(points, ax=axes, location="bottom", shrink=0.7, aspect=30)
plt.show()

# %%
# The map is a tube: azimuth goes around it, though not in a perfect circle, elevation
# along it. Light cannot be told from it.
