"""What is chosen on validation sets, case by case."""

import numpy as np
import pytest

from skbackprop.tabular.choices import (
    Views,
    choose_stop,
    choose_views,
    hold_out,
    weigh_views,
)

LOW, NEAR, HIGH = (np.array([9.0, loss, 9.0]) for loss in (1.0, 1.01, 1.03))


@pytest.mark.parametrize(
    ("raw", "binned", "left", "expected"),
    [
        (LOW, HIGH, np.inf, Views("raw")),
        (HIGH, LOW, np.inf, Views("binned")),
        (LOW, NEAR, np.inf, Views("raw", "binned")),
        (NEAR, LOW, 0.5, Views("binned", "raw")),
        (LOW, HIGH, 0.009, Views("raw", "binned", are_weighed=True)),
    ],
)
def test_the_view_of_the_lowest_loss_is_taken_or_both_by_turns(
    raw, binned, left, expected
):
    assert choose_views({"raw": raw, "binned": binned}, left) == expected


def test_there_is_nothing_to_choose_from_one_view():
    assert choose_views({"raw": LOW}, 0.0) == Views("raw")


def test_members_take_turns():
    views = Views("a", "b")
    assert [views.of_member(k) for k in range(4)] == ["a", "b", "a", "b"]
    assert {Views("a").of_member(k) for k in range(4)} == {"a"}


@pytest.mark.parametrize(
    ("losses", "errors", "wave"),
    [
        ([0.98, 0.5, 1.0], [0.1, 0.2, 0.2], 0),  # the first that is good enough
        ([0.98, 0.5, 1.0], [0.2, 0.1, 0.2], 1),
        ([0.98, 0.98, 1.0], [0.2, 0.2, 0.1], 2),  # the error is least at the end
        ([0.995, 0.995, 1.0], [0.1, 0.1, 0.2], 2),  # no loss is clearly lower
        ([1.0, 1.0, 1.0], [0.1, 0.1, 0.1], 2),
    ],
)
def test_training_stops_early_only_where_loss_and_error_say_so(losses, errors, wave):
    assert choose_stop(np.array(losses), np.array(errors)) == wave


def test_views_count_by_their_precision_unless_one_is_far_better():
    assert weigh_views({"a": 0.1, "b": 0.2}) == {"a": 1.0, "b": 0.5}
    assert weigh_views({"a": 0.1, "b": 1.1}) == {"a": 1.0, "b": 0.0}
    assert weigh_views({"a": 0.0, "b": 0.0}) == {"a": 1.0, "b": 1.0}


@pytest.mark.parametrize("n_folds", [2, 5])
@pytest.mark.parametrize("seed", range(3))
def test_folds_are_even_in_each_class(n_folds, seed):
    codes = np.random.RandomState(seed).randint(4, size=103)
    folds = hold_out(codes, n_folds, np.random.RandomState(seed))
    for rows in [np.arange(103), *(np.flatnonzero(codes == k) for k in range(4))]:
        counts = np.bincount(folds[rows], minlength=n_folds)
        assert counts.max() - counts.min() <= 1


def test_no_class_is_held_out_whole():
    codes = np.repeat(np.arange(6), [1, 2, 3, 4, 5, 50])
    folds = hold_out(codes, 5, np.random.RandomState(0))
    for fold in range(4):
        assert set(codes[folds != fold]) == set(range(6))
