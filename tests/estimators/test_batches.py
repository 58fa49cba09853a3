"""Minibatches of similar pairs: how they are dealt, drawn anew and held out."""

import numpy as np
import pytest

from skbackprop.estimators.batches import PairBatches, TwoViews
from skbackprop.estimators.pairs import ListedPairs, SameLabel

X = np.arange(40.0).reshape(20, 2)


def add_noise(X, random_state):
    return X + random_state.normal(scale=0.1, size=X.shape)


def listed(n_pairs):
    pairs = np.column_stack([np.arange(n_pairs), n_pairs + np.arange(n_pairs)])
    return ListedPairs(pairs, np.zeros(n_pairs, bool), 2 * n_pairs)


def pairs_of(groups):
    """Return the pairs of each group, the smaller row first."""
    parts = np.split(groups.members, groups.starts[1:-1])
    return [np.sort(part.reshape(2, -1).T, axis=1) for part in parts]


@pytest.mark.parametrize("n_pairs", [2, 3, 7, 40, 401])
@pytest.mark.parametrize("batch_size", [2, 3, 20, 200, 1000])
def test_minibatches_are_of_nearly_equal_sizes_and_no_pair_is_alone(
    n_pairs, batch_size
):
    relation = listed(n_pairs)
    batches = PairBatches(relation, batch_size, True, np.random.RandomState(0))
    sizes = batches.sizes
    assert sizes.sum() == n_pairs
    assert sizes.max() - sizes.min() <= 1
    assert sizes.min() >= 2
    assert sizes.max() <= max(batch_size, 3)
    groups = batches.samples(X, np.float64).groups
    groups.check(2 * n_pairs)
    np.testing.assert_array_equal(np.diff(groups.starts), 2 * sizes)
    found = np.concatenate(pairs_of(groups))
    np.testing.assert_array_equal(found[np.argsort(found[:, 0])], relation.pairs)


def test_pairs_are_dealt_anew_but_for_those_that_are_held_out():
    batches = PairBatches(listed(60), 10, True, np.random.RandomState(0))
    samples = batches.samples(np.zeros((120, 1)), np.float64)
    before = pairs_of(samples.groups)
    batches.redraw(None, samples, np.array([5, 0, 3, 1]), np.random.RandomState(1))
    after = pairs_of(samples.groups)
    for held_out in (2, 4):
        np.testing.assert_array_equal(after[held_out], before[held_out])
    trained = [np.concatenate([of[k] for k in (0, 1, 3, 5)]) for of in (before, after)]
    assert (trained[0] != trained[1]).any()
    np.testing.assert_array_equal(*(np.sort(pairs, axis=0) for pairs in trained))


def test_what_is_drawn_depends_on_the_seed_alone_and_not_on_what_was_drawn_before():
    def drawn(seeds):
        batches = PairBatches(listed(60), 10, True, np.random.RandomState(0))
        samples = batches.samples(np.zeros((120, 1)), np.float64)
        for seed in seeds:
            order = np.random.RandomState(seed).permutation(5)
            batches.redraw(None, samples, order, np.random.RandomState(seed))
        return samples.groups.members

    np.testing.assert_array_equal(drawn([1, 2, 3]), drawn([3]))


def test_without_shuffling_pairs_stay_where_they_are():
    batches = PairBatches(listed(60), 10, False, np.random.RandomState(0))
    samples = batches.samples(np.zeros((120, 1)), np.float64)
    before = samples.groups.members.copy()
    batches.redraw(None, samples, np.arange(6), np.random.RandomState(1))
    np.testing.assert_array_equal(samples.groups.members, before)
    np.testing.assert_array_equal(before[:20], [*range(10), *range(60, 70)])


def test_either_row_of_a_pair_may_be_the_first():
    batches = PairBatches(listed(400), 400, True, np.random.RandomState(0))
    first = batches.samples(X, np.float64).groups.members[:400]
    assert 150 < (first < 400).sum() < 250


def test_partners_of_the_same_label_are_drawn_anew():
    y = np.repeat(np.arange(4), 25)
    batches = PairBatches(SameLabel(y, 2), 20, True, np.random.RandomState(0))
    samples = batches.samples(np.zeros((100, 1)), np.float64)
    before = np.concatenate(pairs_of(samples.groups))
    batches.redraw(None, samples, np.arange(10), np.random.RandomState(1))
    after = np.concatenate(pairs_of(samples.groups))
    for pairs in (before, after):
        assert (y[pairs[:, 0]] == y[pairs[:, 1]]).all()
    assert set(map(tuple, before)) != set(map(tuple, after))


def test_views_are_drawn_anew_in_place_but_for_those_that_are_held_out():
    relation = TwoViews(add_noise, X)
    rows = relation.draw_rows(np.random.RandomState(0))
    assert rows.shape == (40, 2)
    np.testing.assert_allclose(rows, np.concatenate([X, X]), atol=0.5)
    assert (rows[:20] != rows[20:]).all()
    batches = PairBatches(relation, 5, True, np.random.RandomState(0))
    samples = batches.samples(rows, np.float64)
    before, held_out = rows.copy(), pairs_of(samples.groups)[2].ravel()
    batches.redraw(None, samples, np.array([0, 1, 3]), np.random.RandomState(1))
    assert samples.X is rows
    is_same = (rows == before).all(axis=1)
    np.testing.assert_array_equal(np.flatnonzero(is_same), np.sort(held_out))
    pairs = np.concatenate(pairs_of(samples.groups))
    np.testing.assert_array_equal(pairs[:, 0] + 20, pairs[:, 1])


def test_views_may_write_into_what_they_are_given():
    def in_place(X, random_state):
        X += 1
        return X

    given = X.copy()
    rows = TwoViews(in_place, given).draw_rows(np.random.RandomState(0))
    np.testing.assert_array_equal(given, X)
    np.testing.assert_array_equal(rows, np.concatenate([X, X]) + 1)


@pytest.mark.parametrize(
    ("views", "error", "message"),
    [
        (
            lambda X, rng: X[:, :1],
            ValueError,
            r"\(20, 2\) and float64, but .*\(20, 1\)",
        ),
        (lambda X, rng: X[1:], ValueError, "keep the shape"),
        (lambda X, rng: X.astype(np.float32), ValueError, "returned .* float32"),
        (lambda X, rng: X.tolist(), TypeError, "got list"),
        (lambda X, rng: None, TypeError, "got NoneType"),
        (lambda X, rng: X * np.nan, ValueError, "return finite numbers"),
    ],
    ids=["columns", "rows", "dtype", "list", "None", "NaN"],
)
def test_views_that_are_none_are_refused(views, error, message):
    with pytest.raises(error, match=message):
        TwoViews(views, X).draw_rows(np.random.RandomState(0))
