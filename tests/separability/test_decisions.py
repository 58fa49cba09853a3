"""Verdicts on separability: right, proved, and the same however they are asked for."""

import sys
from concurrent.futures import ThreadPoolExecutor
from math import comb, inf

import numpy as np
import pytest
from jit_marks import needs_jit
from labeled_sets import FAMILIES, exact_verdict, gaussian, labeled_sets
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import linprog

from skbackprop import (
    VanishingCombination,
    linear_separability,
    linear_separability_many,
)
from skbackprop.separability import active_set as _active_set
from skbackprop.separability import decisions, exact, rational
from skbackprop.separability import verdicts as _verdicts

SQUARE = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
XOR = [0, 1, 1, 0]

every_family = pytest.mark.parametrize(
    "family", [*FAMILIES, gaussian], ids=lambda family: family.__name__
)


def verdict(X, y, affine=True):
    """The result of one labeled set, which may have one label only."""
    return linear_separability_many(X, [y], affine=affine)[0]


def all_labelings(n_points):
    return (np.arange(2**n_points)[:, np.newaxis] >> np.arange(n_points)) & 1


# Verdicts are right


@every_family
def test_verdicts_are_those_of_the_exact_solver_and_their_proofs_hold(family):
    for X, y, affine in labeled_sets(family, 60, seed=0):
        result = verdict(X, y, affine)
        assert result.separable == exact_verdict(X, y, affine)
        assert result.verify()


@every_family
def test_verdicts_without_compiled_code_are_the_same(family, monkeypatch):
    reference = _active_set.NonNegativeLeastSquares
    for X, y, affine in labeled_sets(family, 20, seed=1):
        expected = verdict(X, y, affine)
        with monkeypatch.context() as patch:
            for module in (decisions, exact, _verdicts):
                patch.setattr(module, "make_solver", reference)
            result = verdict(X, y, affine)
        assert result.separable == expected.separable
        assert result.verify()


@needs_jit
@every_family
def test_what_the_compiled_method_proves_is_true(family):
    for X, y, affine in labeled_sets(family, 60, seed=2):
        outcome = _active_set.ActiveSet(X.shape, affine).decide(X, y)
        if outcome.is_proved:
            assert outcome.is_separable == exact_verdict(X, y, affine)


@needs_jit
@pytest.mark.parametrize(("n_features", "n_points"), [(10, 20), (25, 50), (40, 70)])
def test_points_in_general_position_need_no_exact_arithmetic(n_features, n_points, rng):
    X = rng.standard_normal((50, n_points, n_features))
    Y = rng.choice([-1, 1], (50, n_points))
    solver = _active_set.ActiveSet(X.shape, False)
    assert all(is_proved.all() for _, _, is_proved in solver.verdicts(X, Y))


@pytest.mark.parametrize(("n_features", "n_points"), [(10, 20), (25, 50), (40, 70)])
def test_proofs_hold_for_more_features(n_features, n_points, rng):
    verdicts = set()
    for _ in range(10):
        X = rng.standard_normal((n_points, n_features))
        result = linear_separability(X, rng.choice([-1, 1], n_points), affine=False)
        assert result.verify()
        verdicts.add(result.separable)
    assert verdicts == {True, False}


@pytest.mark.parametrize("seed", range(40))
def test_verdicts_are_those_of_a_linear_program(seed):
    """HiGHS decides by tolerance: right where margins are far from it."""
    rng = np.random.default_rng(seed)
    n_points, n_features = 20, 10
    X = rng.standard_normal((n_points, n_features))
    y = rng.choice([-1, 1], n_points)
    z = y[:, np.newaxis] * X
    program = linprog(
        np.r_[np.zeros(n_features), -1],
        A_ub=np.column_stack([-z, np.ones(n_points)]),
        b_ub=np.zeros(n_points),
        bounds=[(-1, 1)] * n_features + [(0, 1)],
        method="highs",
    )
    assert verdict(X, y, affine=False).separable == (program.x[-1] > 1e-6)


@pytest.mark.parametrize("affine", [False, True])
@pytest.mark.parametrize(("n_points", "n_features"), [(5, 2), (7, 3), (8, 2), (8, 5)])
def test_as_many_labelings_are_separable_as_cover_counts(n_points, n_features, affine):
    rng = np.random.default_rng(n_points)
    X = rng.standard_normal((n_points, n_features))
    results = linear_separability_many(X, all_labelings(n_points), affine=affine)
    expected = 2 * sum(comb(n_points - 1, k) for k in range(n_features + affine))
    assert results.separable.sum() == expected
    assert results.verify()


def test_all_but_the_exclusive_or_are_separable_on_a_square():
    results = linear_separability_many(SQUARE, all_labelings(4))
    assert_array_equal(np.flatnonzero(~results.separable), [0b0110, 0b1001])


