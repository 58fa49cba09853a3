"""Exact arithmetic: integers of floats, bounds of errors."""

from fractions import Fraction

import numpy as np
import pytest
from numpy.testing import assert_allclose

from skbackprop.separability import alternatives, rational
from skbackprop.separability.alternatives import vanishing_weights


def test_rows_become_integers_without_rounding(rng):
    z = rng.standard_normal((20, 4)) * 10.0 ** rng.integers(-300, 300, (20, 4))
    z[3], z[5, 1], z[7] = 0.0, 5e-324, 2.0**60
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
    exact = vanishing_weights(z)
    assert exact is not None


@pytest.mark.parametrize("n", [4, 12])
def test_weights_of_rows_that_are_singular_up_to_rounding_are_found(n):
    """They hang on the last digits of the rows: floats alone have no inverse."""
    rng = np.random.default_rng(0)
    z = rng.standard_normal((40 * n, n // 2))
    z = np.hstack([z, z @ rng.standard_normal((n // 2, n // 2))])
    z *= rng.choice([-1, 1], (len(z), 1))
    indices, weights = alternatives.decide(z)[1:]
    rows = z[indices]
    assert len(rows) == n + 1
    assert np.linalg.cond(rows[:-1]) > 1e14
    exact = [float(weight) for weight in rational.as_convex(weights)]
    assert_allclose(rational.approximate_weights(rows), exact, rtol=1e-9)
    rows[0] *= -1
    assert rational.approximate_weights(rows) is None


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
