"""
What do penalties and dropout buy, and when should they begin?
==============================================================

L1 makes weights exactly 0, dropout keeps a network from learning labels by heart
(Srivastava et al. 2014), and the lecture advises to switch penalties on after a
couple of epochs. Three small experiments on scikit-learn's digits.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split

from skbackprop import MLPClassifier

warnings.simplefilter("ignore", ConvergenceWarning)  # 30 epochs are all there are
X, y = load_digits(return_X_y=True)
X, X_test, y, y_test = train_test_split(
    X / 16, y, train_size=600, random_state=0, stratify=y
)
FIXED = {"tol": 0.0, "n_iter_no_change": np.inf, "random_state": 0, "alpha": 0.0}
SGD = {"solver": "sgd", "batch_size": 32, "learning_rate_init": 0.1, "max_iter": 30}


def net_with(**settings):
    """Return a network that is yet to learn."""
    return MLPClassifier((128,), **FIXED, **settings)


def zeros(net):
    """Return the share of weights that are exactly 0, in percent."""
    return 100 * np.mean(np.concatenate([w.ravel() for w in net.coefs_]) == 0)


# %%
# **L1.** Proximal steps take the same off each weight, and stop at 0. The penalty
# may also begin when weights have had 10 epochs to find what they are for.

strengths = np.geomspace(0.003, 0.3, 7)
figure, axes = plt.subplots(1, 2, figsize=(8, 3.5), layout="constrained")
for axis, start in zip(axes, (None, 10), strict=True):
    penalty = {"regularization_start": start, **SGD}
    nets = [net_with(l1_alpha=a, **penalty).fit(X, y) for a in strengths]
    wrong = [100 * (1 - net.score(X_test, y_test)) for net in nets]
    axis.semilogx(strengths, [zeros(net) for net in nets], "o-", label="weights at 0")
    axis.semilogx(strengths, wrong, "s-", label="test error")
    title = "L1 from the start" if start is None else f"L1 after {start} epochs"
    axis.set(title=title, xlabel="l1_alpha", ylabel="%", ylim=(0, 100))
    axis.legend()
    print(f"{title}: zeros {[round(zeros(n)) for n in nets]} %")
    print(f"    errors {np.round(wrong, 1)} %")
plt.show()

# %%
# **Dropout.** A fifth of the labels to learn from are made wrong.

rng = np.random.default_rng(0)
is_flipped = rng.random(len(y)) < 0.2
flipped = np.where(is_flipped, (y + rng.integers(1, 10, len(y))) % 10, y)
figure, axis = plt.subplots(figsize=(5, 3.5), layout="constrained")
for dropout in (None, (0.1, 0.5)):
    net = net_with(dropout=dropout, max_iter=120, learning_rate_init=0.005)
    net.fit(X, flipped, X_val=X_test, y_val=y_test)  # to watch the test error
    errors = 100 * (1 - np.array(net.validation_scores_))
    axis.plot(errors, label=f"dropout={dropout}")
    print(f"dropout={dropout}: from {errors.min():.1f} to {errors[-1]:.1f} %")
axis.set(title="a fifth of the labels wrong", xlabel="epochs", ylim=(0, 25))
axis.set_ylabel("test error, %")
axis.legend()
plt.show()

# %%
# Up to 84 % of the weights are exactly 0 and the error stays between 3.6 and 4.1 %:
# L1 makes the network sparse here, not better. Begun late, it has less time and makes
# fewer zeros at the same error; a late start gains nothing on these digits. Without
# dropout the error falls to 7 % and rises to 16 % as wrong labels are learnt by
# heart; with dropout it stays near 5 %.