@pytest.mark.parametrize("power", [-1000, -300, 300, 900])
def test_powers_of_two_in_rows_and_columns_change_no_verdict(power, rng):
    for _ in range(20):
        X, y = gaussian(rng, 9, 3)
        expected = verdict(X, y, affine=False).separable
        by_column, by_row = X.copy(), X.copy()
        by_column[:, 1] *= 2.0**power
        by_row[2] *= 2.0**power
        for scaled in (by_column, by_row):
            result = verdict(scaled, y, affine=False)
            assert result.separable == expected
            assert result.verify()


def test_numbers_of_all_sizes_in_one_row_are_exact(rng):
    """Powers of two cannot scale them all: exact arithmetic alone decides."""
    for _ in range(20):
        X, y = gaussian(rng, 8, 3)
        X *= 10.0 ** rng.integers(-320, 300, X.shape)
        result = verdict(X, y)
        assert result.separable == exact_verdict(X, y, True)
        assert result.verify()


def test_one_unit_in_the_last_place_decides():
    X = np.array([[0.0], [1.0], [1.0]])
    y = [0, 0, 1]
    assert not linear_separability(X, y).separable
    X[2] = np.nextafter(1.0, 2)
    result = linear_separability(X, y)
    assert result.separable
    assert result.verify()
    X[2] = np.nextafter(1.0, 0)
    assert not linear_separability(X, y).separable


def test_margins_too_small_for_floats_are_zero():
    """The hyperplane is somewhere between two neighbouring floats."""
    X = [[1.0], [np.nextafter(1.0, 2)]]
    result = linear_separability(X, [0, 1])
    assert result.separable
    assert 0 <= result.margin < 1e-15
    assert result.verify()


@needs_jit
def test_a_weak_bound_of_the_error_does_not_decide(rng):
    """P >> N: the inverse of the active rows is large; all is proved nonetheless."""
    for _ in range(3):
        X, y = gaussian(rng, 120, 30)
        X[60:] = X[:60] + 1e-9 * rng.standard_normal((60, 30))
        result = linear_separability(X, y)
        assert result.verify()


# Certificates


def test_a_point_with_both_labels_proves_it_all(rng):
    X, y = gaussian(rng, 6, 4)
    X[5], y[:] = X[2], [1, 1, 1, -1, 1, -1]
    result = linear_separability(X, y)
    assert set(result.certificate.indices) == {2, 5}
    assert_allclose(result.certificate.weights, 0.5)
    assert result.certificate.exact_weights(X, y) == [0.5, 0.5]


@every_family
def test_combinations_are_convex_small_and_near_the_exact_ones(family):
    for X, y, affine in labeled_sets(family, 30, seed=3):
        if len(set(y)) == 1:
            continue
        result = linear_separability(X, y, affine=affine)
        if result.separable:
            continue
        certificate = result.certificate
        weights = certificate.exact_weights(X, y, affine=affine)
        assert len(certificate.indices) <= X.shape[1] + affine + 1
        assert sum(weights) == 1
        assert min(weights) > 0
        assert_allclose(certificate.weights, [float(w) for w in weights], atol=1e-6)


@every_family
def test_hyperplanes_separate_as_floats_where_the_margin_allows(family):
    for X, y, affine in labeled_sets(family, 30, seed=4):
        result = verdict(X, y, affine)
        if result.separable and result.margin > 1e-6 * abs(X).max():
            plane = result.certificate
            assert (y * (X @ plane.coef + plane.intercept) > 0).all()
            assert affine or plane.intercept == 0


def test_a_certificate_proves_nothing_about_other_labels(rng):
    X, y = gaussian(rng, 10, 8)
    plane = linear_separability(X, y).certificate
    assert plane.verify(X, y)
    other = np.r_[-y[0], y[1:]]
    assert not plane.verify(X, other)
    X, y = gaussian(rng, 30, 4)
    combination = linear_separability(X, y).certificate
    assert combination.verify(X, y)
    other = y.copy()
    other[combination.indices[0]] *= -1
    assert not combination.verify(X, other)
    fewer = VanishingCombination(combination.indices[:-1], combination.weights[:-1])
    assert not fewer.verify(X, y)


@pytest.mark.parametrize("n_features", [3, 12])
def test_a_combination_of_rows_that_do_not_vanish_proves_nothing(n_features, rng):
    """For few features and for many, which are verified in different ways."""
    X, y = gaussian(rng, 4 * n_features, n_features)
    combination = linear_separability(X, y, affine=False).certificate
    assert combination.verify(X, y, affine=False)
    X[combination.indices[0]] *= -1
    assert not combination.verify(X, y, affine=False)


