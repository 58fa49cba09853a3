"""The capacity of manifolds: closed forms, simulation, geometry."""

import joblib
import numpy as np
import pandas as pd
import pytest
from jit_marks import needs_jit
from manifold_clouds import circles, digits, gaussian_spheres, simulated_capacity
from scipy.integrate import quad
from scipy.optimize import nnls
from scipy.stats import binom, chi, norm

from skbackprop.capacity import ManifoldCapacity, manifold_capacity, sphere_capacity
from skbackprop.capacity._anchors import geometry
from skbackprop.capacity._draws import Clouds, spanned_space


def standard_error(found):
    return found.draws.std(ddof=1) / np.sqrt(len(found.draws))


# Points: Cover's theorem


@pytest.mark.parametrize(
    "n_features", [50, 200, pytest.param(500, marks=pytest.mark.slow)]
)
def test_random_points_need_half_as_many_dimensions(n_features):
    X = np.random.default_rng(1).normal(size=(n_features, n_features))
    found = manifold_capacity(X, groups=range(n_features), random_state=1)
    assert abs(found.n_dimensions - n_features / 2) <= 2 * standard_error(found)
    assert found.interval[0] <= 2 <= found.interval[1]
    assert found.dimension == found.radius == 0


@pytest.mark.parametrize("affine", [False, True])
@pytest.mark.parametrize(
    ("n_points", "n_features"), [(2, 1), (3, 1), (8, 3), (12, 20), (30, 10)]
)
def test_points_in_general_position_need_what_covers_theorem_says(
    n_points, n_features, affine
):
    """With N dimensions, random labels need min(B, N) on average, B of (P, 1/2).

    Cones of dichotomies have the intrinsic volumes C(P, k) / 2^P for k < N, which is
    Cover's count. An intercept takes one dimension from each that has one.
    """
    n_needed = np.clip(np.arange(n_points + 1) - affine, 0, n_features)
    expected = binom.pmf(range(n_points + 1), n_points, 0.5) @ n_needed
    means = []
    for seed in range(40):
        X = np.random.default_rng(seed).normal(size=(n_points, n_features))
        found = manifold_capacity(
            X, groups=range(n_points), n_draws=10, affine=affine, random_state=seed
        )
        means.append(found.n_dimensions)
    error = np.std(means) / np.sqrt(len(means))
    assert np.mean(means) == pytest.approx(expected, abs=3 * error)


def test_a_point_needs_half_a_dimension():
    found = manifold_capacity([[-3.0]], groups=["a"], n_draws=400, random_state=0)
    assert set(found.draws.round(12)) == {0, 1}
    assert found.n_dimensions == pytest.approx(0.5, abs=0.06)


# Spheres: the published formula


def capacity_of_ball(radius, dimension):
    """Return the formula of Chung, Lee & Sompolinsky (2018), without a margin.

    Its integrals over the component t0 along the center are closed forms here.
    """

    def inner(t):
        low, high = -radius * t, t / radius
        beyond = norm.sf(high)
        inside = high * norm.pdf(high) + beyond + t**2 * beyond
        share = norm.cdf(high) - norm.cdf(low)
        first = norm.pdf(low) - norm.pdf(high)
        second = share + low * norm.pdf(low) - high * norm.pdf(high)
        outside = second + 2 * radius * t * first + (radius * t) ** 2 * share
        return inside + outside / (1 + radius**2)

    return 1 / quad(lambda t: chi.pdf(t, dimension) * inner(t), 0, np.inf)[0]


@pytest.mark.parametrize("dimension", [1, 2, 3.5, 20])
@pytest.mark.parametrize("radius", [0.1, 1, 3])
def test_the_capacity_of_spheres_is_the_published_formula(radius, dimension):
    assert sphere_capacity(radius, dimension) == pytest.approx(
        capacity_of_ball(radius, dimension), rel=1e-8
    )


