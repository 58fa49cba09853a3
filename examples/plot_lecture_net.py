"""
Does the lecture's network compute here what it computes in PyTorch?
====================================================================

The lecture defines a network in PyTorch: an image of 3 channels, 10 rows and 20
columns is flattened to 600 numbers, which pass through linear modules to 60, 40 and 10
numbers, with ReLU in between. This example builds the same network, compares its
gradients with those of PyTorch, and trains it.
"""

import importlib.util

import matplotlib.pyplot as plt
import numpy as np
from sklearn.model_selection import train_test_split

from skbackprop import NetworkClassifier
from skbackprop.inspection import input_gradient, vjp
from skbackprop.network import Graph, Input, Linear, ReLU

rng = np.random.default_rng(0)
image_shape = (3, 10, 20)
widths = (600, 60, 40, 10)

# %%
# In PyTorch, ``__init__`` makes three ``nn.Linear`` and ``forward`` calls them one
# after the other. Here the same calls make a graph, which is taken from its last node.

z0 = Input(600)
z1 = ReLU()(Linear(60)(z0))
z2 = ReLU()(Linear(40)(z1))
graph = Graph(Linear(10)(z2))
print(graph.summary())

# %%
# One image, random weights, and a random adjoint dy of the output: the image propagates
# forward, the adjoint backward.

pairs = list(zip(widths, widths[1:], strict=False))
weights = [rng.normal(size=(m, n)) / np.sqrt(m) for m, n in pairs]
biases = [rng.normal(size=n) for n in widths[1:]]
image = rng.normal(size=image_shape)
x, dy = image.reshape(1, -1), rng.normal(size=(1, 10))
signals, adjoints, gradient = vjp(graph, x, dy, parameters=weights + biases)


def with_pytorch():
    """Return the output and all gradients, computed by PyTorch."""
    import torch

    parameters = [torch.tensor(p, requires_grad=True) for p in weights + biases]
    z0 = torch.tensor(image, requires_grad=True)
    z = z0.flatten()
    for w, b in zip(parameters[:3], parameters[3:], strict=True):
        s = z @ w + b
        z = torch.relu(s)
    s.backward(torch.tensor(dy[0]))  # no ReLU after the last sums
    return [s.detach(), z0.grad.flatten(), *(p.grad for p in parameters)]


# %%
# Norms of the output and of the gradients, here and in PyTorch. Where PyTorch is not
# installed, its numbers are those that version 2.13 computed.

names = ["output", "dx", "dW1", "dW2", "dW3", "db1", "db2", "db3"]
ours = [np.linalg.norm(a) for a in (signals[-1], adjoints[0], *gradient)]
if importlib.util.find_spec("torch"):
    theirs = [np.linalg.norm(a.numpy()) for a in with_pytorch()]
else:
    theirs = [4.594782746605265, 1.570895183299256, 40.39255877388588]
    theirs += [16.215264708146247, 23.938734312897566]
    theirs += [1.638375812732587, 2.6006275274929855, 4.04717860136903]

print("          skbackprop     PyTorch  difference")
for name, mine, other in zip(names, ours, theirs, strict=True):
    print(f"{name:6} {mine:13.6f} {other:11.6f}  {abs(mine - other):10.0e}")

# %%
# Training: ten classes of images. Each class has a bright spot at a place of its own,
# in one of the channels, under noise.

y = rng.integers(10, size=2000)
rows, columns = np.mgrid[:10, :20]
spots = np.zeros((10, *image_shape))
for k in range(10):
    row, column = 2 + 5 * (k // 5), 2 + 4 * (k % 5)
    spots[k, k % 3] = np.exp(-((rows - row) ** 2 + (columns - column) ** 2) / 4)
X = (spots[y] + 0.5 * rng.normal(size=(2000, *image_shape))).reshape(2000, -1)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
clf = NetworkClassifier(graph, alpha=0.1, early_stopping=True, random_state=0)
clf.fit(X_train, y_train)
print(f"test accuracy: {clf.score(X_test, y_test):.3f}")

# %%
# Does the network look in the right place? Backprop goes on to the input: a pixel whose
# gradient is positive (red) raises the log-odds of a class when it becomes brighter.

figure, panels = plt.subplots(
    3, 3, figsize=(9, 4.6), sharex=True, sharey=True, layout="constrained"
)
classes = (0, 4, 8)
gradients = [
    input_gradient(clf, X_test, target=k).mean(axis=0).reshape(image_shape)
    for k in classes
]
limit = np.abs(gradients).max()
for k, gradient, row in zip(classes, gradients, panels, strict=True):
    for channel, axes in enumerate(row):
        picture = axes.imshow(gradient[channel], cmap="RdBu_r", vmin=-limit, vmax=limit)
        if spots[k, channel].any():
            axes.contour(spots[k, channel], levels=[0.3], colors="black")
        axes.set(xticks=[], yticks=[])
    row[0].set_ylabel(f"class {k}")
for channel, axes in enumerate(panels[0]):
    axes.set_title(f"channel {channel}")
figure.colorbar(picture, ax=panels, label="mean gradient of log-odds", shrink=0.8)
plt.show()

# %%
# Output and gradients agree with those of PyTorch to rounding. After training, the
# gradient of each class is largest where its spot is (black outline), in the channel of
# the spot.
