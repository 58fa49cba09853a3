"""Cover's counting function: exact integers, stable probabilities, capacities."""

import itertools
import math
from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest
from scipy.optimize import linprog

from skbackprop.capacity import (
    capacity,
    n_separable_dichotomies,
    separability_log_probability,
    separability_probability,
    surface_dimension,
)

SMALL = list(itertools.product(range(1, 14), range(1, 9)))


def is_separable(Z):
    """Tell by linear programming whether some w has Z w > 0, by the widest gap."""
    n_points, n_dimensions = Z.shape
    gap_and_w = linprog(
        [-1, *np.zeros(n_dimensions)],
        np.column_stack([np.ones(n_points), -Z]),
        np.zeros(n_points),
        bounds=[(0, 1)] + [(-1, 1)] * n_dimensions,
        method="highs",
    ).x
    return gap_and_w[0] > 1e-9


def n_separable_by_enumeration(features):
    """Count by trying every labeling of the rows of a feature matrix."""
    labelings = itertools.product([-1, 1], repeat=len(features))
    return sum(is_separable(np.array(y)[:, None] * features) for y in labelings)


def monomials(X, degree, affine):
    """Return the products of `degree` coordinates; with 1 as one more if affine."""
    columns = [*X.T, np.ones(len(X))] if affine else list(X.T)
    chosen = itertools.combinations_with_replacement(columns, degree)
    return np.column_stack([math.prod(factors) for factors in chosen])


@pytest.mark.parametrize("n_points", range(1, 7))
@pytest.mark.parametrize(
    ("n_dimensions", "affine", "degree"),
    [(1, False, 1), (2, False, 1), (3, False, 1), (1, True, 1), (2, True, 1)]
    + [(1, True, 2), (1, True, 3), (2, False, 2)],
)
def test_count_equals_enumeration_over_all_labelings(
    n_points, n_dimensions, affine, degree, rng
):
    X = rng.standard_normal((n_points, n_dimensions))
    features = monomials(X, degree, affine)
    family = {"affine": affine, "degree": degree}
    assert features.shape[1] == surface_dimension(n_dimensions, **family)
    counted = n_separable_dichotomies(n_points, n_dimensions, **family)
    assert counted == n_separable_by_enumeration(features)


def test_points_not_in_general_position_make_fewer_dichotomies():
    on_a_line = np.column_stack([np.arange(4), np.zeros(4), np.ones(4)])
    count = n_separable_by_enumeration(on_a_line)
    assert count == 8 < n_separable_dichotomies(4, 2, affine=True)


def test_xor_is_two_of_sixteen():
    assert n_separable_dichotomies(4, 2, affine=True) == 14
    assert n_separable_dichotomies(4, 2, affine=True, degree=2) == 16


@pytest.mark.parametrize(
    ("n_points", "n_dimensions"),
    [*SMALL, (200, 70), (201, 70), (200, 101), (201, 101), (201, 180)],
)
def test_count_is_the_sum_of_binomials(n_points, n_dimensions):
    expected = 2 * sum(math.comb(n_points - 1, k) for k in range(n_dimensions))
    assert n_separable_dichotomies(n_points, n_dimensions) == expected


@pytest.mark.parametrize(
    ("n_points", "n_dimensions"), [*SMALL, (1000, 300), (1000, 499), (1000, 800)]
)
def test_one_more_point_adds_the_dichotomies_of_one_dimension_less(
    n_points, n_dimensions
):
    count = n_separable_dichotomies
    with_one_more = count(n_points + 1, n_dimensions + 1)
    assert with_one_more == count(n_points, n_dimensions + 1) + count(
        n_points, n_dimensions
    )


@pytest.mark.parametrize("n_dimensions", [1, 2, 3, 10, 25, 100, 5000])
def test_half_the_labelings_of_twice_as_many_points_as_dimensions(n_dimensions):
    count = n_separable_dichotomies(2 * n_dimensions, n_dimensions)
    assert count == 2 ** (2 * n_dimensions - 1)
    assert separability_probability(2 * n_dimensions, n_dimensions) == 0.5


