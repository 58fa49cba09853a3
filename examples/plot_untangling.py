"""
How do representations untangle?
================================

The classes come apart from layer to layer, either by expansion and pooling or by
learning. Two measures show it: the capacity, which is the number of classes that can be
separated per dimension, and the intrinsic dimension. Handwritten digits; all measures
are taken on digits that were not used for training.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.pipeline import make_pipeline

from skbackprop import FeaturePooling, MLPClassifier, SparseRandomExpansion
from skbackprop.inspection import LayerReportDisplay, layer_report

X, y = load_digits(return_X_y=True)
X = (X / 16).astype(np.float32)
X_train, y_train, X_new, y_new = X[:1000], y[:1000], X[1000:], y[1000:]
settings = {"measures": ("capacity", "dimension"), "random_state": 0}

# %%
# Expansion and pooling. Of 2000 random units, those with similar mean responses to the
# digits of the training data are pooled by their Euclidean norm.

expand = SparseRandomExpansion(2000, n_inputs=12, weights="gaussian", random_state=0)
pool = FeaturePooling("l2", groups="class_profiles", n_groups=60, random_state=0)
pipeline = make_pipeline(expand, pool).fit(X_train, y_train)
report = layer_report(pipeline, X_new, y_new, **settings)
print(report.table.round(2).to_string())
separability = layer_report(pipeline, X_new, y_new, measures=["separability"])
print(separability.table.to_string())

figure, panels = plt.subplots(1, 2, figsize=(8, 3.4), layout="constrained")
LayerReportDisplay(report).plot(ax=panels)
for axes in panels:
    axes.set_xlabel("layer")
    axes.set_xticks(range(3), ["pixels", "expanded", "pooled"])
plt.show()

# %%
# Bars are 95 % confidence intervals. Expansion alone does not raise the capacity per
# dimension. Pooling removes what does not matter to the classes: the capacity grows and
# the dimension falls. Linear separability does not tell these layers apart, because a
# hyperplane separates each digit from all others in pixels already.
#
# Next, the hidden layers of a multilayer perceptron: untrained (one epoch with a
# learning rate of almost 0) and trained.

training = {"hidden_layer_sizes": (100, 60), "tol": None, "random_state": 0}
untrained = MLPClassifier(max_iter=1, learning_rate_init=1e-9, **training)
trained = MLPClassifier(max_iter=60, **training)
styles = [
    {"color": "#0072B2", "linestyle": "--"},
    {"color": "#D55E00", "marker": "s"},
]
figure, panels = plt.subplots(1, 2, figsize=(8, 3.4), layout="constrained")
for (name, clf), style in zip(
    {"untrained": untrained, "trained": trained}.items(), styles, strict=True
):
    clf.fit(X_train, y_train)
    layers = {f"layer {k}": clf.transform(X_new, layer=k) for k in (0, 1)}
    report = layer_report({"pixels": X_new, **layers}, y=y_new, **settings)
    print(name, report.table.round(2).to_string(), sep="\n")
    LayerReportDisplay(report).plot(ax=panels, line_kw={"label": name, **style})
for axes in panels:
    axes.set_xlabel("layer")
panels[0].legend()
plt.show()

# %%
# Learning does the same as expansion and pooling, only more: from layer to layer the
# capacity grows from 0.47 to 0.63, and the dimension falls from 9.5 to 6.7. Layers that
# are not trained have less capacity than pixels.
