"""
Can a map be told what does not matter?
=======================================

:class:`skbackprop.DrLIM` learns a map in which similar samples are close and all
others are not. What is similar need not be what is near as a vector: a digit is the
same digit after a shift, and who knows that can say so, in pairs.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np
from scipy import sparse
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import r2_score
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsRegressor, kneighbors_graph

from skbackprop import DrLIM
from skbackprop.datasets import make_shifted_digits

warnings.filterwarnings("ignore", category=ConvergenceWarning)  # 50 epochs will do
settings = {"max_iter": 50, "n_iter_no_change": np.inf, "random_state": 0}

# %%
# Fours and nines. The map learns from neighbours, not from labels, and gives digits
# that it has not seen their places. These are drawn; so are those of PCA.
X, y = load_digits(return_X_y=True)
X, y = X[(y == 4) | (y == 9)] / 16, y[(y == 4) | (y == 9)]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
models = {"PCA": PCA(2), "DrLIM": DrLIM(2, margin=2, **settings)}


def scatter(axes, Z, values, title, **style):
    """Draw a map; the axes have no meaning, so they have no ticks."""
    axes.set(title=title, xticks=[], yticks=[])
    axes.set_aspect("equal", adjustable="datalim")
    return axes.scatter(*Z.T, c=values, s=12, **style)


figure, panels = plt.subplots(1, 2, figsize=(8, 3.6), layout="constrained")
for axes, (name, model) in zip(panels, models.items(), strict=True):
    Z = model.fit(X_train).transform(X_test)
    points = scatter(axes, Z, y_test == 9, f"{name}, held out", cmap="coolwarm")
handles = points.legend_elements()[0]
panels[1].legend(handles, ["4", "9"])

# %%
# Now each digit shifted to the right by -2 to 2 pixels, a quarter of the digits held
# out with all their shifts. Neighbours alone, and with pairs of the same digit.
shifted = make_shifted_digits()
sample, shift = shifted.factors["sample"].to_numpy(), shifted.factors["dx"].to_numpy()
train, test = train_test_split(np.unique(sample), random_state=0)
train, test = np.isin(sample, train), np.isin(sample, test)
neighbors = kneighbors_graph(shifted.data[train], 5)
same_digit = sparse.csr_matrix(sample[train][:, np.newaxis] == sample[train])
graphs = {"neighbours": neighbors, "with pairs": neighbors + same_digit}

figure, panels = plt.subplots(2, 2, figsize=(8, 7), layout="constrained")
for row, (name, graph) in zip(panels, graphs.items(), strict=True):
    drlim = DrLIM(2, **settings).fit(shifted.data[train], pairs=graph)
    Z_train, Z = map(drlim.transform, (shifted.data[train], shifted.data[test]))
    found = KNeighborsRegressor().fit(Z_train, shift[train]).predict(Z)
    print(f"{name:>10}: R2 of the shift {r2_score(shift[test], found):.2f}")
    of_shift = scatter(row[0], Z, shift[test], f"{name}, by shift", cmap="viridis")
    is_nine = shifted.target[test] == 9
    scatter(row[1], Z, is_nine, f"{name}, by class", cmap="coolwarm")
figure.colorbar(of_shift, ax=panels[:, 0], ticks=range(-2, 3), shrink=0.5)
plt.show()

# %%
# Four and nine are apart without labels, in both maps: digits that are centred are an
# easy case. Of shifted digits, neighbours alone give a map in which the shift is what
# is seen: it can be read from the place of a new digit. With pairs it cannot: shifts
# lie on top of each other, and what is left is what the digit is.
