"""The loss kernels against their formulas in NumPy."""

import numpy as np
import pytest
from gradcheck import numerical_derivative
from kernel_helpers import (
    DTYPES,
    SKIP_REASON,
    Call,
    aligned,
    bits_of,
    compiled,
    empty_signal,
    signal,
    tolerance,
)
from random_graphs import ELEMENTWISE_LOSSES, ROW_LOSSES, random_targets

from skbackprop.engine.losses import (
    HalfSquaredError,
    IgnoringMissing,
    SoftmaxLogLoss,
    StepwiseLogLoss,
)
from skbackprop.engine.reference.losses import value_and_gradient
from skbackprop.kernels import jit
from skbackprop.kernels.abi import Loss, Scalar

pytestmark = pytest.mark.skipif(not jit.available(), reason=SKIP_REASON)

LOSSES = ELEMENTWISE_LOSSES + ROW_LOSSES
every_loss = pytest.mark.parametrize("loss", LOSSES, ids=repr)
WIDTHS = [1, 2, 3, 10, 16, 17, 40, 256]


def address_of(loss, dtype):
    from skbackprop.kernels.losses.table import make_loss

    bits = bits_of(dtype)
    return compiled(lambda: make_loss(loss, bits), f"{loss.kernel_name}_{bits}")


def at_least_two(loss, width):
    """Return the width, where there must be rivals that of two classes."""
    return max(width, 2) if "margin" in loss.kernel else width


def truth(loss, logits, targets, weights):
    """Weighted sum of the losses and weighted gradients, in float64."""
    logits = logits.astype(np.float64)
    values, gradient = value_and_gradient(loss, logits, targets)
    return weights @ values, weights[:, None] * gradient


def call(loss, dtype, logits, targets, weights, scale=1.0, with_gradient=True):
    """Run the kernel; return the loss and the memory of the gradient."""
    (z, z_memory), (t, t_memory) = signal(logits, dtype), signal(targets, dtype)
    dz, dz_memory = empty_signal(*z.shape, dtype)
    sample_weights = aligned(len(z), dtype)
    sample_weights[:] = weights
    settings = np.ascontiguousarray(loss.settings(z_memory.shape[1]), dtype)
    arguments = Call(
        Loss,
        len(z),
        logits=z,
        adjoint=dz if with_gradient else 0,
        targets=t,
        weights=sample_weights,
        settings=settings,
        ld_targets=t_memory.shape[1],
        ld_settings=z_memory.shape[1],
        ld_logits=z_memory.shape[1],
        width=z.shape[1],
        n_classes=getattr(loss, "n_classes", 0),
    )
    arguments.scalars[Scalar.scale] = scale
    arguments.run(address_of(loss, dtype))
    return arguments.scalars[Scalar.loss], dz_memory


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("width", WIDTHS)
@every_loss
def test_value_and_gradient_are_those_of_the_formula(loss, width, dtype):
    width = at_least_two(loss, width)
    rng = np.random.default_rng(width)
    for n_rows in (1, 7, 16, 37):
        logits = rng.normal(scale=2.0, size=(n_rows, width)).astype(dtype)
        targets = random_targets(loss, n_rows, width, rng).astype(dtype)
        weights = rng.uniform(size=n_rows).astype(dtype)
        value, gradient = call(loss, dtype, logits, targets, weights, scale=0.25)
        expected_value, expected_gradient = truth(loss, logits, targets, weights)
        np.testing.assert_allclose(
            value, expected_value, rtol=tolerance(dtype), atol=tolerance(dtype)
        )
        np.testing.assert_allclose(
            gradient[:, :width],
            0.25 * expected_gradient,
            rtol=tolerance(dtype),
            atol=tolerance(dtype),
        )
        assert not gradient[:, width:].any()


@pytest.mark.parametrize("width", [1, 3, 33])
@every_loss
def test_the_gradient_is_that_of_the_value(loss, width):
    width = at_least_two(loss, width)
    rng = np.random.default_rng(width)
    logits = rng.normal(size=(9, width))
    targets = random_targets(loss, 9, width, rng)
    weights, direction = rng.uniform(size=9), rng.normal(size=(9, width))

    def value(step):
        moved = logits + step * direction
        return call(loss, np.float64, moved, targets, weights)[0]

    _, gradient = call(loss, np.float64, logits, targets, weights)
    np.testing.assert_allclose(
        np.vdot(gradient[:, :width], direction),
        numerical_derivative(value, 0.0, 1.0),
        rtol=1e-7,
    )


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("width", [2, 40])
@every_loss
def test_the_value_is_the_same_without_the_gradient(loss, width, dtype):
    rng = np.random.default_rng(width)
    logits = rng.normal(size=(21, width))
    arguments = (logits, random_targets(loss, 21, width, rng), np.ones(21))
    value, _ = call(loss, dtype, *arguments)
    without, untouched = call(loss, dtype, *arguments, with_gradient=False)
    assert without == value
    assert np.all(untouched[:, :width] == 7.25)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("width", [2, 16, 40])
