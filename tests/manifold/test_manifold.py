"""Dimension of known manifolds, and distances from them."""

import dataclasses
import warnings

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import special_ortho_group

from skbackprop.datasets import make_pose_manifold
from skbackprop.manifold import bias as _bias
from skbackprop.manifold import estimates as _dimension
from skbackprop.manifold import (
    intrinsic_dimension,
    off_manifold_distance,
)

DISTANCE_METHODS = ["mle", "two_nn", "gride"]
each_method = pytest.mark.parametrize("method", [*DISTANCE_METHODS, "pca"])


def cube(n_samples, dimension, seed=0):
    return np.random.default_rng(seed).random((n_samples, dimension))


def sphere(n_samples, dimension, seed=0):
    """Return points on the sphere around the ball of dimension + 1."""
    X = np.random.default_rng(seed).normal(size=(n_samples, dimension + 1))
    return X / np.linalg.norm(X, axis=1, keepdims=True)


def ball(n_samples, dimension, seed=0):
    radii = np.random.default_rng(seed + 1).random((n_samples, 1)) ** (1 / dimension)
    return radii * sphere(n_samples, dimension - 1, seed)


def embedded(X, n_features, seed=0):
    """Return X turned, moved and put into a space of more dimensions."""
    axes = special_ortho_group.rvs(n_features, random_state=seed)
    return X @ axes[: X.shape[1]] + 3


# Intrinsic dimension


@pytest.mark.parametrize("dimension", [1, 2, 3, 5, 7, 10])
@pytest.mark.parametrize("shape", [cube, sphere])
def test_dimensions_of_cubes_and_spheres_are_found_within_a_tenth(shape, dimension):
    estimate = intrinsic_dimension(shape(2000, dimension))
    assert_allclose(estimate.dimension, dimension, rtol=0.1)


@pytest.mark.parametrize("dimension", [1, 2, 5, 8])
@pytest.mark.parametrize("shape", [cube, sphere])
def test_two_nearest_neighbours_tell_the_dimension(shape, dimension):
    found = [
        intrinsic_dimension(shape(2000, dimension, seed), method="two_nn").dimension
        for seed in range(3)
    ]
    assert_allclose(np.mean(found), dimension, rtol=0.1)


@pytest.mark.parametrize(("name", "method"), [("MLE", "mle"), ("TwoNN", "two_nn")])
def test_the_largest_error_is_less_than_that_of_scikit_dimension(name, method):
    skdim = pytest.importorskip("skdim")
    ours, theirs = [], []
    for shape in (cube, sphere):
        for dimension in (2, 6, 10):
            X = shape(2000, dimension)
            ours.append(intrinsic_dimension(X, method=method).dimension / dimension)
            peer = getattr(skdim.id, name)().fit(X)
            theirs.append(peer.dimension_ / dimension)
    assert np.abs(np.array(ours) - 1).max() < np.abs(np.array(theirs) - 1).max()


@pytest.mark.parametrize(("name", "method"), [("MLE", "mle"), ("TwoNN", "two_nn")])
def test_published_estimates_are_those_of_scikit_dimension(name, method):
    skdim = pytest.importorskip("skdim")
    X = cube(1000, 3)
    options = {"n_neighbors": 5} if method == "mle" else {}
    ours = intrinsic_dimension(X, method=method, correct_bias=False, **options)
    theirs = getattr(skdim.id, name)().fit(X).dimension_
    # Theirs averages with other weights, or fits a line.
    assert_allclose(ours.dimension, theirs, rtol=0.05)


@each_method
def test_rotation_embedding_and_scale_change_nothing(method):
    X = cube(300, 3)
    options = {"n_neighbors": 20} if method == "pca" else {}
    before = intrinsic_dimension(X, method=method, **options)
    for other in (embedded(X, 12), 1e-150 * X, 1e150 * X, X.astype(np.float32)):
        after = intrinsic_dimension(other, method=method, **options)
        assert_allclose(after.dimension, before.dimension, rtol=1e-3)
        assert_allclose(after.interval, before.interval, rtol=1e-3)


@each_method
def test_the_order_of_samples_changes_nothing(method):
    X = cube(200, 3)
    order = np.random.default_rng(1).permutation(200)
    before = intrinsic_dimension(X, method=method)
    after = intrinsic_dimension(X[order], method=method)
    assert_allclose(after.dimension, before.dimension)
    assert_allclose(after.local, before.local[order])


