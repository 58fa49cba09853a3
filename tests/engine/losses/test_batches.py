"""The losses of whole minibatches: closed forms, torch, kernels, what they rule out."""

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
from scipy.linalg import hadamard

from skbackprop.engine.losses.batches import BarlowTwins, InfoNCE, VICReg
from skbackprop.engine.reference.losses import group_values_and_gradient
from skbackprop.kernels import table
from skbackprop.kernels.abi import Loss, Scalar

LOSSES = [
    VICReg(),
    VICReg(3.0, 2.0, 5.0),
    BarlowTwins(),
    BarlowTwins(0.5),
    InfoNCE(),
    InfoNCE(0.2),
]
every_loss = pytest.mark.parametrize("loss", LOSSES, ids=repr)
SIZES = [8, 5, 2, 13]  # pairs of each minibatch


def random_groups(width, sizes=SIZES, dtype=np.float64, seed=0):
    """Return logits of minibatches of pairs that are alike, and where they begin."""
    rng = np.random.default_rng((seed, width))
    parts = []
    for n in sizes:
        first = rng.normal(size=(n, width)) @ rng.normal(size=(width, width))
        first /= np.sqrt(2 * width)
        parts += [first, first + 0.3 * rng.normal(size=first.shape)]
    starts = np.concatenate([[0], 2 * np.cumsum(sizes)])
    return np.concatenate(parts).astype(dtype), starts


def values_and_gradient(loss, logits, starts):
    return group_values_and_gradient(loss, logits, np.zeros((len(logits), 1)), starts)


@every_loss
@pytest.mark.parametrize("width", [1, 2, 17])
def test_the_gradient_is_the_derivative_of_the_value(loss, width):
    logits, starts = random_groups(width)
    direction = np.random.default_rng(0).normal(size=logits.shape)
    _, gradient = values_and_gradient(loss, logits, starts)
    expected = numerical_derivative(
        lambda z: values_and_gradient(loss, z, starts)[0], logits, direction
    )
    found = np.add.reduceat((gradient * direction).sum(axis=1), starts[:-1])
    np.testing.assert_allclose(found, expected, rtol=2e-6, atol=1e-7)


@pytest.mark.parametrize(
    ("loss", "logits", "value"),
    [
        # Both branches are (-1, 1) and (0, 4): variances 2 and 8, no hinge.
        (VICReg(2.0, 9.0, 0.0), [[-1.0], [1.0], [0.0], [4.0]], 2.0 * (1 + 9) / 2),
        # No variance: the deviation is sqrt(1e-4) = 0.01.
        (VICReg(1.0, 10.0, 3.0), [[2.0], [2.0], [2.0], [2.0]], 10 * 0.99),
        # Covariance 2 off the diagonal, twice, in both branches; d = 2.
        (VICReg(0.0, 0.0, 1.0), [[1, 1], [-1, -1]] * 2, 2 * (2 * 2**2) / 2),
        # Perfectly correlated columns: all entries of C are 1 / (1 + 1e-5).
        (
            BarlowTwins(0.5),
            [[1, 1], [-1, -1]] * 2,
            2 * (1 - 1 / 1.00001) ** 2 + 0.5 * 2 / 1.00001**2,
        ),
        # Cosines: 1 with the partner, 0 with the two others.
        (InfoNCE(1.0), [[3, 0], [0, 4]] * 2, np.log(np.e + 2) - 1),
        (InfoNCE(1.0), [[0, 0]] * 4, np.log(3)),
    ],
)
def test_small_cases_by_hand(loss, logits, value):
    found, _ = loss.of_group(np.array(logits, float), None)
    np.testing.assert_allclose(found, value, rtol=1e-14)


def in_torch(torch, loss, z):
    """Return the loss of a minibatch, written as in the official codes."""
    x, y = z.chunk(2)
    (n, d), functional = x.shape, torch.nn.functional
    if isinstance(loss, VICReg):
        value = loss.invariance * functional.mse_loss(x, y)
        for branch in (x, y):
            branch = branch - branch.mean(dim=0)
            deviation = torch.sqrt(branch.var(dim=0) + 1e-4)
            value = value + loss.variance * functional.relu(1 - deviation).mean() / 2
            covariance = branch.T @ branch / (n - 1)
            others = covariance - torch.diag(torch.diag(covariance))
            value = value + loss.covariance * others.pow(2).sum() / d
        return value
    if isinstance(loss, BarlowTwins):
        normalize = torch.nn.BatchNorm1d(d, affine=False, dtype=z.dtype)
        c = normalize(x).T @ normalize(y) / n
        on = (torch.diagonal(c) - 1).pow(2).sum()
        off = (c - torch.diag(torch.diag(c))).pow(2).sum()
        return on + loss.redundancy * off
    unit = functional.normalize(z)
    logits = unit @ unit.T / loss.temperature
    logits = logits.masked_fill(torch.eye(2 * n, dtype=bool), -np.inf)
    return functional.cross_entropy(logits, torch.arange(2 * n).roll(n))


@every_loss
@pytest.mark.parametrize("width", [1, 3, 40])
def test_values_and_gradients_are_those_of_torch(loss, width):
    torch = pytest.importorskip("torch")
    logits, starts = random_groups(width)
    values, gradient = values_and_gradient(loss, logits, starts)
    for g, own in enumerate(map(slice, starts[:-1], starts[1:])):
        z = torch.tensor(logits[own], requires_grad=True)
        expected = in_torch(torch, loss, z)
        expected.backward()
        np.testing.assert_allclose(values[g], expected.item(), rtol=1e-12, atol=1e-13)
        np.testing.assert_allclose(gradient[own], z.grad.numpy(), rtol=0, atol=1e-12)


