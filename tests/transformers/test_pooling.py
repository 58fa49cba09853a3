"""Pooling: what becomes of a group, and which features make one."""

import threading

import numpy as np
import pandas as pd
import pytest
from jit_marks import needs_jit
from kernel_helpers import guarded
from numpy.testing import assert_allclose, assert_array_equal
from roads import each_road_of_any_estimator
from scipy import sparse
from scipy.special import logsumexp
from sklearn import config_context
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from skbackprop import FeaturePooling
from skbackprop.kernels import jit
from skbackprop.transformers.pooling import POOLINGS

DTYPES = [np.float32, np.float64]
SHAPES = [(1, 1), (5, 3), (16, 16), (37, 50), (33, 130)]


def samples(n_samples=37, n_features=50, dtype=np.float64, seed=0):
    """Non-negative, with zeros."""
    X = np.random.default_rng(seed).normal(size=(n_samples, n_features))
    return np.maximum(X, 0).astype(dtype)


def defined(pooling, x):
    """Return what becomes of one group of one sample, by the definition."""
    x = np.asarray(x, float)
    if pooling == "stochastic":
        return (x**2).sum() / x.sum() if x.sum() > 0 else 0.0
    functions = {
        "sum": np.sum,
        "mean": np.mean,
        "max": np.max,
        "l2": np.linalg.norm,
        "logsumexp": logsumexp,
    }
    return functions[pooling](x)


def expected(pooling, groups, X):
    return np.array([[defined(pooling, x[group]) for group in groups] for x in X])


def close(result, reference, dtype):
    scale = 50 * np.finfo(dtype).eps
    assert result.dtype == dtype
    assert_allclose(result, reference, rtol=scale, atol=scale)


# What becomes of a group


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("pooling", sorted(POOLINGS))
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_groups_become_what_their_pooling_says(pooling, dtype, shape):
    X = samples(*shape, dtype)
    pool = FeaturePooling(pooling, group_size=3)
    close(pool.fit_transform(X), expected(pooling, pool.groups_, X), dtype)


@needs_jit
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_nothing_is_read_or_written_beyond_the_arrays(shape, dtype):
    size = np.dtype(dtype).itemsize
    X = guarded(shape[0] * shape[1] * size).view(dtype).reshape(shape)
    X[:] = samples(*shape, dtype)
    pool = FeaturePooling("l2", groups="random", group_size=3).fit(X)
    pooled = guarded(shape[0] * len(pool.groups_) * size).view(dtype)
    pooled = pooled.reshape(shape[0], -1)
    pool._run(X, pooled)
    assert_array_equal(pooled, pool.transform(X.copy()))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("pooling", sorted(set(POOLINGS) - {"stochastic"}))
