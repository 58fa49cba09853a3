"""
How many points can a hyperplane tell apart?
============================================

Points are drawn at random and labeled by tossing coins. A hyperplane through the
origin of N dimensions separates the two classes nearly always while there are
fewer than 2N points, and nearly never beyond: the larger N, the sharper the edge.

The same experiment, with as many trials as you like, is the command
``python -m skbackprop.capacity --n-features 5 25 100 --trials 1000 --out .``
"""

import matplotlib.pyplot as plt

from skbackprop.capacity import (
    CapacityDisplay,
    capacity,
    empirical_capacity,
    n_separable_dichotomies,
)

# %%
# Four points in the plane have 16 labelings. A line makes 14 of them; it cannot
# make the exclusive or and its opposite.

print(n_separable_dichotomies(4, 2, affine=True), "of", 2**4)

# %%
# Cover's formula counts them for any number of points in general position. The
# lines are the formula, the dots the fraction of random labelings that were
# separable, with 95 % confidence.

display = CapacityDisplay.from_experiment(
    n_features=[5, 25, 100], n_trials=200, random_state=0
)
display.ax_.set_title("A hyperplane through the origin of N dimensions")

# %%
# All curves cross one half at two points per dimension, the capacity. How many
# points are separable with other probabilities depends on N. Those that always are
# can be no more than N.

for probability in (1, 0.99, 0.5, 0.01):
    sizes = [capacity(N, probability=probability) / N for N in (5, 25, 100, 10**6)]
    print(f"p >= {probability:<4} up to P / N =", *(f"{size:.4f}" for size in sizes))

# %%
# Nothing of this need be known to find the capacity: a search does so by
# bisection, with as many trials at each step as the answer takes, and states an
# interval that is wrong once in twenty times.

for N in (10, 25, 50):
    found = empirical_capacity(n_features=N, random_state=0)
    print(
        f"N = {N}: between {found.lower} and {found.upper} points, "
        f"after {found.curve['n_trials'].sum()} trials"
    )

plt.show()
