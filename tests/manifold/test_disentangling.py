"""Factors recovered, rotated, doubled and drowned in noise, by DCI and InfoMEC."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import special_ortho_group

from skbackprop.manifold import disentanglement

# DCI


@pytest.fixture(scope="module")
def factors():
    values = np.random.default_rng(0).uniform(size=(400, 4))
    return pd.DataFrame(values * [1, 10, 0.1, 1], columns=["a", "b", "c", "d"])


@pytest.mark.parametrize("regressor", ["lasso", "forest"])
@pytest.mark.slow
def test_factors_in_another_order_and_scale_are_disentangled(factors, regressor):
    Z = factors.to_numpy()[:, [2, 0, 3, 1]] * [-1, 5, 0.1, 3] + 7
    found = disentanglement(Z, factors, regressor=regressor)
    lowest = {"lasso": 1 - 1e-6, "forest": 0.95}[regressor]
    assert lowest <= found.disentanglement <= 1
    assert lowest <= found.completeness <= 1
    assert 0.95 < found.informativeness <= 1
    assert_array_equal(found.importances.to_numpy().argmax(axis=0), [1, 3, 0, 2])
    assert list(found.r2.index) == list(factors.columns)


@pytest.mark.parametrize("regressor", ["lasso", "forest"])
@pytest.mark.slow
def test_a_random_rotation_is_entangled(factors, regressor):
    Z = factors.to_numpy() / factors.std().to_numpy()
    Z = Z @ special_ortho_group.rvs(4, random_state=0)
    found = disentanglement(Z, factors, regressor=regressor)
    assert found.disentanglement < 0.6
    assert found.completeness < 0.6
    assert found.informativeness > 0.9


@pytest.mark.slow
def test_factors_are_disentangled_but_not_complete_when_coordinates_repeat(factors):
    noise = np.random.default_rng(1).normal(size=(400, 8))
    twice = np.tile(factors / factors.std(), 2)
    found = disentanglement(twice + 0.3 * noise, factors)
    assert found.disentanglement > 0.8
    assert_allclose(found.completeness, 1 - np.log(2) / np.log(8), atol=0.1)


@pytest.mark.slow
def test_scores_are_the_entropies_of_the_importances(factors):
    rng = np.random.default_rng(1)
    Z = factors.to_numpy() @ rng.normal(size=(4, 3)) + rng.normal(size=(400, 3))
    found = disentanglement(Z, factors)
    R = found.importances.to_numpy()
    rows, columns = R / R.sum(axis=1, keepdims=True), R / R.sum(axis=0)
    by_row = [1 + sum(p * np.log(p) for p in row if p) / np.log(4) for row in rows]
    by_column = [1 + sum(p * np.log(p) for p in c if p) / np.log(3) for c in columns.T]
    assert_allclose(found.by_coordinate, by_row)
    assert_allclose(found.by_factor, by_column)
    assert_allclose(found.disentanglement, np.average(by_row, weights=R.sum(axis=1)))
    assert_allclose(found.completeness, np.mean(by_column))
    assert_allclose(found.informativeness, found.r2.mean())


@pytest.fixture(scope="module")
def angles():
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {"turn": rng.uniform(0, 360, 500), "height": rng.uniform(-1, 1, 500)}
    )


@pytest.mark.parametrize("start", [0, 40, 45])
@pytest.mark.slow
def test_a_circle_and_an_axis_are_a_circular_and_a_plain_factor(angles, start):
    turn = np.deg2rad(angles["turn"] + start)
    Z = np.stack([np.cos(turn), angles["height"], np.sin(turn)], axis=1)
    found = disentanglement(Z, angles, circular={"turn": 360})
    assert found.disentanglement > 0.99
    assert found.completeness > 0.99
    assert (found.r2 > 0.99).all()
    # A line that is not closed cannot tell where a circle is.
    assert disentanglement(Z, angles).r2["turn"] < 0.7


def test_circular_factors_may_be_named_by_number_and_have_any_period(angles):
    turn = np.deg2rad(angles["turn"].to_numpy())
    Z = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    hours = angles[["turn"]].to_numpy() / 15
    found = disentanglement(Z, hours, circular={0: 24})
    assert_allclose(found.r2[0], 1, atol=1e-3)
    # Whole turns change nothing.
    later = disentanglement(Z, hours + 48, circular={0: 24})
    assert_allclose(later.r2, found.r2)


def test_coordinates_of_noise_tell_nothing(factors):
    Z = np.random.default_rng(5).normal(size=(400, 3))
    found = disentanglement(Z, factors)
    assert found.informativeness < 0.05
    scores = [found.disentanglement, found.completeness, *found.by_factor]
    assert not np.isnan(scores).any()


@pytest.mark.parametrize("n_coordinates", [1, 3])
def test_constant_coordinates_and_single_factors_give_numbers(factors, n_coordinates):
    Z = np.zeros((400, n_coordinates))
    nothing = disentanglement(Z, factors[["a"]])
    assert (nothing.disentanglement, nothing.completeness) == (0, 0)
    Z[:, 0] = factors["a"]
    one = disentanglement(Z, factors[["a"]])
    assert_allclose([one.disentanglement, one.completeness], 1)
    assert_array_equal(one.by_coordinate[1:], 0)


@pytest.mark.slow
def test_scores_depend_on_the_seed_only(factors):
    Z = factors + 0.1
    first, again = (
        disentanglement(Z, factors, regressor="forest", random_state=3)
        for _ in range(2)
    )
    pd.testing.assert_frame_equal(first.importances, again.importances)
    assert repr(first) == repr(again)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"circular": {"e": 360}}, "circular names 'e', but the factors are 'a', 'b'"),
        ({"circular": {"a": 0}}, r"circular\['a'\] must be a period"),
        ({"circular": {"a": "360"}}, r"circular\['a'\] must be a period"),
        ({"regressor": "ridge"}, "'regressor' parameter"),
        ({"cv": 201}, "at least 402 samples for cv=201"),
    ],
)
def test_wrong_options_of_disentanglement_are_named(factors, options, message):
    with pytest.raises(ValueError, match=message):
        disentanglement(factors, factors, **options)


def test_constant_factors_and_other_lengths_are_refused(factors):
    with pytest.raises(ValueError, match="'k' is constant"):
        disentanglement(factors, factors.assign(k=1.0))
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        disentanglement(factors[1:], factors)
