"""Capacity curves: the share of random labelings that can be told apart."""

import contextlib
from numbers import Integral, Real

import numpy as np
import pandas as pd
from scipy.stats import binomtest
from sklearn.base import is_classifier
from sklearn.utils import check_array, check_random_state
from sklearn.utils._param_validation import (
    HasMethods,
    Interval,
    StrOptions,
    validate_params,
)

from skbackprop._docs import share_docs
from skbackprop.capacity.counting import separability_probability
from skbackprop.capacity.docs import CURVE_PARAMETERS
from skbackprop.capacity.running import run_batches, tell_why
from skbackprop.capacity.trials import DISTRIBUTIONS, prepare

DEFAULT_RATIOS = np.arange(0.25, 4.01, 0.25)

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


@share_docs(parameters=CURVE_PARAMETERS)
@validate_params(
    {
        **EXPERIMENT_CONSTRAINTS,
        "n_points": [None, "array-like"],
        "n_trials": [Interval(Integral, 1, None, closed="left")],
    },
    prefer_skip_nested_validation=True,
)
def capacity_curve(
    estimator=None,
    *,
    n_features=None,
    n_points=None,
    n_trials=1000,
    data="gaussian",
    affine=False,
    confidence_level=0.95,
    n_jobs=None,
    progress=None,
    random_state=None,
):
    """Measure how often random labelings of random points can be told apart.

    Each trial draws points, and for each of them one of two labels by a fair coin.
    It asks whether a hyperplane separates the two classes:

    - of the points themselves, if there is no `estimator`;
    - of the points as a transformer represents them. It is fitted once, to 1000
      points or more, and is then the same map for all trials;
    - or whether a classifier, trained on the points, gives each of them its label.
      A single class counts as told apart without training.

    Verdicts on separability are exact, see
    :func:`~skbackprop.separability.linear_separability`.

    Parameters
    ----------
    {parameters}

    Returns
    -------
    pandas.DataFrame
        A row for each number of points. With an int as `random_state` it does not
        depend on the other rows. The columns are

        - ``n_features``, ``n_points``, ``n_trials``;
        - ``n_dimensions``: dimension D of the space that the features span, found
          as a numerical rank; NaN for classifiers;
        - ``n_successes``, ``fraction``: labelings told apart;
        - ``lower``, ``upper``: Wilson's interval for the probability [1]_;
        - ``theory``: Cover's probability for D dimensions, see
          `separability_probability`. Exact where the images of the points are in
          general position, as those from a density are under polynomials; an upper
          bound wherever they are not. NaN for classifiers;
        - ``seconds``: time of the workers on this row.

        Interrupting (Ctrl-C) ends the experiment with a warning and returns the rows
        that are finished; so does a worker that dies each time it is restarted.

    Raises
    ------
    ValueError
        If the estimator fails on some number of points, or a parameter is invalid.

    See Also
    --------
    CapacityDisplay : Such curves as a figure.
    empirical_capacity : The number of points where the fraction is one half.

    References
    ----------
    .. [1] E. B. Wilson, "Probable inference, the law of succession, and statistical
       inference", Journal of the American Statistical Association 22, 209-212, 1927.

    Examples
    --------
    >>> from skbackprop.capacity import capacity_curve
    >>> curve = capacity_curve(
    ...     n_features=5, n_points=[5, 10, 20], n_trials=100, random_state=0
    ... )
    >>> curve[["n_points", "fraction", "theory"]].round(2)
       n_points  fraction  theory
    0         5      1.00    1.00
    1        10      0.44    0.50
    2        20      0.02    0.01
    """
    experiments = make_experiments(
        estimator, n_features, data, affine, check_seed(random_state)
    )
    grids = [_check_grid(n_points, experiment) for experiment in experiments]
    points = [(i, P) for i, grid in enumerate(grids) for P in grid]
    batches = {(i, P): experiments[i].batches(i, P, range(n_trials)) for i, P in points}
    in_order = [batch for point in points for batch in batches[point]]
    with progress_bar(progress, n_trials * len(points)) as advance:
        outcomes, why_not_all = run_batches(experiments, in_order, n_jobs, advance)
    finished = [point for point in points if all(b in outcomes for b in batches[point])]
    consequence = f"{len(finished)} of {len(points)} rows are finished."
    tell_why(why_not_all, finished, consequence)
    return tabulate(
        [
            (experiments[i], P, {batch: outcomes[batch] for batch in batches[i, P]})
            for i, P in finished
        ],
        confidence_level,
    )


def check_seed(random_state):
    """Return the int that all seeds of an experiment derive from."""
    return int(check_random_state(random_state).randint(np.iinfo(np.int32).max))


def make_experiments(estimator, n_features, data, affine, seed):
    """Return one experiment for each number of features."""
    is_usable = estimator is None or (
        is_classifier(estimator)
        if hasattr(estimator, "predict")
        else hasattr(estimator, "transform")
    )
    if not is_usable:
        raise ValueError(
            f"estimator must be a transformer, a classifier or None, got {estimator!r}."
        )
    if not isinstance(data, str):
        data = check_array(data, dtype=np.float64, input_name="data")
        if n_features is None:
            n_features = data.shape[1]
        if n_features != data.shape[1]:
            raise ValueError(
                f"n_features must be left out or {data.shape[1]}, the number of "
                f"columns of data, got {n_features!r}."
            )
    if n_features is None:
        raise ValueError("n_features must be given unless data is an array.")
    widths = np.atleast_1d(n_features)
    if widths.ndim > 1 or widths.dtype.kind not in "iu" or (widths < 1).any():
        raise ValueError(
            f"n_features must be an int of at least 1, or several, got {n_features!r}."
        )
    return [
        prepare(estimator, data, width, affine, seed)
        for width in np.unique(widths).tolist()
    ]


def _check_grid(n_points, experiment):
    """Return the numbers of points of one experiment, sorted ints."""
    grid = np.asarray(DEFAULT_RATIOS if n_points is None else n_points)
    if grid.ndim != 1 or not grid.size or grid.dtype.kind not in "iuf":
        raise ValueError(f"n_points must be ints or floats in a row, got {n_points!r}.")
    if grid.dtype.kind == "f":
        if not (np.isfinite(grid) & (grid > 0)).all():
            raise ValueError(f"n_points as ratios must be positive, got {n_points!r}.")
        grid = np.maximum(np.rint(grid * experiment.unit), 1).astype(int)
    if grid.min() < 1:
        raise ValueError(f"n_points must be at least 1, got {grid.min()}.")
    check_enough_data(experiment, grid.max())
    return np.unique(grid).tolist()


def check_enough_data(experiment, n_points):
    """Refuse more points than an array has rows."""
    if not isinstance(experiment.data, str) and n_points > len(experiment.data):
        raise ValueError(
            f"n_points must not exceed the {len(experiment.data)} rows of data, got "
            f"{n_points}."
        )


@contextlib.contextmanager
def progress_bar(progress, total):
    """Make a progress bar if one is wanted; give the function that advances it."""
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
    return pd.DataFrame(records, columns=COLUMNS)


COLUMNS = [
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
