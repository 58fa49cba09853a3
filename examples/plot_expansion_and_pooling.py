"""
How far does a linear classifier get on expanded and pooled features?
=====================================================================

Expand the dimension non-linearly, then pool what tells the same: a recipe for
representations that needs no training but that of the linear classifier behind
it. Handwritten digits, five folds; the folds are in the order of the data, so
that classifiers are tested on other writers than they learnt from.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.model_selection import cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures

from skbackprop import FeaturePooling, MLPClassifier, SparseRandomExpansion

X, y = load_digits(return_X_y=True)
X = (X / 16).astype(np.float32)


# %%
# Units that read 12 of the 64 pixels each, with Gaussian weights and relu. Of
# 4000, those that respond to the same digits, as the training data tell, are
# pooled by their Euclidean norm: 1000 features are left for the classifier.

units = {
    n: SparseRandomExpansion(n, n_inputs=12, weights="gaussian", random_state=0)
    for n in (1000, 4000)
}
pooling = FeaturePooling("l2", groups="class_profiles", n_groups=1000, random_state=0)
ridge = RidgeClassifier(alpha=10)
POOLED = "+ 4000 units, pooled to 1000"
pipelines = {
    "linear, ridge": ridge,
    "linear, logistic": LogisticRegression(max_iter=1000),
    "+ monomials": make_pipeline(PolynomialFeatures(interaction_only=True), ridge),
    "+ 1000 units": make_pipeline(units[1000], ridge),
    "+ 4000 units": make_pipeline(units[4000], ridge),
    POOLED: make_pipeline(units[4000], pooling, ridge),
    "MLP": MLPClassifier((100,), learning_rate_init=0.01, max_iter=300, random_state=0),
}
results = {
    name: cross_validate(pipeline, X, y, cv=5) for name, pipeline in pipelines.items()
}

# %%
# What each of them costs and brings.

table = pd.DataFrame(
    {
        "accuracy": {name: r["test_score"].mean() for name, r in results.items()},
        "seconds to fit": {name: r["fit_time"].mean() for name, r in results.items()},
    }
)
print(table.round(3).to_string())
best_linear = table["accuracy"].filter(like="linear").max()
gain = 100 * (table.loc[POOLED, "accuracy"] - best_linear)
print(f"\nExpansion and pooling: {gain:.1f} points above the better linear classifier.")

# %%
# A quarter of the features, and hardly less is told: the members of a group,
# each a line, respond to the same digits. Three of the groups of six.

pipeline = pipelines[POOLED].fit(X, y)
activations = pipeline[0].transform(X)
responses = np.array([activations[y == digit].mean(axis=0) for digit in range(10)])
responses -= responses.mean(axis=0)
responses /= responses.std(axis=0) + 1e-9  # some units never respond
groups = [members for members in pipeline[1].groups_ if len(members) == 6][:3]
figure, axes = plt.subplots(1, 3, figsize=(9, 3), sharey=True)
for axis, members in zip(axes, groups, strict=True):
    axis.plot(responses[:, members])
    axis.set(xlabel="digit", title=f"units {members[0]}, {members[1]}, ...")
    axis.set_xticks(range(10))
axes[0].set(ylabel="mean response, standardised")
figure.tight_layout()
plt.show()
