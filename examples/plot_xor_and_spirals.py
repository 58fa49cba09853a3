"""
When does a linear classifier bend?
===================================

A line separates neither XOR nor two spirals. A hyperplane in a space of more dimensions
can, if the expansion is non-linear: here the monomials of the two coordinates, which
:class:`skbackprop.MonomialFeatures` computes.
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
# XOR: four clouds, whose class is the sign of the product of the coordinates. That
# product is a monomial of degree 2. Two spirals wind around each other for one turn and
# a half, and take a polynomial of high degree.

rng = np.random.default_rng(0)


def xor(n_samples=400):
    """Return samples around the corners of a square."""
    corners = rng.choice([-1, 1], size=(n_samples, 2))
    X = corners + 0.35 * rng.normal(size=(n_samples, 2))
    return X, corners[:, 0] * corners[:, 1] > 0


spirals = make_spirals(600, n_turns=1.5, noise=0.025, random_state=0)
problems = {"XOR": (*xor(), (1, 2)), "two spirals": (*spirals, (1, 3, 10))}

# %%
# The classifier is always logistic regression. Coordinates are scaled to [-1, 1], where
# powers do not explode, and monomials to unit variance, so that the penalty treats them
# alike.


def classifier(degree):
    """Return logistic regression on the monomials up to a degree."""
    return make_pipeline(
        MinMaxScaler((-1, 1)),
        MonomialFeatures(degree, include_bias=False),
        StandardScaler(),
        LogisticRegression(C=1e4, max_iter=5000),
    )


# %%
# Titles give the accuracy in five-fold cross-validation. An expansion to degree d has
# C(2 + d, d) - 1 dimensions.

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
        for label, color, marker in ((0, "#2c4fc4", "o"), (1, "#b40426", "^")):
            look = {"s": 10, "c": color, "marker": marker, "edgecolors": "none"}
            axes.scatter(*X[y == label].T, **look)
        axes.set(xticks=[], yticks=[], aspect="equal")
        axes.set_title(f"{name}, degree {degree}: {accuracy:.0%}")
        n_dimensions = n_output_features(2, degree, include_bias=False)
        print(f"{name:<12} {degree:>6}  {n_dimensions:>10}  {accuracy:.3f}")
panels[0, 2].remove()
figure.tight_layout()
plt.show()

# %%
# Degree 1 is the linear classifier, whose boundary is a line: it guesses on XOR and is
# little better on the spirals. Degree 2, which has the product of the coordinates,
# solves XOR. For the spirals degree 3 is not enough, and degree 10 follows them.
