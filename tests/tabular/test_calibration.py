"""Temperatures: known ones are found, and order is kept."""

import numpy as np
import pytest
from scipy.special import expit, softmax

from skbackprop.tabular.calibration import find_temperature, log_sharpen, of_mean


def drawn(probabilities, rng):
    """Return a class drawn from each row of probabilities."""
    thresholds = rng.random((len(probabilities), 1))
    return (probabilities.cumsum(axis=1) < thresholds).sum(axis=1)


@pytest.mark.parametrize("temperature", [0.3, 1.0, 2.5])
@pytest.mark.parametrize("n_classes", [2, 4])
def test_the_temperature_that_labels_were_drawn_at_is_found(temperature, n_classes):
    rng = np.random.default_rng(0)
    logits = rng.normal(scale=2, size=(20_000, n_classes))
    y = drawn(softmax(logits / temperature, axis=1), rng)
    if n_classes == 2:
        logits = logits[:, 1:] - logits[:, :1]
    assert find_temperature(logits, y) == pytest.approx(temperature, rel=0.05)


def test_labels_are_questions_of_their_own():
    rng = np.random.default_rng(0)
    logits = rng.normal(scale=2, size=(10_000, 3))
    y = (rng.random(logits.shape) < expit(logits / 1.7)).astype(int)
    assert find_temperature(logits, y) == pytest.approx(1.7, rel=0.05)


def test_weights_count_as_repetitions():
    rng = np.random.default_rng(0)
    logits, y = rng.normal(size=(200, 3)), rng.integers(3, size=200)
    weights = rng.integers(3, size=200)
    repeated = find_temperature(
        np.repeat(logits, weights, axis=0), np.repeat(y, weights)
    )
    assert find_temperature(logits, y, weights) == pytest.approx(repeated, rel=1e-4)


def test_sharpening_keeps_the_order_and_adds_to_one():
    p = np.random.default_rng(0).dirichlet(np.ones(5), size=100)
    p[0] = [1, 0, 0, 0, 0]
    sharp = np.exp(log_sharpen(p, 0.5))
    assert np.array_equal(np.argsort(p[1:], axis=1), np.argsort(sharp[1:], axis=1))
    np.testing.assert_allclose(sharp.sum(axis=1), 1)
    assert np.isfinite(log_sharpen(p, 0.01)).all()
    np.testing.assert_allclose(np.exp(log_sharpen(p, 1)), p, atol=1e-12)


def test_a_mean_of_members_that_learnt_noise_by_heart_is_calibrated():
    rng = np.random.default_rng(0)
    signal, y = rng.normal(size=(4000, 1)), np.zeros(4000, int)
    y = (rng.random(4000) < expit(signal[:, 0])).astype(int)
    # What members have learnt by heart is as large as what there is to learn.
    members = signal + rng.normal(scale=1.5, size=(6, 4000, 1))
    temperature = find_temperature(members[0], y)
    p = expit(members).mean(axis=0)[:, 0]

    def log_loss_at(temperature):
        sharp = log_sharpen(np.column_stack([1 - p, p]), temperature)
        return -sharp[np.arange(4000), y].mean()

    assert temperature > 1.5
    assert log_loss_at(of_mean(temperature)) < log_loss_at(temperature) - 0.005
