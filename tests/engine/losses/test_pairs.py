"""The losses of pairs and triplets: closed forms, torch, kernels, symmetry."""

import numpy as np
import pytest
from gradcheck import numerical_derivative
from jit_marks import needs_jit
from kernel_helpers import (
    DTYPES,
    Call,
    aligned,
    bits_of,
    empty_signal,
    signal,
    tolerance,
)

from skbackprop.engine.losses.pairs import (
    ContrastiveLoss,
    LogisticPairLoss,
    TripletLoss,
)
from skbackprop.engine.reference.losses import group_values_and_gradient
from skbackprop.kernels import table
from skbackprop.kernels.abi import Loss, Scalar

LOSSES = [
    ContrastiveLoss(1.5),
    LogisticPairLoss(1.5),
    TripletLoss(1.5),
    TripletLoss(0.2),
]
PAIR_LOSSES = LOSSES[:2]
every_loss = pytest.mark.parametrize("loss", LOSSES, ids=repr)
every_pair_loss = pytest.mark.parametrize("loss", PAIR_LOSSES, ids=repr)


def size_of(loss):
    return 3 if isinstance(loss, TripletLoss) else 2


def random_groups(loss, n_groups=23, width=3, dtype=np.float64, scale=1.0):
    """Return logits and targets of some groups, and where these begin."""
    rng, size = np.random.default_rng(width), size_of(loss)
    logits = rng.normal(scale=scale, size=(n_groups * size, width)).astype(dtype)
    targets = np.repeat(rng.integers(2, size=n_groups), size)[:, np.newaxis]
    return logits, targets.astype(dtype), np.arange(0, len(logits) + 1, size)


@every_loss
@pytest.mark.parametrize("width", [1, 2, 17])
def test_the_gradient_is_the_derivative_of_the_value(loss, width):
    logits, targets, starts = random_groups(loss, width=width)
    direction = np.random.default_rng(0).normal(size=logits.shape)
    _, gradient = group_values_and_gradient(loss, logits, targets, starts)
    expected = numerical_derivative(
        lambda z: group_values_and_gradient(loss, z, targets, starts)[0],
        logits,
        direction,
    )
    found = np.add.reduceat((gradient * direction).sum(axis=1), starts[:-1])
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize(
    ("loss", "logits", "y", "value", "gradient"),
    [
        (ContrastiveLoss(2.0), [[3, 0], [0, 4]], 0, 12.5, [[3, -4], [-3, 4]]),
        (ContrastiveLoss(2.0), [[3, 0], [0, 4]], 1, 0.0, [[0, 0], [0, 0]]),
        (ContrastiveLoss(7.0), [[3, 0], [0, 4]], 1, 2.0, [[-1.2, 1.6], [1.2, -1.6]]),
        (ContrastiveLoss(2.0), [[3, 4], [3, 4]], 1, 2.0, [[0, 0], [0, 0]]),
        (ContrastiveLoss(2.0), [[3, 4], [3, 4]], 0, 0.0, [[0, 0], [0, 0]]),
        (LogisticPairLoss(5.0), [[3, 0], [0, 4]], 0, np.log(2), [[3, -4], [-3, 4]]),
        (LogisticPairLoss(5.0), [[3, 0], [0, 4]], 1, np.log(2), [[-3, 4], [3, -4]]),
        (TripletLoss(1.0), [[0], [1], [1]], 0, 1.0, [[0], [2], [-2]]),
        (TripletLoss(1.0), [[0], [1], [3]], 0, 0.0, [[0], [0], [0]]),
        (TripletLoss(1.0), [[0], [3], [1]], 0, 9.0, [[-4], [6], [-2]]),
    ],
)
def test_small_cases_by_hand(loss, logits, y, value, gradient):
    targets = np.full((len(logits), 1), float(y))
    found = loss.of_group(np.array(logits, float), targets)
    np.testing.assert_allclose(found[0], value, rtol=1e-15, atol=1e-15)
    np.testing.assert_allclose(found[1], gradient, rtol=1e-15, atol=1e-15)


def test_the_contrastive_loss_is_that_of_the_paper():
    loss = ContrastiveLoss(1.5)
    logits, targets, starts = random_groups(loss)
    distance = np.linalg.norm(logits[::2] - logits[1::2], axis=1)
    y, m = targets[::2, 0], 1.5
    expected = (1 - y) / 2 * distance**2 + y / 2 * np.maximum(0, m - distance) ** 2
    values, _ = group_values_and_gradient(loss, logits, targets, starts)
    np.testing.assert_allclose(values, expected, rtol=1e-14)