def test_the_capacity_of_spheres_has_the_limits_it_should_have():
    D = np.array([0.5, 1, 10, 1e4])
    np.testing.assert_allclose(sphere_capacity(0, D), 2, rtol=1e-4)
    np.testing.assert_allclose(sphere_capacity(1, D), 2 / (D + 1), rtol=1e-4)
    np.testing.assert_allclose(sphere_capacity(np.inf, D), 2 / (2 * D + 1), rtol=1e-4)
    assert sphere_capacity(2, 1000) == pytest.approx((1 + 1 / 4) / 1000, rel=0.01)


@pytest.mark.parametrize(
    ("radius", "dimension", "message"),
    [
        (-1, 2, "radius must be at least 0"),
        (np.nan, 2, "radius must be at least 0"),
        (1, 0, "dimension must be positive"),
        (1, np.inf, "dimension must be positive and finite"),
        ([1, 2], [1, 2, 3], "shapes that broadcast"),
        ("wide", 2, "radius"),
    ],
)
def test_spheres_that_are_none_are_refused(radius, dimension, message):
    with pytest.raises(ValueError, match=message):
        sphere_capacity(radius, dimension)


@pytest.mark.parametrize("radius", [0.3, 1, 3])
@pytest.mark.parametrize(
    ("dimension", "n_points"),
    [(1, 2), (2, 40), pytest.param(3, 150, marks=pytest.mark.slow)],
)
def test_gaussian_spheres_have_the_capacity_of_the_formula(dimension, radius, n_points):
    rng = np.random.default_rng(0)
    needed = [
        manifold_capacity(
            *gaussian_spheres(dimension, radius, n_points, rng),
            n_draws=30,
            random_state=seed,
        ).n_dimensions
        for seed in range(8)
    ]
    expected = sphere_capacity(radius, dimension)
    assert 10 / np.mean(needed) == pytest.approx(expected, rel=0.05)


@pytest.mark.parametrize("radius", [0.2, 0.6])
def test_of_circles_the_geometry_is_known(radius):
    X, y = circles(8, radius)
    found = manifold_capacity(X, y, n_draws=400, random_state=0)
    assert found.radius == pytest.approx(radius, rel=0.05)
    assert found.dimension == pytest.approx(2, rel=0.05)
    np.testing.assert_allclose(found.table["radius"], radius, rtol=0.05)
    np.testing.assert_allclose(found.table["dimension"], 2, rtol=0.2)
    # Centers and planes are orthogonal; means of 400 draws are nearly so.
    assert (found.alignments < 0.06).all()


def test_a_manifold_that_covers_the_cone_of_directions_needs_them_all():
    X = np.vstack([np.eye(5), -np.eye(5)])
    found = manifold_capacity(X, np.zeros(10), n_draws=20, random_state=0)
    np.testing.assert_allclose(found.draws, 5)
    assert found.interval == pytest.approx((0.2, 0.2))


# Simulation


@needs_jit
@pytest.mark.parametrize("affine", [False, True])
@pytest.mark.parametrize("n_each", [5, 20])
def test_digits_have_the_capacity_that_simulation_finds(n_each, affine):
    X, y = digits(n_each)
    found = manifold_capacity(X, y, affine=affine, random_state=0)
    expected = simulated_capacity(X, y, affine=affine)
    assert found.capacity == pytest.approx(expected, rel=0.1)


# What the result says of manifolds


