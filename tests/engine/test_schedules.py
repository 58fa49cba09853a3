"""The learning-rate schedules against closed forms and against torch."""

import numpy as np
import pytest

from skbackprop.engine.schedules import (
    NAMES,
    SPANNING,
    Adaptive,
    Constant,
    Cosine,
    CosLog4,
    Custom,
    ExponentialDecay,
    InverseScaling,
    OneCycle,
    Plateau,
    Progress,
    StepDecay,
    Warmup,
    named,
)


def progress(n_epochs, n_batches=4, slowdown=1.0, n_samples=100):
    """Return the progress at each step of some epochs."""
    steps = np.arange(n_epochs * n_batches)
    return Progress(steps / n_batches, n_samples * (steps // n_batches), slowdown)


def by_epoch(schedule, n_epochs):
    """Return the factor at the begin of each epoch."""
    return schedule.factors(progress(n_epochs, n_batches=1))


def test_a_constant_rate_does_not_depend_on_the_step():
    np.testing.assert_array_equal(Constant().factors(progress(5)), np.ones(20))


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0])
def test_inverse_scaling_decays_with_a_power_of_the_samples_seen(power):
    factors = by_epoch(InverseScaling(power), 5)
    expected = [1 / (n + 1) ** power for n in (0, 100, 200, 300, 400)]
    np.testing.assert_allclose(factors, expected, rtol=1e-15)


@pytest.mark.parametrize("name", NAMES)
def test_the_factor_of_a_step_does_not_depend_on_what_is_asked_with_it(name):
    whole = progress(40)
    one_by_one = [
        named(name, 100).factors(
            Progress(whole.epochs[i : i + 1], whole.n_seen[i : i + 1], whole.slowdown)
        )[0]
        for i in range(len(whole.epochs))
    ]
    np.testing.assert_array_equal(named(name, 100).factors(whole), one_by_one)


@pytest.mark.parametrize("name", NAMES)
def test_factors_are_between_nothing_and_the_whole_rate(name):
    factors = named(name, 100).factors(progress(300))
    assert (factors >= 0).all()
    assert (factors <= 1).all()
    assert factors.max() > 0.99 or name == "onecycle"


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"adaptive", "plateau"}))
def test_only_reduced_rates_go_on_after_a_standstill(name):
    assert not named(name, 100).slow_down(1.0, 0.1)
    assert Adaptive().slow_down(1.0, 0.1)
    assert Plateau().slow_down(1.0, 0.1)


def test_adaptive_rates_are_divided_by_5_until_they_are_1e_6():
    schedule, slowdown, rates = Adaptive(), 1.0, []
    while slowdown:
        rates.append(0.01 * schedule.factors(progress(1, slowdown=slowdown))[0])
        slowdown = schedule.slow_down(slowdown, 0.01)
    expected = 0.01 / 5.0 ** np.arange(7)
    np.testing.assert_allclose(rates, expected, rtol=1e-14)
    assert rates[-2] > 1e-6 >= rates[-1]


def test_cosines_fall_to_nothing_and_begin_again_in_longer_periods():
    factors = Cosine(period=10, growth=2).factors(progress(70, n_batches=10))
    ends = [100, 300, 700]
    for begin, end in zip([0, *ends], ends, strict=False):
        part = np.arange(end - begin) / (end - begin)
        np.testing.assert_allclose(
            factors[begin:end], (1 + np.cos(np.pi * part)) / 2, atol=1e-12
        )


def test_warm_up_rises_linearly_in_front_of_another_schedule():
    factors = Warmup(Constant(), 5).factors(progress(8))
    expected = np.minimum(1, np.arange(32) / 20)
    np.testing.assert_allclose(factors, expected, rtol=1e-15)
    assert Warmup(Adaptive(), 5).slow_down(1.0, 0.1) == 0.2