def test_negative_features_are_pooled_as_well(pooling, dtype):
    X = -1 - samples(dtype=dtype)
    groups = [[3], [49, 0, 7], list(range(10, 40))]
    pool = FeaturePooling(pooling, groups=groups)
    close(pool.fit_transform(X), expected(pooling, groups, X), dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("offset", [-1e4, 0, 1e4])
def test_logsumexp_neither_overflows_nor_vanishes(dtype, offset):
    X = (samples() * 100 + offset).astype(dtype)
    pool = FeaturePooling("logsumexp", group_size=7)
    result = pool.fit_transform(X)
    assert_allclose(
        result, expected("logsumexp", pool.groups_, X), rtol=20 * np.finfo(dtype).eps
    )


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("pooling", sorted(POOLINGS))
@pytest.mark.parametrize("kind", ["csr_matrix", "csr_array", "csc_array"])
def test_sparse_input_gives_the_bits_of_dense_input(pooling, kind, dtype):
    X = samples(dtype=dtype) * (np.random.default_rng(1).random((37, 50)) < 0.2)
    X = X.astype(dtype)
    pool = FeaturePooling(pooling, groups="random", group_size=4, random_state=0)
    assert_array_equal(pool.fit_transform(getattr(sparse, kind)(X)), pool.transform(X))


def test_zeros_that_are_not_stored_take_part():
    X = sparse.csr_array(np.array([[-1.0, 0.0, 0.0, -2.0, -3.0, 0.0]]))
    assert_array_equal(
        FeaturePooling("max", group_size=2).fit_transform(X), [[0, 0, 0]]
    )
    assert_array_equal(
        FeaturePooling("mean", group_size=2).fit_transform(X), [[-0.5, -1.0, -1.5]]
    )


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_largest_of_a_group_is_zero_only_where_one_is_not_stored(dtype):
    X = -1 - np.random.default_rng(0).random((30, 20)).astype(dtype)
    X[::3, ::2] = 0
    groups = [[4, 19, 0], [7], [1, 2, 3, 18]]  # not every feature is in one
    pool = FeaturePooling("max", groups=groups).fit(X)
    pooled = pool.transform(sparse.csr_array(X))
    assert_array_equal(pooled, expected("max", groups, X))
    assert (pooled == 0).any() and (pooled[:, 1] < -1).all()


def test_entries_of_csr_may_be_repeated_and_out_of_order():
    X = sparse.csr_array(
        ([1.0, 2.0, 4.0, 8.0], [3, 0, 3, 1], [0, 3, 3, 4]), shape=(3, 5)
    )
    pool = FeaturePooling("l2", group_size=2)
    assert_array_equal(pool.fit_transform(X), pool.transform(X.toarray()))


@pytest.mark.parametrize("pooling", sorted(POOLINGS))
@pytest.mark.parametrize("dtype", DTYPES)
def test_batches_and_threads_give_the_bits_of_the_whole(pooling, dtype):
    X = samples(100, 40, dtype)
    pool = FeaturePooling(pooling, groups="random", group_size=3, random_state=0)
    whole = pool.fit_transform(X)
    for size in (1, 7, 99):
        parts = [pool.transform(X[i : i + size]) for i in range(0, 100, size)]
        assert_array_equal(np.vstack(parts), whole)
    results = []
    threads = [
        threading.Thread(target=lambda: results.append(pool.transform(X)))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 3
    for result in results:
        assert_array_equal(result, whole)


@pytest.mark.parametrize("pooling", sorted(POOLINGS))
def test_compiled_and_numpy_transforms_agree(monkeypatch, pooling):
    X = samples()
    pool = FeaturePooling(pooling, group_size=7).fit(X)
    compiled = pool.transform(X)
    monkeypatch.setattr(jit, "available", lambda: False)
    assert_allclose(pool.transform(X), compiled, rtol=1e-13, atol=1e-13)


def test_any_layout_of_memory_gives_the_same_and_is_left_alone(tmp_path):
    X = samples()
    pool = FeaturePooling("mean", group_size=7).fit(X)
    reference = pool.transform(X)
    read_only = X.copy()
    read_only.flags.writeable = False
    np.save(tmp_path / "X.npy", X)
    wide = np.zeros((74, 150))
    wide[::2, ::3] = X
    layouts = {
        "read-only": read_only,
        "memory-mapped": np.load(tmp_path / "X.npy", mmap_mode="r"),
        "Fortran": np.asfortranarray(X),
        "strided": wide[::2, ::3],
    }
    for name, layout in layouts.items():
        before = np.array(layout)
        assert_array_equal(pool.transform(layout), reference, err_msg=name)
        assert_array_equal(layout, before, err_msg=name)


# Numbers near the ends of their range


def near_the_ends(dtype):
    """Return factors by which squares overflow, or vanish, in this precision."""
    info = np.finfo(dtype)
    return [dtype(info.max) / dtype(64), np.sqrt(info.max), np.sqrt(info.tiny) / 64]


@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("pooling", sorted(set(POOLINGS) - {"logsumexp"}))
def test_numbers_of_any_size_are_pooled_in_proportion(pooling, dtype, container):
    X = np.round(samples(20, 40) * 16) / 16  # exact in both precisions
    X[::2] *= X[::2] > 1e-3  # some groups of zeros
    pool = FeaturePooling(pooling, group_size=4)
    expected = pool.fit_transform(X)
    for factor in 2.0 ** np.floor(np.log2(near_the_ends(dtype))):
        scaled = (factor * X).astype(dtype)
        pooled = pool.transform(container(scaled))
        close(pooled / dtype(factor), expected, dtype)


@pytest.mark.parametrize("dtype", DTYPES)
def test_samples_of_all_sizes_may_stand_side_by_side(dtype):
    sizes = 2.0 ** np.floor(np.log2(near_the_ends(dtype)))
    X = np.round(samples(60, 8) * 16) / 16 * np.resize([1, *sizes], (60, 1))
    pool = FeaturePooling("l2", group_size=4).fit(X)
    one_by_one = [pool.transform(x[np.newaxis].astype(dtype))[0] for x in X]
    assert_array_equal(pool.transform(X.astype(dtype)), one_by_one)


@pytest.mark.parametrize("dtype", DTYPES)
def test_sums_may_overflow_on_the_way(dtype):
    largest = np.finfo(dtype).max
    X = np.array([[largest, largest, -largest, -largest / 2]], dtype)
    for pooling, expected in (("sum", largest / 2), ("mean", largest / 8)):
        pooled = FeaturePooling(pooling, group_size=4).fit_transform(X)
        assert_allclose(pooled, [[expected]], rtol=4 * np.finfo(dtype).eps)


@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("pooling", ["sum", "l2"])
def test_results_beyond_the_range_are_refused_by_name(pooling, dtype, container):
    X = samples(37, 50, dtype)
    X[33, 20:24] = np.finfo(dtype).max
    pool = FeaturePooling(pooling, group_size=4).fit(X)
    message = (
        rf"'{pooling}\(x20, x21, x22, x23\)' of sample 33 overflows {np.dtype(dtype)}"
    )
    with pytest.raises(ValueError, match=message):
        pool.transform(container(X))
    with config_context(assume_finite=True), np.errstate(over="ignore"):
        assert np.isposinf(pool.transform(container(X))[33, 5])


@pytest.mark.parametrize("dtype", DTYPES)
def test_draws_are_in_proportion_to_numbers_of_any_size(dtype):
    X = np.tile([[0.0, 1.0, 3.0, 0.0]], (2000, 1))
    pool = FeaturePooling("stochastic", groups=[[0, 1, 2, 3]]).fit(X)
    drawn = pool.sample(X.astype(dtype), random_state=0)
    factor = dtype(2.0 ** np.floor(np.log2(np.finfo(dtype).max / 3)))
    scaled = pool.sample(X.astype(dtype) * factor, random_state=0)
    assert_array_equal(scaled / factor, drawn)


# Stochastic pooling


def test_draws_have_the_expectation_that_transform_returns():
    X = np.tile([[0.0, 1.0, 3.0, 0.0, 0.0]], (20_000, 1))
    pool = FeaturePooling("stochastic", groups=[[0, 1, 2], [3, 4]]).fit(X)
    drawn = pool.sample(X, random_state=0)
    assert set(drawn[:, 0]) == {1.0, 3.0}
    assert_array_equal(drawn[:, 1], 0)
    assert_allclose(drawn.mean(axis=0), pool.transform(X[:1])[0], atol=0.02)
    assert_array_equal(drawn, pool.sample(sparse.csr_array(X), random_state=0))


def test_stochastic_pooling_refuses_negative_features():
    pool = FeaturePooling("stochastic").fit(samples())
    for call in (pool.transform, pool.sample, clone(pool).fit):
        with pytest.raises(ValueError, match="Negative values .* ReLU"):
            call(-samples())


# Which features make a group


@pytest.mark.parametrize(
    ("size", "stride", "expected"),
    [
        (2, None, [[0, 1], [2, 3], [4]]),
        (5, None, [[0, 1, 2, 3, 4]]),
        (9, None, [[0, 1, 2, 3, 4]]),
        (3, 1, [[0, 1, 2], [1, 2, 3], [2, 3, 4]]),
        (3, 2, [[0, 1, 2], [2, 3, 4]]),
        (2, 3, [[0, 1], [3, 4]]),
        (1, 9, [[0]]),
    ],
)
def test_contiguous_groups_have_size_and_stride(size, stride, expected):
    pool = FeaturePooling("sum", group_size=size, stride=stride).fit(np.ones((1, 5)))
    assert [list(group) for group in pool.groups_] == expected
    assert_array_equal(pool.transform(np.ones((1, 5))), [[len(g) for g in expected]])


@pytest.mark.parametrize("n_channels", [1, 3])
@pytest.mark.parametrize(("size", "stride"), [(2, None), ((3, 2), (1, 2)), (4, 3)])
def test_windows_are_those_of_the_image(n_channels, size, stride):
    height, width = 7, 6
    shape = (height, width) if n_channels == 1 else (height, width, n_channels)
    X = samples(4, height * width * n_channels)
    pool = FeaturePooling("max", image_shape=shape, group_size=size, stride=stride)
    result = pool.fit_transform(X)
    h, w = (size, size) if isinstance(size, int) else size
    down, right = (h, w) if stride is None else np.broadcast_to(stride, 2)
    images = X.reshape(4, height, width, n_channels)
    n_down, n_right = -(-(height - h) // down) + 1, -(-(width - w) // right) + 1
    windows = [
        images[:, i * down : i * down + h, j * right : j * right + w].max(axis=(1, 2))
        for i in range(n_down)
        for j in range(n_right)
    ]
    assert_array_equal(result, np.stack(windows, axis=1).reshape(4, -1))


@pytest.mark.parametrize("groups", ["random", "coactivation", "class_profiles"])
@pytest.mark.parametrize("n_groups", [None, 1, 7])
def test_other_groups_are_a_partition(groups, n_groups):
    X, y = samples(200), np.arange(200) % 5
    pool = FeaturePooling(
        groups=groups, group_size=4, n_groups=n_groups, random_state=0
    )
    pool.fit(X, y)
    assert_array_equal(np.sort(np.concatenate(pool.groups_)), np.arange(50))
    assert len(pool.groups_) == (n_groups or 13)
    assert all(np.all(np.diff(group) > 0) for group in pool.groups_)
    again = clone(pool).fit(X, y)
    assert [list(g) for g in again.groups_] == [list(g) for g in pool.groups_]


def test_random_groups_are_of_nearly_equal_size():
    sizes = [
        len(group)
        for group in FeaturePooling(groups="random", group_size=4)
        .fit(samples())
        .groups_
    ]
    assert set(sizes) == {3, 4}


def copies_of_sources(n_samples, noise, seed=0):
    """Three sources, of which features 0, 3, 6 ... and so on are noisy copies."""
    rng = np.random.default_rng(seed)
    sources = np.maximum(rng.normal(size=(n_samples, 3)), 0)
    scale, offset = rng.uniform(0.5, 5, 12), rng.uniform(0, 3, 12)
    copies = np.tile(sources, 4) * scale + offset
    return copies + noise * rng.normal(size=copies.shape)


@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array])
@pytest.mark.parametrize("n_samples", [100, 2000])  # exact, and projected profiles
def test_coactivation_brings_features_of_one_source_together(n_samples, container):
    X = container(copies_of_sources(n_samples, noise=0.05))
    pool = FeaturePooling(groups="coactivation", n_groups=3, random_state=0).fit(X)
    assert [list(group) for group in pool.groups_] == [
        list(range(source, 12, 3)) for source in range(3)
    ]


@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array])
def test_class_profiles_bring_features_of_one_class_together(container):
    """Features that answer to one class, but never to the same sample."""
    rng = np.random.default_rng(0)
    y = np.repeat(["ant", "bee", "cat"], 80)
    X = np.zeros((240, 12))
    for sample, label in enumerate(y):
        source = ["ant", "bee", "cat"].index(label)
        X[sample, source + 3 * rng.integers(4)] = 1
    X = container(X)
    pool = FeaturePooling(groups="class_profiles", n_groups=3, random_state=0)
    assert [list(group) for group in pool.fit(X, y).groups_] == [
        list(range(source, 12, 3)) for source in range(3)
    ]
    pool.set_params(groups="coactivation").fit(X)
    assert sorted(map(list, pool.groups_)) != [
        [0, 3, 6, 9],
        [1, 4, 7, 10],
        [2, 5, 8, 11],
    ]


