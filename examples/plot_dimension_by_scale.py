"""
From how far does data look like a manifold?
============================================

Rolled-up paper is a sheet, with two dimensions, at the scale of its turns. Closer, the
paper is rough and has three dimensions. From afar it is a thick cylinder, which has
three as well. Estimates from neighbours depend on how far away these are.
``intrinsic_dimension(method="gride")`` doubles the number of neighbours at each step:
where the estimate stays the same, there is a manifold.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.datasets import make_swiss_roll

from skbackprop.datasets import make_pose_manifold
from skbackprop.manifold import DimensionByScaleDisplay, intrinsic_dimension

STYLES = [("#0072B2", "o"), ("#D55E00", "s"), ("k", "^")]

# %%
# A rolled-up sheet with three levels of noise, and neighbours up to the 512th. Bars are
# 95 % confidence intervals, and the gray line is the dimension of the sheet. The roll
# is 22 by 25 units across.


def draw(X, ax, name, style, **settings):
    """Draw the dimension of X by the distance of neighbours, and return it."""
    color, marker = style
    look = {"color": color, "marker": marker}
    scales = intrinsic_dimension(X, method="gride", **settings).scales
    display = DimensionByScaleDisplay(scales, name=name)
    display.plot(ax, against="distance", errorbar_kw=look)
    return scales.set_index("n_neighbors")["dimension"].round(2)


found = {}
figure, axes = plt.subplots(figsize=(5, 3.8), layout="constrained")
for noise, style in zip([0, 0.3, 1], STYLES, strict=True):
    X, _ = make_swiss_roll(4000, noise=noise, random_state=0)
    name = f"noise {noise}"
    found[f"sheet, {name}"] = draw(X, axes, name, style, n_neighbors=512)
axes.axhline(2, color="0.7", zorder=0)
axes.set(title="a sheet rolled up in 3 dimensions")
plt.show()

# %%
# Heads that turn, nod and are lit from left or right: three factors, and 400 pixels.
# Camera noise has 400 dimensions. Its levels are given in units of white.

ranges = {"azimuth": (-15, 15), "elevation": (-10, 10), "light": (-70, 70)}
heads = make_pose_manifold(3000, image_size=20, factors=ranges, random_state=0).data
noise = np.random.default_rng(0).standard_normal(heads.shape)
figure, axes = plt.subplots(figsize=(5, 3.8), layout="constrained")
for level, style in zip([0, 0.01, 0.03], STYLES, strict=True):
    name = f"noise {level}"
    found[f"heads, {name}"] = draw(heads + level * noise, axes, name, style)
axes.axhline(3, color="0.7", zorder=0)
axes.set(title="pictures of heads, 3 factors", yscale="log", ylim=(2, 120))
axes.set_yticks([3, 10, 30, 100], [3, 10, 30, 100])
print(pd.DataFrame(found).T.to_string(na_rep=""))
plt.show()

# %%
# The sheet has 1.98 to 2.03 dimensions up to the 128th neighbour, at a distance of 4.
# Beyond, neighbours are on other turns, and the roll fills space: 2.9 dimensions at 7.
# With noise of 0.3 the estimate is 2.9 for near neighbours and 2.0 at 4, so the sheet
# shows at a scale of its own. With noise of 1 it shows at none: turns come into reach
# before the noise is out of sight, and the lowest estimate is 2.4.
#
# Heads have 3.0 to 3.4 dimensions for their three factors, more at larger distances,
# where pose and light bend the manifold. Noise of 1 % doubles the distance to the
# nearest neighbours and raises the estimate to 14; it comes down to 4.2 at the 64th.
# With 3 %, no neighbour is near enough to show anything but noise.