@pytest.mark.parametrize("kind", ["digits", "circles", "equal", "low rank"])
def test_the_geometry_is_that_of_the_published_formulas(kind):
    """Chou et al. (2025) and Chung et al. (2018), with pseudo-inverses."""
    X, y = digits(6)
    if kind == "circles":
        X, y = circles(4, 0.7, 10)
    elif kind == "equal":
        X, y = np.repeat(X[::6], 3, axis=0), np.repeat(y[::6], 3)
    elif kind == "low rank":  # more manifolds than dimensions
        X = X @ np.random.default_rng(0).normal(size=(64, 5))
    clouds = Clouds(*spanned_space(X, False), y, None, False, 0)
    draws = [d for batch in clouds.batches(30) for d in clouds.run(batch).draws]
    found = geometry(clouds.points, draws)

    anchors = np.array([draw.anchors.toarray() @ clouds.points for draw in draws])
    centers = anchors.mean(axis=0)
    axes = anchors - centers
    t1 = np.array([a @ draw.direction for a, draw in zip(axes, draws, strict=True)])
    if kind == "equal":
        assert found.dimension == found.radius == 0
        np.testing.assert_allclose(axes, 0, atol=1e-9)
        return
    G0, G1 = centers @ centers.T, axes @ axes.transpose(0, 2, 1)
    first, second = pinvs(G1), pinvs(G0 + G1)
    D = np.einsum("ki,kij,kj->k", t1, first, t1).mean() / len(centers)
    above = np.einsum("ki,kij,kj->k", t1, second, t1).mean()
    assert found.dimension == pytest.approx(D, rel=1e-6)
    if kind == "low rank":  # the axes span what the centers do
        assert found.radius == np.inf
    else:
        third = pinvs(G1 + G1 @ pinvs(G0) @ G1)
        below = np.einsum("ki,kij,kj->k", t1, third, t1).mean()
        assert found.radius == pytest.approx(np.sqrt(above / below), rel=1e-6)

    lengths = np.linalg.norm(axes, axis=2)
    along = np.divide(t1, lengths, out=np.zeros_like(t1), where=lengths > 1e-9)
    np.testing.assert_allclose(found.dimensions, (along**2).mean(axis=0), rtol=1e-6)
    radii = np.sqrt((lengths**2).mean(axis=0)) / np.linalg.norm(centers, axis=1)
    np.testing.assert_allclose(found.radii, radii)


def pinvs(grams):
    return np.linalg.pinv(grams, rcond=1e-10, hermitian=True)


def test_units_and_the_order_of_samples_do_not_matter():
    X, y = digits(6)
    order = np.random.default_rng(0).permutation(len(X))
    settings = {"n_draws": 40, "random_state": 0}
    found = manifold_capacity(X, y, **settings)
    moved = manifold_capacity(1e300 * X[order], y[order], **settings)
    np.testing.assert_allclose(moved.draws, found.draws)
    pd.testing.assert_frame_equal(moved.table, found.table)
    pd.testing.assert_series_equal(moved.alignments, found.alignments)


def test_a_rotation_changes_nothing_but_what_is_drawn():
    X, y = digits(6)
    rotation = np.linalg.qr(np.random.default_rng(0).normal(size=(64, 64)))[0]
    settings = {"n_draws": 400, "random_state": 0}
    found = manifold_capacity(X, y, **settings)
    moved = manifold_capacity(X @ rotation, y, **settings)
    for name in ("capacity", "dimension", "radius"):
        expected = getattr(found, name)
        assert getattr(moved, name) == pytest.approx(expected, rel=0.1)


def test_with_an_intercept_the_origin_does_not_matter():
    X, y = digits(5)
    settings = {"affine": True, "n_draws": 50, "random_state": 0}
    found = manifold_capacity(X, y, **settings)
    moved = manifold_capacity(X + 1000, y, **settings)
    assert moved.capacity == pytest.approx(found.capacity, rel=1e-6)
    assert moved.radius == pytest.approx(found.radius, rel=1e-6)


def test_the_manifold_of_a_sample_may_have_any_name():
    X, y = circles(3, 0.5, 8)
    names = np.array(["cat", "dog", "eel"], object)[y]
    settings = {"n_draws": 20, "random_state": 0}
    expected = manifold_capacity(X, y, **settings)
    for options in ({"y": names}, {"groups": pd.Series(names)}, {"groups": names}):
        found = manifold_capacity(X, **options, **settings)
        np.testing.assert_array_equal(found.draws, expected.draws)
        assert list(found.table.index) == ["cat", "dog", "eel"]