LEARNED = ["coactivation", "class_profiles"]


def learned_groups(groups, X, y, n_groups=7):
    pool = FeaturePooling(groups=groups, n_groups=n_groups, random_state=0)
    return [list(group) for group in pool.fit(X, y).groups_]


def one_hot(n_samples, n_features):
    """Features between which there is nothing to choose, and their classes."""
    y = np.arange(n_samples) % n_features
    return np.eye(n_features)[y], y


def tables():
    """Yield (X, y): random, without any order, and with equal features."""
    rng = np.random.default_rng(0)
    yield samples(300), rng.integers(5, size=300)
    yield samples(90, 200), rng.integers(5, size=90)  # more features than numbers
    yield one_hot(300, 12)
    X, y = one_hot(300, 6)
    yield np.repeat(X, 3, axis=1) * rng.uniform(0.1, 9, 18) + 0.3, y
    X = rng.integers(3, size=(300, 4)).astype(float)
    yield np.tile(X, 4) * np.repeat([1, 0.1, 1 / 3, 7], 4), rng.integers(3, size=300)


@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array])
@pytest.mark.parametrize("groups", LEARNED)
@pytest.mark.parametrize("table", range(5))
def test_learned_groups_depend_neither_on_order_nor_on_a_factor(
    table, groups, container
):
    X, y = list(tables())[table]
    learned = learned_groups(groups, container(X), y)
    rng = np.random.default_rng(1)
    for factor in (1, 0.1, 1 / 3, -1e-12, 3e7, 1e-250, 1e250):
        order = rng.permutation(len(X))
        again = learned_groups(groups, container(factor * X[order]), y[order])
        assert again == learned


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("groups", LEARNED)
def test_equal_profiles_are_one_group(groups, dtype):
    rng = np.random.default_rng(0)
    X, y = samples(211, 5), rng.integers(3, size=211)
    scale, offset = rng.uniform(0.1, 9, 30), rng.uniform(0, 9, 30)
    X = (np.tile(X, 6) * scale + offset).astype(dtype)
    equal = [list(range(feature, 30, 5)) for feature in range(5)]
    for n_groups in (5, 6, 30):
        assert learned_groups(groups, X, y, n_groups) == equal


