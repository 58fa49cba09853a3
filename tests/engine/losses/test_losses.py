"""The losses: closed forms, derivatives, extremes, and how they are related."""

import numpy as np
import pytest
from gradcheck import numerical_derivative
from random_graphs import (
    ELEMENTWISE_LOSSES,
    LOSSES,
    ROW_LOSSES,
    name_of,
    random_targets,
)

from skbackprop.engine.losses import (
    AbsoluteError,
    BinaryLogLoss,
    Focal,
    HalfGammaDeviance,
    HalfPoissonDeviance,
    HalfSquaredError,
    HalfSquaredErrorOfSigns,
    HardMargin,
    Hinge,
    Huber,
    IgnoringMissing,
    LogCosh,
    Loss,
    Quantile,
    SmoothedSoftmaxLogLoss,
    SoftMargin,
    SoftmaxLogLoss,
    SquaredHinge,
    StepwiseLogLoss,
)
from skbackprop.engine.reference.losses import value_and_gradient

DTYPES = [np.float32, np.float64]
ALL = ELEMENTWISE_LOSSES + ROW_LOSSES
every_loss = pytest.mark.parametrize("loss", ALL, ids=repr)


def random_case(loss, n_outputs, n_samples=9, dtype=np.float64):
    rng = np.random.default_rng(n_outputs)
    logits = rng.normal(scale=2.0, size=(n_samples, n_outputs))
    targets = random_targets(loss, n_samples, n_outputs, rng)
    return logits.astype(dtype), targets.astype(dtype)


@pytest.mark.parametrize("n_outputs", [2, 7])
@every_loss
def test_the_gradient_is_the_derivative_of_the_value(loss, n_outputs):
    logits, targets = random_case(loss, n_outputs)
    direction = np.random.default_rng(0).normal(size=logits.shape)
    _, gradient = value_and_gradient(loss, logits, targets)
    expected = numerical_derivative(
        lambda z: value_and_gradient(loss, z, targets)[0], logits, direction
    )
    found = (gradient * direction).sum(axis=1)
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-8)


# With one quantile for all outputs, that is.
SEPARABLE = [loss for loss in ELEMENTWISE_LOSSES if repr(loss)[-2:] != "))"]
CONVEX = [loss for loss in ALL if "Focal" not in loss.kernel_name]


@pytest.mark.parametrize("n_outputs", [2, 7])
@pytest.mark.parametrize("loss", CONVEX, ids=repr)
def test_each_loss_is_convex_in_the_logits(loss, n_outputs):
    logits, targets = random_case(loss, n_outputs)
    others = logits[::-1]
    value, gradient = value_and_gradient(loss, logits, targets)
    tangent = value + (gradient * (others - logits)).sum(axis=1)
    assert (value_and_gradient(loss, others, targets)[0] >= tangent - 1e-12).all()


@pytest.mark.parametrize("dtype", DTYPES, ids=name_of)
@every_loss
def test_value_and_gradient_keep_dtype_and_shape(loss, dtype):
    logits, targets = random_case(loss, 3, dtype=dtype)
    value, gradient = value_and_gradient(loss, logits, targets)
    assert value.dtype == gradient.dtype == dtype
    assert value.shape == (9,)
    assert gradient.shape == logits.shape