def test_the_margin_is_the_distance_of_the_closest_point(rng):
    X, y = gaussian(rng, 8, 6)
    result = linear_separability(X, y)
    plane = result.certificate
    distances = abs(X @ plane.coef + plane.intercept) / np.linalg.norm(plane.coef)
    assert_allclose(result.margin, distances.min())
    assert linear_separability(SQUARE, XOR).margin is None


def test_one_label_alone_is_separable_by_an_intercept_and_infinitely_far(rng):
    result = verdict(rng.standard_normal((9, 2)), np.ones(9))
    assert result.separable
    assert result.margin == inf or result.margin > 0
    assert verdict([[0.0, 0.0]], [1]).margin == inf
    assert not verdict([[0.0, 0.0]], [1], affine=False).separable


# Conventions


@every_family
def test_affine_is_homogeneous_with_one_more_feature_of_ones(family):
    for X, y, _ in labeled_sets(family, 20, seed=5):
        extended = np.column_stack([X, np.ones(len(X))])
        affine = verdict(X, y, affine=True).separable
        assert affine == verdict(extended, y, affine=False).separable


def test_a_homogeneous_hyperplane_must_pass_through_the_origin():
    X, y = [[1.0], [2.0]], [0, 1]
    assert linear_separability(X, y).separable
    assert not linear_separability(X, y, affine=False).separable


@pytest.mark.parametrize(
    ("X", "y", "strict", "weak"),
    [
        ([[-1], [1]], [0, 1], True, True),
        ([[-1], [0], [0], [1]], [0, 0, 1, 1], False, True),  # they touch
        ([[0], [0]], [0, 1], False, False),  # all points are on the hyperplane
        ([[0], [1], [2]], [0, 1, 0], False, False),
        (SQUARE, XOR, False, False),
        # The classes share a segment, with points of both kinds beyond its line.
        ([[0, 0], [2, 0], [1, 0], [3, 0], [0, 1], [0, -1]], [0, 0, 1, 1, 0, 1], 0, 1),
    ],
)
def test_weak_separability_allows_points_on_the_hyperplane(X, y, strict, weak):
    result = linear_separability(X, y)
    assert (result.separable, result.weakly_separable) == (bool(strict), bool(weak))
    assert bool(result) == bool(strict)


@every_family
def test_weak_hyperplanes_have_no_point_on_the_wrong_side(family):
    for X, y, affine in labeled_sets(family, 30, seed=6):
        result = verdict(X, y, affine)
        rows, _ = rational.integer_rows(rational.signed_rows(X, y, affine))
        normal = result.weak_normal
        assert result.weakly_separable == (normal is not None)
        if normal is not None:
            sides = rows.dot(np.array(normal[: rows.shape[1]], object))
            assert (sides >= 0).all()
            assert (sides > 0).any()


@pytest.mark.parametrize("seed", range(30))
def test_weak_verdicts_are_those_of_a_linear_program(seed):
    """On small integers, whose programs have solutions far from any tolerance."""
    rng = np.random.default_rng(seed)
    X, y = rng.integers(-2, 3, (7, 2)), rng.choice([-1, 1], 7)
    z = rational.signed_rows(X, y, affine=True)
    program = linprog(
        -z.sum(axis=0), A_ub=-z, b_ub=np.zeros(7), bounds=[(-1, 1)] * 3, method="highs"
    )
    assert verdict(X, y).weakly_separable == (program.fun < -1e-6)


# Many at once


@pytest.mark.parametrize("n_jobs", [None, 2, 3])
def test_verdicts_do_not_depend_on_jobs(n_jobs, rng):
    X = rng.integers(-2, 3, (101, 8, 3))
    Y = rng.choice([-1, 1], (101, 8))
    results = linear_separability_many(X, Y, n_jobs=n_jobs)
    expected = [verdict(*pair).separable for pair in zip(X, Y, strict=True)]
    assert_array_equal(results.separable, expected)


def test_stacks_may_have_many_labelings_of_each_set(rng):
    X = rng.standard_normal((5, 7, 3))
    Y = rng.choice([-1, 1], (5, 11, 7))
    results = linear_separability_many(X, Y)
    assert results.separable.shape == (5, 11)
    assert len(results) == 5
    assert_array_equal(
        linear_separability_many(X, Y, n_jobs=2).separable, results.separable
    )
    for i in range(5):
        of_one_set = linear_separability_many(X[i], Y[i])
        assert_array_equal(results.separable[i], of_one_set.separable)
    assert results[3, 4].separable == results.separable[3, 4]
    assert_array_equal(results[3, 4].X, X[3])
    assert results.verify()
    with pytest.raises(IndexError, match="does not select a single result"):
        results[3]


