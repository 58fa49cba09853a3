"""The nearest point of a cone, against SciPy and by the conditions that define it."""

import numpy as np
import pytest
from scipy.optimize import nnls

from skbackprop.capacity._cones import nearest_in_cone


def few_in_many_dimensions(rng):
    return rng.normal(size=(30, 80))


def as_many_as_dimensions(rng):
    return rng.normal(size=(60, 60))


def many_in_few_dimensions(rng):
    return rng.normal(size=(300, 8)) + 1.5


def whole_space(rng):
    return rng.normal(size=(100, 5))


def of_low_rank(rng):
    return rng.normal(size=(100, 5)) @ rng.normal(size=(5, 40))


def equal(rng):
    return np.repeat(rng.normal(size=(20, 10)), 5, axis=0)


def nearly_equal(rng):
    return equal(rng) + 1e-9 * rng.normal(size=(100, 10))


def opposite(rng):
    rays = rng.normal(size=(10, 8))
    return np.vstack([rays, -rays])


def along_a_curve(rng):
    return np.vander(rng.random(60), 15)


def lifted(rng):
    rays = np.column_stack([rng.normal(size=(100, 30)), np.full(100, 1e3)])
    return rays * rng.choice([-1, 1], (100, 1))


def with_zeros(rng):
    return np.vstack([np.zeros((3, 4)), rng.normal(size=(9, 4))])


def numbers(rng):
    return rng.normal(size=(9, 1))


KINDS = [few_in_many_dimensions, as_many_as_dimensions, many_in_few_dimensions]
KINDS += [whole_space, of_low_rank, equal, nearly_equal, opposite, along_a_curve]
KINDS += [lifted, with_zeros, numbers]


def found(rays, t):
    indices, weights = nearest_in_cone(rays, t)
    assert len(set(indices)) == len(indices)
    assert (weights > 0).all()
    return weights @ rays[indices]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(5))
def test_the_point_is_as_near_as_the_one_that_scipy_finds(kind, seed):
    rng = np.random.default_rng(seed)
    rays = kind(rng)
    t = rng.normal(size=rays.shape[1])
    weights, _ = nnls(rays.T, t, maxiter=10_000)
    # The distance beside them is wrong in SciPy 1.15 where rays are nearly equal.
    distance = np.linalg.norm(t - weights @ rays)
    # Rays that differ by 1e-9 can be told apart by far weights only.
    assert np.linalg.norm(t - found(rays, t)) == pytest.approx(distance, abs=1e-7)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_left_has_no_ray_on_its_side_and_is_orthogonal(kind):
    rng = np.random.default_rng(0)
    rays = kind(rng)
    t = rng.normal(size=rays.shape[1])
    nearest = found(rays, t)
    sizes = np.linalg.norm(rays, axis=1).max() * np.linalg.norm(t)
    assert (rays @ (t - nearest)).max() <= 1e-7 * sizes
    assert abs(nearest @ (t - nearest)) <= 1e-7 * sizes


def test_points_of_the_cone_are_their_own_nearest():
    rng = np.random.default_rng(0)
    rays = rng.normal(size=(40, 20))
    t = rng.random(40) @ rays
    np.testing.assert_allclose(found(rays, t), t, atol=1e-6)


def test_points_of_the_polar_cone_have_the_origin():
    rays = np.array([[1.0, 0.0], [1.0, 1.0]])
    indices, weights = nearest_in_cone(rays, np.array([-1.0, 0.0]))
    assert len(indices) == len(weights) == 0


def test_the_answer_for_orthogonal_rays_is_the_positive_part():
    t = np.array([1.5, -2.0, 0.25, -0.5])
    np.testing.assert_allclose(found(np.eye(4), t), np.maximum(t, 0), atol=1e-12)
