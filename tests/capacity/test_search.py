"""The search for a capacity: its tests, its interval, where it ends."""

import math

import numpy as np
import pytest
from jit_marks import needs_jit
from scipy.integrate import quad
from scipy.special import xlog1py, xlogy
from sklearn.dummy import DummyClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import PolynomialFeatures

from skbackprop.capacity import capacity, empirical_capacity
from skbackprop.capacity.search import _log_evidence


@needs_jit
@pytest.mark.parametrize("n_features", [10, 25, 50])
@pytest.mark.parametrize("seed", range(3))
def test_the_search_finds_twice_the_dimension(n_features, seed):
    found = empirical_capacity(n_features=n_features, random_state=seed)
    assert found.lower <= 2 * n_features <= found.upper
    assert found.lower <= found.capacity <= found.upper
    assert found.upper - found.lower <= 6


@pytest.mark.parametrize("probability", [0.9, 0.1])
def test_the_search_finds_the_capacity_at_any_level(probability):
    found = empirical_capacity(n_features=5, probability=probability, random_state=0)
    assert found.lower <= capacity(5, probability=probability) <= found.upper
    assert found.upper - found.lower <= 4


def test_the_search_finds_the_capacity_of_a_representation():
    found = empirical_capacity(PolynomialFeatures(2), n_features=2, random_state=0)
    assert found.lower <= 2 * 6 <= found.upper


def test_an_intercept_adds_two_points():
    found = empirical_capacity(n_features=4, affine=True, random_state=0)
    assert found.lower <= 2 * 5 <= found.upper


@needs_jit
@pytest.mark.slow
def test_the_stated_confidence_is_kept():
    found = [
        empirical_capacity(
            n_features=3, max_trials=64, confidence_level=0.8, random_state=seed
        )
        for seed in range(100)
    ]
    n_right = sum(f.lower <= 6 <= f.upper for f in found)
    assert n_right >= 80
    assert np.mean([f.upper - f.lower for f in found]) < 4


@needs_jit
def test_more_trials_make_narrower_intervals():
    widths = [
        found.upper - found.lower
        for found in (
            empirical_capacity(n_features=25, max_trials=n, random_state=0)
            for n in (32, 4000)
        )
    ]
    assert widths[1] <= 3 < widths[0]


@pytest.mark.parametrize("probability", [0.5, 0.03, 0.9])
@pytest.mark.parametrize(
    ("n_successes", "n_failures"), [(0, 1), (5, 0), (7, 9), (60, 40)]
)
def test_evidence_is_the_likelihood_averaged(n_successes, n_failures, probability):
    def likelihood(q):
        return math.exp(xlogy(n_successes, q) + xlog1py(n_failures, -q))

    for evidence, (start, end) in zip(
        _log_evidence(n_successes, n_failures, probability),
        [(probability, 1), (0, probability)],
        strict=True,
    ):
        integral, _ = quad(likelihood, start, end, epsabs=0, limit=200)
        expected = integral / (end - start) / likelihood(probability)
        assert evidence == pytest.approx(math.log(expected), abs=1e-8)


@pytest.mark.filterwarnings("error")
def test_evidence_against_all_odds_is_none():
    for_more, for_less = _log_evidence(100_000, 0, 0.01)
    assert for_more > 1e5
    assert for_less < 0


@pytest.mark.parametrize("p", [0.5, 0.7])
def test_evidence_for_what_is_wrong_is_rare_at_any_time(p, rng):
    ever = 0
    for _ in range(400):
        successes = (rng.random(500) < p).cumsum()
        looks = np.arange(9, 500, 10)
        ever += any(
            _log_evidence(successes[i], i + 1 - successes[i], 0.5)[1]
            > math.log(1 / 0.2)
            for i in looks
        )
    assert ever / 400 <= 0.2


# Where there is no end


def test_a_classifier_that_fits_everything_has_no_capacity():
    found = empirical_capacity(
        KNeighborsClassifier(1), n_features=1, max_trials=40, random_state=0
    )
    assert found.capacity == found.upper == math.inf
    assert found.lower >= 500


def test_the_search_ends_where_an_array_does(rng):
    found = empirical_capacity(data=rng.standard_normal((15, 10)), random_state=0)
    assert found.capacity == math.inf
    assert found.lower == 15


def test_a_search_may_find_less_than_one_point_per_feature():
    # One class only: 2 of 4 labelings of two points, 2 of 8 of three.
    found = empirical_capacity(DummyClassifier(), n_features=5, random_state=0)
    assert found.lower <= 2 <= found.upper < 3


def test_all_that_was_measured_is_reported():
    found = empirical_capacity(n_features=5, max_trials=100, random_state=0)
    assert found.curve["n_trials"].max() == 100
    assert found.curve["n_points"].is_monotonic_increasing
    assert (found.confidence_level, found.probability) == (0.95, 0.5)


def test_seeds_make_searches():
    found = empirical_capacity(n_features=5, random_state=0)
    again = empirical_capacity(n_features=5, random_state=0)
    assert found.curve["n_successes"].tolist() == again.curve["n_successes"].tolist()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"n_features": [3, 4]}, "n_features"),
        ({"n_features": None}, "n_features must be given"),
        ({"probability": 0}, "probability"),
        ({"probability": 1.0}, "probability"),
        ({"max_trials": 0}, "max_trials"),
        ({"confidence_level": 0}, "confidence_level"),
    ],
)
def test_bad_parameters_are_refused_by_name(changed, words):
    with pytest.raises(ValueError, match=words):
        empirical_capacity(**{"n_features": 3, **changed})