@pytest.mark.parametrize(("n_points", "n_dimensions"), SMALL)
def test_an_intercept_is_one_more_dimension(n_points, n_dimensions):
    for function in (n_separable_dichotomies, separability_log_probability):
        with_intercept = function(n_points, n_dimensions, affine=True)
        assert with_intercept == function(n_points, n_dimensions + 1)


def test_counts_are_exact_for_numpy_integers_of_any_width():
    count = n_separable_dichotomies(np.int8(120), np.uint8(40))
    assert isinstance(count, int)
    assert count == n_separable_dichotomies(120, 40) > 2**64


@pytest.mark.parametrize(
    ("n_points", "n_dimensions"),
    [*SMALL, (2, 1), (100, 1), (100, 37), (100, 99), (333, 13), (1000, 5)]
    + [(1000, 400), (1000, 600), (2500, 1200), (20000, 9500), (20000, 10400)],
)
def test_probability_is_the_exact_share(n_points, n_dimensions):
    count = n_separable_dichotomies(n_points, n_dimensions)
    exact = Fraction(count, 2**n_points)
    p = separability_probability(n_points, n_dimensions)
    assert abs(Fraction(float(p)) / exact - 1) < 1e-11

    log_p = separability_log_probability(n_points, n_dimensions)
    if exact > Fraction(1, 2):
        expected = math.log1p(-float(1 - exact))
    else:
        expected = math.log(count) - n_points * math.log(2)
    assert log_p == pytest.approx(expected, rel=1e-11, abs=0)


def log_gamma(z):
    """Return log Gamma by Stirling's series, for large Decimals."""
    log_two_pi = (2 * Decimal("3.14159265358979323846264338327950288")).ln()
    series = 1 / (12 * z) - 1 / (360 * z**3)
    return (z - Decimal("0.5")) * z.ln() - z + log_two_pi / 2 + series


def log_probability_by_summation(n_points, n_dimensions):
    """Sum the binomials down from the largest, in 40 digits."""
    with localcontext() as context:
        context.prec = 40
        n, k = Decimal(n_points - 1), Decimal(n_dimensions - 1)
        largest = log_gamma(n + 1) - log_gamma(k + 1) - log_gamma(n - k + 1)
        term, total = Decimal(1), Decimal(0)
        while term > Decimal("1e-20"):
            total += term
            term *= k / (n - k + 1)
            k -= 1
        return float(largest + total.ln() - n * Decimal(2).ln())


@pytest.mark.parametrize("below_the_median", [1e2, 3e4, 3e5, 1e7, 3e8])
def test_probability_of_a_billion_points_is_the_sum(below_the_median):
    n_dimensions = 5 * 10**8 - int(below_the_median)
    expected = log_probability_by_summation(10**9, n_dimensions)
    log_p = separability_log_probability(10**9, n_dimensions)
    assert log_p == pytest.approx(expected, rel=1e-11, abs=1e-11)

    complement = separability_probability(10**9, 10**9 - n_dimensions)
    assert complement == pytest.approx(1 - math.exp(expected), rel=1e-12)


@pytest.mark.parametrize("n_points", [10**6, 10**9])
@pytest.mark.parametrize("n_dimensions", [1, 2, 10, 300])
def test_probability_of_many_points_in_few_dimensions(n_points, n_dimensions):
    binomials = sum(math.comb(n_points - 1, k) for k in range(n_dimensions))
    expected = math.log(binomials) - (n_points - 1) * math.log(2)
    log_p = separability_log_probability(n_points, n_dimensions)
    assert log_p == pytest.approx(expected, rel=1e-13)
    assert separability_probability(n_points, n_dimensions) == 0


@pytest.mark.parametrize("n_dimensions", [1, 7, 10**30])
def test_up_to_as_many_points_as_dimensions_all_labelings_are_separable(n_dimensions):
    n_points = min(n_dimensions, 10**18)
    assert separability_probability(n_points, n_dimensions) == 1
    assert separability_log_probability(n_points, n_dimensions) == 0


