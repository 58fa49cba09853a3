"""Tasks for recurrent estimators, and what they say of sequences."""

import numpy as np
import pytest
from unrolled import CELLS

from skbackprop import RecurrentClassifier, RecurrentRegressor

LENGTHS = np.random.default_rng(1).integers(2, 7, size=40)
LENGTHS[0] = 6
RAGGED = [np.random.default_rng(i).normal(size=(n, 2)) for i, n in enumerate(LENGTHS)]
X = np.random.default_rng(0).normal(size=(40, 6, 2))
SETTINGS = {"max_iter": 3, "batch_size": 16, "random_state": 0}


def sums(sequences):
    """Return, for each step, the sum of what came before."""
    return [x.sum(axis=1).cumsum() for x in sequences]


def labels_of(sequences, labels):
    """Return, for each step, a label that the sum stands for."""
    edges = [0.0] if len(labels) == 2 else [-1.0, 1.0]
    return [np.array(labels)[np.digitize(s, edges)] for s in sums(sequences)]


def two_targets(sequences):
    return [np.column_stack([s, s**2]) for s in sums(sequences)]


def counts(sequences):
    return [np.floor(s**2) for s in sums(sequences)]


def indicators(sequences):
    return [np.column_stack([s > 0, s > 1]).astype(int) for s in sums(sequences)]


TASKS = {
    "binary": (RecurrentClassifier, lambda x: labels_of(x, ["no", "yes"]), {}),
    "multiclass": (
        RecurrentClassifier,
        lambda x: labels_of(x, ["lo", "mid", "up"]),
        {},
    ),
    "multilabel": (RecurrentClassifier, indicators, {}),
    "regression": (RecurrentRegressor, sums, {}),
    "multioutput": (RecurrentRegressor, two_targets, {}),
    "poisson": (RecurrentRegressor, counts, {"loss": "poisson"}),
}
each_task = pytest.mark.parametrize("task", TASKS)
each_form = pytest.mark.parametrize("sequences", [X, RAGGED], ids=["array", "ragged"])
each_cell = pytest.mark.parametrize("cell", CELLS)


def estimator_for(task, n_units=5, **settings):
    kind, _, own = TASKS[task]
    return kind(n_units, **{**SETTINGS, **own, **settings})


def targets_for(task, sequences, by_steps):
    y = TASKS[task][1](sequences)
    if not by_steps:
        return np.array([steps[-1] for steps in y])
    return np.array(y) if isinstance(sequences, np.ndarray) else y


def predictions_of(estimator, sequences):
    """Return all that the estimator says of the sequences."""
    names = ["predict", "predict_proba", "predict_log_proba"]
    return [getattr(estimator, n)(sequences) for n in names if hasattr(estimator, n)]


def outputs_of(estimator, sequences):
    """Return the same, the steps of unequal sequences in a row."""
    found = predictions_of(estimator, sequences)
    return [np.concatenate(list(f)) if f.dtype == object else f for f in found]


def assert_same_outputs(one, other, sequences, **close):
    for a, b in zip(
        outputs_of(one, sequences), outputs_of(other, sequences), strict=True
    ):
        if close and a.dtype.kind == "f":
            np.testing.assert_allclose(a, b, **close)
        else:
            np.testing.assert_array_equal(a, b)
