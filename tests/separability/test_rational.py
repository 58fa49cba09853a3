"""Exact arithmetic: integers of floats, the dictionary, bounds of errors."""

from fractions import Fraction

import numpy as np
import pytest
from labeled_sets import FAMILIES, gaussian, labeled_sets
from numpy.testing import assert_allclose, assert_array_equal

from skbackprop.separability import rational

every_family = pytest.mark.parametrize(
    "family", [*FAMILIES, gaussian], ids=lambda family: family.__name__
)


def integers(rows):
    return np.array(rows, object)


def rows_of(family, n_sets, seed):
    for X, y, affine in labeled_sets(family, n_sets, seed):
        yield rational.integer_rows(rational.signed_rows(X, y, affine))[0]


def test_rows_become_integers_without_rounding(rng):
    z = rng.standard_normal((20, 4)) * 10.0 ** rng.integers(-300, 300, (20, 4))
    z[3], z[5, 1] = 0.0, 5e-324
    rows, scales = rational.integer_rows(z)
    for row, scale, floats in zip(rows, scales, z, strict=True):
        assert scale > 0
        assert [Fraction(n, scale) for n in row] == [Fraction(x) for x in floats]


def test_products_of_floats_become_integers_in_proportion(rng):
    x = rng.standard_normal(6)
    powers = 2.0 ** rng.integers(-800, 800, 6)
    products = rational.integer_products(x, powers)
    exact = [Fraction(a) * Fraction(b) for a, b in zip(x, powers, strict=True)]
    ratios = {Fraction(n) / e for n, e in zip(products, exact, strict=True)}
    assert len(ratios) == 1
    assert ratios.pop() > 0


# The dictionary


@every_family
def test_one_of_gordans_alternatives_holds(family):
    """Either all rows are on the positive side of w, or some of them vanish."""
    for rows in rows_of(family, 30, seed=0):
        verdict, *proof = rational.decide(rows)
        if verdict == "hyperplane":
            assert (rows.dot(proof[0]) > 0).all()
        else:
            indices, weights = proof
            assert len(set(indices)) == len(indices)
            assert (weights > 0).all()
            assert (weights.dot(rows[indices]) == 0).all()


@every_family
def test_a_guess_changes_no_verdict(family):
    rng = np.random.default_rng(0)
    for rows in rows_of(family, 20, seed=1):
        guess = rng.integers(0, len(rows), 4)
        assert rational.decide(rows, guess)[0] == rational.decide(rows)[0]


@every_family
def test_least_indices_come_to_the_same_verdict(family, monkeypatch):
    for rows in rows_of(family, 20, seed=2):
        expected = rational.decide(rows)[0]
        with monkeypatch.context() as patch:
            patch.setattr(rational, "_QUICK_PIVOTS", 0)
            assert rational.decide(rows)[0] == expected


def test_values_in_the_dictionary_are_those_of_its_basis(rng):
    rows = integers(rng.integers(-9, 10, (12, 5)).tolist())
    dictionary = rational.Dictionary(rows)
    dictionary.enter([3, 7, 7, 1, 0, 11, 4])
    w = dictionary.normal()
    # All rows of the basis have the value 1, here times the determinant.
    values = rows.dot(w)
    in_basis = dictionary._basis
    assert len(set(in_basis)) == 5
    assert (values[in_basis] == dictionary._det).all()
    determinant = np.linalg.det(rows[in_basis].astype(float))
    assert_allclose(dictionary._det, abs(determinant))


@pytest.mark.parametrize(
    ("rows", "normal_sides"),
    [
        ([[1, 0], [-1, 0], [0, 1], [1, 1]], [0, 0, 1, 1]),
        ([[1, 0], [-1, 0], [0, 1], [0, -1]], None),
        ([[0, 0], [1, 2]], [0, 1]),
        ([[0, 0]], None),
        # Two rounds: the first pair flattens the plane, then the second a line.
        ([[1, 0, 0], [-1, 0, 0], [5, 1, 0], [3, -1, 0], [2, 2, 1]], [0, 0, 0, 0, 1]),
    ],
)
def test_weak_hyperplanes_leave_the_fewest_rows_on_themselves(rows, normal_sides):
    normal = rational.weak_normal(integers(rows))
    if normal_sides is None:
        assert normal is None
    else:
        assert_array_equal(np.sign(integers(rows).dot(normal)), normal_sides)