def test_four_waves_end_where_training_ends():
    factors = by_epoch(CosLog4(16), 17)
    np.testing.assert_allclose(factors[[0, 1, 16]], [0, factors[1], 0], atol=1e-12)
    peaks = (2 ** (np.arange(4) + 0.5) - 1) / 15
    at_peaks = CosLog4(1).factors(Progress(peaks, None, 1.0))
    np.testing.assert_allclose(at_peaks, 1, rtol=1e-12)


def test_functions_are_asked_for_each_step():
    factors = Custom(lambda epoch: 1 / (1 + epoch)).factors(progress(3))
    np.testing.assert_allclose(factors, 1 / (1 + np.arange(12) / 4))


@pytest.mark.parametrize("function", [lambda epoch: -1.0, lambda epoch: [1.0, 2.0]])
def test_functions_that_give_no_rate_are_refused(function):
    with pytest.raises(ValueError, match="must return a non-negative number"):
        Custom(function).factors(progress(1))


def test_steps_and_exponentials_are_powers_of_gamma():
    found = by_epoch(StepDecay(3, 0.5), 10)
    np.testing.assert_allclose(found, [1] * 3 + [0.5] * 3 + [0.25] * 3 + [0.125])
    found = ExponentialDecay(0.9).factors(progress(10))
    np.testing.assert_allclose(found, 0.9 ** (np.arange(40) / 4), rtol=1e-14)


def test_one_cycle_rises_and_falls_along_cosines():
    factors = by_epoch(OneCycle(10, 0.4), 13)
    up = 1 / 25 + 24 / 25 * np.sin(np.pi / 8 * np.arange(4)) ** 2
    lowest = 1e-4 / 25
    down = lowest + (1 - lowest) * np.cos(np.pi / 12 * np.arange(7)) ** 2
    expected = np.concatenate([up, down, [lowest, lowest]])
    np.testing.assert_allclose(factors, expected, rtol=1e-12)


def test_schedules_are_those_of_torch():
    torch = pytest.importorskip("torch")
    schedulers = torch.optim.lr_scheduler

    def of_torch(make, n_epochs):
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
        scheduler, rates = make(optimizer), []
        for _ in range(n_epochs):
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            scheduler.step()
        return rates

    pairs = [
        (StepDecay(3, 0.5), lambda o: schedulers.StepLR(o, 3, 0.5)),
        (ExponentialDecay(0.9), lambda o: schedulers.ExponentialLR(o, 0.9)),
        (
            Cosine(5, 2, 0.1),
            lambda o: schedulers.CosineAnnealingWarmRestarts(o, 5, 2, 0.1),
        ),
        (
            Cosine(5, 1),
            lambda o: schedulers.CosineAnnealingWarmRestarts(o, 5, 1),
        ),
    ]
    for ours, theirs in pairs:
        np.testing.assert_allclose(
            by_epoch(ours, 30), of_torch(theirs, 30), rtol=1e-6, atol=1e-12
        )


@pytest.mark.parametrize("n_epochs", [7, 30, 200])
def test_names_that_span_a_fit_end_with_it(n_epochs):
    for name in SPANNING:
        factors = named(name, n_epochs).factors(progress(n_epochs))
        assert factors[-1] < 0.2, name
        assert factors.max() > 0.9, name
    assert named("onecycle", n_epochs) == OneCycle(n_epochs)
    assert named("coslog4", n_epochs) == CosLog4(n_epochs)
    falling = named("cosine", n_epochs).factors(progress(2 * n_epochs))
    assert (np.diff(falling) <= 0).all()
    assert falling[-1] == 0
    steps = np.unique(named("step", n_epochs).factors(progress(n_epochs)))
    np.testing.assert_allclose(steps, [0.01, 0.1, 1])


def test_schedules_tell_where_they_end():
    assert Warmup(OneCycle(30), 3).length == 30
    assert CosLog4(30).length == 30
    assert Cosine(30, restarts=False).length == 30
    assert Cosine(30).length == Constant().length == np.inf
