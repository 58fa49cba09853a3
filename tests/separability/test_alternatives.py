"""Gordan's alternatives: which of them holds, decided on few of the rows."""

from fractions import Fraction

import numpy as np
import pytest
from labeled_sets import (
    FAMILIES,
    gaussian,
    labeled_sets,
    nearly_low_rank,
    shares,
    sums_of_others,
    two_units,
)
from numpy.testing import assert_array_equal

from skbackprop import linear_separability
from skbackprop.separability import alternatives, dictionary
from skbackprop.separability.rational import integer_rows, signed_rows

every_family = pytest.mark.parametrize(
    "family", [*FAMILIES, gaussian], ids=lambda family: family.__name__
)


def rows_of(family, n_sets, seed):
    for X, y, affine in labeled_sets(family, n_sets, seed):
        yield signed_rows(X, y, affine)


def exact_products(z, w):
    """What z . w is, times positive numbers."""
    return integer_rows(z)[0].dot(np.array(list(w), object))


def exact_sum(weights, z):
    fractions = [[Fraction(x) for x in row] for row in z.tolist()]
    return np.array(list(weights), object).dot(np.array(fractions, object))


@every_family
def test_one_of_gordans_alternatives_holds(family):
    """Either all rows are on the positive side of w, or some of them vanish."""
    for z in rows_of(family, 30, seed=0):
        verdict, *proof = alternatives.decide(z)
        if verdict == "hyperplane":
            assert (exact_products(z, proof[0]) > 0).all()
        else:
            indices, weights = proof
            assert len(set(indices)) == len(indices)
            assert (weights > 0).all()
            assert (exact_sum(weights, z[indices]) == 0).all()


@every_family
def test_rows_to_begin_with_change_no_verdict(family):
    rng = np.random.default_rng(0)
    for z in rows_of(family, 20, seed=1):
        expected = alternatives.decide(z)[0]
        some = rng.integers(0, len(z), 4)
        for guess in (some, range(len(z))):
            assert alternatives.decide(z, guess)[0] == expected


@every_family
def test_least_indices_come_to_the_same_verdict(family, monkeypatch):
    for z in rows_of(family, 20, seed=2):
        expected = alternatives.decide(z)[0]
        with monkeypatch.context() as patch:
            patch.setattr(dictionary, "_QUICK_PIVOTS", 0)
            assert alternatives.decide(z)[0] == expected


@every_family
def test_sides_have_the_signs_of_exact_products(family):
    """Also of those that are 0, or so small that floats get them wrong."""
    rng = np.random.default_rng(3)
    for z in rows_of(family, 20, seed=3):
        w = integer_rows(rng.standard_normal((1, z.shape[1])))[0][0]
        search = alternatives.decide(z)
        candidates = [w, *(search[1:2] if search[0] == "hyperplane" else ())]
        for normal in candidates:
            sides = alternatives.Rows(z).sides(normal)
            assert_array_equal(np.sign(sides), np.sign(exact_products(z, normal)))


def test_sides_of_numbers_of_all_sizes_are_exact(rng):
    z = rng.standard_normal((40, 3)) * 10.0 ** rng.integers(-320, 300, (40, 3))
    w = integer_rows(rng.standard_normal((1, 3)))[0][0]
    sides = alternatives.Rows(z).sides(w)
    assert_array_equal(np.sign(sides), np.sign(exact_products(z, w)))


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
    z = np.array(rows, float)
    normal = alternatives.weak_normal(z)
    if normal_sides is None:
        assert normal is None
    else:
        assert_array_equal(np.sign(exact_products(z, normal)), normal_sides)


@every_family
def test_few_rows_leave_as_many_on_the_weak_hyperplane_as_all(family):
    for z in rows_of(family, 30, seed=4):
        of_few, of_all = (alternatives.weak_normal(z, g) for g in ((), range(len(z))))
        assert (of_few is None) == (of_all is None)
        if of_few is not None:
            sides, expected = (exact_products(z, w) for w in (of_few, of_all))
            assert (sides >= 0).all()
            assert_array_equal(sides > 0, expected > 0)