@pytest.mark.parametrize("groups", LEARNED)
def test_features_are_grouped_alike_in_any_units(groups):
    X, y = samples(200), np.arange(200) % 5
    units = 10.0 ** np.random.default_rng(0).integers(-9, 9, 50)
    assert learned_groups(groups, X * units, y) == learned_groups(groups, X, y)


def test_equal_features_make_fewer_groups():
    X = np.repeat(samples(30, 2), 4, axis=1)
    pool = FeaturePooling(groups="coactivation", n_groups=5, random_state=0).fit(X)
    assert [list(group) for group in pool.groups_] == [[0, 1, 2, 3], [4, 5, 6, 7]]


def test_constant_features_can_be_grouped():
    pool = FeaturePooling(groups="coactivation", n_groups=2, random_state=0)
    pool.fit(np.column_stack([samples(30, 3), np.ones((30, 3))]))
    assert_array_equal(np.sort(np.concatenate(pool.groups_)), np.arange(6))


# As a part of scikit-learn


def test_names_tell_the_members():
    X = pd.DataFrame(samples(5, 4), columns=list("abcd"))
    pool = FeaturePooling("mean", groups=[[0, 3], [2]]).set_output(transform="pandas")
    frame = pool.fit_transform(X)
    assert list(frame.columns) == ["mean(a, d)", "mean(c)"]
    assert_array_equal(frame["mean(c)"], X["c"])


