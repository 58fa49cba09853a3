"""
Is the gradient right?
======================

Whoever writes a loss writes its derivative, too, and the two have to agree. The lecture
explains a derivative by a perturbation: move a parameter a little and see how the loss
moves. :func:`~skbackprop.inspection.check_gradients` does so for each block of
parameters and each module, and says where a gradient is wrong.
"""

from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np

from skbackprop import MLPRegressor
from skbackprop.engine.losses import ElementwiseLoss
from skbackprop.inspection import WrongGradientError, check_gradients, vjp
from skbackprop.network import Graph, Input, Linear, Tanh

# %%
# A loss that punishes predictions above the target more than those below it.


@dataclass(frozen=True)
class Asymmetric(ElementwiseLoss):
    factor: float = 3.0

    def value(self, z, t, xp):
        e = z - t
        return 0.5 * xp.where(e > 0.0, self.factor, 1.0) * e * e

    def gradient(self, z, t, xp):
        e = z - t
        return xp.where(e > 0.0, self.factor, 1.0) * e


rng = np.random.default_rng(0)
X = rng.normal(size=(200, 3))
y = X[:, 0] * X[:, 1] + rng.normal(size=200)
settings = {"hidden_layer_sizes": (8,), "activation": "tanh", "random_state": 0}
reg = MLPRegressor(Asymmetric(), **settings).partial_fit(X, y)  # one epoch is enough
check_gradients(reg, X[:30], y[:30])

# %%
# All relative errors are far below 1e-6. Now with an error that is easy to make: the
# factor is forgotten in the gradient. Training runs and no exception is raised.


@dataclass(frozen=True)
class Wrong(Asymmetric):
    def gradient(self, z, t, xp):
        return z - t


reg = MLPRegressor(Wrong(), **settings).partial_fit(X, y)
try:
    check_gradients(reg, X[:30], y[:30])
except WrongGradientError as error:
    print(error)

# %%
# How far to move a parameter? The central difference has an error of order h^2 from the
# curvature of the loss, and one of order eps / h from rounding, where eps is 2.2e-16 in
# float64. Their sum is smallest near h = eps^(1/3), about 6e-6. A one-sided difference
# has an error of order h and never gets as close. Backprop itself needs no h.

graph = Graph(Linear(1)(Tanh()(Linear(8)(Input(3)))))
shapes = [(3, 8), (8, 1), (8,), (1,)]
parameters = [rng.normal(size=shape) for shape in shapes]
direction = [rng.normal(size=shape) for shape in shapes]


def loss(step):
    """Return the loss at parameters moved by a step along the direction."""
    moved = [w + step * v for w, v in zip(parameters, direction, strict=True)]
    return np.mean((graph.forward(X, moved)[:, 0] - y) ** 2)


output = graph.forward(X, parameters)
adjoint = 2 * (output - y[:, None]) / len(X)
gradient = vjp(graph, X, adjoint, parameters=parameters).gradient
slope = sum(np.sum(g * v) for g, v in zip(gradient, direction, strict=True))

steps = np.logspace(-12, 0, 60)
central = np.array([(loss(h) - loss(-h)) / (2 * h) for h in steps])
one_sided = np.array([(loss(h) - loss(0)) / h for h in steps])

figure, ax = plt.subplots(figsize=(6, 3.8), layout="constrained")
differences = {"one-sided": (one_sided, "--"), "central": (central, "-")}
for (name, (found, style)), color in zip(
    differences.items(), ["#D55E00", "#0072B2"], strict=True
):
    ax.loglog(steps, np.abs(found / slope - 1), style, color=color, label=name)
ax.axvline(np.finfo(float).eps ** (1 / 3), color="0.6", linestyle=":")
ax.annotate(
    "eps$^{1/3}$",
    (np.finfo(float).eps ** (1 / 3), 1e-1),
    (4, 0),
    textcoords="offset points",
)
ax.set(xlabel="step h", ylabel="relative error of the slope")
ax.legend(title="difference")
plt.show()

# %%
# From the right, the errors of both differences fall as their orders say: by 100 for
# each power of ten of h for the central one, by 10 for the other. From the left,
# rounding makes them grow. This is why a check of gradients is made in float64, with
# central differences, and still tolerates a relative error of 1e-6.