def test_large_problems_are_cut_into_pieces(rng, monkeypatch):
    X, Y = rng.standard_normal((50, 12, 5)), rng.choice([-1, 1], (50, 12))
    expected = linear_separability_many(X, Y).separable
    of_one_set = linear_separability_many(X[0], Y).separable
    monkeypatch.setattr(_active_set, "_MOST_OPERATIONS", 40_000)
    monkeypatch.setattr(_active_set, "_MOST_NUMBERS", 300)
    assert_array_equal(linear_separability_many(X, Y).separable, expected)
    assert_array_equal(linear_separability_many(X[0], Y).separable, of_one_set)


@pytest.mark.parametrize("labels", [(-1, 1), (0, 1), (False, True), (-1.0, 1.0)])
def test_labels_may_be_of_several_kinds(labels, rng):
    X, codes = rng.standard_normal((9, 3)), rng.integers(0, 2, (30, 9))
    results = linear_separability_many(X, np.array(labels)[codes])
    expected = linear_separability_many(X, codes)
    assert_array_equal(results.separable, expected.separable)
    y = np.array(["down", "up"])[codes[0]]
    assert linear_separability(X, y).separable == expected.separable[0]


@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.int8, np.int64, bool])
def test_points_of_any_dtype_are_taken_exactly(dtype, rng):
    X = rng.integers(0, 2, (30, 7, 3)).astype(dtype)
    Y = rng.choice([-1, 1], (30, 7))
    results = linear_separability_many(X, Y)
    expected = linear_separability_many(X.astype(float), Y)
    assert_array_equal(results.separable, expected.separable)


def test_points_are_left_as_they_are(rng):
    X = rng.standard_normal((20, 8, 3)) * 1e10
    before = X.copy()
    linear_separability_many(X, rng.choice([-1, 1], (20, 8)))
    assert_array_equal(X, before)


def test_several_threads_may_ask_at_once(rng):
    X, Y = rng.standard_normal((300, 20, 10)), rng.choice([-1, 1], (300, 20))
    expected = linear_separability_many(X, Y).separable
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            runs = list(pool.map(lambda _: linear_separability_many(X, Y), range(8)))
    finally:
        sys.setswitchinterval(interval)
    for run in runs:
        assert_array_equal(run.separable, expected)


# Bad input


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        ([[0.0], [1.0]], [1, 1], "exactly two classes, got 1"),
        ([[0.0], [1.0], [2.0]], [0, 1, 2], "exactly two classes, got 3"),
        ([[0.0], [np.nan]], [0, 1], "X contains NaN"),
        ([[0.0], [np.inf]], [0, 1], "X contains infinity"),
        ([[0.0], [1.0]], [0, 1, 1], "inconsistent numbers of samples"),
        ([0.0, 1.0], [0, 1], "Expected 2D array"),
        (np.zeros((0, 2)), [], "0 sample"),
        (np.zeros((2, 0)), [0, 1], "0 feature"),
        ([[2**53 + 1], [0]], [0, 1], "beyond 2[*][*]53"),
        ([[-(2**60)], [0]], [0, 1], "beyond 2[*][*]53"),
    ],
)
def test_bad_input_is_refused(X, y, message):
    with pytest.raises(ValueError, match=message):
        linear_separability(X, y)


@pytest.mark.parametrize(
    ("x_shape", "y_shape", "message"),
    [
        ((4, 2), (4,), r"Y must have the shape \(n_labelings, 4\)"),
        ((4, 2), (3, 5), r"Y must have the shape \(n_labelings, 4\)"),
        ((6, 4, 2), (5, 4), r"Y must have the shape \(6, 4\) or \(6, n_labelings, 4\)"),
        ((6, 4, 2), (6, 3, 2), r"Y must have the shape \(6, 4\)"),
        ((4,), (3, 4), "X must have the shape"),
        ((1, 1, 4, 2), (1, 1, 4), "X must have the shape"),
        ((6, 0, 2), (6, 0), "minimum of 1|at least one each"),
        ((6, 4, 0), (6, 4), "at least one each"),
    ],
)
def test_shapes_that_do_not_fit_are_refused(x_shape, y_shape, message):
    with pytest.raises(ValueError, match=message):
        linear_separability_many(np.zeros(x_shape), np.ones(y_shape))


@pytest.mark.parametrize("values", [[0, 2], [-1, 0], [1, 2], [0.5, 1]])
def test_labels_of_other_values_are_refused(values):
    with pytest.raises(ValueError, match="Y must only have labels -1 and 1, 0 and 1"):
        linear_separability_many([[0.0], [1.0]], [values])


def test_no_labelings_have_no_verdicts(rng):
    results = linear_separability_many(rng.standard_normal((4, 2)), np.zeros((0, 4)))
    assert results.separable.shape == (0,)
