"""Robust scaling with smooth clipping: its formula, its limits, what comes back."""

import numpy as np
import pandas as pd
import pytest
from roads import each_road_of_any_estimator
from sklearn.preprocessing import RobustScaler

from skbackprop import SmoothClippingScaler

DTYPES = [np.float32, np.float64]


def table(n_samples=200, seed=0):
    """Return columns of several scales, one of which is mostly a single value."""
    rng = np.random.default_rng(seed)
    return np.column_stack(
        [
            rng.normal(5, 3, n_samples),
            np.exp(4 * rng.normal(size=n_samples)),
            np.where(rng.random(n_samples) < 0.9, 2.0, rng.uniform(size=n_samples)),
        ]
    )


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("limit", [0.5, 3.0, None])
def test_it_is_the_formula_of_median_and_quartiles(dtype, limit):
    X = table().astype(dtype)
    found = SmoothClippingScaler(limit).fit_transform(X)
    x = X.astype(np.float64)
    lower, upper = np.percentile(x, [25, 75], axis=0)
    scale = upper - lower
    scale[2] = np.ptp(x[:, 2]) / 2
    z = (x - np.median(x, axis=0)) / scale
    expected = z if limit is None else z / np.sqrt(1 + (z / limit) ** 2)
    assert found.dtype == dtype
    np.testing.assert_allclose(
        found, expected, rtol=8 * np.finfo(dtype).eps, atol=1e-12
    )


def test_without_a_limit_it_is_the_robust_scaler():
    X = table()[:, :2]
    X[5, 1] = np.nan
    ours, theirs = SmoothClippingScaler(limit=None).fit(X), RobustScaler().fit(X)
    np.testing.assert_allclose(ours.center_, theirs.center_, rtol=1e-14)
    np.testing.assert_allclose(ours.scale_, theirs.scale_, rtol=1e-14)
    np.testing.assert_allclose(ours.transform(X), theirs.transform(X), rtol=1e-13)


@pytest.mark.parametrize("dtype", DTYPES)
def test_values_come_back_as_far_as_the_limit_lets_them(dtype):
    X = table().astype(dtype)
    for limit in (3.0, None):
        scaler = SmoothClippingScaler(limit).fit(X)
        ordinary = abs(SmoothClippingScaler(None).fit_transform(X)) < 6
        restored = scaler.inverse_transform(scaler.transform(X))
        assert restored.dtype == dtype
        # Beyond the limit by r, rounding is magnified by r^2 + 1.
        np.testing.assert_allclose(
            restored[ordinary], X[ordinary], rtol=60 * np.finfo(dtype).eps, atol=1e-4
        )
    outermost = scaler.set_params(limit=3.0).inverse_transform([[3, -3, 99.0]])
    assert np.isfinite(outermost).all()
    with pytest.raises(ValueError, match="X has 2 features, but SmoothClippingScaler"):
        scaler.inverse_transform(X[:, :2])


def test_constant_columns_become_0_and_come_back():
    X = np.array([[4.0, np.nan, 1], [4.0, np.nan, 2], [4.0, np.nan, 3]])
    scaler = SmoothClippingScaler().fit(X)
    np.testing.assert_array_equal(scaler.scale_, [np.inf, np.inf, 1])
    found = scaler.transform([[4, 5, 2], [9, np.nan, 2]])
    np.testing.assert_array_equal(found, [[0, 0, 0], [0, np.nan, 0]])
    restored = scaler.inverse_transform(found)
    np.testing.assert_array_equal(restored, [[4, 0, 2], [4, np.nan, 2]])


def test_missing_values_stay_and_move_nothing():
    X = table()
    with_missing = np.insert(X, 7, np.nan, axis=0)
    scaler = SmoothClippingScaler().fit(with_missing)
    expected = SmoothClippingScaler().fit_transform(X)
    found = scaler.transform(with_missing)
    np.testing.assert_array_equal(np.delete(found, 7, axis=0), expected)
    assert np.isnan(found[7]).all()


@pytest.mark.parametrize("dtype", DTYPES)
def test_numbers_of_any_size_stay_within_the_limit(dtype):
    limits = np.finfo(dtype)
    columns = [
        [limits.min, 0, 0, 0, limits.max],
        [limits.min, limits.min, 0, limits.max, limits.max],
        [0, 1, 2, 3, limits.max],
        [0, limits.tiny, 2 * limits.tiny, 3 * limits.tiny, 1],
    ]
    X = np.array(columns, dtype).T
    found = SmoothClippingScaler().fit_transform(X)
    assert (abs(found) <= 3).all()
    assert (np.diff(found, axis=0) >= 0).all()
    assert (found[-1, [2, 3]] == 3).all()


def test_outliers_keep_their_order_and_features_their_names():
    X = pd.DataFrame({"income": [1.0, 2, 3, 4, 100, 1e4]})
    scaler = SmoothClippingScaler().set_output(transform="pandas")
    frame = scaler.fit_transform(X)
    assert frame.columns.tolist() == ["income"]
    assert (np.diff(frame["income"]) > 0).all()


@each_road_of_any_estimator
def test_stored_and_loaded_it_transforms_alike(road, tmp_path):
    scaler = SmoothClippingScaler().fit(table())
    new = table(50, seed=1)
    found = road(scaler, tmp_path).transform(new)
    np.testing.assert_array_equal(found, scaler.transform(new))


@pytest.mark.parametrize("limit", [0, -1.0, "far"])
def test_a_limit_that_is_none_is_refused(limit):
    with pytest.raises(ValueError, match="The 'limit' parameter"):
        SmoothClippingScaler(limit).fit(table())
