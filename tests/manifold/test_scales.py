"""Dimension by scale: the likelihood of ratios, its errors, and the curve."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import beta

from skbackprop.manifold import bias as _bias
from skbackprop.manifold import intrinsic_dimension
from skbackprop.manifold import scales as _scales

each_n = pytest.mark.parametrize("n", [1, 2, 8, 32])


def sphere(n_samples, dimension, seed=0):
    X = np.random.default_rng(seed).normal(size=(n_samples, dimension + 1))
    return X / np.linalg.norm(X, axis=1, keepdims=True)


def ball(n_samples, dimension, seed=0):
    radii = np.random.default_rng(seed + 1).random((n_samples, 1)) ** (1 / dimension)
    return radii * sphere(n_samples, dimension - 1, seed)


def log_ratios(n, n_samples, dimension, seed=0):
    """Return independent log(T_2n / T_n) of a manifold: powers have a beta law."""
    return -np.log(beta(n, n).rvs(n_samples, random_state=seed)) / dimension


def log_likelihood(dimension, t, n):
    x = np.exp(-dimension * t)
    return np.sum(beta(n, n).logpdf(x) + np.log(dimension) - dimension * t)


def derivative(function, x, step=1e-4):
    return (function(x + step) - function(x - step)) / (2 * step)


# The likelihood


@each_n
def test_the_log_likelihood_is_steep_as_one_sample_at_the_estimate(n):
    """It is N - 1 samples that the estimate counts, for lack of bias at n = 1."""
    t = log_ratios(n, 50, 4)
    found = _scales.most_likely(t, n)
    slope = derivative(lambda d: log_likelihood(d, t, n), found)
    assert_allclose(slope, 1 / found, rtol=1e-4)


@each_n
def test_estimates_from_independent_ratios_have_next_to_no_bias(n):
    found = [_scales.most_likely(log_ratios(n, 20, 4, seed), n) for seed in range(200)]
    error = np.std(found) / np.sqrt(len(found))
    assert abs(np.mean(found) - 4) < 3 * error


@each_n
def test_errors_of_unlinked_samples_are_those_of_fisher_information(n):
    """A sample that is each of its 2n neighbours counts as often in the variance."""
    t = log_ratios(n, 4000, 4)
    found = _scales.most_likely(t, n)
    alone = np.repeat(np.arange(4000)[:, np.newaxis], 2 * n, axis=1)
    curvature = derivative(
        lambda d: derivative(lambda d: log_likelihood(d, t, n), d), found, 1e-2
    )
    expected = np.sqrt(-(1 + 2 * n) / curvature) / found
    assert_allclose(_scales.relative_error(t, found, alone), expected, rtol=0.05)


def test_two_neighbours_give_the_two_nn_estimate():
    X = ball(300, 4)
    for correct_bias in (False, True):
        (row, *_) = intrinsic_dimension(
            X, method="gride", correct_bias=correct_bias
        ).scales.itertuples()
        two_nn = intrinsic_dimension(
            X, method="two_nn", discard=0, correct_bias=correct_bias
        )
        assert row.n_neighbors == 2
        assert_allclose(row.dimension, two_nn.dimension, rtol=1e-5)
        assert_allclose(row.uncorrected, two_nn.uncorrected)


def test_estimates_and_distances_are_those_of_dadapy():
    """Of ``Data(X).return_id_scaling_gride(range_max=64)`` in DADApy 0.3.4."""
    X = np.random.default_rng(0).random((1000, 3))
    found = intrinsic_dimension(X, method="gride", correct_bias=False).scales
    assert_allclose(found["dimension"], [2.97, 2.92, 2.84, 2.82, 2.73, 2.65], atol=0.01)
    assert_allclose(found["distance"], [0.07, 0.09, 0.12, 0.15, 0.19, 0.25], atol=0.01)
    # Theirs are the errors of independent ratios.
    assert (found["standard_error"] > [0.09, 0.07, 0.05, 0.03, 0.02, 0.02]).all()


@pytest.mark.parametrize("shape", [sphere, ball])
def test_intervals_of_each_scale_hold_what_other_samples_give(shape):
    tables = [
        intrinsic_dimension(shape(300, 3, 2 * seed), method="gride", correct_bias=False)
        for seed in range(60)
    ]
    columns = ["dimension", "lower", "upper", "standard_error"]
    found = np.array([table.scales[columns] for table in tables])
    mean, spread = found[..., 0].mean(axis=0), found[..., 0].std(axis=0)
    held = ((found[..., 1] < mean) & (mean < found[..., 2])).mean(axis=0)
    assert (held >= 0.83).all()
    assert_allclose(found[..., 3].mean(axis=0), spread, rtol=0.5)


# The bias of finite samples


def test_of_two_neighbours_both_expectations_are_the_same():
    ratio = _bias.expected_ratio_in_ball(3.3, 200, 2)
    assert_allclose(ratio, _bias.expected_in_ball(3.3, 200, 2), rtol=1e-6)


@pytest.mark.parametrize(("dimension", "n_samples"), [(1, 200), (3, 500), (8, 300)])
def test_balls_have_the_same_dimension_at_all_scales(dimension, n_samples):
    options = {"method": "gride", "n_neighbors": 64, "correct_bias": False}
    found = [
        intrinsic_dimension(ball(n_samples, dimension, 2 * seed), **options).scales
        for seed in range(20)
    ]
    means = np.mean([table["dimension"] for table in found], axis=0)
    expected = [
        _bias.expected_ratio_in_ball(dimension, n_samples, k)
        for k in (2, 4, 8, 16, 32, 64)
    ]
    assert_allclose(means, expected, rtol=0.04)
    (corrected,) = _bias.correct_bias(
        expected[-1:], n_samples, 64, _bias.expected_ratio_in_ball
    )
    assert_allclose(corrected, dimension, rtol=1e-4)


# The curve


def test_distances_are_means_in_units_of_the_samples():
    X = 100 * ball(60, 2)
    T = np.sort(np.linalg.norm(X[:, None] - X, axis=2), axis=1)
    options = {"n_neighbors": 32, "correct_bias": False}
    found = intrinsic_dimension(X, method="gride", **options).scales
    assert_array_equal(found["n_neighbors"], [2, 4, 8, 16, 32])
    expected = [(T[:, k // 2].mean() + T[:, k].mean()) / 2 for k in (2, 4, 8, 16, 32)]
    assert_allclose(found["distance"], expected)


def test_noise_is_seen_from_near_and_the_circle_from_afar():
    rng = np.random.default_rng(0)
    circle = np.exp(2j * np.pi * rng.random(2000))
    X = np.stack([circle.real, circle.imag], axis=1) + 0.01 * rng.normal(size=(2000, 2))
    options = {"n_neighbors": 256, "correct_bias": False}
    found = intrinsic_dimension(X, method="gride", **options).scales["dimension"]
    assert_allclose(found.iloc[0], 2, rtol=0.05)
    assert_allclose(found.iloc[-2:], 1, rtol=0.05)
    assert (np.diff(found) < 0.1).all()


def test_the_estimate_is_of_the_flattest_part_of_the_curve():
    assert _scales.flattest([9, 5, 3, 2.1, 2, 1.9, 1]) == 4
    assert _scales.flattest([np.inf, np.inf, np.inf, 3, 2.1, 2]) == 4
    short = ([3], [3, 2], [np.inf] * 3)
    assert [_scales.flattest(curve) for curve in short] == [0, 1, 1]
    found = intrinsic_dimension(sphere(500, 2), method="gride")
    row = found.scales.set_index("n_neighbors").loc[found.n_neighbors]
    assert found.dimension == row["dimension"]
    assert found.interval == (row["lower"], row["upper"])
    assert found.uncorrected == row["uncorrected"]
    assert_allclose(np.median(found.local), 2, rtol=0.2)


@pytest.mark.parametrize(
    ("n_samples", "largest"), [(3, 2), (20, 2), (100, 8), (511, 32), (600, 64)]
)
def test_scales_end_at_an_eighth_of_the_samples(n_samples, largest):
    X = ball(n_samples, 2)
    found = intrinsic_dimension(X, method="gride", correct_bias=False).scales
    assert found["n_neighbors"].iloc[-1] == largest


def test_other_methods_have_no_scales():
    assert intrinsic_dimension(ball(50, 2)).scales is None


# Bad input


@pytest.mark.parametrize("n_neighbors", [3, 10, 48])
def test_numbers_of_neighbours_are_powers_of_2(n_neighbors):
    with pytest.raises(ValueError, match=f"n_neighbors={n_neighbors} must be a power"):
        intrinsic_dimension(ball(50, 2), method="gride", n_neighbors=n_neighbors)


def test_lattices_are_doubted_though_only_near_neighbours_are_tied():
    grid = np.stack(np.meshgrid(np.arange(20), np.arange(20)), axis=-1).reshape(-1, 2)
    with pytest.warns(UserWarning, match="doubtful: 100% of the ratios"):
        found = intrinsic_dimension(grid, method="gride").scales
    assert not found.isna().any(axis=None)
    assert found["dimension"].iloc[0] == found["standard_error"].iloc[0] == np.inf
    assert_allclose(found["dimension"].iloc[-1], 2, rtol=0.1)


@pytest.mark.filterwarnings("ignore:The dimension is doubtful:UserWarning")
def test_all_samples_but_one_may_be_neighbours():
    found = intrinsic_dimension(ball(17, 2), method="gride", n_neighbors=16).scales
    assert np.isfinite(found.to_numpy()).all()