@every_loss
def test_losses_are_not_finite_where_logits_are_not(loss, width, dtype):
    for row, bad in ((0, np.nan), (17, np.nan), (5, np.inf)):
        logits = np.zeros((18, width))
        logits[row, width - 1] = bad
        targets = np.zeros((18, 1 if loss.reads_class_index else width))
        value, gradient = call(loss, dtype, logits, targets, np.ones(18))
        assert not np.isfinite(value)
        others = np.delete(gradient, row, axis=0)
        assert np.all(np.isfinite(others))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("width", [2, 40])
def test_softmax_of_large_logits_neither_overflows_nor_vanishes(width, dtype):
    logits = np.zeros((2, width))
    logits[:, 0] = 5000
    value, gradient = call(
        SoftmaxLogLoss(), dtype, logits, np.array([[0], [1]]), np.ones(2)
    )
    assert value == 5000
    np.testing.assert_array_equal(gradient[0], 0)
    assert gradient[1, 0] == 1
    assert gradient[1, 1] == -1


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_class_of_no_probability_costs_infinitely_much(dtype):
    value, _ = call(
        SoftmaxLogLoss(), dtype, [[0.0, -np.inf]], np.array([[1]]), np.ones(1)
    )
    assert value == np.inf


def test_losses_of_many_samples_are_summed_exactly():
    n = 100_000
    logits, targets = np.full((n, 1), 0.1), np.zeros((n, 1))
    value, _ = call(HalfSquaredError(), np.float32, logits, targets, np.ones(n))
    exact = n * 0.5 * float(np.float32(0.1)) ** 2
    np.testing.assert_allclose(value, exact, rtol=1e-7)


# Losses by steps: targets are NaN where a sequence has no such step


STEPS = [1, 3, 5, 16, 40]


def stepwise_case(loss, n_steps, n_rows=19, n_columns=3):
    """Return logits, targets of which some are missing, and weights."""
    rng = np.random.default_rng(n_steps)
    logits = rng.normal(scale=2.0, size=(n_rows, n_steps * n_columns))
    if isinstance(loss, StepwiseLogLoss):
        targets = rng.integers(n_columns, size=(n_rows, n_steps)).astype(float)
    else:
        targets = random_targets(loss.loss, *logits.shape, rng).astype(float)
    exists = np.arange(n_steps) < rng.integers(n_steps + 1, size=(n_rows, 1))
    exists[0] = True  # and of some rows nothing does
    exists = np.repeat(exists, targets.shape[1] // n_steps, axis=1)
    return logits, np.where(exists, targets, np.nan), rng.uniform(size=n_rows)


STEPWISE = [StepwiseLogLoss(3), *map(IgnoringMissing, ELEMENTWISE_LOSSES)]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n_steps", STEPS)
@pytest.mark.parametrize("loss", STEPWISE, ids=repr)
def test_losses_of_steps_are_those_of_the_reference(loss, n_steps, dtype):
    logits, targets, weights = stepwise_case(loss, n_steps)
    logits, weights = logits.astype(dtype), weights.astype(dtype)
    values, gradient = value_and_gradient(loss, logits.astype(float), targets)
    close = {"rtol": tolerance(dtype), "atol": tolerance(dtype)}
    for with_gradient in (True, False):
        value, found = call(
            loss, dtype, logits, targets, weights, 0.25, with_gradient=with_gradient
        )
        np.testing.assert_allclose(value, weights @ values, rtol=tolerance(dtype))
    value, found = call(loss, dtype, logits, targets, weights, scale=0.25)
    width = logits.shape[1]
    expected = 0.25 * weights[:, np.newaxis] * gradient
    np.testing.assert_allclose(found[:, :width], expected, **close)
    assert not found[:, width:].any()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("loss", STEPWISE, ids=repr)
def test_logits_of_missing_steps_do_not_matter(loss, dtype):
    logits, targets, weights = stepwise_case(loss, 5)
    missing = np.isnan(targets)
    if isinstance(loss, StepwiseLogLoss):
        missing = np.repeat(missing, 3, axis=1)
    expected = call(loss, dtype, logits, targets, weights)
    for bad in (np.nan, np.inf, -np.inf, 1e30):
        found = call(loss, dtype, np.where(missing, bad, logits), targets, weights)
        assert found[0] == expected[0]
        np.testing.assert_array_equal(found[1], expected[1])
    assert not expected[1][:, : missing.shape[1]][missing].any()


@pytest.mark.parametrize("dtype", DTYPES)
def test_steps_of_large_logits_neither_overflow_nor_vanish(dtype):
    logits = np.array([[5000.0, 0, 0, -5000, 0, 0, 0.5, 0, 0]])
    value, gradient = call(
        StepwiseLogLoss(3), dtype, logits, np.array([[1.0, 0, np.nan]]), np.ones(1)
    )
    np.testing.assert_allclose(value, 10000 + np.log(2), rtol=1e-12)
    np.testing.assert_array_equal(gradient[0, :9], [1, -1, 0, -1, 0.5, 0.5, 0, 0, 0])


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_step_of_nan_is_seen_in_the_loss(dtype):
    logits = np.array([[0.0, np.nan, 1.0, 2.0]])
    for targets in ([[0.0, 1.0]], [[1.0, 1.0]]):
        value, _ = call(
            StepwiseLogLoss(2), dtype, logits, np.array(targets), np.ones(1)
        )
        assert np.isnan(value)
