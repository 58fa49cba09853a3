"""
Which tricks of Efficient BackProp still pay?
=============================================

LeCun, Bottou, Orr and Muller (1998) ask how fast gradient descent can be. The best
learning rate, they answer, is about one over the largest eigenvalue of the Hessian.
Networks in this example are trained at this rate, unless the text says otherwise.
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import LogLocator, NullLocator
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.preprocessing import StandardScaler, scale

from skbackprop import MLPClassifier, MLPRegressor
from skbackprop.inspection import training_health

PAPER = {"weight_init": "lecun", "solver": "sgd", "momentum": 0.0, "batch_size": 20}
FIXED = {"tol": None, "random_state": 0}
STYLES = [("#0072B2", "-"), ("#D55E00", "--"), ("#009E73", "-.")]


def learn(X, y, kind=MLPClassifier, rate=None, **settings):
    """Train for 30 epochs; return the network, and its health before training."""
    net = kind(**{"hidden_layer_sizes": (20,), "activation": "tanh", **PAPER, **FIXED})
    net.set_params(**settings, max_iter=1, learning_rate_init=1e-12).fit(X, y)
    health = training_health(net, X, y)
    rate = rate or health.optimal_learning_rate
    return net.set_params(max_iter=30, learning_rate_init=rate).fit(X, y), health


features, units, solvers = {}, {}, {}  # loss curves, drawn below

# %%
# **Features.** Those of ``breast_cancer`` are areas, lengths and ratios. Used as they
# are, they drive all units to where tanh is flat, and no gradient gets through.

X, y = load_breast_cancer(return_X_y=True)
centred = StandardScaler(with_std=False).fit_transform(X)
for name, prepared in {"raw": X, "centred": centred, "scaled": scale(X)}.items():
    net, health = learn(prepared, y)
    features[name] = net.loss_curve_
    print(f"Features {name}: {health.verdict[0]}\n")

# %%
# **Units.** Three layers of them, on digits, with targets +1 and -1. Outputs of
# logistic units are about 0.5 on average, so the inputs of the next layer are not
# centred.

digits, labels = load_digits(return_X_y=True)
signs = np.where(np.arange(10) == labels[:, np.newaxis], 1.0, -1.0)
deep = {"kind": MLPRegressor, "hidden_layer_sizes": (30, 30, 30)}
for name in ("logistic", "tanh", "scaled_tanh"):
    net, health = learn(scale(digits), signs, activation=name, **deep)
    units[name] = net.loss_curve_
    print(f"{name}: lambda_max = {health.largest_eigenvalue:.1f}")

# %%
# **A rate for each weight.** Stochastic diagonal Levenberg-Marquardt (sdlm) divides the
# learning rate of each weight by its own second derivative. For either solver the rate
# is the one of a grid that ends at the lowest loss.

for solver in ("sgd", "sdlm"):
    nets = [
        learn(centred, y, solver=solver, rate=rate)[0]
        for rate in (0.001, 0.003, 0.01, 0.03, 0.1)
    ]
    best = min(nets, key=lambda net: net.loss_)
    solvers[f"{solver}, rate {best.learning_rate_init}"] = best.loss_curve_

# %%
# The loss on the training data, on logarithmic axes of their own.

figure, panels = plt.subplots(1, 3, figsize=(11, 3.8), layout="constrained")
titles = "features", "units, features scaled", "solvers, features centred"
for axes, title, curves in zip(panels, titles, (features, units, solvers), strict=True):
    for (name, curve), (color, line) in zip(curves.items(), STYLES, strict=False):
        axes.semilogy(range(1, 31), curve, line, color=color, label=name)
    axes.set(title=title, xlabel="epoch")
    axes.yaxis.set_major_locator(LogLocator(subs=[1, 2, 5]))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter("{x:g}")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=3)
panels[0].set_ylabel("training loss")
plt.show()

# %%
# Scaling the features pays most, and the verdict asks for it. Centred units come next:
# tanh is far ahead of the logistic function. Its scaled version does not help here: its
# largest eigenvalue is three times that of tanh, so that steps are shorter. SDLM makes
# up in part for scales that have not been removed.
