"""The learning-rate schedules: closed forms."""

import numpy as np
import pytest

from skbackprop.engine.schedules import Adaptive, Constant, InverseScaling

N_SEEN = 100 * np.arange(5)


def test_a_constant_rate_does_not_depend_on_the_epoch():
    np.testing.assert_array_equal(Constant(0.3).rates(N_SEEN, 1.0), np.full(5, 0.3))


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0])
def test_inverse_scaling_decays_with_a_power_of_the_samples_seen(power):
    rates = InverseScaling(0.3, power).rates(N_SEEN, 1.0)
    expected = [0.3 / (n + 1) ** power for n in (0, 100, 200, 300, 400)]
    np.testing.assert_allclose(rates, expected, rtol=1e-15)


def test_the_rate_of_an_epoch_does_not_depend_on_what_is_asked_with_it():
    schedule = InverseScaling(0.3, 0.5)
    one_by_one = [schedule.rates(N_SEEN[i : i + 1], 1.0)[0] for i in range(5)]
    np.testing.assert_array_equal(schedule.rates(N_SEEN, 1.0), one_by_one)


@pytest.mark.parametrize("schedule", [Constant(0.3), InverseScaling(0.3, 0.5)])
def test_only_adaptive_rates_go_on_after_a_standstill(schedule):
    assert not schedule.slow_down(1.0)
    assert Adaptive(0.3).slow_down(1.0)


def test_adaptive_rates_are_divided_by_5_until_they_are_1e_6():
    schedule, slowdown, rates = Adaptive(0.01), 1.0, []
    while slowdown:
        rates.append(schedule.rates(N_SEEN[:1], slowdown)[0])
        slowdown = schedule.slow_down(slowdown)
    expected = 0.01 / 5.0 ** np.arange(7)
    np.testing.assert_allclose(rates, expected, rtol=1e-14)
    assert rates[-2] > 1e-6 >= rates[-1]
