"""
Who is speaking? Recurrent nets on sequences of unequal length
==============================================================

Short utterances, each a matrix of time steps by channels, 7 to 29 steps long; they
are generated, with the shape of the Japanese vowels data set (Kudo, Toyama and
Shimbo 1999). Each of six speakers moves from one place in the space of channels
to another one, at varying speed, and every second speaker goes the way of the
one before backwards: only the order in time tells them apart.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skbackprop import MLPClassifier, RecurrentClassifier

rng = np.random.default_rng(0)
n_channels, n_pairs = 12, 3
places = rng.normal(size=(n_pairs, 2, n_channels))


def utterance(speaker):
    """Return a matrix (time, channel)."""
    start, end = places[speaker // 2][:: -1 if speaker % 2 else 1]
    times = np.sort(rng.uniform(size=rng.integers(7, 30)))[:, np.newaxis]
    noise = rng.normal(size=(len(times), n_channels))
    return (1 - times) * start + times * end + noise


y = np.repeat(np.arange(2 * n_pairs), 100)
X = [utterance(speaker) for speaker in y]
X_train, X_test, y_train, y_test = train_test_split(
    X, y, test_size=0.5, stratify=y, random_state=0
)
print("shapes:", *(x.shape for x in X_train[:5]))

# %%
# An MLP wants rows of equal length: here the mean and the standard deviation of
# each channel over time. A recurrent net takes the list as it is. Which cell suits
# best is a question for a grid search.


def summaries(sequences):
    """Return a row of means and standard deviations for each sequence."""
    return np.array([np.r_[x.mean(axis=0), x.std(axis=0)] for x in sequences])


mlp = make_pipeline(
    StandardScaler(), MLPClassifier(early_stopping=True, max_iter=500, random_state=0)
)
mlp.fit(summaries(X_train), y_train)
search = GridSearchCV(
    RecurrentClassifier(
        (32,), learning_rate_init=0.01, batch_size=32, tol=0.01, random_state=0
    ),
    {"cell": ["tanh", "gru", "lstm"]},
    cv=3,
)
search.fit(X_train, y_train)
columns = ["param_cell", "mean_test_score", "std_test_score", "mean_fit_time"]
print(pd.DataFrame(search.cv_results_)[columns].round(3).to_string(index=False))
print(f"test accuracy of the MLP: {mlp.score(summaries(X_test), y_test):.3f}")
print(f"test accuracy of {search.best_params_}: {search.score(X_test, y_test):.3f}")

# %%
# Sequences of like length are padded to the longest of them for computation, but
# padding changes nothing: each of them alone gets the probabilities that it gets
# among the others.

together = search.predict_proba(X_test[:20])
alone = np.vstack([search.predict_proba([x]) for x in X_test[:20]])
print(f"largest difference: {np.abs(together - alone).max():.0e}")

# %%
# What has it learned? A state is carried along, so that one can break off after any
# step and ask. The net turns out to judge by where the way leads: broken off early,
# an utterance is taken for one of the other speaker of the pair, who ends where
# this one begins. Hearing more, the net changes its mind.

steps = np.arange(1, 21)
long = [x for x in X_test if len(x) >= 20]
speaker = y_test[[len(x) >= 20 for x in X_test]]
other = speaker ^ 1  # of the same pair
heard = [search.predict_proba([x[:t] for x in long]) for t in steps]
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.5))
direction = places[0, 1] - places[0, 0]
for k, color in ((0, "C0"), (1, "C1")):
    members = [x for x, of in zip(X_test, y_test, strict=True) if of == k][:6]
    for i, x in enumerate(members):
        label = f"speaker {k}" if i == 0 else None
        left.plot(x @ direction / np.linalg.norm(direction), color, label=label, lw=1)
left.set(xlabel="time step", ylabel="place on the way", title="Utterances of a pair")
left.legend()
for who, label in ((speaker, "the speaker"), (other, "the other one of the pair")):
    mean = [np.take_along_axis(p, who[:, np.newaxis], axis=1).mean() for p in heard]
    right.plot(steps, mean, "o-", ms=3, label=label)
right.set(
    xlabel="steps heard",
    xticks=range(0, 21, 5),
    title="Mean probability, utterances of 20+ steps",
)
right.legend()
figure.tight_layout()
plt.show()