@each_method
def test_duplicates_count_once(method):
    X = cube(100, 2)
    once = intrinsic_dimension(X, method=method)
    twice = intrinsic_dimension(np.concatenate([X, X[:60], X[:60]]), method=method)
    assert twice.dimension == once.dimension
    assert twice.interval == once.interval
    assert twice.n_samples == 100
    assert_array_equal(twice.local[:100], once.local)
    assert_array_equal(twice.local[100:160], once.local[:60])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@each_method
def test_duplicates_up_to_rounding_count_once(method, dtype):
    X = (1 + cube(400, 3)).astype(dtype)
    X = np.column_stack([X, X.sum(axis=1)])
    alike = np.vstack([X, X * dtype(3) / dtype(3), (X - dtype(7)) + dtype(7)])
    assert len(np.unique(alike, axis=0)) > 600
    found = intrinsic_dimension(alike, method=method)
    assert found.n_samples == 400
    assert_allclose(
        found.dimension, intrinsic_dimension(X, method=method).dimension, rtol=1e-3
    )
    assert_array_equal(found.local[:400], found.local[400:800])


@pytest.mark.parametrize("method", DISTANCE_METHODS)
@pytest.mark.parametrize("n_copies", [1, 2])
def test_whoever_mixes_precisions_is_told_of_duplicates(method, n_copies):
    X = cube(400, 3)
    copies = [np.float32(X * 3**i) / 3.0**i for i in range(n_copies)]
    mixed = np.vstack([X, *copies])
    with pytest.warns(UserWarning, match="of .* samples .* Pass X as float32"):
        intrinsic_dimension(mixed, method=method)
    found = intrinsic_dimension(mixed.astype(np.float32), method=method)
    assert found.n_samples == 400


def test_duplicates_that_are_taken_for_samples_are_warned_of_and_nothing_else():
    X = np.random.default_rng(0).normal(size=(300, 3))
    X = np.concatenate([X, X.astype(np.float32)])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        dimension = intrinsic_dimension(X, method="two_nn").dimension
    assert 0 < dimension < 1
    assert [str(w.message)[:24] for w in caught] == ["600 of 600 samples of X "]


def test_samples_that_are_dense_or_far_from_the_origin_are_no_duplicates():
    for X in (cube(20_000, 1), 1e9 + cube(500, 2)):
        assert intrinsic_dimension(X).n_samples == len(X)


@pytest.mark.parametrize("method", DISTANCE_METHODS)
def test_counts_are_told_to_have_no_dimension(method):
    counts = np.random.default_rng(0).poisson(5, (2000, 3))
    with pytest.warns(
        UserWarning, match="ratios .* are 1 and .* exceeds the 3 features"
    ):
        intrinsic_dimension(counts, method=method)


def test_a_dimension_beyond_the_features_is_doubted():
    """As of a lattice with a little noise, on which no two distances are equal."""
    X = np.arange(500)[:, np.newaxis] + 0.01 * cube(500, 1)
    with pytest.warns(UserWarning, match="the estimate, .*, exceeds the 1 features"):
        intrinsic_dimension(X, method="two_nn")


def test_the_likelihood_estimate_is_the_formula():
    X = cube(50, 3)
    distances = np.linalg.norm(X[:, None] - X, axis=2)
    T = np.sort(distances, axis=1)[:, 1:7]
    inverse = np.log(T[:, -1:] / T[:, :-1]).sum(axis=1) / 5
    found = intrinsic_dimension(X, n_neighbors=6, correct_bias=False)
    assert_allclose(found.dimension, 1 / inverse.mean())
    assert_allclose(found.local, 4 / 5 / inverse)
    assert found.uncorrected == found.dimension


@pytest.mark.parametrize("discard", [0, 0.1, 0.5])
def test_the_estimate_by_two_neighbours_is_that_of_a_censored_sample(discard):
    X = cube(40, 3)
    distances = np.sort(np.linalg.norm(X[:, None] - X, axis=2), axis=1)
    t = np.sort(np.log(distances[:, 2] / distances[:, 1]))
    r = round(40 * (1 - discard))
    total = t[:r].sum() + (40 - r) * t[r - 1]
    found = intrinsic_dimension(X, method="two_nn", discard=discard, correct_bias=False)
    assert_allclose(found.dimension, (r - 1) / total)
    # Near the line through the origin that Facco et al. fit.
    kept = t[: min(r, 39)]
    heights = -np.log(1 - np.arange(1, len(kept) + 1) / 40)
    assert found.interval[0] < heights @ kept / (kept @ kept) < found.interval[1]


