"""The dictionary in integers."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skbackprop.separability.dictionary import Dictionary


def integers(rng, shape):
    return np.array(rng.integers(-9, 10, shape).tolist(), object)


@pytest.mark.parametrize("pieces", [[12], [5, 7], [1] * 12])
def test_values_in_the_dictionary_are_those_of_its_basis(pieces, rng):
    rows = integers(rng, (12, 5))
    dictionary = Dictionary(5)
    for piece in np.split(rows, np.cumsum(pieces)[:-1]):
        dictionary.add(piece)
    # All rows of the basis have the value 1, here times the determinant.
    values = rows.dot(dictionary.normal())
    in_basis = dictionary._basis
    assert len(set(in_basis)) == 5
    assert (values[in_basis] == dictionary._det).all()
    determinant = np.linalg.det(rows[in_basis].astype(float))
    assert_allclose(dictionary._det, abs(determinant))
    assert_array_equal(dictionary._rows().sum(axis=1), values)


def test_rows_that_come_after_pivots_stand_as_if_they_had_been_there(rng):
    rows = integers(rng, (9, 4))
    early, late = Dictionary(4), Dictionary(4)
    early.add(rows)
    late.add(rows[:6])
    for dictionary in (early, late):
        dictionary._pivot(5, 2)
    late.add(rows[6:])
    assert_array_equal(late._table, early._table)
