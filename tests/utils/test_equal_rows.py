"""Rows that are equal up to rounding."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skbackprop.utils.equal_rows import first_of_equals


@pytest.mark.parametrize("n_columns", [1, 3, 40])
def test_rows_equal_the_first_of_those_within_reach(n_columns):
    rng = np.random.default_rng(0)
    different = rng.normal(size=(200, n_columns))
    which = rng.integers(200, size=1000)
    rows = different[which] + 1e-13 * rng.normal(size=(1000, n_columns))
    firsts = [list(which).index(number) for number in which]
    assert_array_equal(first_of_equals(rows, 1e-11), firsts)
    assert_array_equal(first_of_equals(rows, 0), np.arange(1000))


def test_rows_that_are_equal_to_the_bit_need_no_reach():
    rows = np.random.default_rng(0).normal(size=(50, 7))
    assert_array_equal(
        first_of_equals(np.tile(rows, (20, 1)), 0), np.tile(np.arange(50), 20)
    )


def test_each_row_may_have_its_reach():
    rows = np.array([[0.0], [0.1], [5.0], [5.1]])
    assert_array_equal(first_of_equals(rows, [0.2, 0, 0, 0]), [0, 0, 2, 3])