def test_weights_of_rows_that_need_not_all_take_part_are_none():
    z = np.array([[1.0, 0], [-1, 0], [0, 1]])
    assert alternatives.vanishing_weights(z) is None
    assert_array_equal(alternatives.vanishing_weights(z[:2]), [1, 1])
    assert alternatives.vanishing_weights(np.array([[1.0, 0], [1, 1]])) is None


def test_weights_are_those_of_rows_that_have_different_denominators():
    z = np.array([[0.5], [-0.125]])
    weights = alternatives.vanishing_weights(z)
    assert weights[1] == 4 * weights[0]


# Few rows are enough


@pytest.fixture
def n_exact(monkeypatch):
    """Counts the rows that come into dictionaries."""
    counts, add = [], dictionary.Dictionary.add

    def counted(self, rows):
        counts.append(len(rows))
        add(self, rows)

    monkeypatch.setattr(dictionary.Dictionary, "add", counted)
    return lambda: sum(counts)


@pytest.mark.parametrize(
    "family", [nearly_low_rank, shares, sums_of_others, two_units, gaussian]
)
@pytest.mark.parametrize("noise", [None, 0.5])
def test_of_a_thousand_rows_no_hundred_needs_exact_arithmetic(family, noise, n_exact):
    """Though columns are collinear up to rounding, so that floats cannot decide."""
    rng = np.random.default_rng(0)
    X, y = family(rng, 1000, 8)
    if noise is not None:
        scores = (X - X.mean(axis=0)) @ rng.standard_normal(8)
        y = np.where(
            scores / scores.std() + noise * rng.standard_normal(1000) > 0, 1, -1
        )
    result = linear_separability(X, y)
    assert not result.separable
    assert result.verify()
    assert not result.weakly_separable
    assert n_exact() < 100


@pytest.mark.parametrize("family", [nearly_low_rank, shares, sums_of_others, two_units])
@pytest.mark.parametrize("n_points", [60, 90, 400])
def test_many_collinear_columns_need_no_elimination(family, n_points, n_exact):
    """Floats find the proof in coordinates that are far from collinear."""
    X, y = family(np.random.default_rng(0), n_points, 40)
    result = linear_separability(X, y)
    assert result.separable == (n_points < 80)
    assert result.verify()
    assert result.weakly_separable == result.separable
    assert n_exact() == 0


def test_a_hyperplane_through_rounding_errors_is_found_among_many_rows(n_exact):
    """Classes differ in the sign of what a total was rounded by, and nowhere else."""
    rng = np.random.default_rng(0)
    X, _ = sums_of_others(rng, 1000, 40)
    parts = [[Fraction(x) for x in row] for row in X[:, :20].tolist()]
    totals = [Fraction(x) for x in X[:, -1].tolist()]
    rest = np.array([float(t - sum(p)) for t, p in zip(totals, parts, strict=True)])
    result = linear_separability(X[rest != 0], np.sign(rest[rest != 0]))
    assert result.separable
    assert result.verify()
    assert n_exact() == 0


def test_weak_hyperplanes_of_many_rows_need_few(n_exact):
    """The classes touch along a plane, at hundreds of points."""
    rng = np.random.default_rng(0)
    X = rng.integers(-5, 6, (1000, 4)).astype(float)
    sides = np.sign(X @ [1, 2, 0, -1])
    y = np.where(sides == 0, rng.choice([-1, 1], 1000), sides)
    result = linear_separability(X, y)
    assert (result.separable, result.weakly_separable) == (False, True)
    products = exact_products(signed_rows(X, y, True), result.weak_normal)
    assert_array_equal(products > 0, sides != 0)
    assert (products >= 0).all()
    assert n_exact() < 200
