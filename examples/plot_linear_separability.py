"""
Can a line separate the classes, and what proves it?
====================================================

Two sets of points are linearly separable if some hyperplane has each of them on a side
of its own. :func:`~skbackprop.linear_separability` decides it exactly, and each answer
comes with a certificate: the hyperplane, or a point that lies in the convex hulls of
both classes, which no hyperplane can have on both sides.
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy.spatial import ConvexHull
from sklearn.datasets import load_iris

from skbackprop import MonomialFeatures, linear_separability

COLORS = np.array(["#0072B2", "#D55E00"])


def draw_classes(ax, X, y):
    """Draw the points of two classes and their convex hulls."""
    for label, marker, color in zip((0, 1), "os", COLORS, strict=True):
        points = X[y == label]
        corners = points[ConvexHull(points).vertices]
        ax.fill(*corners.T, color=color, alpha=0.15, linewidth=0)
        ax.plot(*points.T, marker, color=color, markersize=4, label=f"class {label}")


# %%
# Thirty points, and the same with one more of class 1 among those of class 0.

rng = np.random.default_rng(0)
X = rng.normal(size=(30, 2)) + np.repeat([[-2, 0], [2, 0]], 15, axis=0)
y = np.repeat([0, 1], 15)
X_more, y_more = np.vstack([X, [[-2.2, 0.3]]]), np.append(y, 1)
separable = linear_separability(X, y)
inseparable = linear_separability(X_more, y_more)
print("30 points:", separable.separable)
print("31 points:", inseparable.separable)

# %%
# On the left, the hyperplane proves that the classes are separable: everybody can
# check the side of each point. On the right, the certificate has weights for a few
# points of each class. Divided by their sums, they are weights of a convex combination
# in either class, and both combinations are the same point, the star. A line with
# class 0 on one side and class 1 on the other would have the star on both.

figure, axes = plt.subplots(1, 2, figsize=(9, 3.8), sharey=True, layout="constrained")
draw_classes(axes[0], X, y)
(a, b), c = separable.certificate.coef, separable.certificate.intercept
axes[0].axline((-c / a, 0), (-(c + b) / a, 1), color="black")
axes[0].set_title(f"separable: distance of the closest point {separable.margin:.2f}")

draw_classes(axes[1], X_more, y_more)
proof = inseparable.certificate
points, labels = X_more[proof.indices], y_more[proof.indices]
meeting = {
    label: np.average(
        points[labels == label], axis=0, weights=proof.weights[labels == label]
    )
    for label in (0, 1)
}
for point, label in zip(points, labels, strict=True):
    axes[1].plot(*np.transpose([point, meeting[label]]), color=COLORS[label])
axes[1].plot(*meeting[0], "k*", markersize=13, label="in both hulls")
axes[1].set_title("inseparable")
axes[1].legend(loc="lower right")
plt.show()

# %%
# Here the star is the point of class 1 among class 0. Both combinations give it:

print(meeting[0], meeting[1])
signs = np.where(labels == 1, 1, -1)
print(
    "largest number left of their difference:",
    abs((proof.weights * signs) @ points).max(),
)
print("verified in exact arithmetic:", inseparable.verify())

# %%
# Real data. Of Fisher's three irises, only setosa can be separated from the others by a
# hyperplane of the four measurements. With squares and products of measurements, 14
# numbers in all, each of them can.

iris = load_iris()
for name in iris.target_names:
    is_it = iris.target_names[iris.target] == name
    verdicts = {
        f"degree {degree}": linear_separability(
            MonomialFeatures(degree, include_bias=False).fit_transform(iris.data), is_it
        )
        for degree in (1, 2)
    }
    print(name, {title: verdict.separable for title, verdict in verdicts.items()})
