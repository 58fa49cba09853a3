"""Participation ratio and neural collapse, against closed forms."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from skbackprop.inspection import nc1, participation_ratio

RNG = np.random.default_rng(0)
ROTATION, _ = np.linalg.qr(RNG.normal(size=(5, 5)))
CORNERS = np.vstack([np.eye(5), -np.eye(5)])  # of equal variance in all directions


# Participation ratio


def test_equal_variances_count_alike():
    assert_allclose(participation_ratio(CORNERS @ ROTATION + 3), 5)
    assert_allclose(participation_ratio(CORNERS[:, :2]), 2)
    assert_allclose(participation_ratio(CORNERS[:, :1]), 1)


@pytest.mark.parametrize("shape", [(50, 8), (8, 50)], ids=["long", "wide"])
def test_it_is_that_of_the_eigenvalues_of_the_covariance(shape):
    X = RNG.normal(size=shape) * np.logspace(0, 1, shape[1])
    values = np.linalg.eigvalsh(np.cov(X.T))
    expected = values.sum() ** 2 / np.sum(values**2)
    assert_allclose(participation_ratio(X), expected)
    assert_allclose(participation_ratio(X * 1e180), expected)


def test_few_samples_of_many_dimensions_have_fewer():
    found = [participation_ratio(RNG.normal(size=(40, 20))) for _ in range(100)]
    assert_allclose(np.mean(found), 20 / (1 + 20 / 40), rtol=0.05)


def test_no_scatter_has_no_direction():
    assert participation_ratio(np.full((7, 3), 0.1)) == 0
    with pytest.raises(ValueError, match="minimum of 2"):
        participation_ratio([[1, 2]])


# Neural collapse


def test_it_is_the_trace_of_the_formula():
    y = np.repeat(np.arange(4), 6)
    X = RNG.normal(size=(24, 5)) + 2 * RNG.normal(size=(4, 5))[y]
    means = np.array([X[y == k].mean(axis=0) for k in range(4)])
    within = np.mean([np.cov(X[y == k].T, bias=True) for k in range(4)], axis=0)
    between = np.cov(means.T, bias=True)
    expected = np.trace(within @ np.linalg.pinv(between, rcond=1e-10)) / 4
    assert_allclose(nc1(X, y), expected, rtol=1e-10)
    assert_allclose(nc1(1e-150 * X @ ROTATION + 1, y), np.inf)  # lost in rounding
    assert_allclose(nc1(1e-3 * X @ ROTATION + 1, y), expected, rtol=1e-8)


def test_two_classes_on_a_line():
    """Variance 1 within, means 4 apart: 1 / 4 / 2."""
    assert_allclose(nc1([[-1], [1], [3], [5]], ["a", "a", "b", "b"]), 0.125)


def test_classes_count_alike_whatever_their_sizes():
    X, y = np.array([[-1], [1], [3.0], [7.0]]), np.array([0, 0, 1, 1])
    rows = np.array([0, 1, 2, 3] + [2, 3] * 10)
    assert_allclose(nc1(X[rows], y[rows]), nc1(X, y))


def test_collapsed_classes_have_none():
    y = np.tile(np.arange(3), 4)
    assert nc1(np.eye(3)[y] @ RNG.normal(size=(3, 5)), y) < 1e-25
    assert nc1(np.eye(3)[y], y) == 0


def test_what_means_do_not_tell_is_infinite():
    assert nc1(np.full((6, 2), 0.1), [0, 0, 0, 1, 1, 1]) == np.inf
    assert nc1([[-1], [1], [-2], [2]], [0, 0, 1, 1]) == np.inf


@pytest.mark.parametrize(
    ("y", "what"),
    [([0, 0, 0, 0], "got 1 of 4"), ([0, 0, 0, 1], "got 2 of 1")],
    ids=["one_class", "one_sample"],
)
def test_too_few_classes_or_samples_are_refused(y, what):
    with pytest.raises(ValueError, match=f"at least two classes.*{what}"):
        nc1(np.eye(4), y)


def test_lengths_must_agree():
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        nc1(np.eye(4), [0, 0, 1])