@every_loss
def test_the_order_of_pairs_and_of_branches_changes_nothing(loss):
    logits, _ = random_groups(3, [8])
    value, gradient = loss.of_group(logits, None)
    order = np.random.default_rng(0).permutation(8)
    for rows in (np.concatenate([order, order + 8]), np.roll(np.arange(16), 8)):
        found = loss.of_group(logits[rows], None)
        np.testing.assert_allclose(found[0], value, rtol=1e-12)
        np.testing.assert_allclose(found[1], gradient[rows], atol=1e-12)


@pytest.mark.parametrize("loss", [VICReg(), BarlowTwins()], ids=repr)
def test_moving_a_branch_changes_only_what_pulls_the_branches_together(loss):
    logits, _ = random_groups(3, [8])
    value, _ = loss.of_group(logits, None)
    moved, _ = loss.of_group(logits + np.repeat([[0.0], [2.0]], 8, axis=0), None)
    if isinstance(loss, BarlowTwins):
        np.testing.assert_allclose(moved, value, rtol=1e-12)
    else:
        gap = (logits[:8] - logits[8:]).mean()
        np.testing.assert_allclose(moved - value, 25 * (4 - 4 * gap), rtol=1e-12)


def test_info_nce_reads_directions_only():
    logits, _ = random_groups(3, [8])
    lengths = np.random.default_rng(0).uniform(0.5, 2, size=(16, 1))
    value, gradient = InfoNCE().of_group(logits, None)
    scaled = InfoNCE().of_group(lengths * logits, None)
    np.testing.assert_allclose(scaled[0], value, rtol=1e-13)
    np.testing.assert_allclose(scaled[1] * lengths, gradient, atol=1e-13)
    np.testing.assert_allclose((gradient * logits).sum(axis=1), 0, atol=1e-14)


@every_loss
def test_one_point_for_all_is_finite_and_not_the_best(loss):
    value, gradient = loss.of_group(np.ones((16, 3)), None)
    assert np.isfinite(gradient).all()
    apart = np.tile(hadamard(8)[:, 1:4].astype(float), (2, 1))
    assert loss.of_group(apart, None)[0] < value


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: VICReg(-1.0), "invariance of VICReg"),
        (lambda: BarlowTwins(np.nan), "redundancy of BarlowTwins"),
        (lambda: InfoNCE(0.0), "temperature of InfoNCE"),
    ],
    ids=["vicreg", "barlow", "infonce"],
)
def test_numbers_that_make_no_loss_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


# Kernels


def call(loss, dtype, logits, starts, weights, scale=1.0, with_gradient=True):
    """Run the kernel; return the loss and the memory of the gradient."""
    z, z_memory = signal(logits, dtype)
    dz, dz_memory = empty_signal(*z.shape, dtype)
    of_groups = aligned(len(weights), dtype)
    of_groups[:] = weights
    stride = z_memory.shape[1]
    arguments = Call(
        Loss,
        len(z),
        logits=z,
        adjoint=dz if with_gradient else 0,
        weights=of_groups,
        ld_logits=stride,
        width=z.shape[1],
        settings=np.ascontiguousarray(loss.settings(stride), dtype),
        ld_settings=stride,
        scratch=aligned(table.loss_scratch(loss, len(z), z.shape[1]), dtype),
    )
    arguments.set_context(
        n_groups=len(starts) - 1,
        group_starts=starts,
        gemm=table.gemm_kernel(bits_of(dtype)),
        pack=aligned(table.pack_bytes(), np.uint8),
        zeros=aligned(stride, dtype),
    )
    arguments.scalars[Scalar.scale] = scale
    arguments.run(table.loss_kernel(loss, bits_of(dtype)))
    return arguments.scalars[Scalar.loss], dz_memory


@needs_jit
@every_loss
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("width", [1, 2, 16, 17, 40])
def test_kernels_do_what_the_reference_does(loss, width, dtype):
    logits, starts = random_groups(width, [*SIZES, 70], dtype=dtype)
    weights = np.random.default_rng(0).uniform(size=len(starts) - 1).astype(dtype)
    values, gradient = values_and_gradient(loss, logits.astype(float), starts)
    gradient *= np.repeat(weights, np.diff(starts))[:, np.newaxis]
    # Sums of products of columns, some of which cancel, over a temperature.
    bound = tolerance(dtype, 20.0)
    for with_gradient in (True, False):
        value, found = call(
            loss, dtype, logits, starts, weights, 0.25, with_gradient=with_gradient
        )
        np.testing.assert_allclose(value, weights @ values, rtol=bound)
        if with_gradient:
            size = 1 + np.abs(gradient).max()
            np.testing.assert_allclose(
                found[:, :width], 0.25 * gradient, rtol=0, atol=bound * size
            )
            assert not found[:, width:].any()


@needs_jit
@every_loss
def test_nan_in_a_logit_is_seen_in_the_loss_of_the_kernel(loss):
    logits, starts = random_groups(3, [4])
    logits[5, 1] = np.nan
    value, _ = call(loss, np.float64, logits, starts, [1.0])
    assert np.isnan(value)


@needs_jit
@pytest.mark.parametrize("dtype", DTYPES)
def test_kernels_take_rows_of_zeros_and_rows_that_are_all_the_same(dtype):
    starts = np.array([0, 8])
    for loss in LOSSES:
        for rows in (np.zeros((8, 3)), np.ones((8, 3))):
            value, found = call(loss, dtype, rows, starts, [1.0])
            expected, gradient = loss.of_group(rows, None)
            np.testing.assert_allclose(value, expected, rtol=tolerance(dtype))
            np.testing.assert_allclose(
                found[:, :3], gradient, atol=tolerance(dtype, 10.0)
            )
