"""The outer step: its formula, in plain numbers."""

import numpy as np
import pytest

from skbackprop.distributed.averaging import OuterStep

START = np.array([1.0, 2.0, 5.0])
LEARNT = [np.array([0.0, 2.0, 1.0]), np.array([4.0, 6.0, 4.0])]


def outer_step(learning_rate, momentum, n_learned=3, dtype=float):
    weights = np.array([1.0, 3.0])
    return OuterStep(START.astype(dtype), n_learned, learning_rate, momentum, weights)


def test_without_momentum_it_is_the_mean_by_weight():
    outer = outer_step(1, 0)
    outer.take(LEARNT)
    np.testing.assert_allclose(outer.parameters, [3.0, 5.0, 3.25])


def test_two_steps_are_those_of_nesterovs_momentum():
    outer, theta, velocity = outer_step(0.7, 0.9), START, 0
    for _ in range(2):
        outer.take(LEARNT)
        g = theta - (LEARNT[0] / 4 + 3 * LEARNT[1] / 4)
        velocity = 0.9 * velocity + g
        theta = theta - 0.7 * (g + 0.9 * velocity)
    np.testing.assert_allclose(outer.parameters, theta)


def test_statistics_are_averaged_whatever_the_momentum():
    outer = outer_step(0.7, 0.9, n_learned=2)
    outer.take(LEARNT)
    assert outer.parameters[2] == 3.25


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_parameters_keep_their_dtype(dtype):
    outer = outer_step(0.7, 0.9, dtype=dtype)
    outer.take([part.astype(dtype) for part in LEARNT])
    assert outer.parameters.dtype == dtype