def test_with_an_intercept_the_cone_is_that_of_differences_between_the_classes():
    """Balanced weights of both classes are weights of pairs of their samples."""
    X, y = digits(4)
    signs = np.array([1.0, -1, 1, 1, -1, -1, 1, -1, -1, 1])
    clouds = Clouds(*spanned_space(X / 16, True), y, signs[np.newaxis], True, 0)
    differences = clouds.points[:, np.newaxis] - clouds.points
    is_pair = (signs[y][:, np.newaxis] > 0) & (signs[y] < 0)
    [batch] = clouds.batches(10)
    for draw in clouds.run(batch).draws:
        weights, _ = nnls(differences[is_pair].T, draw.direction, maxiter=10_000)
        expected = np.square(weights @ differences[is_pair]).sum()
        assert draw.squared_length == pytest.approx(expected, rel=1e-4)


# Dichotomies


def test_given_dichotomies_take_turns():
    X, y = circles(3, 0.5, 8)
    both = [[1, 1, -1], [-1, 1, 1]]
    settings = {"n_draws": 40, "random_state": 0}
    found = manifold_capacity(X, y, dichotomies=both, **settings)
    first = manifold_capacity(X, y, dichotomies=both[:1], **settings)
    second = manifold_capacity(X, y, dichotomies=both[1:], **settings)
    np.testing.assert_array_equal(found.draws[::2], first.draws[::2])
    np.testing.assert_array_equal(found.draws[1::2], second.draws[1::2])


@pytest.mark.parametrize(
    ("y_of_groups", "dichotomies"),
    [
        (["no", "no", "yes"], [[-1, -1, 1]]),
        ([4, 9, 7], [[1, -1, -1], [-1, -1, 1], [-1, 1, -1]]),
    ],
)
def test_y_gives_the_dichotomies_of_groups(y_of_groups, dichotomies):
    X, groups = circles(3, 0.5, 8)
    settings = {"groups": groups, "n_draws": 30, "random_state": 0}
    found = manifold_capacity(X, np.array(y_of_groups)[groups], **settings)
    expected = manifold_capacity(X, dichotomies=dichotomies, **settings)
    np.testing.assert_array_equal(found.draws, expected.draws)


def test_of_classes_that_lie_opposite_one_dichotomy_is_easy():
    X = np.array([[1.0, 0.1], [1.0, -0.1], [-1.0, 0.1], [-1.0, -0.1]])
    settings = {"groups": [0, 0, 1, 1], "n_draws": 200, "random_state": 0}
    apart = manifold_capacity(X, dichotomies=[[1, -1]], **settings)
    together = manifold_capacity(X, dichotomies=[[1, 1]], **settings)
    assert apart.n_dimensions < 0.6
    assert together.n_dimensions == pytest.approx(2)  # no half plane has both


# Workers


def assert_same(found, expected):
    np.testing.assert_allclose(found.draws, expected.draws, rtol=1e-10)
    pd.testing.assert_frame_equal(found.table, expected.table)
    assert found.interval == pytest.approx(expected.interval)


@pytest.mark.parametrize(
    "backend", [pytest.param("loky", marks=pytest.mark.slow), "threading"]
)
def test_workers_have_no_influence(backend):
    X, y = digits(4)
    settings = {"n_draws": 25, "random_state": 0}
    expected = manifold_capacity(X, y, **settings)
    with joblib.parallel_config(backend=backend):
        assert_same(manifold_capacity(X, y, n_jobs=2, **settings), expected)


def test_more_draws_begin_with_the_same():
    X, y = digits(4)
    few = manifold_capacity(X, y, n_draws=20, random_state=3)
    many = manifold_capacity(X, y, n_draws=50, random_state=3)
    np.testing.assert_array_equal(many.draws[:20], few.draws)


