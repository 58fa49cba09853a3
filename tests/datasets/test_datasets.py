"""Generated data: what varies is what was asked for, and it shows in the pictures."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsRegressor

from skbackprop.datasets import heads as _heads
from skbackprop.datasets import (
    make_pose_manifold,
    make_shifted_digits,
    make_spirals,
    render_heads,
)

ALL = list(_heads.FACTORS)
each_factor = pytest.mark.parametrize("name", ALL)


def centroid(image):
    """Return the centre of the light: columns to the right, rows up, in pixels."""
    rows, columns = np.indices(image.shape)
    return np.array([(columns * image).sum(), -(rows * image).sum()]) / image.sum()


# The head


def test_pictures_and_factors_have_the_shapes_that_were_asked_for():
    heads = make_pose_manifold(7, image_size=20, factors=ALL, random_state=0)
    assert heads.images.shape == (7, 20, 20)
    assert heads.images.dtype == heads.data.dtype == np.float32
    assert_array_equal(heads.data, heads.images.reshape(7, -1))
    assert list(heads.factors) == ALL
    assert heads.images.min() >= 0
    assert heads.images.max() <= 1
    data, factors = make_pose_manifold(
        7, image_size=20, factors=ALL, random_state=0, return_X_y=True
    )
    assert_array_equal(data, heads.data)
    pd.testing.assert_frame_equal(factors, heads.factors)


def test_the_seed_decides():
    first, again, other = (
        make_pose_manifold(5, factors=ALL, random_state=seed) for seed in (0, 0, 1)
    )
    assert_array_equal(first.images, again.images)
    pd.testing.assert_frame_equal(first.factors, again.factors)
    assert not np.array_equal(first.images, other.images)


def test_pictures_do_not_depend_on_how_many_are_rendered_at_a_time(monkeypatch):
    heads = make_pose_manifold(9, factors=ALL, random_state=0)
    monkeypatch.setattr(_heads, "_IMAGES_AT_A_TIME", 4)
    assert_allclose(render_heads(heads.factors), heads.images, atol=1e-6)
    assert_allclose(render_heads(heads.factors[3:4])[0], heads.images[3], atol=1e-6)


@each_factor
def test_each_factor_is_uniform_on_its_range(name):
    values = make_pose_manifold(
        2000, image_size=4, factors=[name], random_state=0
    ).factors[name]
    low, high, *_ = _heads.FACTORS[name]
    quantiles = np.quantile((values - low) / (high - low), [0, 0.25, 0.5, 0.75, 1])
    assert_allclose(quantiles, [0, 0.25, 0.5, 0.75, 1], atol=0.05)


def test_ranges_may_be_given():
    heads = make_pose_manifold(
        50, factors={"azimuth": (-30, 30), "mouth": (0.2, 0.3)}, random_state=0
    )
    assert heads.factors["azimuth"].between(-30, 30).all()
    assert heads.factors["mouth"].between(0.2, 0.3).all()
    assert heads.circular == {}


def test_only_a_full_turn_is_circular():
    assert make_pose_manifold(2, factors=ALL).circular == {"azimuth": 360}
    around = make_pose_manifold(2, factors={"azimuth": (-180, 180)})
    assert around.circular == {"azimuth": 360}


@pytest.mark.parametrize("azimuth", [-90, 0, 137])
def test_a_full_turn_of_azimuth_ends_where_it_began(azimuth):
    before, after = render_heads({"azimuth": [azimuth, azimuth + 360], "light": 40})
    assert_allclose(before, after, atol=1e-5)


def test_a_head_seen_from_the_left_is_the_mirror_image_of_one_from_the_right():
    left, right = render_heads(
        {"azimuth": [-50, 50], "light": [-30, 30], "roll": [10, -10]}
    )
    assert_allclose(left, right[:, ::-1], atol=1e-5)


@each_factor
def test_pictures_change_smoothly_with_each_factor(name):
    """Halving a step halves the change: pictures have derivatives."""
    low, high, *_ = _heads.FACTORS[name]
    middle, step = low + 0.3 * (high - low), 0.01 * (high - low)
    pictures = render_heads({name: middle + step * np.array([0, 0.5, 1])})
    whole = np.linalg.norm(pictures[2] - pictures[0])
    half = np.linalg.norm(pictures[1] - pictures[0])
    assert whole > 0
    assert_allclose(whole / half, 2, rtol=0.15)


@pytest.mark.parametrize(("name", "direction"), [("x", [1, 0]), ("y", [0, 1])])
def test_translation_moves_the_centroid_by_as_much(name, direction):
    still, moved = render_heads({name: [0, 0.125]})
    assert_allclose(
        centroid(moved) - centroid(still), 4 * np.array(direction), atol=0.05
    )


def test_a_nearer_head_is_larger():
    far, near = render_heads({"z": [-1, 1]})
    ratio = np.sqrt((near > 0.05).sum() / (far > 0.05).sum())
    assert_allclose(ratio, (8 + 1) / (8 - 1), rtol=0.05)


def test_a_roll_turns_the_picture():
    upright, lying = render_heads({"roll": [0, 90], "light": 0})
    # The outline turns; the light does not turn with it.
    assert (np.rot90(upright > 0.03) != (lying > 0.03)).mean() < 0.01


def test_light_changes_pixels_strongly_but_not_the_outline():
    left, right = render_heads({"light": [-60, 60]})
    assert np.abs(left - right).max() > 0.4
    covered = (left > 0.02) | (right > 0.02)
    assert_array_equal(left[covered] > 0, right[covered] > 0)
    # What lights up is the side that the light is on.
    assert left[:, :16].sum() > 1.5 * left[:, 16:].sum()
    assert right[:, 16:].sum() > 1.5 * right[:, :16].sum()


def test_lighting_moves_a_picture_further_than_a_turn_of_ten_degrees():
    start, lit, turned = render_heads({"light": [-60, 60, -60], "azimuth": [0, 0, 10]})
    assert np.linalg.norm(lit - start) > 2 * np.linalg.norm(turned - start)


@pytest.mark.parametrize("name", ["smile", "brow"])
def test_muscles_of_the_face_are_not_seen_from_behind(name):
    low, high, *_ = _heads.FACTORS[name]
    front = render_heads({name: [low, high]})
    assert np.abs(front[0] - front[1]).max() > 0.1
    back = render_heads({name: [low, high], "azimuth": 180})
    assert np.abs(back[0] - back[1]).max() < 0.05


def test_brightness_multiplies():
    full, half = render_heads({"brightness": [1, 0.5]})
    assert_allclose(half, full / 2, atol=1e-6)


def test_larger_pictures_show_the_same_scene():
    factors = {"azimuth": 30, "x": 0.05}
    small, large = (render_heads(factors, image_size=size)[0] for size in (32, 64))
    means = large.reshape(32, 2, 32, 2).mean(axis=(1, 3))
    assert np.abs(means - small).max() < 0.15
    assert np.abs(means - small).mean() < 0.01


def test_neighbours_in_pixels_are_neighbours_in_pose():
    heads = make_pose_manifold(
        1500, factors={"azimuth": (-90, 90), "elevation": (-40, 40)}, random_state=0
    )
    factors = heads.factors / [90, 40]
    model = KNeighborsRegressor(3).fit(heads.data[:1000], factors[:1000])
    assert model.score(heads.data[1000:], factors[1000:]) > 0.95


@pytest.mark.parametrize(
    ("factors", "message"),
    [
        (["azimuth", "yaw"], "factors must be among azimuth.*, got 'yaw'"),
        ([], "got none"),
        ("azimuth", "factors must be a sequence of names"),
        (["x", "x"], "not contain repetitions"),
        ({"x": (1, 0)}, r"factors\['x'\] must be a range"),
        ({"x": (0, np.nan)}, r"factors\['x'\] must be a range"),
        ({"x": 3}, r"factors\['x'\] must be a range"),
        ({"z": (0, 7)}, "at most 6"),
    ],
)
def test_wrong_factors_of_a_manifold_are_named(factors, message):
    with pytest.raises(ValueError, match=message):
        make_pose_manifold(50, factors=factors, random_state=0)


@pytest.mark.parametrize(
    ("factors", "message"),
    [
        ({"x": [0, 1], "y": [0, 1, 2]}, "arrays of equal length.*'x': 2, 'y': 3"),
        ({"x": [np.inf]}, r"factors\['x'\] must be a finite number"),
        ({"x": [[1, 2]]}, r"factors\['x'\] must be a finite number"),
        ({"nose": 1}, "got 'nose'"),
    ],
)
def test_wrong_values_of_factors_are_named(factors, message):
    with pytest.raises(ValueError, match=message):
        render_heads(factors)


@pytest.mark.parametrize("image_size", [3, 8.5, None])
def test_pictures_have_at_least_four_pixels_a_side(image_size):
    with pytest.raises(ValueError, match="image_size"):
        render_heads({"x": 0}, image_size=image_size)
    with pytest.raises(ValueError, match="image_size"):
        make_pose_manifold(1, image_size=image_size)


# Shifted digits


def test_a_shift_moves_every_pixel():
    shifted = make_shifted_digits([(0, 0), (3, -1), (-2, 2)])
    assert shifted.data.dtype == np.float32
    for dx, dy in [(3, -1), (-2, 2)]:
        is_it = (shifted.factors["dx"] == dx) & (shifted.factors["dy"] == dy)
        assert_array_equal(
            shifted.images[is_it], np.roll(shifted.images[::3], (dy, dx), (1, 2))
        )


def test_digits_are_those_of_scikit_learn_in_the_middle_of_the_canvas():
    originals = load_digits()
    shifted = make_shifted_digits([0], digits=[7], image_size=12)
    assert_array_equal(
        shifted.images[:, 2:10, 2:10], originals.images[originals.target == 7] / 16
    )
    assert shifted.images.sum() == shifted.images[:, 2:10, 2:10].sum()


def test_factors_tell_which_digit_was_shifted_by_how_much():
    shifted = make_shifted_digits()
    factors = shifted.factors
    assert list(factors) == ["sample", "dx", "dy"]
    assert_array_equal(shifted.target, load_digits().target[factors["sample"]])
    assert set(shifted.target) == {4, 9}
    assert_array_equal(factors["dx"].to_numpy().reshape(361, 5)[7], [-2, -1, 0, 1, 2])
    assert (factors.groupby("sample")["dx"].nunique() == 5).all()
    assert (factors["dy"] == 0).all()
    data, target = make_shifted_digits(return_X_y=True)
    assert_array_equal(data, shifted.data)
    assert_array_equal(target, shifted.target)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"shifts": []}, "shifts must be ints or pairs"),
        ({"shifts": [[1, 2, 3]]}, "shifts must be ints or pairs"),
        ({"shifts": [0.5]}, "shifts must be ints"),
        ({"shifts": [1, 1]}, "shifts must differ"),
        ({"digits": [4, 10]}, "digits must be from 0 to 9"),
        ({"digits": []}, "digits must be from 0 to 9"),
        ({"digits": ["4"]}, r"digits must be ints from 0 to 9, got \['4'\]"),
        ({"digits": [4.0]}, "digits must be ints"),
        ({"digits": [True]}, "digits must be ints"),
        ({"shifts": [3], "image_size": 12}, "it must be at least 14"),
        ({"image_size": 4}, "image_size"),
    ],
)
def test_wrong_shifts_and_digits_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        make_shifted_digits(**options)


# Spirals


@pytest.mark.parametrize("n_spirals", [1, 2, 5])
def test_a_spiral_has_the_angle_that_its_radius_tells(n_spirals):
    X, y = make_spirals(203, n_turns=2, n_spirals=n_spirals, random_state=0)
    counts = np.bincount(y)
    assert len(counts) == n_spirals
    assert np.ptp(counts) <= 1
    r = np.linalg.norm(X, axis=1)
    turns = np.arctan2(X[:, 1], X[:, 0]) / (2 * np.pi)
    error = turns - (2 * r + y / n_spirals)
    assert_allclose(error, np.round(error), atol=1e-9)
    assert 0.95 < r.max() <= 1


def test_noise_of_spirals_has_the_standard_deviation_that_was_asked_for():
    clean, y = make_spirals(4000, random_state=0)
    noisy, same = make_spirals(4000, noise=0.1, random_state=0)
    assert_array_equal(y, same)
    assert_allclose((noisy - clean).std(axis=0), 0.1, rtol=0.05)


def test_a_line_does_not_separate_two_spirals():
    X, y = make_spirals(400, random_state=0)
    assert LogisticRegression().fit(X, y).score(X, y) < 0.75


@pytest.mark.parametrize(
    "options", [{"n_samples": 0}, {"n_turns": 0}, {"n_spirals": 0}, {"noise": -1}]
)
def test_wrong_options_of_spirals_are_named(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        make_spirals(**options)
