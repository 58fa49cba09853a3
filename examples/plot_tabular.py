"""
===================================
A table as it comes, beside trees
===================================

:class:`~skbackprop.TabularClassifier` learns from a data frame as it is: numbers of any
scale, strings, categories, booleans, and holes in all of them. Here it stands beside
three classifiers of scikit-learn on a table that is drawn at random, but has what real
ones have: amounts with heavy tails, thresholds, interactions, columns that say nothing,
and labels that are not always right.
"""

# %%
# Who renews a subscription? What matters are age and income, together; how long someone
# has been a member, up to a point; and the plan, for those who live in a city.

import time

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from skbackprop import TabularClassifier, TrainingCurveDisplay

rng = np.random.default_rng(0)
n = 3000
X = pd.DataFrame(
    {
        "age": rng.integers(18, 90, n),
        "income": np.exp(rng.normal(10, 0.8, n)),
        "months": rng.geometric(0.03, n),
        "visits": rng.poisson(4, n).astype(float),
        "plan": rng.choice(["basic", "family", "student", "plus"], n),
        "town": rng.choice(["city", "suburb", "village"], n),
        "newsletter": rng.random(n) < 0.4,
        "height": rng.normal(170, 9, n),
    }
)
score = (
    np.sin(X["age"] / 9) * np.log(X["income"] / 2e4)
    + np.minimum(X["months"], 24) / 12
    + 1.5 * ((X["plan"] == "plus") & (X["town"] == "city"))
    - 0.3 * np.abs(X["visits"] - 5)
)
noisy = score + rng.logistic(0, 0.4, n)
y = np.where(noisy > noisy.median(), "renews", "leaves")
X.loc[rng.random(n) < 0.1, "income"] = np.nan
X.loc[rng.random(n) < 0.05, "plan"] = None
X.head()

# %%
# Others need to be told what to do with each column. Boosted trees read strings only as
# categories; linear models and networks want them as indicators, and numbers scaled.

numbers = ["age", "income", "months", "visits", "height"]
names = ["plan", "town", "newsletter"]


def prepared(classifier):
    """Return a pipeline of what a classifier of scaled numbers needs, and of it."""
    return make_pipeline(
        make_column_transformer(
            (make_pipeline(SimpleImputer(), StandardScaler()), numbers),
            (OneHotEncoder(handle_unknown="ignore"), names),
        ),
        classifier,
    )


classifiers = {
    "LogisticRegression": prepared(LogisticRegression()),
    "MLPClassifier\nof scikit-learn": prepared(MLPClassifier(random_state=0)),
    "HistGradientBoosting": HistGradientBoostingClassifier(random_state=0),
    "TabularClassifier": TabularClassifier(random_state=0),
}
categories = X.astype(dict.fromkeys(["plan", "town"], "category"))
train, test = train_test_split(np.arange(n), test_size=1000, random_state=0)

rows = []
for name, classifier in classifiers.items():
    table = categories if name == "HistGradientBoosting" else X
    begin = time.perf_counter()
    classifier.fit(table.iloc[train], y[train])
    seconds = time.perf_counter() - begin
    rows.append(
        {
            "accuracy": classifier.score(table.iloc[test], y[test]),
            "log loss": log_loss(y[test], classifier.predict_proba(table.iloc[test])),
            "seconds": seconds,
        }
    )
results = pd.DataFrame(rows, index=list(classifiers))
results.round(3)

# %%
# The ensemble is the most accurate here, and its probabilities are as good as those of
# the trees. It also takes the longest by far: where seconds count, take the trees.

figure, axes = plt.subplots(1, 3, figsize=(9, 2.6), sharey=True, layout="constrained")
colors = ["0.6", "0.6", "0.6", "C0"]
for ax, column in zip(axes, results, strict=True):
    ax.barh(results.index, results[column], color=colors)
    ax.set_xlabel(column)
axes[0].set_xlim(0.6, 0.8)
axes[0].invert_yaxis()
axes[2].set_xscale("log")
plt.show()

# %%
# What it made of the table, and what it has chosen on rows held out:

clf = classifiers["TabularClassifier"]
print(clf.report())

# %%
# Each network of the ensemble has learnt along the same schedule of rates, which falls
# to nothing four times. The first one holds rows out, which say when to stop.

TrainingCurveDisplay.from_estimator(clf, columns=["loss", "learning_rate"])
plt.show()

# %%
# And which columns matter, by scikit-learn's own means:

importance = permutation_importance(
    clf, X.iloc[test], y[test], n_repeats=3, random_state=0
)
order = importance.importances_mean.argsort()
figure, ax = plt.subplots(figsize=(6, 3), layout="constrained")
ax.boxplot(importance.importances[order].T, orientation="horizontal")
ax.set_yticklabels(X.columns[order])
ax.set_xlabel("loss of accuracy where the column is shuffled")
plt.show()
