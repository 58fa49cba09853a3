"""
How many points can a hyperplane separate?
==========================================

Draw points at random and toss a coin for the label of each. A hyperplane through the
origin of N dimensions nearly always separates the two classes if there are fewer than
2N points, and hardly ever if there are more. The larger N is, the sharper is the edge.

``python -m skbackprop.capacity --n-features 5 25 100 --trials 1000 --out .`` runs the
same experiment with as many trials as you like.
"""

import matplotlib.pyplot as plt

from skbackprop.capacity import (
    CapacityDisplay,
    capacity,
    empirical_capacity,
    n_separable_dichotomies,
)

# %%
# Four points in the plane have 16 labelings. A line separates all but two of them: the
# exclusive or and its opposite.

print(n_separable_dichotomies(4, 2, affine=True), "of", 2**4)

# %%
# Cover's formula counts the separable labelings of any number of points in general
# position. Lines show the formula. Markers show the fraction of 200 random labelings
# that were separable, with 95 % confidence intervals.

display = CapacityDisplay.from_experiment(
    n_features=[5, 25, 100], n_trials=200, random_state=0
)
display.ax_.set_title("Hyperplanes through the origin of N dimensions")
plt.show()

# %%
# All curves cross one half at two points per dimension. This is the capacity. For other
# probabilities the number of points depends on N; only up to N points are always
# separable.

for probability in (1, 0.99, 0.5, 0.01):
    sizes = [capacity(N, probability=probability) / N for N in (5, 25, 100, 10**6)]
    print(f"p >= {probability:<4} up to P / N =", *(f"{size:.4f}" for size in sizes))

# %%
# The capacity can also be measured without the formula. A bisection runs as many trials
# at each step as it needs, and returns an interval with 95 % confidence.

for N in (10, 25, 50):
    found = empirical_capacity(n_features=N, random_state=0)
    print(
        f"N = {N}: between {found.lower} and {found.upper} points, "
        f"after {found.curve['n_trials'].sum()} trials"
    )

# %%
# Measured fractions agree with Cover's formula: all curves fall through one half at 2N
# points, most steeply for 100 dimensions. The search, which does not use the formula,
# finds intervals that contain 2N for each N.
