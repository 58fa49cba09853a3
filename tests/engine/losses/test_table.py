"""The table of losses: complete, told by name, right at the extremes, as torch's."""

import re
from pathlib import Path

import numpy as np
import pytest
from gradcheck import numerical_derivative
from jit_marks import EXECUTORS, needs_jit
from random_graphs import (
    ELEMENTWISE_LOSSES,
    ROW_LOSSES,
    mlp_graph,
    plan_of,
    random_parameters,
    random_samples,
    random_targets,
    steps_of,
)
from scipy import optimize, special

from skbackprop.engine.losses import (
    OF_CLASSES,
    OF_NUMBERS,
    BinaryLogLoss,
    ClassLoss,
    Focal,
    HardMargin,
    Hinge,
    Huber,
    IgnoringMissing,
    Quantile,
    SmoothedSoftmaxLogLoss,
    SoftMargin,
    SoftmaxLogLoss,
    SquaredHinge,
)
from skbackprop.engine.optimizers import SGD
from skbackprop.engine.reference.losses import value_and_gradient
from skbackprop.engine.samples import StoppingRule
from skbackprop.kernels import table
from skbackprop.network import Tanh
from skbackprop.network.compiler import compile_graph

DTYPES = [np.float32, np.float64]
ROWS = [*OF_CLASSES.items(), *OF_NUMBERS.items()]
every_row = pytest.mark.parametrize(("name", "loss"), ROWS)


@every_row
def test_every_loss_is_tried(name, loss):
    assert type(loss) in {type(tried) for tried in ELEMENTWISE_LOSSES}
    if isinstance(loss, ClassLoss) and loss.over_classes() is not loss:
        kinds = {tried.kernel_name for tried in ROW_LOSSES}
        assert loss.over_classes().kernel_name in kinds


@every_row
def test_every_loss_states_who_proposed_it(name, loss):
    assert re.search(r"\(\d{4}\)", loss.reference)


@every_row
def test_every_loss_is_on_the_page_that_lists_them(name, loss):
    page = (Path(__file__).parents[3] / "docs" / "losses.rst").read_text()
    (row,) = [
        row
        for row in page.split("   * - ")
        if f"``{type(loss).__name__}(" in row.split("     - ")[0]
    ]
    assert row.startswith(f'``"{name}"``')
    # Each reference as the class states it, but for line breaks.
    stated = re.sub(r" \[\d+\]_|\s+", lambda m: "" if "[" in m[0] else " ", row)
    assert loss.reference in stated
    assert loss.gradient.__doc__


@every_row
def test_every_loss_is_a_value(name, loss):
    assert loss == type(loss)()
    assert hash(loss) == hash(type(loss)())


