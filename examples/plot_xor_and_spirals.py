"""
When does a linear classifier bend?
===================================

A line cannot separate XOR, nor two spirals. A line in a space of more
dimensions can, if the expansion that leads there is not linear: the monomials
of the two coordinates, made by :class:`skbackprop.MonomialFeatures`.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.inspection import DecisionBoundaryDisplay
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from skbackprop import MonomialFeatures, n_output_features
from skbackprop.datasets import make_spirals

# %%
# XOR: four clouds, the class is the sign of the product of the coordinates.
# That product is a monomial of degree 2. Two spirals wind around each other
# for one turn and a half; to follow them takes a polynomial of high degree.

rng = np.random.default_rng(0)


def xor(n_samples=400):
    """Return samples around the corners of a square."""
    corners = rng.choice([-1, 1], size=(n_samples, 2))
    X = corners + 0.35 * rng.normal(size=(n_samples, 2))
    return X, corners[:, 0] * corners[:, 1] > 0


spirals = make_spirals(600, n_turns=1.5, noise=0.025, random_state=0)
problems = {"XOR": (*xor(), (1, 2)), "two spirals": (*spirals, (1, 3, 10))}

# %%
# The classifier is logistic regression throughout; only what stands before it
# changes. Coordinates are scaled to [-1, 1], where powers do not explode, and
# the monomials to unit variance, which lets the penalty treat them alike.


def classifier(degree):
    """Return logistic regression on the monomials up to a degree."""
    return make_pipeline(
        MinMaxScaler((-1, 1)),
        MonomialFeatures(degree, include_bias=False),
        StandardScaler(),
        LogisticRegression(C=1e4, max_iter=5000),
    )


# %%
# Accuracy is that of five-fold cross-validation, the number of dimensions that
# of the expansion: C(2 + d, d), less the constant.

figure, panels = plt.subplots(2, 3, figsize=(9, 6.4))
print(f"{'':<12} degree  dimensions  accuracy")
for row, (name, (X, y, degrees)) in zip(panels, problems.items(), strict=True):
    for axes, degree in zip(row, degrees, strict=False):
        model = classifier(degree)
        accuracy = cross_val_score(model, X, y, cv=5).mean()
        DecisionBoundaryDisplay.from_estimator(
            model.fit(X, y),
            X,
            ax=axes,
            response_method="predict",
            grid_resolution=200,
            cmap="coolwarm",
            alpha=0.35,
        )
        axes.scatter(*X.T, c=y, s=8, cmap="coolwarm", edgecolors="none")
        axes.set(xticks=[], yticks=[], aspect="equal")
        axes.set_title(f"{name}, degree {degree}: {accuracy:.0%}")
        n_dimensions = n_output_features(2, degree, include_bias=False)
        print(f"{name:<12} {degree:>6}  {n_dimensions:>10}  {accuracy:.3f}")
panels[0, 2].remove()
figure.tight_layout()
plt.show()

# %%
# Degree 1 is the linear classifier: it guesses on XOR and does little better
# on the spirals. The product x0 x1 alone solves XOR; degree 3 is not enough for
# the spirals, degree 10 follows them.