@each_road_of_any_estimator
def test_stored_and_loaded_it_transforms_alike(road, tmp_path):
    X = samples()
    transformer = FeaturePooling("l2", groups="random", random_state=0).fit(X)
    expected = transformer.transform(X)
    assert_array_equal(road(transformer, tmp_path).transform(X), expected)


# Bad input


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (
            {"groups": [[0, 1], [1, 2]]},
            r"column 1 is in groups\[0\] and .* groups\[1",
        ),
        ({"groups": [[0, 3, 0]]}, r"overlap: column 0 .* again in groups\[0\]"),
        ({"groups": [[0], [1, 50]]}, r"groups\[1\] names column 50, but X has 50"),
        ({"groups": [[-1]]}, "names column -1"),
        ({"groups": [[0], []]}, r"groups\[1\] must be a list of at least one"),
        ({"groups": []}, "at least one group"),
        ({"groups": [[0.5]]}, r"groups\[0\] must contain column numbers"),
        ({"groups": [3, 4]}, r"groups\[0\] must be a list"),
        ({"groups": "neighbours"}, "'groups' parameter"),
        ({"pooling": "median"}, "'pooling' parameter"),
        ({"group_size": 0}, "'group_size' parameter"),
        ({"stride": 0}, "'stride' parameter"),
        ({"group_size": (2, 2)}, "requires image_shape"),
        ({"groups": "random", "n_groups": 51}, "n_groups=51 .* Choose at most 50"),
        (
            {"image_shape": (7, 7)},
            r"image_shape=\(7, 7\) has 49 pixels, .* 50 f",
        ),
        ({"image_shape": (50,)}, "image_shape=.* must be 2 or 3 positive ints"),
        ({"image_shape": (5, -10)}, "image_shape=.* positive ints"),
        ({"image_shape": (5, 10), "group_size": (2, 2, 2)}, "group_size=.* must be 2"),
        ({"image_shape": (5, 10), "stride": (0, 1)}, "stride=.* must be 2 positive"),
    ],
    ids=str,
)
def test_wrong_parameters_are_refused_by_name(params, message):
    pool = FeaturePooling(**params)
    with pytest.raises(ValueError, match=message):
        pool.fit(samples())
    assert not hasattr(pool, "groups_")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("container", [np.array, sparse.csr_array, pd.DataFrame])
