"""
How far can a prediction be off?
================================

A regressor that minimises the squared error predicts a mean. With
``loss="quantile"``, :class:`~skbackprop.MLPRegressor` predicts quantiles: half of all
targets lie above the 0.5 quantile, and 90 % lie between those of 0.05 and 0.95. The
loss of a level q is the pinball loss (Koenker & Bassett 1978),

.. math:: L(e) = \\max(q e, (q - 1) e), \\qquad e = \\text{target} - \\text{prediction}.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.metrics import mean_pinball_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPRegressor as OfScikitLearn
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skbackprop import MLPRegressor

# %%
# Data whose noise grows from left to right and is skewed: it is never negative.

rng = np.random.default_rng(0)
x = rng.uniform(0, 10, 6000)
y = np.sin(x) + x / 5 + 0.15 * x * rng.exponential(size=len(x))
x_train, x_test, y_train, y_test = train_test_split(
    x[:, None], y, test_size=0.5, random_state=0
)

# %%
# One network predicts all five levels, a column each. Validation rows decide when to
# stop.

levels = [0.05, 0.25, 0.5, 0.75, 0.95]
settings = {
    "hidden_layer_sizes": (50, 50),
    "early_stopping": True,
    "max_iter": 500,
    "random_state": 0,
}
quantiles = make_pipeline(
    StandardScaler(), MLPRegressor(loss="quantile", quantile=levels, **settings)
)
predicted = quantiles.fit(x_train, y_train).predict(x_test)

# %%
# For comparison, a mean and one standard deviation for all x, as if errors were normal
# and of equal size everywhere.

mean = make_pipeline(StandardScaler(), OfScikitLearn(**settings)).fit(x_train, y_train)
spread = np.std(y_train - mean.predict(x_train))
from_normal = np.array([-1.645, -0.674, 0, 0.674, 1.645]) * spread
around_mean = mean.predict(x_test)[:, None] + from_normal

# %%
# The quantiles follow the noise: they are close together where there is little of it,
# and the upper ones are farther from the median than the lower ones.

figure, axes = plt.subplots(1, 2, figsize=(9, 3.6), sharey=True, layout="constrained")
order = x_test[:, 0].argsort()
sides = {"quantiles": predicted, "mean and standard deviation": around_mean}
for ax, (title, columns) in zip(axes, sides.items(), strict=True):
    low, lower, middle, upper, high = columns[order].T
    at = x_test[order, 0]
    ax.plot(x_test[::4], y_test[::4], ".", color="0.2", markersize=1.5, zorder=3)
    ax.fill_between(at, low, high, color="#56B4E9", alpha=0.4, label="90 %")
    ax.fill_between(at, lower, upper, color="#0072B2", alpha=0.5, label="50 %")
    ax.plot(at, middle, color="#D55E00", zorder=4, label="middle")
    ax.set(title=title, xlabel="x", ylim=(-2, 9))
axes[0].set_ylabel("y, test rows")
axes[0].legend(loc="upper left")
plt.show()

# %%
# How many of the 3000 test rows are in each interval, over all x and in the fifth of
# the rows with the smallest and the largest x?

parts = {"all x": slice(None), "small x": order[:600], "large x": order[-600:]}
shares = {
    (title, f"{name} interval"): {
        part: np.mean(
            (columns[rows, i] <= y_test[rows]) & (y_test[rows] <= columns[rows, j])
        )
        for part, rows in parts.items()
    }
    for title, columns in sides.items()
    for name, i, j in [("50 %", 1, 3), ("90 %", 0, 4)]
}
pd.DataFrame(shares).T.round(3)

# %%
# The quantiles keep their promise at either end, to two points or three. A standard
# deviation is too wide where there is little noise and too narrow where there is much.
# Over all x, the interval of 90 % holds 87.5 %: with 3000 rows chance accounts for 1.1
# points at most, so the network is too sure of itself. Where a coverage has to be
# guaranteed, calibrate the intervals on rows held out, as mapie does.
#
# Last, the pinball loss on test rows. Lower is better, and quantiles win at each level:

losses = {
    title: [
        mean_pinball_loss(y_test, column, alpha=level)
        for level, column in zip(levels, columns.T, strict=True)
    ]
    for title, columns in sides.items()
}
pd.DataFrame(losses, index=pd.Index(levels, name="level")).round(4)
