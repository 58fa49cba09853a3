"""
What happens inside a network?
==============================

Four pictures of networks show what each unit sees, how the layers stretch the plane
until the classes come apart, what flows forward and backward through the layers during
training, and the steps of backprop with all their numbers.
"""

import copy

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits, make_moons

from skbackprop import MLPClassifier
from skbackprop.inspection import (
    GraphDisplay,
    LayerSignalDisplay,
    SpaceStretchingDisplay,
    UnitMapDisplay,
    UnitMapFrames,
)
from skbackprop.network import Add, Graph, Input, Linear, ReLU, Tanh

# %%
# **Units.** Two features, two layers of tanh units. A map is red where its unit is
# positive, blue where it is negative; links are as wide as weights are large.

X, y = make_moons(200, noise=0.1, random_state=0)
settings = {"activation": "tanh", "tol": 1e-6, "max_iter": 2000, "random_state": 2}
mlp = MLPClassifier((5, 2), solver="lbfgs", **settings).fit(X, y)
UnitMapDisplay.from_estimator(mlp, X, y)
plt.show()

# %%
# **Units over epochs.** Another solver learns the same step by step. Copies of the
# network are frames, and the slider goes from epoch to epoch, on the same scales.

settings = {"activation": "tanh", "learning_rate_init": 0.02, "random_state": 2}
learner, snapshots = MLPClassifier((5, 2), **settings), []
for epoch in range(1, 257):
    learner.partial_fit(X, y, classes=[0, 1])
    if epoch in (1, 4, 16, 64, 256):
        snapshots.append(copy.deepcopy(learner))
UnitMapFrames.from_estimators(snapshots, X, y)

# %%
# **Space.** The first network again, node by node: the samples, a grid that was
# straight, and the images of (1, 0), black, and (0, 1), grey.

SpaceStretchingDisplay.from_estimator(mlp, X, y, nodes=[0, 2, 3, 4])
plt.show()

# %%
# **Signals.** Three layers of tanh units after one epoch on the digits: first with
# pixels from 0 to 16, as they are, then with pixels from 0 to 1.

X, y = load_digits(return_X_y=True)
settings = {"activation": "tanh", "solver": "sgd", "tol": None, "max_iter": 1}
for pixels in (X, X / 16):
    mlp = MLPClassifier((30, 30, 30), random_state=0, **settings).fit(pixels, y)
    display = LayerSignalDisplay.from_estimator(mlp, pixels, y)
    for name, share in display.saturated.items():
        print(f"{name}: {share:.0%} saturated")
plt.show()

# %%
# **Backprop.** One sample goes forward through a graph with a fan-out. The adjoint 1
# of the output goes back through the transformed graph. The slider shows each step.

h = Tanh()(Linear(2)(Input(2)))
graph = Graph(Linear(1)(Add()(ReLU()(h), h)))
weights, biases = [[[0.5, -1], [0.3, 0.2]], [[1], [2]]], [[0.1, 0], [0]]
GraphDisplay.from_estimator(graph, [[1, 2]], parameters=weights + biases)

# %%
# Each unit of the first layer cuts the plane by a line, some sharply. The two units of
# the second bend around the moons, and have learnt the same: behind node 3 the plane
# has become a line, cut in the middle by the output.
#
# The frames show how this comes about with Adam: after 64 epochs the second layer still
# divides the plane almost straight, after 256 it bends around the moons.
#
# With raw pixels most units of the first layer sit at -1 or 1, where tanh is flat. One
# in eight of their gradients is exactly 0, and many others are more than ten orders of
# magnitude smaller than those of the layers behind. Pixels between 0 and 1 saturate no
# unit, and gradients of all layers are alike. Updates are at most about a thousandth
# of the weights in both networks: they alone do not show the difference.
#
# In the graph a signal is read by two modules, ReLU and Add. In the transformed graph
# their adjoints meet in a sum: (1, 0) from ReLU, which lets pass what was positive, and
# (1, 2) from Add are (2, 2).