def test_probabilities_of_an_array_are_those_of_its_items():
    grid = np.arange(1, 41).reshape(5, 8)
    for function in (separability_probability, separability_log_probability):
        values = function(grid, 9)
        assert values.shape == grid.shape
        one_by_one = [[function(P, 9) for P in row] for row in grid]
        np.testing.assert_allclose(values, one_by_one, rtol=1e-13)


@pytest.mark.parametrize("n_dimensions", [1, 2, 25, 400])
def test_probability_falls_with_every_point(n_dimensions):
    points = np.arange(n_dimensions, 5 * n_dimensions + 10)
    assert (np.diff(separability_log_probability(points, n_dimensions)) < 0).all()


@pytest.mark.parametrize("n_dimensions", [1, 10, 25, 50, 10**8])
@pytest.mark.parametrize("affine", [False, True])
def test_capacity_is_two_points_per_coefficient(n_dimensions, affine):
    assert capacity(n_dimensions, affine=affine) == 2 * (n_dimensions + affine)


@pytest.mark.parametrize("n_dimensions", [1, 25, 10**6, 10**20])
def test_no_more_points_than_dimensions_are_always_separable(n_dimensions):
    assert capacity(n_dimensions, probability=1) == n_dimensions


def test_capacity_of_polynomial_surfaces():
    assert capacity(5, affine=True, degree=2) == 2 * 21
    assert capacity(5, degree=2) == 2 * 15


@pytest.mark.parametrize("n_dimensions", [1, 2, 25, 1000, 10**8])
@pytest.mark.parametrize("probability", [0.99, 0.6, 0.499, 0.01, 1e-9, 5e-324])
def test_capacity_is_the_last_size_to_reach_the_probability(n_dimensions, probability):
    largest = capacity(n_dimensions, probability=probability)
    log_p = separability_log_probability([largest, largest + 1], n_dimensions)
    assert log_p[0] >= math.log(probability) - 1e-12
    assert log_p[1] < math.log(probability)


@pytest.mark.parametrize(
    ("n_points", "n_dimensions"), [(3, 1), (11, 1), (1075, 1), (8, 2), (16, 2), (7, 5)]
)
def test_a_probability_met_exactly_counts_as_reached(n_points, n_dimensions):
    exact = Fraction(n_separable_dichotomies(n_points, n_dimensions), 2**n_points)
    assert Fraction(float(exact)) == exact
    assert capacity(n_dimensions, probability=float(exact)) == n_points
    just_above = math.nextafter(float(exact), 1)
    assert capacity(n_dimensions, probability=just_above) == n_points - 1


@pytest.mark.parametrize(
    ("name", "value"),
    [("n_points", 0), ("n_points", -3), ("n_points", 2.5), ("n_points", "ten")]
    + [("n_points", math.nan), ("n_points", None), ("n_dimensions", 0)]
    + [("n_dimensions", 1.5), ("degree", 0), ("affine", "yes")],
)
@pytest.mark.parametrize(
    "function",
    [n_separable_dichotomies, separability_probability, separability_log_probability],
)
def test_what_cannot_be_counted_is_refused_by_name(function, name, value):
    arguments = {"n_points": 5, "n_dimensions": 2, name: value}
    with pytest.raises(ValueError, match=name):
        function(**arguments)


@pytest.mark.parametrize("points", [[], [0, 1], [[1.5]], ["a"], [None]])
def test_arrays_of_what_is_no_number_of_points_are_refused(points):
    with pytest.raises(ValueError, match="n_points"):
        separability_probability(points, 2)


@pytest.mark.parametrize("probability", [0, -1, 1.5, math.nan, "half"])
def test_capacity_at_what_is_no_probability_is_refused(probability):
    with pytest.raises(ValueError, match="probability"):
        capacity(5, probability=probability)