def test_values_that_are_not_finite_are_refused_with_their_column(bad, container):
    pool = FeaturePooling().fit(samples())
    X = samples()
    X[36, 49] = bad
    for method in (pool.transform, clone(pool).fit):
        with pytest.raises(ValueError, match="(?s)Input X contains.*column is.*49"):
            method(container(X))


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (np.array([["a"] * 50]), "could not convert|dtype"),
        (np.empty((0, 50)), "0 sample"),
        (np.empty((5, 0)), "0 feature"),
        (np.ones(50), "Expected 2D array"),
        (np.ones((5, 49)), "X has 49 features, but FeaturePooling is expecting 50"),
    ],
)
def test_other_bad_samples_are_refused(X, message):
    pool = FeaturePooling().fit(samples())
    with pytest.raises(ValueError, match=message):
        pool.transform(X)


def test_class_profiles_need_classes():
    pool = FeaturePooling(groups="class_profiles")
    with pytest.raises(ValueError, match="requires y"):
        pool.fit(samples())
    with pytest.raises(ValueError, match="at least 2 classes, got 1"):
        pool.fit(samples(), np.zeros(37))
    with pytest.raises(ValueError, match="Unknown label type"):
        pool.fit(samples(), np.linspace(0, 1, 37))


def test_transform_before_fit_is_refused():
    with pytest.raises(NotFittedError):
        FeaturePooling().transform(samples())
