"""Coordinates in which columns are far from collinear: exact, and where they are."""

import numpy as np
import pytest
from labeled_sets import nearly_low_rank, shares, sums_of_others, two_units
from numpy.testing import assert_array_equal

from skbackprop.separability.coordinates import independent_coordinates
from skbackprop.separability.rational import integer_rows


def integers(x):
    """Rows of integers that are the same multiple of all numbers."""
    rows, scales = integer_rows(x)
    return rows * (scales.max() // scales)[:, np.newaxis]


@pytest.mark.parametrize("family", [nearly_low_rank, shares, sums_of_others, two_units])
def test_columns_collinear_up_to_rounding_are_far_from_it(family):
    X = np.column_stack([family(np.random.default_rng(0), 100, 20)[0], np.ones(100)])
    assert np.linalg.cond(X) > 1e12
    rows = integers(X)
    found = independent_coordinates(rows)
    assert found.is_settled
    assert np.linalg.cond(found.floats()) < 1e8
    assert_array_equal(found.rows, rows.dot(found.transform))


def test_columns_that_are_far_from_collinear_stay_in_direction(rng):
    rows = integers(rng.standard_normal((30, 5)))
    found = independent_coordinates(rows)
    assert found.is_settled
    assert_array_equal(found.transform != 0, np.eye(5, dtype=bool))


def test_columns_that_others_determine_by_simple_fractions_are_left_out(rng):
    x = rng.standard_normal((30, 5))
    X = np.column_stack(
        [x, x[:, 0], -x[:, 1] / 4, np.zeros(30), 3 * rng.integers(9, size=30)]
    )
    X = np.column_stack([X, X[:, -1] / 3, X[:, -1] / 3 + rng.integers(9, size=30)])
    found = independent_coordinates(integers(X))
    assert found.is_settled
    assert found.rows.shape[1] == np.linalg.matrix_rank(X) == 7


def test_columns_that_others_determine_by_other_fractions_are_not_settled(rng):
    """No number of digits tells that what is left of them is 0."""
    X = rng.integers(-999, 1000, (30, 5)) @ rng.integers(-999, 1000, (5, 8))
    assert not independent_coordinates(integers(X.astype(float))).is_settled


def test_fewer_rows_than_columns_are_settled_where_the_rows_are_independent(rng):
    assert independent_coordinates(integers(rng.standard_normal((5, 9)))).is_settled


def test_columns_of_zeros_leave_one(rng):
    found = independent_coordinates(integers(np.zeros((3, 4))))
    assert_array_equal(found.rows, np.zeros((3, 1)))
