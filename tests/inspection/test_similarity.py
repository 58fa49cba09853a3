"""Similarity of representations: invariances, and no bias of few samples."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from skbackprop.inspection import cka


def hsic_of_song(K, L):
    """The formula by Song et al., as it is printed."""
    n, ones = len(K), np.ones(len(K))
    K, L = K - np.diag(np.diag(K)), L - np.diag(np.diag(L))
    total = (
        np.trace(K @ L)
        + (ones @ K @ ones) * (ones @ L @ ones) / ((n - 1) * (n - 2))
        - 2 / (n - 2) * (ones @ K @ L @ ones)
    )
    return total / (n * (n - 3))


def two_views(n_samples, seed=0):
    """Two representations that have some of what they tell in common."""
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(n_samples, 3))
    X = common @ rng.normal(size=(3, 6)) + rng.normal(size=(n_samples, 6))
    return X, np.tanh(common) + rng.normal(size=(n_samples, 3)) + 7


@pytest.mark.parametrize("n_samples", [4, 5, 20])
def test_it_is_the_ratio_of_unbiased_estimates(n_samples):
    X, Y = two_views(n_samples)
    K, L = X @ X.T, Y @ Y.T
    expected = hsic_of_song(K, L) / np.sqrt(hsic_of_song(K, K) * hsic_of_song(L, L))
    # Y is 7 off its mean, and the formula as printed subtracts squares of that.
    assert_allclose(cka(X, Y), expected, rtol=1e-8)


def test_rotation_shift_and_scale_make_no_difference():
    X, Y = two_views(30)
    rotation, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(6, 6)))
    assert_allclose(cka(X, -5 * X @ rotation + 1e3), 1, rtol=1e-10)
    assert_allclose(cka(X @ rotation * 1e-200, Y * 1e150 + 1), cka(X, Y), rtol=1e-10)
    assert_allclose(cka(np.hstack([X, np.ones((30, 2))]), Y), cka(X, Y), rtol=1e-12)
    assert cka(X, Y) == cka(Y, X)


def test_features_that_are_scaled_one_by_one_do():
    X, _ = two_views(30)
    assert cka(X, X * np.logspace(0, 2, 6)) < 0.9


def test_what_is_unrelated_has_none_on_average():
    """With more features than samples the biased estimate would be close to 1."""
    rng = np.random.default_rng(0)
    found = [
        cka(rng.normal(size=(20, 100)), rng.normal(size=(20, 50))) for _ in range(400)
    ]
    error = np.std(found) / np.sqrt(len(found))
    assert abs(np.mean(found)) < 3 * error < 0.02
    assert min(found) < 0


@pytest.mark.parametrize(
    "X",
    [
        np.full((9, 3), 0.1),
        np.zeros((9, 1)),
        np.full((9, 2), 1e300),
        np.eye(9)[:, :1],  # but for one sample the same: nothing off the diagonal
    ],
    ids=["constant", "zero", "huge", "one_differs"],
)
def test_what_is_constant_is_similar_to_nothing(X):
    other, _ = two_views(9)
    assert cka(X, other) == cka(other, X) == cka(X, X) == 0


def test_single_precision_is_read_in_double():
    X, Y = (view.astype(np.float32) for view in two_views(30))
    assert cka(X, Y) == cka(X.astype(float), Y.astype(float))


def test_bad_input_is_refused():
    X, Y = two_views(10)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        cka(X, Y[:-1])
    with pytest.raises(ValueError, match="minimum of 4"):
        cka(X[:3], Y[:3])
    Y[2, 1] = np.nan
    with pytest.raises(ValueError, match="Input Y contains NaN"):
        cka(X, Y)
