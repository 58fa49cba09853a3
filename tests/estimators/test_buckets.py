"""Buckets of sequences: what is run together, and how long it takes."""

import itertools

import numpy as np
import pytest

from skbackprop.estimators.buckets import OWN_STEP, find_buckets
from skbackprop.estimators.sequences import Sequences


def padded_steps(lengths):
    """Return how many steps are run through, padding and all."""
    return sum(mask.sum() * lengths[mask].max() for mask in find_buckets(lengths))


def time_of(lengths, masks):
    """Return the time that buckets take, in steps of one sequence."""
    return sum((mask.sum() + OWN_STEP) * lengths[mask].max() for mask in masks)


@pytest.mark.parametrize("n_sequences", [1, 100, 3000, 50_000])
@pytest.mark.parametrize("seed", range(3))
def test_buckets_hold_each_sequence_once_and_take_little_time(seed, n_sequences):
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, 5, n_sequences) * rng.integers(1, 40, n_sequences)
    masks = find_buckets(lengths)
    np.testing.assert_array_equal(np.sum(masks, axis=0), 1)
    least = lengths.sum() + OWN_STEP * lengths.max()
    assert time_of(lengths, masks) <= 2 * least


@pytest.mark.parametrize("seed", range(5))
def test_no_other_buckets_take_less_time(seed):
    rng = np.random.default_rng(seed)
    distinct = rng.choice(np.arange(1, 60), 6, replace=False)
    lengths = np.repeat(distinct, rng.integers(1, 3 * OWN_STEP, 6))
    takes = time_of(lengths, find_buckets(lengths))
    for n in range(6):
        for cuts in itertools.combinations(np.sort(distinct)[1:], n):
            edges = [0, *cuts, 60]
            others = [
                (lengths >= low) & (lengths < high)
                for low, high in itertools.pairwise(edges)
            ]
            assert takes <= time_of(lengths, others)


def test_few_sequences_are_one_bucket_and_so_are_those_of_one_length():
    assert len(find_buckets(np.array([3, 1, 2, 100]))) == 1
    assert len(find_buckets(np.full(10**5, 7))) == 1


@pytest.mark.parametrize("longest", [100, 1600, 10**5])
def test_a_long_sequence_pads_no_short_ones(longest):
    lengths = np.append(np.random.default_rng(0).integers(5, 16, 600), longest)
    assert padded_steps(lengths) <= 600 * 15 + longest


def test_results_of_buckets_stand_in_the_order_of_the_sequences():
    lengths = np.random.default_rng(0).permutation([2] * 3000 + [4, 30] * 5)
    steps = np.arange(lengths.sum())[:, np.newaxis]
    sequences, starts = Sequences(steps, lengths), np.cumsum(lengths) - lengths
    np.testing.assert_array_equal(
        sequences.compute_in_buckets(lambda bucket: bucket.values[:, 0], False),
        starts[:, np.newaxis],
    )
    found = sequences.compute_in_buckets(lambda bucket: bucket.values, True)
    for values, start, length in zip(found, starts, lengths, strict=True):
        np.testing.assert_array_equal(values[:, 0], np.arange(start, start + length))
