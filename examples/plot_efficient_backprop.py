"""
Which tricks of Efficient BackProp still pay?
=============================================

LeCun, Bottou, Orr and Muller (1998) ask how fast gradient descent may go, and
answer: the best learning rate is about one over the largest eigenvalue of the
Hessian. Here nets get just this rate, unless said otherwise.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import StandardScaler, scale

from skbackprop import MLPClassifier, MLPRegressor
from skbackprop.inspection import training_health

warnings.simplefilter("ignore", ConvergenceWarning)  # 30 epochs are all there are
PAPER = {"weight_init": "lecun", "solver": "sgd", "momentum": 0.0, "batch_size": 20}
FIXED = {"tol": 0.0, "n_iter_no_change": np.inf, "random_state": 0}


def learn(X, y, kind=MLPClassifier, rate=None, **settings):
    """Return the net that has learned, and the health of it at the begin."""
    net = kind(**{"hidden_layer_sizes": (20,), "activation": "tanh", **PAPER, **FIXED})
    net.set_params(**settings, max_iter=1, learning_rate_init=1e-12).fit(X, y)
    health = training_health(net, X, y)
    rate = rate or health.optimal_learning_rate
    return net.set_params(max_iter=30, learning_rate_init=rate).fit(X, y), health


features, units, solvers = {}, {}, {}  # loss curves, to be drawn at the end

# %%
# **Features.** Those of ``breast_cancer`` are areas, lengths and ratios. As they are
# they drive all units to where tanh is flat, and no gradient gets through.

X, y = load_breast_cancer(return_X_y=True)
centred = StandardScaler(with_std=False).fit_transform(X)
for name, prepared in {"raw": X, "centred": centred, "scaled": scale(X)}.items():
    net, health = learn(prepared, y)
    features[name] = net.loss_curve_
    print(f"Features {name}: {health.verdict[0]}\n")

# %%
# **Units.** Three layers of them, on digits, with targets +1 and -1. What a logistic
# unit puts out is 0.5 on average, which the next layer has to live with.

digits, labels = load_digits(return_X_y=True)
signs = np.where(np.arange(10) == labels[:, np.newaxis], 1.0, -1.0)
deep = {"kind": MLPRegressor, "hidden_layer_sizes": (30, 30, 30)}
for name in ("logistic", "tanh", "scaled_tanh"):
    net, health = learn(scale(digits), signs, activation=name, **deep)
    units[name] = net.loss_curve_
    print(f"{name}: lambda_max = {health.largest_eigenvalue:.1f}")

# %%
# **A rate for each weight.** Stochastic diagonal Levenberg-Marquardt divides the rate
# of a weight by its own second derivative. Both have the best rate of a grid.

for solver in ("sgd", "sdlm"):
    net, _ = learn(centred, y, solver=solver, rate=0.01)
    solvers[solver] = net.loss_curve_

figure, axes = plt.subplots(1, 3, figsize=(11, 3.5), layout="constrained")
titles = "features", "units, targets +1 and -1", "solver, features centred only"
for axis, title, curves in zip(axes, titles, (features, units, solvers), strict=True):
    for name, curve in curves.items():
        axis.semilogy(curve, label=name)
    axis.set(title=title, xlabel="epochs")
    axis.yaxis.set_minor_formatter("")
    axis.legend()
axes[0].set_ylabel("training loss")
plt.show()

# %%
# Scaled features pay most, and the verdict asks for them. Centred units are next:
# tanh comes far ahead of the logistic function. That it be scaled does not help
# here; it bends the loss more, so that steps are shorter. SDLM makes up for
# scales that nobody has removed; on scaled features it gains little.
