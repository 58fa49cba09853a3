"""
Does the lecture's network compute here what it computes in PyTorch?
====================================================================

The lecture defines a network in PyTorch: an image of 3 channels, 10 rows and 20
columns is flattened to 600 numbers, which pass through linear modules to 60, 40
and 10 numbers, with ReLU in between. Here is the same network, its gradients
held against PyTorch's where that is installed, and then trained.
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
# after the other. So it goes here; a graph is taken from the node it ends with.

z0 = Input(600)
z1 = ReLU()(Linear(60)(z0))
z2 = ReLU()(Linear(40)(z1))
graph = Graph(Linear(10)(z2))
print(graph.summary())

# %%
# One image, random weights, and a random row dy at the output: forward it is an
# image that propagates, backward an adjoint.

pairs = list(zip(widths, widths[1:], strict=False))
weights = [rng.normal(size=(m, n)) / np.sqrt(m) for m, n in pairs]
biases = [rng.normal(size=n) for n in widths[1:]]
image = rng.normal(size=image_shape)
x, dy = image.reshape(1, -1), rng.normal(size=(1, 10))
signals, adjoints, gradient = vjp(graph, x, dy, parameters=weights + biases)
print("output:", signals[-1].round(3))


def torch_gradients():
    """Return the output and all gradients, computed by PyTorch."""
    import torch

    parameters = [torch.tensor(p, requires_grad=True) for p in weights + biases]
    z0 = torch.tensor(image, requires_grad=True)
    z = z0.flatten()
    for w, b in zip(parameters[:3], parameters[3:], strict=True):
        s = z @ w + b
        z = torch.relu(s)
    s.backward(torch.tensor(dy[0]))  # of the last sums, there is no ReLU
    return [s.detach(), z0.grad.flatten(), *(p.grad for p in parameters)]


if importlib.util.find_spec("torch"):
    ours = [signals[-1][0], adjoints[0][0], *gradient]
    names = ["output", "dx", "dW1", "dW2", "dW3", "db1", "db2", "db3"]
    for name, mine, theirs in zip(names, ours, torch_gradients(), strict=True):
        difference = np.abs(mine - theirs.numpy()).max()
        print(f"{name:6} {str(mine.shape):10} largest difference {difference:.1e}")
        assert difference < 1e-12

# %%
# To see it learn: ten classes of images. Each class has a bright spot at a place
# and in a channel of its own, under noise.

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
# Does it look where it should? Backprop goes on to the input: the mean gradient
# of the log-odds of a class with respect to the image is large where the spot of
# that class is, and in its channel.

figure, axes = plt.subplots(3, 3, figsize=(9, 4.5), sharex=True, sharey=True)
for k, axes_of_class in zip((0, 4, 8), axes, strict=True):
    mean = input_gradient(clf, X_test, target=k).mean(axis=0).reshape(image_shape)
    limit = np.abs(mean).max()
    for channel, axis in enumerate(axes_of_class):
        axis.imshow(mean[channel], cmap="RdBu_r", vmin=-limit, vmax=limit)
        if spots[k, channel].any():
            axis.contour(spots[k, channel], levels=[0.3], colors="black")
        axis.set_title(f"class {k}, channel {channel}")
figure.suptitle("Mean gradient of a class's log-odds; outlined: the spot of the class")
figure.tight_layout()
plt.show()
