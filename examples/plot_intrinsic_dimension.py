"""
How many coordinates does a picture need?
=========================================

A picture of 20 x 20 pixels has 400 numbers. If it shows a head that can only turn, nod
and be lit from left or right, three numbers determine it: such pictures lie on a
manifold of three dimensions. Distances between neighbours suffice to count them.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

from skbackprop.datasets import make_pose_manifold
from skbackprop.manifold import DimensionByScaleDisplay, intrinsic_dimension

# %%
# Heads with five factors, whose ranges are so narrow that 1500 pictures fill them
# densely.

ranges = {
    "azimuth": (-15, 15),
    "light": (-70, 70),
    "elevation": (-10, 10),
    "roll": (-10, 10),
    "mouth": (0, 1),
}
heads = make_pose_manifold(8, image_size=20, factors=ranges, random_state=3)
figure, panels = plt.subplots(1, 8, figsize=(9, 1.4))
for axes, image in zip(panels, heads.images, strict=True):
    axes.imshow(image, cmap="gray", vmin=0, vmax=1)
    axes.axis("off")
figure.tight_layout()
plt.show()

# %%
# One more factor at a time: estimates from ten neighbours and from the ratio of the
# distances to two. Principal components, which describe flat spaces only, are more.

names = list(ranges)
print("factors  10 neighbours  2 neighbours  principal components")
results = []
for n_factors in range(1, 6):
    factors = {name: ranges[name] for name in names[:n_factors]}
    X = make_pose_manifold(1500, image_size=20, factors=factors, random_state=0).data
    found = [intrinsic_dimension(X, method=m) for m in ("mle", "two_nn", "pca")]
    results.append(found)
    mle, two_nn, pca = (result.dimension for result in found)
    print(f"{n_factors:>7} {mle:>14.2f} {two_nn:>13.2f} {pca:>21.0f}")

# %%
# Noise of half a percent is hardly visible, but has a dimension for each pixel. It
# raises the estimate from the nearest neighbours most. The gray line is at three
# factors.

factors = {name: ranges[name] for name in names[:3]}
X = make_pose_manifold(1500, image_size=20, factors=factors, random_state=0).data
noise = np.random.default_rng(0).normal(scale=0.005, size=X.shape)
scales = DimensionByScaleDisplay.from_data(X, name="three factors")
DimensionByScaleDisplay.from_data(X + noise, name="with noise", ax=scales.ax_)
scales.ax_.axhline(3, color="0.7", zorder=0)
scales.ax_.set_title("heads with and without noise")
scales.figure_.tight_layout()
plt.show()

# %%
# Nobody knows the factors of digits. Each digit has a dimension of its own.

X, y = load_digits(return_X_y=True)
everything = intrinsic_dimension(X)
print(f"all digits: {everything}")
digits = [intrinsic_dimension(X[y == digit]) for digit in range(10)]


def draw(axes, x, found, **look):
    """Draw estimates with their intervals of 95 % confidence."""
    dimension = np.array([result.dimension for result in found])
    bounds = np.array([result.interval for result in found]).T
    axes.errorbar(x, dimension, np.abs(bounds - dimension), capsize=3, **look)


figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), width_ratios=[3, 2])
n_factors = np.arange(1, 6)
left.plot(n_factors, n_factors, color="0.7", label="truth")
ten, two, _ = zip(*results, strict=True)
draw(left, n_factors, ten, fmt="o", label="10 neighbours")
draw(left, n_factors + 0.1, two, fmt="s", label="2 neighbours")
left.set(xlabel="number of factors", ylabel="dimension", title="heads, 400 pixels")
left.set_xticks(n_factors, [f"{i + 1}\n+ {names[i]}" for i in range(5)])
left.legend()
draw(right, range(10), digits, fmt="o", label="one digit")
right.axhspan(*everything.interval, color="0.85", label="all digits")
right.set(xlabel="digit", ylabel="dimension", title="digits, 64 pixels")
right.set(xticks=range(10), ylim=0)
right.legend(loc="lower right")
figure.tight_layout()
plt.show()

# %%
# Two neighbours find the number of factors to within 3 %. Ten neighbours reach further.
# They are as good up to three factors, and 7 to 9 % too high for four and five, because
# the manifold bends between samples. The intervals do not account for that, and those
# from two factors on do not contain the truth. Principal components need 4 to 21.
#
# A one has 7 dimensions, a zero 13. All digits together have 8.4, fewer than most of
# their parts. Nearly all neighbours of a digit are of its class, so this is an average
# over digits, not a sum. Besides, the correction for few samples raises the estimates
# of single digits more: without it, single digits have 5.7 to 9.6, all together 7.4.