def test_progress_counts_draws():
    class Bar:
        def __init__(self, total):
            self.total, self.updates, self.closed = total, [], False
            bars.append(self)

        def update(self, n):
            self.updates.append(n)

        def close(self):
            self.closed = True

    bars = []
    X, y = digits(2)
    manifold_capacity(X, y, n_draws=25, progress=Bar, random_state=0)
    assert [(bar.total, sum(bar.updates), bar.closed) for bar in bars] == [
        (25, 25, True)
    ]


class InterruptedAfter:
    """A progress bar at which the user presses Ctrl-C."""

    def __init__(self, n_updates):
        self.n_updates = n_updates

    def __call__(self, total):
        return self

    def update(self, n):
        self.n_updates -= 1
        if self.n_updates == 0:
            raise KeyboardInterrupt

    def close(self):
        pass


def test_an_interrupt_returns_what_is_finished():
    X, y = digits(3)
    settings = {"n_draws": 50, "random_state": 0}
    with pytest.warns(RuntimeWarning, match="Interrupted: 20 of 50 draws"):
        found = manifold_capacity(X, y, progress=InterruptedAfter(2), **settings)
    complete = manifold_capacity(X, y, **settings)
    np.testing.assert_array_equal(found.draws, complete.draws[:20])


# Input at the edges, and beyond


def assert_no_nan(found):
    assert isinstance(found, ManifoldCapacity)
    numbers = [found.capacity, *found.interval, found.dimension, found.radius]
    assert not np.isnan([*numbers, *found.alignments, *found.draws]).any()
    assert not found.table.isna().any(axis=None)
    assert found.interval[0] <= found.capacity <= found.interval[1]


EDGES = {
    "one sample": ([[2.0, 1.0]], [0]),
    "one number": ([[2.0]], [0]),
    "one manifold": (np.eye(3), [0, 0, 0]),
    "numbers": ([[1.0], [2.0], [-1.0]], [0, 1, 1]),
    "equal samples": (np.repeat(np.eye(3), 4, axis=0), np.repeat(range(3), 4)),
    "equal manifolds": (np.tile(np.eye(3), (2, 1)), [0, 0, 0, 1, 1, 1]),
    "one sample at the origin": (np.vstack([np.zeros(3), np.eye(3)]), [0, 0, 1, 1]),
    "a manifold at the origin": (np.vstack([np.zeros(3), np.eye(3)]), [0, 1, 1, 1]),
    "around the origin": (np.vstack([np.eye(2), -np.eye(2)]), [0, 1, 0, 1]),
    "rank one": (np.outer(np.arange(1.0, 7), np.ones(4)), [0, 0, 1, 1, 2, 2]),
    "tiny": (1e-300 * np.eye(4), [0, 0, 1, 1]),
    "huge": (1e308 * np.eye(4), [0, 0, 1, 1]),
    "integers": (np.eye(4, dtype=int), [0, 0, 1, 1]),
    "more manifolds than draws": (np.eye(7), range(7)),
}


@pytest.mark.parametrize("affine", [False, True])
@pytest.mark.parametrize(
    "name", [name for name in EDGES if not name.startswith("one ")]
)
def test_input_at_the_edges_has_no_nan(name, affine):
    X, groups = EDGES[name]
    assert_no_nan(
        manifold_capacity(X, groups=groups, affine=affine, n_draws=5, random_state=0)
    )


@pytest.mark.parametrize("name", [name for name in EDGES if name.startswith("one ")])
def test_one_of_a_kind_has_no_nan(name):
    X, groups = EDGES[name]
    assert_no_nan(manifold_capacity(X, groups=groups, n_draws=40, random_state=0))