@every_loss
def test_values_and_gradients_are_those_of_torch(loss):
    torch = pytest.importorskip("torch")
    logits, targets, starts = random_groups(loss)
    z = torch.tensor(logits, requires_grad=True)
    parts = [z[i :: size_of(loss)] for i in range(size_of(loss))]
    squared = ((parts[0] - parts[1]) ** 2).sum(dim=1)
    y = torch.tensor(targets[:: size_of(loss), 0])
    if isinstance(loss, ContrastiveLoss):
        missing = torch.relu(loss.margin - squared.sqrt())
        expected = (1 - y) * squared / 2 + y * missing**2 / 2
    elif isinstance(loss, LogisticPairLoss):
        expected = torch.nn.functional.binary_cross_entropy_with_logits(
            squared - loss.margin**2, y, reduction="none"
        )
    else:
        expected = torch.nn.functional.triplet_margin_with_distance_loss(
            *parts,
            distance_function=lambda a, b: ((a - b) ** 2).sum(dim=1),
            margin=loss.margin,
            reduction="none",
        )
    expected.sum().backward()
    values, gradient = group_values_and_gradient(loss, logits, targets, starts)
    np.testing.assert_allclose(values, expected.detach().numpy(), rtol=1e-12)
    np.testing.assert_allclose(gradient, z.grad.numpy(), rtol=1e-12, atol=1e-14)


@every_pair_loss
def test_swapped_pairs_have_the_same_loss_and_swapped_gradients_bit_for_bit(loss):
    logits, targets, starts = random_groups(loss)
    swapped = logits.reshape(-1, 2, 3)[:, ::-1].reshape(-1, 3)
    values, gradient = group_values_and_gradient(loss, logits, targets, starts)
    found = group_values_and_gradient(loss, swapped, targets, starts)
    np.testing.assert_array_equal(found[0], values)
    back = found[1].reshape(-1, 2, 3)[:, ::-1].reshape(-1, 3)
    np.testing.assert_array_equal(back, gradient)


@every_loss
def test_moving_all_rows_alike_changes_nothing(loss):
    logits, targets, starts = random_groups(loss)
    values, gradient = group_values_and_gradient(loss, logits, targets, starts)
    moved = group_values_and_gradient(loss, logits + 2.0, targets, starts)
    np.testing.assert_allclose(moved[0], values, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(moved[1], gradient, rtol=1e-12, atol=1e-12)
    sums = np.add.reduceat(gradient, starts[:-1])
    np.testing.assert_allclose(sums, 0, atol=1e-14)


@pytest.mark.parametrize("y", [0.0, 1.0])
def test_the_logistic_loss_of_far_and_of_equal_rows_is_exact(y):
    far = np.array([[0.0], [1e3]])
    with np.errstate(all="raise", under="ignore"):
        value, _ = LogisticPairLoss(1.0).of_group(far, np.full((2, 1), y))
    assert value == (0.0 if y else 1e6 - 1)


# Kernels


def call(loss, dtype, logits, targets, weights, scale=1.0, with_gradient=True):
    """Run the kernel; return the loss and the memory of the gradient."""
    (z, z_memory), (t, t_memory) = signal(logits, dtype), signal(targets, dtype)
    dz, dz_memory = empty_signal(*z.shape, dtype)
    of_groups = aligned(len(weights), dtype)
    of_groups[:] = weights
    arguments = Call(
        Loss,
        len(z),
        logits=z,
        adjoint=dz if with_gradient else 0,
        targets=t,
        weights=of_groups,
        ld_targets=t_memory.shape[1],
        ld_logits=z_memory.shape[1],
        width=z.shape[1],
    )
    starts = np.arange(0, len(z) + 1, size_of(loss))
    arguments.set_context(n_groups=len(starts) - 1, group_starts=starts)
    arguments.scalars[Scalar.scale] = scale
    arguments.scalars[Scalar.loss_setting] = loss.setting
    arguments.run(table.loss_kernel(loss, bits_of(dtype)))
    return arguments.scalars[Scalar.loss], dz_memory


@needs_jit
@every_loss
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("width", [1, 2, 16, 17, 40])
def test_kernels_do_what_the_reference_does(loss, width, dtype):
    logits, targets, starts = random_groups(
        loss, width=width, dtype=dtype, scale=width**-0.5
    )
    logits[1] = logits[0]  # a pair that meets
    weights = np.random.default_rng(0).uniform(size=len(starts) - 1).astype(dtype)
    values, gradient = group_values_and_gradient(
        loss, logits.astype(float), targets.astype(float), starts
    )
    assert (values > 0).any()
    gradient *= np.repeat(weights, size_of(loss))[:, np.newaxis]
    for with_gradient in (True, False):
        value, found = call(
            loss, dtype, logits, targets, weights, 0.25, with_gradient=with_gradient
        )
        np.testing.assert_allclose(value, weights @ values, rtol=tolerance(dtype))
        if with_gradient:
            np.testing.assert_allclose(
                found[:, :width],
                0.25 * gradient,
                rtol=tolerance(dtype),
                atol=tolerance(dtype),
            )
            assert not found[:, width:].any()


@needs_jit
@every_loss
def test_nan_in_a_logit_is_seen_in_the_loss_of_the_kernel(loss):
    for y in (0.0, 1.0):
        logits = np.ones((size_of(loss), 2))
        logits[-1, 1] = np.nan
        value, _ = call(loss, np.float64, logits, np.full((len(logits), 1), y), [1.0])
        assert np.isnan(value)