def test_the_interval_by_two_neighbours_is_exact_for_independent_ratios():
    rng = np.random.default_rng(0)
    held, estimates = 0, []
    for _ in range(1000):
        log_distances = np.cumsum(rng.exponential(1 / 4, size=(30, 2)), axis=1)
        estimate, (low, high), _ = _dimension.two_nearest(log_distances, 0.9, 0.2)
        held += low < 4 < high
        estimates.append(estimate)
    assert abs(held / 1000 - 0.9) < 0.03  # three standard errors
    assert_allclose(np.mean(estimates), 4, rtol=0.02)  # without bias


def test_intervals_of_the_likelihood_hold_what_other_samples_give():
    estimates = [
        intrinsic_dimension(sphere(300, 2, seed), correct_bias=False)
        for seed in range(60)
    ]
    mean = np.mean([estimate.dimension for estimate in estimates])
    held = [low < mean < high for low, high in (e.interval for e in estimates)]
    assert 0.83 <= np.mean(held) <= 1


@each_method
def test_more_confidence_takes_a_wider_interval(method):
    X = cube(200, 3)
    options = {"n_neighbors": 8} if method == "pca" else {}
    low, high = (
        intrinsic_dimension(X, method=method, confidence_level=level, **options)
        for level in (0.5, 0.99)
    )
    assert high.interval[0] < low.interval[0] < low.dimension
    assert low.dimension < low.interval[1] < high.interval[1]


# The bias of finite samples


@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_the_share_of_a_ball_is_that_of_random_points(dimension):
    points = ball(200_000, dimension)
    for s, r in [(0.3, 0.2), (0.3, 0.9), (0.9, 0.5), (0.9, 1.5), (0.5, 1.6)]:
        centre = np.zeros(dimension)
        centre[0] = s
        share = (np.linalg.norm(points - centre, axis=1) < r).mean()
        formula = _bias.share_of_ball(np.array(r), np.array(s), dimension)
        assert_allclose(formula, share, atol=0.005)


@pytest.mark.parametrize(("dimension", "n_neighbors"), [(1, 5), (3, 3), (8, 10)])
def test_the_expected_estimate_is_the_mean_over_random_balls(dimension, n_neighbors):
    found = [
        intrinsic_dimension(
            ball(300, dimension, seed), n_neighbors=n_neighbors, correct_bias=False
        ).dimension
        for seed in range(0, 80, 2)
    ]
    expected = _bias.expected_in_ball(dimension, 300, n_neighbors)
    mean = 1 / np.mean(1 / np.array(found))
    assert_allclose(mean, expected, rtol=0.025)


def test_corrected_estimates_of_balls_are_right():
    found = [intrinsic_dimension(ball(500, 12, s)) for s in range(0, 20, 2)]
    assert_allclose(np.mean([e.dimension for e in found]), 12, rtol=0.03)
    assert np.mean([e.uncorrected for e in found]) < 0.85 * 12


def test_bias_vanishes_with_more_samples():
    expected = [_bias.expected_in_ball(4, 10**p, 10) for p in (2, 4, 6, 8)]
    assert np.all(np.diff(expected) > 0)
    assert_allclose(expected[-1], 4, rtol=0.01)


@pytest.mark.parametrize("dimension", [0.4, 1, 7.3, 60])
def test_correction_inverts_expectation(dimension):
    expected = _bias.expected_in_ball(dimension, 500, 10)
    (found,) = _bias.correct_bias([expected], 500, 10)
    assert_allclose(found, dimension, rtol=1e-4)


def test_local_estimates_tell_a_line_from_a_square():
    rng = np.random.default_rng(0)
    line = np.stack([rng.random(400), np.zeros(400)], axis=1)
    square = rng.random((400, 2)) + [5, 0]
    X = np.concatenate([line, square])
    for options in ({"n_neighbors": 20}, {"method": "pca", "n_neighbors": 10}):
        local = intrinsic_dimension(X, **options).local
        assert_allclose(np.median(local[:400]), 1, atol=0.15)
        assert_allclose(np.median(local[400:]), 2, atol=0.3)


# Principal components


@pytest.mark.parametrize("n_neighbors", [None, 15])
def test_principal_components_count_the_axes_of_a_flat_manifold(n_neighbors):
    X = embedded(cube(300, 3), 20)
    found = intrinsic_dimension(
        X, method="pca", n_neighbors=n_neighbors, variance_threshold=0.999999
    )
    assert found.dimension == 3
    assert_array_equal(found.local, 3)
    assert (found.interval is None) == (n_neighbors is None)


