"""Search for the capacity: bisection with a sequential test in each step."""

import math
from numbers import Integral, Real

import numpy as np
from scipy.special import betainc, betaln
from sklearn.isotonic import isotonic_regression
from sklearn.utils._param_validation import Interval, validate_params

from skbackprop.capacity._docs import SEARCH_PARAMETERS
from skbackprop.capacity._experiments import (
    EXPERIMENT_CONSTRAINTS,
    CapacityEstimate,
    check_seed,
    make_experiments,
    progress_bar,
    tabulate,
)
from skbackprop.capacity._running import run_batches, tell_why
from skbackprop.utils.docs import share_docs

_FIRST_LOOK = 32  # trials before the first test
_MAX_RATIO = 1000  # points per feature at which the search gives up


@share_docs(parameters=SEARCH_PARAMETERS)
@validate_params(
    EXPERIMENT_CONSTRAINTS
    | {
        "n_features": [None, Interval(Integral, 1, None, closed="left")],
        "probability": [Interval(Real, 0, 1, closed="neither")],
        "max_trials": [Interval(Integral, 1, None, closed="left")],
    },
    prefer_skip_nested_validation=True,
)
def empirical_capacity(
    estimator=None,
    *,
    n_features=None,
    probability=0.5,
    max_trials=1000,
    data="gaussian",
    affine=False,
    confidence_level=0.95,
    n_jobs=None,
    progress=None,
    random_state=None,
):
    r"""Find the number of points whose labelings are separable half of the time.

    The trials are those of `capacity_curve`. A bisection searches for the largest
    number of points that are separable with at least the given probability p, assuming
    that the success rate decreases with each point. A sequential test decides whether
    the rate is larger or smaller than p for a given number: after s successes and f
    failures, the evidence for "smaller" is the likelihood averaged over all smaller
    rates q, divided by the likelihood of p,

    .. math::

        \frac{1}{p} \int_0^p \frac{q^s (1 - q)^f}{p^s (1 - p)^f} dq.

    If the rate is not smaller, the probability that this ever exceeds
    :math:`1 / \alpha` is at most :math:`\alpha` (Ville 1939; Robbins 1970 [1]_), so
    trials end as soon as it does. The k-th test uses
    :math:`\alpha_k = \alpha / (k (k + 1))`, so that all tests together err with a
    probability of at most :math:`\alpha`, which is 1 - `confidence_level`. Numbers of
    points without a decision after `max_trials` stay undecided, and the bisection
    continues on both sides of them.

    Parameters
    ----------
    {parameters}

    Returns
    -------
    CapacityEstimate
        The capacity, its interval and all measurements. After an interrupt (Ctrl-C),
        the interval known by then, which is wider but as reliable.

    Raises
    ------
    ValueError
        If the estimator fails for some number of points, or a parameter is invalid.

    See Also
    --------
    capacity : The capacity by Cover's theorem.
    capacity_curve : The fractions for given numbers of points.

    References
    ----------
    .. [1] H. Robbins, "Statistical methods related to the law of the iterated
       logarithm", Annals of Mathematical Statistics 41, 1397-1409, 1970.

    Examples
    --------
    >>> from skbackprop.capacity import empirical_capacity
    >>> found = empirical_capacity(n_features=5, random_state=0)
    >>> found.lower <= 2 * 5 <= found.upper
    True

    The representation of a fitted network, with 3 hidden units and an intercept:

    >>> from sklearn.datasets import load_iris
    >>> from sklearn.frozen import FrozenEstimator
    >>> from skbackprop import MLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> mlp = MLPClassifier(3, activation="tanh", tol=0.1, random_state=0).fit(X, y)
    >>> found = empirical_capacity(
    ...     FrozenEstimator(mlp), n_features=4, affine=True, random_state=0
    ... )
    >>> found.lower <= 2 * 4 <= found.upper
    True
    """
    [experiment] = make_experiments(
        estimator, n_features, data, affine, check_seed(random_state)
    )
    with progress_bar(progress, None) as advance:
        search = _Search(
            experiment, probability, 1 - confidence_level, max_trials, n_jobs, advance
        )
        why_not_all = search.run()
    consequence = "the interval is wider than it would have become."
    tell_why(why_not_all, any(search.outcomes.values()), consequence)
    upper = search.above - 1
    return CapacityEstimate(
        capacity=float(np.clip(search.crossing(), search.lower, upper)),
        lower=search.lower,
        upper=upper,
        probability=probability,
        confidence_level=confidence_level,
        curve=search.curve(confidence_level),
    )


