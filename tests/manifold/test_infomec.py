"""Modularity, compactness and explicitness, against closed forms."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import special_ortho_group
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, mutual_info_score

from skbackprop.manifold import disentanglement
from skbackprop.manifold import infomec as _infomec


@pytest.fixture(scope="module")
def factors():
    return np.random.default_rng(0).random((1000, 4))


def scores(Z, factors, n_needed=1, n_bins=10):
    """Return modularity, compactness and explicitness, and all that they are made of.

    Without regressions for DCI, which take longer.
    """
    found = _infomec.infomec(Z, factors, n_needed, n_bins, seed=0)
    return found[:3], found


# Closed forms


def test_factors_in_another_order_and_scale_have_all_scores_1(factors):
    Z = factors[:, [2, 0, 3, 1]] * [-1, 5, 0.1, 300] + 1e6
    found, parts = scores(Z, factors)
    assert_allclose(found, 1, atol=0.03)
    assert_array_equal(parts.information.argmax(axis=0), [1, 3, 0, 2])
    assert parts.is_active.all()


def test_two_factors_turned_by_half_a_right_angle_are_not_modular_at_all(factors):
    pair = factors[:, :2]
    found, _ = scores(pair @ [[1, 1], [1, -1]], pair)
    assert_allclose(found, [0, 0, 1], atol=0.1)


def test_a_random_rotation_is_explicit_only(factors):
    Z = factors @ special_ortho_group.rvs(4, random_state=0)
    (modularity, compactness, explicitness), _ = scores(Z, factors)
    assert max(modularity, compactness) < 0.6
    assert explicitness > 0.99


def test_doubled_coordinates_are_modular_but_not_compact(factors):
    """Of D = 8 coordinates two have half of the information each."""
    found, _ = scores(np.tile(factors, 2), factors)
    assert_allclose(found, [1, (1 / 2 - 1 / 8) / (1 - 1 / 8), 1], atol=0.04)


def test_coordinates_that_tell_nothing_are_left_out(factors):
    noise = np.random.default_rng(1).normal(size=(1000, 3))
    before, _ = scores(factors, factors)
    constant = np.full((1000, 1), 7.0)
    Z = np.hstack([factors, 100 * noise, constant])
    after, parts = scores(Z, factors)
    assert_array_equal(parts.is_active, [True] * 4 + [False] * 4)
    assert_allclose(after[:2], before[:2], atol=1e-9)
    assert_allclose(after[2], 1, atol=0.01)


def test_factors_of_which_nothing_is_told_are_not_compact(factors):
    found, parts = scores(factors[:, :1], factors[:, :2])
    assert_allclose(found, [1, 0.5, 0.5], atol=0.03)
    assert parts.predictive_information[1] < 0.03


@pytest.mark.parametrize("start", [0, 18, 45])
def test_a_circle_is_compact_in_two_coordinates(start):
    rng = np.random.default_rng(0)
    turn, height = rng.uniform(0, 2 * np.pi, 1000), rng.random(1000)
    angle = turn + np.deg2rad(start)
    Z = np.stack([np.cos(angle), height, np.sin(angle)], axis=1)
    factors = np.stack([turn, height], axis=1)
    found, _ = scores(Z, factors, n_needed=np.array([2, 1]))
    assert_allclose(found, 1, atol=0.03)
    # As a line, the same factor is spread over two of two active coordinates.
    _, parts = scores(Z, turn[:, np.newaxis])
    assert_allclose(parts.compactness, 0, atol=0.1)


@pytest.mark.parametrize("n_values", [2, 5])
def test_labels_share_the_information_of_contingency_tables(n_values):
    rng = np.random.default_rng(0)
    factor = rng.integers(n_values, size=(800, 1))
    coordinate = np.where(rng.random((800, 1)) < 0.6, factor, 7)
    _, parts = scores(coordinate, factor)
    expected = mutual_info_score(coordinate[:, 0], factor[:, 0])
    entropy = mutual_info_score(factor[:, 0], factor[:, 0])
    assert_allclose(parts.information, [[expected / entropy]])
    # One indicator for each value: what predicts is the table of frequencies.
    assert_allclose(parts.predictive_information, expected / entropy, atol=1e-3)


def test_what_alternates_along_a_line_is_explicit_in_indicators_only():
    code = np.random.default_rng(0).integers(8, size=(500, 1))
    parity = code % 2
    assert_allclose(scores(code, parity)[0][2], 1, atol=1e-3)
    noise = 1e-3 * np.random.default_rng(1).normal(size=(500, 1))
    (_, _, explicitness), parts = scores(code + noise, parity)
    assert explicitness < 0.1
    assert_allclose(parts.information, 1, atol=0.02)


def test_predictive_information_is_that_of_a_softmax_regression():
    rng = np.random.default_rng(0)
    Z = rng.normal(size=(400, 2))
    labels = (Z @ [1, 2] + rng.normal(size=400) > 1).astype(int)
    model = LogisticRegression(C=1e9, tol=1e-8).fit(Z, labels)
    share = labels.mean()
    entropy = -share * np.log(share) - (1 - share) * np.log(1 - share)
    expected = 1 - log_loss(labels, model.predict_proba(Z)) / entropy
    _, parts = scores(Z, labels[:, np.newaxis].astype(float))
    assert_allclose(parts.predictive_information, expected, rtol=1e-4)


def test_noise_predicts_as_much_as_parameters_fit_of_it():
    noise = np.random.default_rng(1).normal(size=(500, 4))
    factors = np.random.default_rng(2).random((500, 20))
    (modularity, compactness, explicitness), _ = scores(noise, factors)
    assert (modularity, compactness) == (0, 0)
    assert_allclose(explicitness, 9 * 4 / (2 * 500 * np.log(10)), rtol=0.2)


# What they are made of


@pytest.mark.parametrize("n_bins", [2, 7, 10])
def test_bins_have_equally_many_samples_and_few_values_are_labels(n_bins):
    values = np.random.default_rng(0).random(700)
    counts = np.bincount(_infomec.labels_of(values, n_bins))
    assert len(counts) == n_bins
    assert np.ptp(counts) <= 1
    few = np.array([5.0, 2.0, 5.0, 9.0])[: n_bins + 1]
    assert_array_equal(_infomec.labels_of(few, n_bins), np.unique(few, False, True)[1])


@pytest.mark.parametrize("share", [0.01, 0.5, 0.95, 0.99])
def test_ties_are_in_one_bin_and_leave_another(share):
    values = np.random.default_rng(0).random(1000)
    for tie in (-1, 2):
        values[: int(1000 * share)] = tie
        labels = _infomec.labels_of(values, 4)
        assert len(np.unique(labels[values == tie])) == 1
        assert len(np.unique(labels)) > 1


def test_scores_are_the_shares_of_the_greatest_information():
    rng = np.random.default_rng(0)
    factors = rng.integers(6, size=(1000, 3)).astype(float)
    Z = factors @ rng.normal(size=(3, 4)) + 0.5 * rng.normal(size=(1000, 4))
    (modularity, compactness, _), parts = scores(Z, factors)
    N = parts.information
    assert parts.is_active.all()
    by_row = [(max(row) / sum(row) - 1 / 3) / (1 - 1 / 3) for row in N]
    by_column = [(max(c) / sum(c) - 1 / 4) / (1 - 1 / 4) for c in N.T]
    assert_allclose([modularity, compactness], [np.mean(by_row), np.mean(by_column)])


# In the result


def test_the_result_has_them_by_name(factors):
    Z = np.hstack([factors[:60, :2], np.zeros((60, 1))])
    turns = {"turn": 360 * factors[:60, 0], "size": factors[:60, 1]}
    Z, turns = pd.DataFrame(Z, columns=list("xyz")), pd.DataFrame(turns)
    found = disentanglement(Z, turns, circular={"turn": 360})
    assert list(found.information.index) == list(found.active.index) == list("xyz")
    assert list(found.information) == list(found.predictive_information.index)
    assert found.active.tolist() == [True, True, False]
    assert_allclose(found.explicitness, found.predictive_information.mean())
    shown = f"modularity={found.modularity:.3f}, compactness={found.compactness:.3f}, "
    assert shown in repr(found)


def test_bins_decide_what_is_a_label(factors):
    levels = np.floor(12 * factors[:200, :1])
    Z = (levels * 5) % 12
    few, many = (
        disentanglement(Z, levels, n_bins=n_bins).explicitness for n_bins in (5, 12)
    )
    assert few < 0.8 < 0.99 < many
    with pytest.raises(ValueError, match="'n_bins' parameter"):
        disentanglement(Z, levels, n_bins=1)


@pytest.mark.parametrize("n_samples", [10, 11, 20])
def test_the_fewest_samples_give_numbers(factors, n_samples):
    few = factors[:n_samples]
    for Z in (few, few[:, :1], np.zeros((n_samples, 2)), few * 1e-200, few + 1e9):
        found, parts = scores(Z, few)
        assert np.isfinite(found).all()
        assert 0 <= min(found) <= max(found) <= 1
        assert np.isfinite(parts.information).all()


def test_circular_factors_of_whole_turns_are_constant():
    turns = 360.0 * np.arange(20)[:, np.newaxis]
    with pytest.raises(ValueError, match="0 is constant"):
        disentanglement(turns, turns, circular={0: 360})
