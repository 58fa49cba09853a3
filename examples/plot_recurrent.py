"""
Who is speaking? Recurrent networks on sequences of unequal length
==================================================================

Short utterances, each a matrix of 7 to 29 time steps by 12 channels, are generated in
the shape of the Japanese vowels data set (Kudo, Toyama and Shimbo 1999). Each of six
speakers moves between two points in the space of channels, at varying speed. Speakers
come in pairs that move in opposite directions, so only the order in time distinguishes
them.
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
# An MLP needs rows of equal length: here the mean and the standard deviation of each
# channel over time. A recurrent network takes the list of sequences as it is. A grid
# search chooses the cell.


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
# Sequences of similar length are padded to the longest of them, but padding changes
# nothing: a sequence alone gets the same probabilities as among others.

together = search.predict_proba(X_test[:20])
alone = np.vstack([search.predict_proba([x]) for x in X_test[:20]])
print(f"largest difference: {np.abs(together - alone).max():.0e}")

# %%
# What has the network learned? Its state is updated step by step, so it can be asked
# after any number of steps. The left panel shows some utterances of one pair, projected
# on the line between its two points; the right one the mean probabilities of the true
# speaker and of the other speaker of the pair.

steps = np.arange(1, 21)
long = [x for x in X_test if len(x) >= 20]
speaker = y_test[[len(x) >= 20 for x in X_test]]
other = speaker ^ 1  # of the same pair
heard = [search.predict_proba([x[:t] for x in long]) for t in steps]
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.8), layout="constrained")
direction = places[0, 1] - places[0, 0]
styles = [("#0072B2", "-"), ("#D55E00", "--")]
for k, (color, line) in enumerate(styles):
    members = [x for x, of in zip(X_test, y_test, strict=True) if of == k][:6]
    for i, x in enumerate(members):
        label = f"speaker {k}" if i == 0 else None
        position = x @ direction / np.linalg.norm(direction)
        times = np.arange(1, len(x) + 1)
        left.plot(times, position, line, color=color, label=label, lw=1)
left.set(xlabel="time step", ylabel="position", title="utterances of a pair")
names = "true speaker", "other speaker of the pair"
for who, name, (color, line) in zip((speaker, other), names, styles, strict=True):
    mean = [np.take_along_axis(p, who[:, np.newaxis], axis=1).mean() for p in heard]
    right.plot(steps, mean, "o" + line, color=color, ms=3, label=name)
right.set(
    xlabel="number of steps heard",
    ylabel="mean probability",
    xticks=range(0, 21, 5),
    title=f"{len(long)} utterances of 20 steps or more",
)
for axes in (left, right):
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.18), ncols=2)
plt.show()

# %%
# On unseen utterances the recurrent network is nearly always right. The MLP, which does
# not see the order, is right in half of the cases: it cannot tell a speaker from the
# other one of the pair. The network judges by where an utterance ends: after a few
# steps it decides for the other speaker, whose utterances end where this one begins,
# and changes its mind at about step 13.
