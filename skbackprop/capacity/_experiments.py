"""Common beginning and end of all experiments on capacities."""

import contextlib
from dataclasses import dataclass, field
from numbers import Integral, Real

import numpy as np
import pandas as pd
from scipy.stats import binomtest
from sklearn.base import is_classifier
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions

from skbackprop.capacity._trials import DISTRIBUTIONS, learns_labels, prepare
from skbackprop.capacity.counting import separability_probability
from skbackprop.utils.validation import check_samples

EXPERIMENT_CONSTRAINTS = {
    "estimator": [None, HasMethods("fit")],
    "n_features": [None, Interval(Integral, 1, None, closed="left"), "array-like"],
    "data": [StrOptions(set(DISTRIBUTIONS)), "array-like"],
    "affine": ["boolean"],
    "confidence_level": [Interval(Real, 0, 1, closed="neither")],
    "n_jobs": [None, Integral],
    "progress": [None, callable],
    "random_state": ["random_state"],
}

_COLUMNS = [
    "n_features",
    "n_dimensions",
    "n_points",
    "n_trials",
    "n_successes",
    "fraction",
    "lower",
    "upper",
    "theory",
    "seconds",
]


def check_seed(random_state):
    """Return the int from which all seeds of an experiment are derived."""
    return int(check_random_state(random_state).randint(np.iinfo(np.int32).max))


def make_experiments(estimator, n_features, data, affine, seed):
    """Return one experiment for each number of features."""
    is_usable = estimator is None or (
        is_classifier(estimator)
        if learns_labels(estimator)
        else hasattr(estimator, "transform")
    )
    if not is_usable:
        raise ValueError(
            f"estimator must be a transformer, a classifier or None, got {estimator!r}."
        )
    if not isinstance(data, str):
        data = check_samples(data, "data")
        if n_features is None:
            n_features = data.shape[1]
        if not np.array_equal(np.ravel(n_features), data.shape[1:]):
            raise ValueError(
                f"n_features must be None or {data.shape[1]}, the number of columns of "
                f"data, got {n_features!r}."
            )
    if n_features is None:
        raise ValueError("n_features must be given unless data is an array.")
    widths = np.atleast_1d(n_features)
    if widths.ndim > 1 or widths.dtype.kind not in "iu" or (widths < 1).any():
        raise ValueError(
            f"n_features must be a positive int, or several, got {n_features!r}."
        )
    return [
        prepare(estimator, data, width, affine, seed)
        for width in np.unique(widths).tolist()
    ]


@contextlib.contextmanager
def progress_bar(progress, total):
    """Make a progress bar, if requested, and yield the function that advances it."""
    if progress is None:
        yield None
    else:
        with contextlib.closing(progress(total=total)) as bar:
            yield bar.update


def tabulate(rows, confidence_level):
    """Return the table of (experiment, n_points, outcomes of its batches)."""
    records = []
    for experiment, n_points, outcomes in rows:
        n_trials = sum(batch.n_trials for batch in outcomes)
        n_successes = sum(outcome.n_successes for outcome in outcomes.values())
        interval = binomtest(n_successes, n_trials).proportion_ci(
            confidence_level, method="wilson"
        )
        D = experiment.n_dimensions
        records.append(
            {
                "n_features": experiment.n_features,
                "n_dimensions": D,
                "n_points": n_points,
                "n_trials": n_trials,
                "n_successes": n_successes,
                "fraction": n_successes / n_trials,
                "lower": interval.low,
                "upper": interval.high,
                "theory": separability_probability(n_points, D) if D == D else np.nan,
                "seconds": sum(outcome.seconds for outcome in outcomes.values()),
            }
        )
    return pd.DataFrame(records, columns=_COLUMNS)


@dataclass(frozen=True, eq=False)
class CapacityEstimate:
    """Result of `empirical_capacity`.

    Parameters
    ----------
    capacity : float
        The number of points at which the measured fractions, made monotone, cross
        `probability`. Infinite if no number of points was found too large.
    lower, upper : float
        Bounds of the largest number of points whose labelings are separated with at
        least that probability. They are wrong with a probability of at most
        ``1 - confidence_level``.
    probability : float
        The requested probability.
    confidence_level : float
        The requested confidence level.
    curve : pandas.DataFrame
        All measurements, with the columns of `capacity_curve`.
    """

    capacity: float
    lower: float
    upper: float
    probability: float
    confidence_level: float
    curve: pd.DataFrame = field(repr=False)