@pytest.mark.parametrize(
    ("loss", "logits", "targets", "value", "gradient"),
    [
        (HalfSquaredError(), [3.0, 1.0], [1.0, 2.0], 2.5, [2.0, -1.0]),
        (HalfPoissonDeviance(), [0.0], [0.0], 1.0, [1.0]),
        (HalfPoissonDeviance(), [0.0], [2.0], np.log(4) - 1, [-1.0]),
        (HalfPoissonDeviance(), [np.log(5)], [5.0], 0.0, [0.0]),
        (BinaryLogLoss(), [0.0, 0.0], [0.0, 1.0], np.log(4), [0.5, -0.5]),
        (BinaryLogLoss(), [np.log(3)], [1.0], np.log(4 / 3), [-0.25]),
        (SoftmaxLogLoss(), [0.0, 0.0], [1.0], np.log(2), [0.5, -0.5]),
        (SoftmaxLogLoss(), [np.log(3), 0.0], [0.0], np.log(4 / 3), [-0.25, 0.25]),
        (SoftmaxLogLoss(), [7.0], [0.0], 0.0, [0.0]),
        (AbsoluteError(), [3.0, 1.0], [1.0, 1.0], 2.0, [1.0, 0.0]),
        (Huber(0.5), [3.0, 0.25], [1.0, 0.0], 0.90625, [0.5, 0.25]),
        (Quantile(0.75), [3.0, 1.0, 2.0], [1.0, 2.0, 2.0], 1.25, [0.25, -0.75, 0.0]),
        (Quantile((0.25, 0.75)), [3.0, 3.0], [1.0, 1.0], 2.0, [0.75, 0.25]),
        (LogCosh(), [np.log(2)], [0.0], np.log(1.25), [0.6]),
        (HalfGammaDeviance(), [np.log(2)], [1.0], np.log(2) - 0.5, [0.5]),
        (HalfSquaredErrorOfSigns(), [3.0, 0.0], [1.0, 0.0], 2.5, [2.0, 1.0]),
        (Hinge(), [3.0, 0.5, 0.5], [1.0, 1.0, 0.0], 2.0, [0.0, -1.0, 1.0]),
        (SquaredHinge(), [3.0, 0.5, 0.5], [1.0, 1.0, 0.0], 2.5, [0.0, -1.0, 3.0]),
        (Focal(2), [np.log(3)], [1.0], np.log(4 / 3) / 16, None),
        (Focal(0), [np.log(3)], [1.0], np.log(4 / 3), [-0.25]),
        (SoftMargin(Focal(1)), [0.0, 0.0, 0.0], [1.0], np.log(3) * 2 / 3, None),
        (HardMargin(Hinge()), [1.0, 0.5, 1.0], [1.0], 1.5, [0.5, -1.0, 0.5]),
        (HardMargin(Hinge()), [1.0, 3.0, 1.0], [1.0], 0.0, [0.0, 0.0, 0.0]),
        (
            SmoothedSoftmaxLogLoss(0.3),
            [0.0] * 3,
            [1.0],
            np.log(3),
            [7 / 30, -7 / 15, 7 / 30],
        ),
    ],
    ids=lambda case: repr(case) if isinstance(case, Loss) else "",
)
def test_small_cases_by_hand(loss, logits, targets, value, gradient):
    found = value_and_gradient(loss, np.array([logits]), np.array([targets]))
    np.testing.assert_allclose(found[0], [value], rtol=1e-14, atol=1e-15)
    if gradient is not None:
        np.testing.assert_allclose(found[1], [gradient], rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize("dtype", DTYPES, ids=name_of)
@pytest.mark.parametrize("target", [0.0, 1.0])
@pytest.mark.parametrize("logit", [-1e4, 1e4])
def test_log_losses_of_extreme_logits_are_exact(logit, target, dtype):
    is_wrong = (logit > 0) != (target == 1)
    expected = 1e4 if is_wrong else 0.0
    with np.errstate(all="raise", under="ignore"):
        value, gradient = value_and_gradient(
            BinaryLogLoss(), np.array([[logit]], dtype), np.array([[target]], dtype)
        )
        both, _ = value_and_gradient(
            SoftmaxLogLoss(),
            np.array([[0.0, logit]], dtype),
            np.array([[target]], dtype),
        )
    assert value[0] == both[0] == expected
    assert gradient[0, 0] == (np.sign(logit) if is_wrong else 0.0)


@every_loss
def test_nan_in_a_logit_is_seen_in_the_value(loss):
    logits, targets = random_case(loss, 3)
    logits[4, 1] = np.nan
    value, gradient = value_and_gradient(loss, logits, targets)
    assert np.flatnonzero(np.isnan(value)).tolist() == [4]
    assert np.isnan(gradient[4]).any()


def test_softmax_does_not_change_when_all_logits_move_alike():
    logits, targets = random_case(SoftmaxLogLoss(), 5)
    value, gradient = value_and_gradient(SoftmaxLogLoss(), logits, targets)
    moved = value_and_gradient(SoftmaxLogLoss(), logits + 300, targets)
    np.testing.assert_allclose(moved[0], value, rtol=1e-11)
    np.testing.assert_allclose(moved[1], gradient, rtol=1e-11)
    np.testing.assert_allclose(gradient.sum(axis=1), 0, atol=1e-15)


def test_two_classes_are_one_logit_against_zero():
    logits, targets = random_case(BinaryLogLoss(), 1)
    value, gradient = value_and_gradient(BinaryLogLoss(), logits, targets)
    pairs = np.hstack([np.zeros_like(logits), logits])
    of_pairs = value_and_gradient(SoftmaxLogLoss(), pairs, targets)
    np.testing.assert_allclose(of_pairs[0], value, rtol=1e-12)
    np.testing.assert_allclose(of_pairs[1][:, 1:], gradient, rtol=1e-12)


@pytest.mark.parametrize("loss", SEPARABLE, ids=repr)
def test_losses_of_several_outputs_are_sums_over_the_outputs(loss):
    logits, targets = random_case(loss, 4)
    value, gradient = value_and_gradient(loss, logits, targets)
    columns = [
        value_and_gradient(loss, logits[:, [j]], targets[:, [j]]) for j in range(4)
    ]
    np.testing.assert_allclose(sum(v for v, _ in columns), value, rtol=1e-14)
    np.testing.assert_array_equal(np.hstack([g for _, g in columns]), gradient)


@pytest.mark.parametrize("loss", LOSSES[:3], ids=name_of)
def test_values_are_those_of_scikit_learn_but_for_constants(loss):
    from sklearn._loss import HalfBinomialLoss, HalfPoissonLoss
    from sklearn._loss import HalfSquaredError as HalfSquares

    theirs = {"identity": HalfSquares, "exp": HalfPoissonLoss}
    theirs = theirs.get(loss.link, HalfBinomialLoss)()
    logits, targets = random_case(loss, 1)
    value, gradient = value_and_gradient(loss, logits, targets)
    t, z = targets[:, 0].copy(), logits[:, 0].copy()
    constant = theirs.constant_to_optimal_zero(t) if loss.link == "exp" else 0
    expected, slope = theirs.loss_gradient(t, z)
    np.testing.assert_allclose(value, expected + constant, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(gradient[:, 0], slope, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("n_outputs", [2, 3, 11])
def test_softmax_log_loss_is_that_of_scikit_learn(n_outputs):
    from sklearn.metrics import log_loss

    logits, targets = random_case(SoftmaxLogLoss(), n_outputs)
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    value, _ = value_and_gradient(SoftmaxLogLoss(), logits, targets)
    expected = log_loss(targets[:, 0], probabilities, labels=np.arange(n_outputs))
    np.testing.assert_allclose(value.mean(), expected, rtol=1e-12)


def test_links_have_the_names_of_scikit_learn():
    links = {loss.link for loss in LOSSES}
    assert links == {"identity", "exp", "logistic", "softmax"}


# Targets that are missing, and steps with a target each


@pytest.mark.parametrize("loss", SEPARABLE, ids=repr)
def test_missing_targets_are_left_out(loss):
    logits, targets = random_case(loss, 4)
    missing = np.random.default_rng(0).random(targets.shape) < 0.4
    known = np.where(missing, np.nan, targets)
    with np.errstate(all="raise"):
        value, gradient = value_and_gradient(IgnoringMissing(loss), logits, known)
    expected = loss.value(logits, targets, np)
    np.testing.assert_array_equal(value, np.where(missing, 0, expected).sum(axis=1))
    expected = loss.gradient(logits, targets, np)
    np.testing.assert_array_equal(gradient, np.where(missing, 0, expected))
    of_all = value_and_gradient(IgnoringMissing(loss), logits, targets)
    expected = value_and_gradient(loss, logits, targets)
    np.testing.assert_array_equal(of_all[0], expected[0])
    np.testing.assert_array_equal(of_all[1], expected[1])
    assert IgnoringMissing(loss).link == loss.link
    assert IgnoringMissing(loss).reported_factor(3) == loss.reported_factor(3)


def random_steps(n_classes=4, n_steps=5, n_samples=9):
    rng = np.random.default_rng(0)
    logits = rng.normal(scale=3.0, size=(n_samples, n_steps * n_classes))
    targets = rng.integers(n_classes, size=(n_samples, n_steps)).astype(float)
    targets[np.arange(n_steps) >= rng.integers(n_steps + 1, size=(n_samples, 1))] = (
        np.nan
    )
    return logits, targets


@pytest.mark.parametrize("dtype", DTYPES, ids=name_of)
def test_log_losses_of_steps_add_up(dtype):
    logits, targets = (a.astype(dtype) for a in random_steps())
    value, gradient = value_and_gradient(StepwiseLogLoss(4), logits, targets)
    assert value.dtype == gradient.dtype == dtype
    expected = np.zeros(9)
    for i, step in np.argwhere(~np.isnan(targets)):
        own = slice(4 * step, 4 * step + 4)
        one, slope = value_and_gradient(
            SoftmaxLogLoss(), logits[[i], own], targets[[i], [step]][:, np.newaxis]
        )
        expected[i] += one[0]
        np.testing.assert_array_equal(gradient[i, own], slope[0])
    np.testing.assert_allclose(value, expected, rtol=1e-6)
    missing = np.repeat(np.isnan(targets), 4, axis=1)
    assert not gradient[missing].any()


def test_log_losses_of_steps_are_cross_entropies_of_torch():
    torch = pytest.importorskip("torch")
    logits, targets = random_steps()
    value, gradient = value_and_gradient(StepwiseLogLoss(4), logits, targets)
    z = torch.tensor(logits, requires_grad=True)
    labels = torch.tensor(np.nan_to_num(targets, nan=-100).astype(int).ravel())
    loss = torch.nn.functional.cross_entropy(
        z.reshape(-1, 4), labels, ignore_index=-100, reduction="sum"
    )
    loss.backward()
    np.testing.assert_allclose(value.sum(), loss.item(), rtol=1e-13)
    np.testing.assert_allclose(gradient, z.grad.numpy(), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("loss", [StepwiseLogLoss(4), StepwiseLogLoss(2)], ids=repr)
def test_the_gradient_of_steps_is_the_derivative(loss):
    logits, targets = random_steps(loss.n_classes)
    direction = np.random.default_rng(0).normal(size=logits.shape)
    _, gradient = value_and_gradient(loss, logits, targets)
    expected = numerical_derivative(
        lambda z: value_and_gradient(loss, z, targets)[0], logits, direction
    )
    found = (gradient * direction).sum(axis=1)
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-8)