def test_a_share_of_variance_decides():
    spectrum = np.array([6.0, 3.0, 1.0])
    counts = [
        _dimension.n_components_of_variance(spectrum, share)
        for share in (0.5, 0.6, 0.61, 0.9, 0.91, 1)
    ]
    assert counts == [1, 1, 2, 2, 3, 3]


# Bad input


@pytest.mark.parametrize(
    ("method", "n_rows"),
    [("mle", 3), ("two_nn", 2), ("gride", 2), ("pca", 2), ("two_nn", 1)],
)
def test_too_few_distinct_samples_are_refused(method, n_rows):
    X = cube(n_rows, 3)
    for rows in (X, np.tile(X, (5, 1))):
        with pytest.raises(
            ValueError, match=rf"at least {max(3, n_rows + 1)} distinct"
        ):
            intrinsic_dimension(rows, method=method)


@each_method
def test_constant_data_is_refused(method):
    with pytest.raises(ValueError, match="distinct samples.*got 1 in 20 rows"):
        intrinsic_dimension(np.full((20, 4), 0.3), method=method)


@pytest.mark.filterwarnings("ignore:The dimension is doubtful. 100%:UserWarning")
@pytest.mark.parametrize("method", DISTANCE_METHODS)
def test_neighbours_that_are_all_equally_far_have_infinite_dimension(method):
    found = intrinsic_dimension(np.eye(6), method=method)
    assert found.dimension == np.inf
    assert found.interval == (np.inf, np.inf)
    assert (found.local == np.inf).all()


@each_method
def test_the_fewest_samples_give_numbers(method):
    found = intrinsic_dimension(cube(4, 2), method=method)
    assert np.isfinite(found.dimension)
    assert np.isfinite(found.local).all()


@pytest.mark.filterwarnings("ignore:The dimension is doubtful:UserWarning")
def test_a_grid_gives_no_nan():
    grid = np.stack(np.meshgrid(np.arange(6), np.arange(6)), axis=-1).reshape(-1, 2)
    for method in (*DISTANCE_METHODS, "pca"):
        found = intrinsic_dimension(grid, method=method)
        assert not np.isnan([found.dimension, *(found.interval or ())]).any()
        assert not np.isnan(found.local).any()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_neighbors": 50}, "n_neighbors=50 must be.*less than the 50"),
        ({"n_neighbors": 2}, "n_neighbors=2 must be at least 3 for method='mle'"),
        ({"method": "two_nn", "n_neighbors": 5}, "'mle' or 'gride' or 'pca', not 'two"),
        ({"discard": 0.1}, "discard=0.1 is for method='two_nn', not 'mle'"),
        ({"variance_threshold": 0.9}, "is for method='pca', not 'mle'"),
        ({"method": "box"}, "'method' parameter"),
        ({"confidence_level": 1}, "'confidence_level' parameter"),
        ({"method": "two_nn", "discard": 1}, "'discard' parameter"),
    ],
)
def test_wrong_settings_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        intrinsic_dimension(cube(50, 2), **options)


def test_columns_that_are_not_finite_are_named():
    X = pd.DataFrame(cube(20, 2), columns=["a", "b"])
    X.loc[3, "b"] = np.nan
    with pytest.raises(ValueError, match="Input X contains NaN(.|\n)*column is 'b'"):
        intrinsic_dimension(X)


def test_results_are_frozen_and_readable():
    found = intrinsic_dimension(cube(200, 2))
    assert float(found) == found.dimension
    assert repr(found).startswith(f"IntrinsicDimension({found.dimension:.2f}, 95% in [")
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.dimension = 1
    assert "95%" not in repr(intrinsic_dimension(cube(20, 2), method="pca"))


# Where they are dense enough to be neighbours of the same pose.
RANGES = {
    "azimuth": (-15, 15),
    "elevation": (-10, 10),
    "light": (-70, 70),
    "roll": (-10, 10),
    "mouth": (0, 1),
}


@pytest.mark.parametrize("n_factors", [1, 2, 3, 4, 5])
@pytest.mark.slow
def test_pictures_of_a_head_have_as_many_dimensions_as_factors(n_factors):
    factors = dict(list(RANGES.items())[:n_factors])
    heads = make_pose_manifold(2000, factors=factors, random_state=0)
    assert_allclose(intrinsic_dimension(heads.data).dimension, n_factors, rtol=0.1)


# Distance from the manifold


