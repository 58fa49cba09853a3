"""Samples held out from training, and their score."""

import numpy as np

from skbackprop._targets import BinaryTargets
from skbackprop.engine.training import Validated


def split_rows(estimator, samples, random_state):
    """Return the rows to train on, and those held out (None: none)."""
    rows = np.arange(samples.n_units)
    if not estimator.early_stopping:
        return rows, None
    # Only here, as it takes longer to import than all of this package.
    from sklearn.model_selection import train_test_split

    targets = estimator._targets
    is_binary = isinstance(targets, BinaryTargets)
    train_rows, validation_rows = train_test_split(
        rows,
        random_state=random_state,
        test_size=estimator.validation_fraction,
        stratify=targets.read(samples.targets) if is_binary else None,
    )
    if len(validation_rows) < 2:
        raise ValueError(
            "The validation set is too small. Increase 'validation_fraction' or "
            "the size of your dataset."
        )
    if samples.weights is not None:
        for part, rows in (("held out", validation_rows), ("left", train_rows)):
            if not samples.weights[rows].any():
                raise ValueError(
                    f"The samples that early_stopping has {part} all have "
                    "sample_weight 0. Give more samples a weight, or change "
                    "'validation_fraction'."
                )
    return train_rows, validation_rows


def make_validation(estimator, executor, samples, rows):
    """Return the function that validates on held-out rows, None without them."""
    if rows is None:
        return None
    targets, loss = estimator._targets, estimator._targets.loss
    weights = None if samples.weights is None else samples.weights[rows]
    weight_sum = len(rows) if weights is None else float(weights.sum())
    factor = loss.reported_factor(executor.program.output.width) / weight_sum
    true = targets.read(samples.targets[rows])

    def validate():
        total, logits = executor.evaluate(samples, rows)
        predicted = targets.decode(logits)
        score = estimator._validation_score(true, predicted, weights)
        return Validated(factor * total, score)

    return validate