class _Search:
    """The state of a bisection: lower <= capacity < above."""

    def __init__(self, experiment, probability, alpha, max_trials, n_jobs, advance):
        self.experiment = experiment
        self.probability = probability
        self.alpha = alpha
        self.max_trials = max_trials
        self.run_batches = lambda batches: run_batches(
            [experiment], batches, n_jobs, advance
        )
        self.lower, self.above, self.open = 0, math.inf, []
        self.outcomes = {}  # lists by number of points

    def run(self):
        """Bisect to the end; return what interrupted it, or None."""
        while (n_points := self._next()) is not None:
            verdict, why_not_all = self._decide(n_points)
            if why_not_all:
                return why_not_all
            if verdict > 0:
                self.lower = n_points
            elif verdict < 0:
                self.above = n_points
            else:
                self.open.append(n_points)
        return None

    def _next(self):
        """Return the number of points to test next, or None."""
        still_open = [P for P in self.open if self.lower < P < self.above]
        first = min(still_open, default=self.above)
        last = max(still_open, default=self.lower)
        if self.above == math.inf:
            n_points = min(2 * last or self.experiment.unit, self._most_points())
            return n_points if n_points > last else None
        for left, right in ((self.lower, first), (last, self.above)):
            if right - left > 1:
                return (left + right) // 2
        return None

    def _most_points(self):
        if isinstance(self.experiment.data, str):
            return _MAX_RATIO * self.experiment.unit
        return len(self.experiment.data)

    def _decide(self, n_points):
        """Return 1 or -1 for a rate above or below p, else 0; what interrupted it."""
        found = self.outcomes[n_points] = {}
        k = len(self.outcomes)
        enough = math.log(k * (k + 1) / self.alpha)
        n_trials = 0
        while n_trials < self.max_trials:
            stop = min(max(2 * n_trials, _FIRST_LOOK), self.max_trials)
            batches = self.experiment.batches(0, n_points, range(n_trials, stop))
            outcomes, why_not_all = self.run_batches(batches)
            if why_not_all:
                return 0, why_not_all
            found.update(outcomes)
            n_trials = stop
            n_successes = sum(outcome.n_successes for outcome in found.values())
            for_more, for_less = _log_evidence(
                n_successes, n_trials - n_successes, self.probability
            )
            if max(for_more, for_less) >= enough:
                return (1 if for_more > for_less else -1), None
        return 0, None

    def crossing(self):
        """Return where the fractions cross the probability, infinity if nowhere."""
        curve = self.curve(0.95)
        if not len(curve) or self.above == math.inf:
            return math.inf
        falling = isotonic_regression(
            curve["fraction"].to_numpy(),
            sample_weight=curve["n_trials"].to_numpy(float),
            increasing=False,
        )
        return np.interp(
            self.probability, falling[::-1], curve["n_points"].to_numpy()[::-1]
        )

    def curve(self, confidence_level):
        """Return the table of all trials."""
        return tabulate(
            [
                (self.experiment, n_points, outcomes)
                for n_points, outcomes in sorted(self.outcomes.items())
                if outcomes
            ],
            confidence_level,
        )


def _log_evidence(n_successes, n_failures, probability):
    """Return the logarithms of the evidence for a larger and a smaller rate."""
    s, f = n_successes + 1, n_failures + 1
    of_one_p = n_successes * math.log(probability) + n_failures * math.log1p(
        -probability
    )
    shares = betainc(f, s, 1 - probability), betainc(s, f, probability)
    widths = 1 - probability, probability
    with np.errstate(divide="ignore"):  # an underflow means no evidence
        return tuple(
            betaln(s, f) + np.log(share / width) - of_one_p
            for share, width in zip(shares, widths, strict=True)
        )