def test_equal_samples_count_as_one():
    settings = {"n_draws": 40, "random_state": 0}
    once = manifold_capacity(np.eye(5), groups=range(5), **settings)
    X, groups = np.repeat(np.eye(5), 3, axis=0), np.repeat(range(5), 3)
    thrice = manifold_capacity(X, groups=groups, **settings)
    assert thrice.dimension == thrice.radius == 0
    np.testing.assert_allclose(thrice.draws, once.draws)


def test_with_an_intercept_one_manifold_needs_no_direction():
    X = np.random.default_rng(0).normal(size=(6, 3))
    found = manifold_capacity(X, groups=[0] * 6, affine=True, random_state=0)
    assert_no_nan(found)
    assert found.capacity == np.inf
    assert found.interval == (np.inf, np.inf)
    assert (found.table["active"] == 0).all()


def test_opposite_points_have_no_center():
    found = manifold_capacity(
        [[1.0, 0.0], [-1.0, 0.0]], groups=[0, 0], n_draws=100, random_state=0
    )
    assert_no_nan(found)
    assert found.n_dimensions == pytest.approx(1)
    assert found.table["radius"][0] > 1


X2, G2 = np.eye(4), [0, 0, 1, 1]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "y or groups must assign"),
        ({"groups": [0, 1]}, "groups"),
        ({"groups": [0, 0, np.nan, 1]}, "groups must have no missing labels"),
        ({"y": [0, 0, None, 1]}, "y must have no missing labels"),
        ({"groups": [[0, 1]] * 4}, "groups"),
        ({"groups": G2, "y": [0, 1, 1, 1]}, "y must be the same .*group 0"),
        ({"groups": G2, "y": [5, 5, 5, 5]}, "y must have at least two classes"),
        ({"groups": G2, "y": G2, "dichotomies": [[1, -1]]}, "dichotomies must be None"),
        ({"groups": G2, "dichotomies": [1, -1]}, r"shape \(n_dichotomies, 2\)"),
        ({"groups": G2, "dichotomies": [[1, -1, 1]]}, r"shape \(n_dichotomies, 2\)"),
        ({"groups": G2, "dichotomies": [[1, 2]]}, "labels -1 and 1, got 2"),
        ({"groups": G2, "dichotomies": [["a", "b"]]}, "labels -1 and 1, got a"),
        ({"groups": G2, "dichotomies": [[1, np.nan]]}, "labels -1 and 1, got"),
        ({"groups": G2, "dichotomies": [[1, -1]] * 3, "n_draws": 2}, "n_draws=2 must"),
        ({"groups": G2, "n_draws": 1}, "n_draws"),
        ({"groups": G2, "confidence_level": 1.0}, "confidence_level"),
        ({"groups": G2, "affine": "yes"}, "affine"),
    ],
)
def test_wrong_parameters_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        manifold_capacity(X2, **options)


def test_labels_of_several_types_are_refused():
    with pytest.raises(TypeError, match="y cannot be read"):
        manifold_capacity(X2, np.array(["a", 0, "b", 1], object))


@pytest.mark.parametrize(
    ("X", "affine", "message"),
    [
        (np.zeros((4, 2)), False, "All samples of X are at the origin"),
        (np.ones((4, 2)), True, "All samples of X are equal"),
        (np.full((4, 2), np.nan), False, "X contains NaN"),
        ([[1.0, np.inf]] * 4, False, "X contains infinity"),
        (np.zeros((4, 0)), False, "0 feature"),
        (np.zeros(4), False, "2D array"),
    ],
)
def test_samples_without_a_cone_are_refused(X, affine, message):
    with pytest.raises(ValueError, match=message):
        manifold_capacity(X, groups=G2, affine=affine)


# The result


def test_a_result_is_a_number_and_says_its_interval():
    found = manifold_capacity(np.eye(9), groups=range(9), random_state=0)
    assert float(found) == found.capacity == pytest.approx(9 / found.draws.mean())
    assert "95% in [" in repr(found)
    assert "n_manifolds=9" in repr(found)
