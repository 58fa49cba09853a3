"""
How many points can a representation hold?
==========================================

What no hyperplane separates may be separable after a non-linear map to more
dimensions. Cover's theorem says by how much: D features that are linearly
independent, of points in general position, hold 2D points. Measured here for
monomials, for sparse random expansions, and for networks that learn their features.
"""

import matplotlib.pyplot as plt
import pandas as pd

from skbackprop import MLPClassifier, MonomialFeatures, SparseRandomExpansion
from skbackprop.capacity import empirical_capacity

N = 5


def measure(name, estimator, size):
    """Return one row of the table: what was found, beside the size."""
    found = empirical_capacity(estimator, n_features=N, max_trials=100, random_state=0)
    D = found.curve.loc[0, "n_dimensions"]
    bounds = {"from": found.lower, "to": found.upper}
    return {"": name, "size": size, "D": D, "capacity": found.capacity, **bounds}


# %%
# Fixed representations of points with five coordinates. The D that counts is the
# dimension of the space that the features span: 60 linear units have no more than
# the five inputs, 60 squares no more than the 15 products of two inputs, while 60
# rectified units have 60.

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
# A network learns its features together with the hyperplane. It has no D, but
# it has parameters: N + 1 for each hidden unit, and the weights behind. What it
# holds also depends on how it is trained, here for 1000 epochs.

rows = []
for n_hidden in (1, 2, 4, 8):
    mlp = MLPClassifier(
        (n_hidden,),
        activation="tanh",
        alpha=0,
        learning_rate_init=0.03,
        max_iter=1000,
        n_iter_no_change=1000,
    )
    n_parameters = n_hidden * (N + 1) + n_hidden + 1
    rows.append(measure(f"{n_hidden} hidden units", mlp, n_parameters))
learned = pd.DataFrame(rows).drop(columns="D")
learned = learned.rename(columns={"size": "parameters"})
print(learned.to_string(index=False, float_format="{:.1f}".format))

# %%
# Two points for each dimension of a fixed representation. The network of one unit
# holds about one point for each of its parameters, the larger ones more.

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 4), layout="constrained")
for ax, table, size in ((left, fixed, "D"), (right, learned, "parameters")):
    for name, group in table.groupby(
        table[""].str.replace(r"to .*|\d ", "", regex=True)
    ):
        capacity, x = group["capacity"], group[size]
        errors = [capacity - group["from"], group["to"] - capacity]
        ax.errorbar(x, capacity, errors, linestyle="none", marker="o", label=name)
    most = table[size].max()
    ax.plot([0, most], [0, 2 * most], color="gray", linewidth=1, label="two for each")
    ax.set(xlabel=size, ylabel="capacity (points)")
    ax.legend()
left.set_xlabel("dimension D of the features")
right.set_xlabel("parameters of the network")
plt.show()
