"""Settings that a fit depends on in each epoch, and fits that are to be the same."""

import numpy as np

from skbackprop.engine.schedules import NAMES, Custom
from skbackprop.fitting.settings import SOLVERS

SETTINGS = {
    **{f"solver={name}": {"solver": name} for name in SOLVERS},
    **{f"learning_rate={name}": {"learning_rate": name} for name in NAMES},
    "adaptive": {"solver": "sgd", "learning_rate": "adaptive", "tol": 0.1},
    "callable": {"learning_rate": lambda epochs: 1 / (1 + epochs)},
    "custom": {"learning_rate": Custom(np.exp)},
    "warm-up": {"learning_rate": "cosine", "warmup_epochs": 3.3},
    "dropout": {"dropout": (0.1, 0.5, 0.2)},
    "penalties": {"l1_alpha": 0.1, "weight_decay": 0.1, "regularization_start": 3},
    "limits": {"max_norm": 0.5, "clip_grad_norm": 0.1},
    "validation set": {"early_stopping": True},
    "validation set and dropout": {"early_stopping": True, "dropout": 0.3},
    "scorer": {"early_stopping": True, "scoring": "balanced_accuracy"},
    "converges": {"tol": 0.5, "n_iter_no_change": 5, "max_iter": 50},
    "converges by score": {"tol": 0.5, "n_iter_no_change": 5, "early_stopping": True},
    "as planned": {"tol": None, "learning_rate": "cosine"},
    "rates of blocks": {"learning_rate_factors": {"weight": "fan_in", "bias": 0.1}},
    "no shuffling": {"shuffle": False},
    "float32": {"dtype": "float32"},
    "unit variance": {"weight_init": "unit_variance"},
    "fitted beginnings": {"weight_init": "unit_std", "bias_init": "data"},
    "one batch": {"batch_size": 1000},
    "does not go on": {"warm_start": False},
}


def everything(estimator):
    """Return all that a fit leaves behind, but for the seconds it took."""
    of_training = estimator._training_state  # None where the fit was not to go on
    state = {**vars(estimator), **(vars(of_training) if of_training else {})}
    state["rng"] = str(state.pop("_random_state").get_state(legacy=False))
    state["history_"] = {**getattr(estimator, "history_", {}), "seconds": None}
    hidden = ("history", "checkpoint", "_training_state", "_targets", "random_state")
    return {k: v for k, v in state.items() if k not in hidden}


def assert_same_fit(resumed, expected, but=()):
    """Compare all that two fits have left behind, but for what is named."""
    ours, theirs = everything(resumed), everything(expected)
    assert ours.keys() == theirs.keys()
    for name in theirs.keys() - set(but):
        value = theirs[name]
        np.testing.assert_equal(ours[name], value, err_msg=name)
