"""
How many points can a representation hold?
==========================================

Points that no hyperplane separates may become separable after a non-linear map to more
dimensions. Cover's theorem says how many: D linearly independent features of points in
general position have a capacity of 2D points. This example measures the capacity of
monomials, of sparse random expansions, and of networks that learn their features.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from skbackprop import MLPClassifier, MonomialFeatures, SparseRandomExpansion
from skbackprop.capacity import empirical_capacity

N = 5


def measure(name, estimator, size, max_trials=100):
    """Return one row of the table: the capacity, its interval and the size."""
    found = empirical_capacity(
        estimator, n_features=N, max_trials=max_trials, random_state=0
    )
    D = found.curve.loc[0, "n_dimensions"]
    bounds = {"from": found.lower, "to": found.upper}
    return {"": name, "size": size, "D": D, "capacity": found.capacity, **bounds}


# %%
# Fixed representations of points with five coordinates. D is the dimension of the space
# that the features span. For 60 linear units it is 5, as for the inputs. For 60 squares
# it is 15, the number of products of two inputs. Only 60 rectified units have 60.

rows = [measure("inputs", None, N)]
for degree in (2, 3):
    rows.append(measure(f"monomials to degree {degree}", MonomialFeatures(degree), ""))
for activation in ("identity", "square", "relu"):
    for n_units in (10, 30, 60):
        expansion = SparseRandomExpansion(
            n_units, n_inputs=3, weights="gaussian", activation=activation
        )
        rows.append(measure(f"expansion, {activation}", expansion, n_units))
fixed = pd.DataFrame(rows)
fixed["2 D"] = 2 * fixed["D"]
print(fixed.to_string(index=False, float_format="{:.1f}".format))

# %%
# A network learns its features together with the hyperplane. It has no D, but it has
# parameters: N + 1 for each hidden unit, and those of the output. Its capacity also
# depends on the training: here 1000 epochs of Adam. Fewer trials make the intervals
# wider.

rows = []
for n_hidden in (1, 2, 4, 8):
    mlp = MLPClassifier(
        (n_hidden,),
        activation="tanh",
        alpha=0,
        learning_rate_init=0.03,
        max_iter=1000,
        tol=None,
    )
    n_parameters = n_hidden * (N + 1) + n_hidden + 1
    rows.append(measure(f"{n_hidden} hidden units", mlp, n_parameters, max_trials=40))
learned = pd.DataFrame(rows).drop(columns="D")
learned = learned.rename(columns={"size": "parameters"})
print(learned.to_string(index=False, float_format="{:.1f}".format))

# %%
# The same numbers as points per dimension and as points per parameter, with 95 %
# confidence intervals.

figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 4.2), layout="constrained")


def draw(ax, table, size, labels):
    """Draw the capacity of each row, divided by a column, from top to bottom."""
    capacity = table["capacity"]
    errors = np.array([capacity - table["from"], table["to"] - capacity])
    ratio, errors = capacity / table[size], errors / table[size].to_numpy()
    ax.errorbar(ratio, range(len(table)), xerr=errors, fmt="o", capsize=3)
    ax.set_yticks(range(len(table)), labels)
    ax.invert_yaxis()
    ax.set_xlim(0, 3)


sized = fixed[["", "size"]].itertuples(index=False)
widths = [f", {n} units" if "expansion" in name else "" for name, n in sized]
labels = fixed[""] + widths + [f" (D = {D:.0f})" for D in fixed["D"]]
draw(left, fixed, "D", labels)
left.axvline(2, color="gray", zorder=0)
left.set(xlabel="points per dimension", title="capacity of fixed features")
names = [f" ({n} parameters)" for n in learned["parameters"]]
draw(right, learned, "parameters", learned[""] + names)
right.axvline(1, color="gray", zorder=0)
right.set(xlabel="points per parameter", title="capacity of networks")
plt.show()

# %%
# The gray lines are at two points per dimension and at one point per parameter. Fixed
# representations hold two points per dimension, whatever the features are. Networks of
# one to four hidden units hold about one point per parameter. The network of eight
# units holds 1.6, with an interval from 1.4 to 2.0.
