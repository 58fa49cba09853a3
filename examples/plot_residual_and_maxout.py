"""
Do residual and maxout nets beat the plain MLP?
===============================================

Three nets on scikit-learn's handwritten digits. The plain one is a chain of
linear modules and ReLU. In the *residual* one (He et al. 2016) each layer is
added to what it reads, h' = h + f(h). In the *maxout* one (Goodfellow et al. 2013) a
unit is the largest of several linear functions, which it learns to choose from.
"""

from functools import partial

import matplotlib.pyplot as plt
import pandas as pd
from sklearn.datasets import load_digits
from sklearn.model_selection import cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

from skbackprop import NetworkClassifier
from skbackprop.network import Add, Graph, Input, Linear, Max, ReLU

X, y = load_digits(return_X_y=True)

# %%
# A builder is a function of the number of features and of outputs that returns
# the graph. Here they also take the number of hidden layers, to be bound by
# ``functools.partial``.


def plain(n_features, n_outputs, n_layers):
    """Return the chain."""
    h = ReLU()(Linear(32)(Input(n_features)))
    for _ in range(n_layers - 1):
        h = ReLU()(Linear(32)(h))
    return Graph(Linear(n_outputs)(h))


def residual(n_features, n_outputs, n_layers):
    """Return the chain with a wire around every layer but the first."""
    h = Linear(32)(Input(n_features))
    for _ in range(n_layers - 1):
        h = Add()(Linear(32)(ReLU()(h)), h)
    return Graph(Linear(n_outputs)(ReLU()(h)))


def maxout(n_features, n_outputs, n_layers):
    """Return the chain with max(a, b) of two linear modules in place of relu(a)."""
    h = Input(n_features)
    for _ in range(n_layers):
        h = Max()(Linear(32)(h), Linear(32)(h))
    return Graph(Linear(n_outputs)(h))


print(residual(64, 10, 3))

# %%
# Accuracy in cross-validation, and what the training loss came to. Nothing but
# the graph differs. (The maxout net has about twice the parameters.)

rows = []
for n_layers in (1, 4, 16, 32):
    for net in (plain, residual, maxout):
        graph = partial(net, n_layers=n_layers)
        pipeline = make_pipeline(
            MinMaxScaler(),
            NetworkClassifier(graph, max_iter=500, tol=1e-3, random_state=0),
        )
        scores = cross_validate(pipeline, X, y, cv=3, return_estimator=True)
        losses = [fitted[-1].best_loss_ for fitted in scores["estimator"]]
        rows.append(
            {
                "net": net.__name__,
                "hidden layers": n_layers,
                "parameters": graph(64, 10).summary().n_parameters,
                "accuracy": scores["test_score"].mean(),
                "training loss": sum(losses) / len(losses),
                "seconds per fit": scores["fit_time"].mean(),
            }
        )
table = pd.DataFrame(rows)
print(table.round(4).to_string(index=False))

# %%
# With few layers the three do about as well as each other. With many the plain
# net cannot even be trained, which is what the two others were invented for: the
# sum lets adjoints pass by a layer unchanged, and the maximum passes them on to
# one of its inputs where ReLU may pass them to none. Depth does not help here, as
# the digits are easy; it only ceases to harm as much.

figure, axes = plt.subplots(1, 2, figsize=(9, 3.5))
for axis, column in zip(axes, ("accuracy", "training loss"), strict=True):
    for (name, part), marker in zip(
        table.groupby("net", sort=False), "osD", strict=True
    ):
        axis.plot(part["hidden layers"], part[column], marker + "-", label=name)
    axis.set_xscale("log", base=2)
    axis.set(xlabel="hidden layers", title=column, xticks=[1, 4, 16, 32])
    axis.xaxis.set_major_formatter("{x:g}")
axes[1].set_yscale("log")
axes[0].legend()
figure.tight_layout()
plt.show()
