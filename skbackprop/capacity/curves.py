"""Capacity curves: the share of random labelings that are separable."""

from numbers import Integral

import numpy as np
from sklearn.utils._param_validation import Interval, validate_params

from skbackprop.capacity._docs import CURVE_PARAMETERS
from skbackprop.capacity._experiments import (
    EXPERIMENT_CONSTRAINTS,
    check_seed,
    make_experiments,
    progress_bar,
    tabulate,
)
from skbackprop.capacity._running import run_batches, tell_why
from skbackprop.utils.docs import share_docs

_DEFAULT_RATIOS = np.arange(0.25, 4.01, 0.25)


@share_docs(parameters=CURVE_PARAMETERS)
@validate_params(
    EXPERIMENT_CONSTRAINTS
    | {
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
    """Measure how often random labelings of random points are separable.

    Each trial draws random points, labels each of them by a fair coin, and counts as a
    success if

    - a hyperplane separates the two classes, without `estimator`;
    - a hyperplane separates the transformed points, if `estimator` is a transformer. It
      is fitted once, on 1000 points or more, so all trials use the same map;
    - the trained `estimator` predicts every label correctly, if it is a classifier.
      Trials with a single class succeed without training.

    Verdicts on separability are exact, see :func:`~skbackprop.linear_separability`.

    Parameters
    ----------
    {parameters}

    Returns
    -------
    pandas.DataFrame
        One row per number of points. With an int as `random_state`, a row does not
        depend on the other rows. The columns are

        - ``n_features``, ``n_points``, ``n_trials``;
        - ``n_dimensions``: dimension D of the span of the features, a numerical rank;
          NaN for classifiers;
        - ``n_successes``, ``fraction``: number and share of successful trials;
        - ``lower``, ``upper``: Wilson's interval for the probability [1]_;
        - ``theory``: Cover's probability for D dimensions, see
          `separability_probability`. It is exact if the images of the points are in
          general position, as for polynomials of points from a density, and an upper
          bound otherwise; NaN for classifiers;
        - ``seconds``: computing time of the workers for this row.

        An interrupt (Ctrl-C) ends the experiment with a warning and returns the
        finished rows; so does a worker that dies each time it is restarted.

    Raises
    ------
    ValueError
        If the estimator fails for some number of points, or a parameter is invalid.

    See Also
    --------
    CapacityDisplay : Plot such curves.
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


def _check_grid(n_points, experiment):
    """Return the numbers of points of one experiment, sorted ints."""
    grid = np.asarray(_DEFAULT_RATIOS if n_points is None else n_points)
    if grid.ndim != 1 or not grid.size or grid.dtype.kind not in "iuf":
        raise ValueError(
            f"n_points must be a list of ints or floats, got {n_points!r}."
        )
    if grid.dtype.kind == "f":
        if not (np.isfinite(grid) & (grid > 0)).all():
            raise ValueError(f"Ratios in n_points must be positive, got {n_points!r}.")
        grid = np.maximum(np.rint(grid * experiment.unit), 1).astype(int)
    if grid.min() < 1:
        raise ValueError(f"n_points must be at least 1, got {grid.min()}.")
    if not isinstance(experiment.data, str) and grid.max() > len(experiment.data):
        raise ValueError(
            f"n_points must not exceed the {len(experiment.data)} rows of data, got "
            f"{grid.max()}."
        )
    return np.unique(grid).tolist()