def test_weights_of_rows_that_need_not_all_take_part_are_none():
    rows = integers([[1, 0], [-1, 0], [0, 1]])
    assert rational.vanishing_weights(rows) is None
    assert_array_equal(rational.vanishing_weights(rows[:2]), [1, 1])
    assert rational.vanishing_weights(integers([[1, 0], [1, 1]])) is None


def test_convex_weights_are_those_of_the_rows_before_they_were_scaled():
    scales = np.array([2, 8])
    weights = rational.as_convex(integers([3, 1]), scales)
    assert weights == [Fraction(6, 14), Fraction(8, 14)]


# Bounds


def simplex(rng, n):
    """n + 1 rows that vanish with these positive weights, nearly."""
    z = rng.standard_normal((n + 1, n))
    weights = rng.random(n + 1) + 0.1
    z[-1] = -weights[:-1] @ z[:-1] / weights[-1]
    return z, weights / weights.sum()


@pytest.mark.parametrize("n", [1, 2, 5, 10, 30])
def test_weights_near_exact_ones_are_found(n, rng):
    z, weights = simplex(rng, n)
    assert_allclose(rational.approximate_weights(z), weights, rtol=1e-9)
    exact = rational.vanishing_weights(rational.integer_rows(z)[0])
    assert exact is not None


@pytest.mark.parametrize("n", [1, 2, 5, 10, 30])
def test_rows_without_positive_weights_get_none(n, rng):
    z, _ = simplex(rng, n)
    z[0] *= -1
    assert rational.approximate_weights(z) is None


def test_weights_that_are_zero_are_not_taken_for_positive(rng):
    z, _ = simplex(rng, 4)
    z[-1] = -z[0]  # vanishes with z[0] alone
    assert rational.approximate_weights(z) is None


@pytest.mark.parametrize("seed", range(20))
def test_weights_that_are_rounding_errors_are_not_taken_for_positive(seed):
    """That of the first row is 0; floats make it positive as often as negative."""
    rng = np.random.default_rng(seed)
    z = rng.integers(-1000, 1000, (7, 6)).astype(float)
    z[-1] = -z[1:-1].sum(axis=0)
    assert rational.approximate_weights(z) is None


def test_rows_that_scaling_would_round_are_left_to_elimination(rng):
    z, weights = simplex(rng, 4)
    powers = np.array([500, 500, -570, -570, -570])
    assert rational.approximate_weights(np.ldexp(z, powers[:, np.newaxis])) is None


def test_tiny_weights_are_told_from_negative_ones():
    """1e-30 decides, where floats know the weights to 1e-16 only."""
    z = np.array([[1.0, 0, 0], [0, 1, 0], [0, 0, 1], [-1, -1, 0]])
    for tiny, is_positive in ((1e-30, True), (-1e-30, False), (0.0, False)):
        z[3, 2] = -tiny
        assert (rational.approximate_weights(z) is not None) == is_positive


@pytest.mark.parametrize("n", [3, 10])
def test_singular_rows_are_left_to_elimination(n, rng):
    z, _ = simplex(rng, n)
    z[1] = z[0]
    assert rational.approximate_weights(z) is None
    z[:-1] = np.outer(np.arange(1.0, n + 1), z[0])
    assert rational.approximate_weights(z) is None


def test_rows_of_very_different_sizes_are_scaled(rng):
    z, weights = simplex(rng, 6)
    powers = 2.0 ** rng.integers(-200, 200, 7)
    scaled = rational.approximate_weights(z * powers[:, np.newaxis])
    expected = weights / powers
    assert_allclose(scaled, expected / expected.sum(), rtol=1e-9)


def test_scaling_tells_when_underflow_lost_something(rng):
    z = rng.standard_normal((5, 3))
    scaled, factors, is_exact = rational.scale_to_ones(z * [1e-300, 1.0, 1e300])
    assert is_exact
    largest = abs(scaled).max(axis=1)
    assert ((largest >= 1) & (largest < 2)).all()
    assert (np.log2(factors) % 1 == 0).all()
    z[0, 1], z[1, 1] = 1e-300, 1e300
    assert not rational.scale_to_ones(z)[2]