def test_losses_of_classes_are_told_from_those_of_numbers():
    assert all(isinstance(loss, ClassLoss) for loss in OF_CLASSES.values())
    assert not any(isinstance(loss, ClassLoss) for loss in OF_NUMBERS.values())


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Huber(0), "delta of Huber must be positive, got 0"),
        (lambda: Huber(np.nan), "delta of Huber"),
        (lambda: Quantile(1.0), "quantile must be a number strictly between 0 and 1"),
        (lambda: Quantile((0.5, 0.0)), r"got \(0.5, 0.0\)"),
        (lambda: Quantile(()), r"got \(\)"),
        (lambda: Focal(-1), "gamma of Focal must be a non-negative"),
        (lambda: Focal(np.inf), "gamma of Focal"),
    ],
)
def test_numbers_out_of_range_are_refused_by_name(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("loss", [Huber(), Quantile(), Focal()], ids=repr)
def test_kernels_are_not_named_by_numbers(loss):
    number = next(iter(vars(loss)))
    other = type(loss)(**{number: 0.25})
    assert other != loss
    assert other.kernel_name == loss.kernel_name
    assert IgnoringMissing(other).kernel_name == IgnoringMissing(loss).kernel_name
    assert IgnoringMissing(loss).kernel_name != loss.kernel_name


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("size", [30.0, 1e4])
@pytest.mark.parametrize("loss", ELEMENTWISE_LOSSES + ROW_LOSSES, ids=repr)
def test_extreme_logits_have_finite_losses(loss, size, dtype):
    # exp(1e4) is infinite, and so is the deviance there.
    size = min(size, 80.0) if loss.link == "exp" else size
    logits = np.array([[size, -size, 0.0]] * 3 + [[-size, size, 0.0]] * 3, dtype)
    targets = random_targets(loss, 6, 3, np.random.default_rng(0)).astype(dtype)
    if loss.reads_class_index:
        targets = np.array([[0, 1, 2, 0, 1, 2]], dtype).T
    value, gradient = value_and_gradient(loss, logits, targets)
    assert np.isfinite(value).all()
    assert np.isfinite(gradient).all()
    assert (value >= 0).all()


def test_without_smoothing_it_is_the_log_loss():
    rng = np.random.default_rng(0)
    logits, targets = rng.normal(size=(9, 4)), rng.integers(4, size=(9, 1))
    for found, expected in zip(
        value_and_gradient(SmoothedSoftmaxLogLoss(0.0), logits, targets),
        value_and_gradient(SoftmaxLogLoss(), logits, targets),
        strict=True,
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize(
    ("soft", "log_loss"),
    [(SoftMargin(Focal(0)), SoftmaxLogLoss()), (Focal(0), BinaryLogLoss())],
)
def test_focal_losses_without_focus_are_log_losses(soft, log_loss):
    rng = np.random.default_rng(0)
    logits = rng.normal(scale=4, size=(20, 5))
    targets = random_targets(log_loss, 20, 5, rng).astype(float)
    for found, expected in zip(
        value_and_gradient(soft, logits, targets),
        value_and_gradient(log_loss, logits, targets),
        strict=True,
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("loss", [Focal(), Hinge(), SquaredHinge()], ids=repr)
def test_margins_between_two_classes_are_those_of_one_logit(loss):
    rng = np.random.default_rng(0)
    z, targets = rng.normal(scale=2, size=(9, 1)), rng.integers(2, size=(9, 1))
    value, gradient = value_and_gradient(loss, z, targets.astype(float))
    pair = np.hstack([np.zeros_like(z), z])
    for margin in (SoftMargin, HardMargin):
        found = value_and_gradient(margin(loss), pair, targets)
        np.testing.assert_allclose(found[0], value, rtol=1e-12)
        np.testing.assert_allclose(found[1][:, 1:], gradient, rtol=1e-12)
        np.testing.assert_allclose(found[1][:, :1], -gradient, rtol=1e-12)


CURVED = [loss for loss in ELEMENTWISE_LOSSES if loss.has_curvature]


@pytest.mark.parametrize("loss", CURVED, ids=repr)
def test_the_curvature_is_the_derivative_of_the_gradient(loss):
    rng = np.random.default_rng(0)
    logits = rng.normal(scale=2, size=(20, 3))
    targets = random_targets(loss, 20, 3, rng).astype(float)
    expected = numerical_derivative(
        lambda z: loss.gradient(z, targets, np), logits, np.ones_like(logits)
    )
    found = loss.curvature(logits, targets, np)
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-8)


@needs_jit
@pytest.mark.parametrize(
    ("loss", "other"),
    [
        (Huber(0.5), Huber(2.0)),
        (Quantile(0.5), Quantile((0.1, 0.9))),
        (SmoothedSoftmaxLogLoss(0.1), SmoothedSoftmaxLogLoss(0.2)),
        (SoftMargin(Focal(1.0)), SoftMargin(Focal(3.0))),
    ],
)
def test_other_numbers_need_no_other_kernel(loss, other):
    assert table.loss_kernel(loss, 64) == table.loss_kernel(other, 64)


# Probabilities


@pytest.mark.parametrize("gamma", [0, 0.5, 2, 5])
def test_focal_logits_of_least_expected_loss_give_the_probabilities(gamma):
    true = np.array([0.6, 0.3, 0.1])
    loss = SoftMargin(Focal(gamma))

    def expected(z):
        values, gradients = value_and_gradient(
            loss, np.tile(z, (3, 1)), np.arange(3)[:, np.newaxis]
        )
        return true @ values, true @ gradients

    z = optimize.minimize(expected, np.zeros(3), jac=True, tol=1e-12).x
    found = special.softmax(loss.loss.class_scores(z[np.newaxis]))
    np.testing.assert_allclose(found, [true], rtol=1e-4)
    if gamma > 0:  # while the softmax itself is timid
        assert special.softmax(z)[0] < 0.6


@pytest.mark.parametrize("gamma", [0, 0.5, 2, 5])
def test_log_odds_of_one_logit_are_those_of_two_scores(gamma):
    loss, z = Focal(gamma), np.linspace(-20, 20, 41)[:, np.newaxis]
    scores = loss.class_scores(np.hstack([np.zeros_like(z), z]))
    np.testing.assert_allclose(
        scores[:, 1:] - scores[:, :1], loss.log_odds(z), rtol=1e-9, atol=1e-12
    )
    assert (np.diff(loss.log_odds(z)[:, 0]) > 0).all()


@pytest.mark.parametrize("dtype", DTYPES)
def test_scores_of_extreme_logits_are_finite(dtype):
    z = np.array([[1e4, -1e4, 0.0], [300.0, 0, 0], [0, 0, 0]], dtype)
    assert np.isfinite(Focal().log_odds(z)).all()
    assert np.isfinite(Focal().class_scores(z)).all()
    assert Focal().class_scores(z).dtype == Focal().log_odds(z).dtype == dtype


# Against torch


def _torch_losses():
    torch = pytest.importorskip("torch")
    f, none = torch.nn.functional, {"reduction": "none"}

    def pinball(level):
        levels = torch.as_tensor(level, dtype=torch.float64)
        return lambda z, t: torch.maximum(-levels * (z - t), (1 - levels) * (z - t))

    def focal(z, t):
        p = torch.sigmoid(z * (2 * t - 1))
        return -((1 - p) ** 1.5) * torch.log(p)

    def index(t):
        return t[:, 0].long()

    def focal_softmax(z, t):
        log_p = -f.cross_entropy(z, index(t), **none)
        return -((1 - log_p.exp()) ** 1.5) * log_p

    return {
        "HalfSquaredError()": lambda z, t: f.mse_loss(z, t, **none) / 2,
        "HalfPoissonDeviance()": lambda z, t: (
            f.poisson_nll_loss(z, t, **none) + torch.special.xlogy(t, t) - t
        ),
        "BinaryLogLoss()": lambda z, t: f.binary_cross_entropy_with_logits(
            z, t, **none
        ),
        "AbsoluteError()": lambda z, t: f.l1_loss(z, t, **none),
        "Huber(delta=0.7)": lambda z, t: f.huber_loss(z, t, delta=0.7, **none),
        "Quantile(level=0.3)": pinball(0.3),
        "Quantile(level=(0.1, 0.5, 0.9))": pinball((0.1, 0.5, 0.9)),
        "LogCosh()": lambda z, t: torch.log(torch.cosh(z - t)),
        "HalfGammaDeviance()": lambda z, t: (
            -torch.distributions.Gamma(1, torch.exp(-z)).log_prob(t) - torch.log(t) - 1
        ),
        "HalfSquaredErrorOfSigns()": lambda z, t: f.mse_loss(z, 2 * t - 1, **none) / 2,
        "Hinge()": lambda z, t: f.relu(1 - z * (2 * t - 1)),
        "SquaredHinge()": lambda z, t: f.relu(1 - z * (2 * t - 1)) ** 2,
        "Focal(gamma=1.5)": focal,
        "SoftmaxLogLoss()": lambda z, t: f.cross_entropy(z, index(t), **none),
        "SmoothedSoftmaxLogLoss(label_smoothing=0.1)": lambda z, t: f.cross_entropy(
            z, index(t), label_smoothing=0.1, **none
        ),
        "SoftMargin(loss=Focal(gamma=1.5))": focal_softmax,
        "HardMargin(loss=Hinge())": lambda z, t: _crammer_singer(torch, z, index(t)),
        "HardMargin(loss=SquaredHinge())": lambda z, t: (
            _crammer_singer(torch, z, index(t)) ** 2
        ),
    }


def _crammer_singer(torch, z, classes):
    is_true = torch.nn.functional.one_hot(classes, z.shape[1]).bool()
    rival = z.masked_fill(is_true, -torch.inf).amax(dim=1)
    return torch.relu(1 + rival - z[is_true])


@pytest.mark.parametrize("loss", ELEMENTWISE_LOSSES + ROW_LOSSES, ids=repr)
def test_value_and_gradient_are_those_of_torch(loss):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    logits = rng.normal(scale=2, size=(20, 3))
    targets = random_targets(loss, 20, 3, rng).astype(float)
    z = torch.tensor(logits, requires_grad=True)
    expected = _torch_losses()[repr(loss)](z, torch.tensor(targets))
    expected.sum().backward()
    value, gradient = value_and_gradient(loss, logits, targets)
    expected = expected.detach().numpy().reshape(20, -1).sum(axis=1)
    np.testing.assert_allclose(value, expected, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(gradient, z.grad.numpy(), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("kind", EXECUTORS)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("loss", ELEMENTWISE_LOSSES + ROW_LOSSES, ids=repr)
def test_ten_steps_are_those_of_torch(loss, dtype, kind):
    torch = pytest.importorskip("torch")
    graph = mlp_graph(4, [5], 3, Tanh())
    samples = random_samples(graph, loss, 20, dtype=dtype, weighted=True)
    program, parameters = compile_graph(graph), random_parameters(graph, dtype=dtype)
    w1, b1, w2, b2 = _named(torch, program, program.views(parameters))
    X, t, weights = (torch.tensor(a.astype(float)) for a in samples[:3])
    of_torch = _torch_losses()[repr(loss)]
    descent = torch.optim.SGD([w1, b1, w2, b2], lr=0.05)
    losses = []
    for _ in range(10):
        descent.zero_grad()
        values = of_torch(torch.tanh(X @ w1 + b1) @ w2 + b2, t)
        value = weights @ values.reshape(20, -1).sum(axis=1) / weights.sum()
        value.backward()
        descent.step()
        losses.append(value.item() * loss.reported_factor(3))

    executor = kind(program, parameters, loss, batch_size=20)
    plan = plan_of(SGD(0.0, False))
    executor.prepare_training(samples, plan, program.allocate(dtype, 1), np.arange(20))
    steps = np.ascontiguousarray(steps_of(plan, 10, 0.05)).reshape(10, 1, -1)
    run = executor.run_epochs(steps, StoppingRule(0.0, np.inf, np.inf, 0))
    tolerances = {"rtol": 1e-3, "atol": 1e-5} if dtype == np.float32 else {"rtol": 1e-9}
    np.testing.assert_allclose(run.losses, losses, **tolerances)
    found = _named(torch, program, program.views(parameters))
    for ours, theirs in zip(found, (w1, b1, w2, b2), strict=True):
        np.testing.assert_allclose(
            ours.detach().numpy(), theirs.detach().numpy(), **tolerances
        )


def _named(torch, program, views):
    """Return weights and biases, layer by layer, as torch's."""
    pairs = zip(program.blocks, views, strict=True)
    ordered = sorted(pairs, key=lambda pair: (pair[0].module, pair[0].name != "weight"))
    return [torch.tensor(view.astype(float), requires_grad=True) for _, view in ordered]