def test_points_on_a_plane_are_at_no_distance_and_others_at_their_height():
    plane = embedded(cube(200, 2), 6)
    normal = special_ortho_group.rvs(6, random_state=0)[4]
    heights = np.array([0, 0.01, 1, -3])
    X = plane[:4] + heights[:, None] * normal
    distances = off_manifold_distance(plane, X, n_components=2)
    assert_allclose(distances, np.abs(heights), atol=1e-12)


def test_the_dimension_of_the_planes_is_estimated():
    plane = embedded(cube(500, 2), 6)
    X = np.random.default_rng(1).normal(size=(20, 6))
    assert_array_equal(
        off_manifold_distance(plane, X), off_manifold_distance(plane, X, n_components=2)
    )


def test_distance_from_a_sphere_is_that_of_the_radius():
    train = sphere(3000, 2)
    radii = np.array([0.5, 0.9, 1, 1.2, 2])
    X = sphere(5, 2, seed=1) * radii[:, None]
    distances = off_manifold_distance(train, X, n_components=2)
    assert_allclose(distances, np.abs(radii - 1), atol=0.01)


def test_distances_turn_and_scale_with_the_data():
    train, X = sphere(300, 2), np.random.default_rng(1).normal(size=(10, 3))
    before = off_manifold_distance(train, X, n_components=2)
    axes = special_ortho_group.rvs(3, random_state=0)
    after = off_manifold_distance(
        100 * train @ axes + 7, 100 * X @ axes + 7, n_components=2
    )
    assert_allclose(after, 100 * before)


def test_directions_in_which_neighbours_do_not_vary_are_off_the_manifold():
    line = np.stack([np.arange(20.0), np.zeros(20), np.zeros(20)], axis=1)
    X = [[3.5, 0.2, 0], [4, 0, 3]]
    for n_components in (1, 2, 3):
        distances = off_manifold_distance(
            line, X, n_neighbors=5, n_components=n_components
        )
        assert_allclose(distances, [0.2, 3], atol=1e-12)


def test_distances_do_not_depend_on_batches_or_on_duplicates(monkeypatch):
    train, X = sphere(100, 2), np.random.default_rng(1).normal(size=(30, 3))
    before = off_manifold_distance(train, X, n_components=2)
    monkeypatch.setattr(_dimension, "_ELEMENTS_AT_A_TIME", 200)
    after = off_manifold_distance(np.tile(train, (3, 1)), X, n_components=2)
    assert_allclose(after, before)


def test_training_samples_equal_up_to_rounding_count_once():
    X = (1 + cube(300, 2)).astype(np.float32)
    X = np.column_stack([X, X.sum(axis=1)])
    alike = np.vstack([X, X * np.float32(3) / np.float32(3)])
    assert_allclose(
        off_manifold_distance(alike, X + [0, 0, 0.1]),
        off_manifold_distance(X, X + [0, 0, 0.1]),
        rtol=1e-3,
    )


@pytest.mark.filterwarnings("ignore:The dimension is doubtful. 100%:UserWarning")
def test_neighbours_equally_far_need_a_dimension_to_be_given():
    with pytest.raises(ValueError, match="equally far. Set n_components"):
        off_manifold_distance(np.eye(11), np.eye(11))
    assert off_manifold_distance(np.eye(11), np.eye(11), n_components=2).all()


def test_a_head_in_noise_is_off_the_manifold():
    heads = make_pose_manifold(600, factors=["azimuth"], random_state=0).data
    train, clean = heads[:500], heads[500:]
    noise = np.random.default_rng(0).normal(size=clean.shape)
    noise *= 2 / np.linalg.norm(noise, axis=1, keepdims=True)
    near = off_manifold_distance(train, clean, n_neighbors=5, n_components=2)
    far = off_manifold_distance(train, clean + noise, n_neighbors=5, n_components=2)
    assert near.max() < far.min()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_neighbors": 21}, "n_neighbors=21 must be at most the 20"),
        ({"n_neighbors": 3, "n_components": 3}, "it must be at least 4"),
        ({"n_components": 0}, "'n_components' parameter"),
    ],
)
def test_wrong_planes_are_named(options, message):
    X = cube(20, 5)
    with pytest.raises(ValueError, match=message):
        off_manifold_distance(X, X, **options)


def test_samples_have_the_features_of_training_samples():
    with pytest.raises(
        ValueError, match="X must have the 5 features of X_train, got 4"
    ):
        off_manifold_distance(cube(20, 5), cube(20, 4))
