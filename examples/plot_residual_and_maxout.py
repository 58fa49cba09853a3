"""
Do residual and maxout nets beat the plain MLP?
===============================================

Three networks on scikit-learn's handwritten digits. The plain one is a chain of linear
modules and ReLU. In the *residual* network (He et al. 2016) the output of each layer is
added to its input, h' = h + f(h). In the *maxout* network (Goodfellow et al. 2013) a
unit is the maximum of several linear functions.
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
# A builder is a function that takes the number of features and of outputs, and returns
# the graph. These also take the number of hidden layers, which ``functools.partial``
# sets.


def plain(n_features, n_outputs, n_layers):
    """Return a chain."""
    h = ReLU()(Linear(32)(Input(n_features)))
    for _ in range(n_layers - 1):
        h = ReLU()(Linear(32)(h))
    return Graph(Linear(n_outputs)(h))


def residual(n_features, n_outputs, n_layers):
    """Return a chain with a wire around every layer but the first."""
    h = Linear(32)(Input(n_features))
    for _ in range(n_layers - 1):
        h = Add()(Linear(32)(ReLU()(h)), h)
    return Graph(Linear(n_outputs)(ReLU()(h)))


def maxout(n_features, n_outputs, n_layers):
    """Return a chain with max(a, b) of two linear modules in place of relu(a)."""
    h = Input(n_features)
    for _ in range(n_layers):
        h = Max()(Linear(32)(h), Linear(32)(h))
    return Graph(Linear(n_outputs)(h))


print(residual(64, 10, 3))

# %%
# Accuracy in three-fold cross-validation, and the training loss. Nothing but the graph
# differs. (The maxout network has about twice the parameters.)

folds = []
for n_layers in (1, 4, 16, 32):
    for net in (plain, residual, maxout):
        graph = partial(net, n_layers=n_layers)
        pipeline = make_pipeline(
            MinMaxScaler(),
            NetworkClassifier(graph, max_iter=500, tol=1e-3, random_state=0),
        )
        scores = cross_validate(pipeline, X, y, cv=3, return_estimator=True)
        fold = {
            "accuracy": scores["test_score"],
            "training loss": [fitted[-1].best_loss_ for fitted in scores["estimator"]],
            "seconds to fit": scores["fit_time"],
        }
        n_parameters = graph(64, 10).summary().n_parameters
        sizes = {"hidden layers": n_layers, "parameters": n_parameters}
        folds.append(pd.DataFrame({"net": net.__name__, **sizes, **fold}))
keys = ["net", "hidden layers", "parameters"]
table = pd.concat(folds).groupby(keys, sort=False).agg(["mean", "min", "max"])
print(table.xs("mean", axis=1, level=1).round(4).to_string())

# %%
# Markers are means over the three folds, bars reach from the lowest to the highest.
# They are moved apart a little, where they would hide each other.

figure, panels = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
styles = {
    "plain": ("#0072B2", "o-", 0.95),
    "residual": ("#D55E00", "s--", 1),
    "maxout": ("#009E73", "D-.", 1.05),
}
for axes, column in zip(panels, ("accuracy", "training loss"), strict=True):
    for name, (color, style, place) in styles.items():
        part = table.xs(name, level="net")[column]
        x = part.index.get_level_values("hidden layers") * place
        reach = [part["mean"] - part["min"], part["max"] - part["mean"]]
        look = {"fmt": style, "color": color, "capsize": 3, "label": name}
        axes.errorbar(x, part["mean"], reach, **look)
    axes.set_xscale("log", base=2)
    axes.set(xlabel="hidden layers", title=column, xticks=[1, 4, 16, 32])
    axes.xaxis.set_major_formatter("{x:g}")
panels[1].set_yscale("log")
panels[0].legend()
plt.show()

# %%
# With one and four layers the three are about equally good. With 32 layers the plain
# network can hardly be trained. The two others can: the sum passes adjoints by a layer
# unchanged, and the maximum passes them on to one of its inputs, where ReLU may pass
# them to none. They do not beat a shallow plain network, though: the digits are easy,
# and accuracy falls beyond four layers for all three.
