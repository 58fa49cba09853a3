"""The reference executor against derivatives that backprop had no part in."""

import dataclasses

import numpy as np
import pytest
from gradcheck import check_vjp, numerical_derivative
from random_graphs import (
    LOSSES,
    mlp_graph,
    name_of,
    plan_of,
    random_graph,
    random_parameters,
    random_samples,
    steps_of,
)
from torch_graphs import torch_blocks, torch_forward

from skbackprop.engine.losses import HalfSquaredError, Loss
from skbackprop.engine.optimizers import SGD
from skbackprop.engine.penalties import Penalties
from skbackprop.engine.reference import executor as reference
from skbackprop.engine.reference.executor import Pass, ReferenceExecutor
from skbackprop.engine.samples import Samples, StoppingRule
from skbackprop.network import Add, Graph, Input, Linear, Module, Tanh
from skbackprop.network.compiler import compile_graph

NEVER_STOP = StoppingRule(0.0, np.inf, np.inf, 0)


def objective_and_gradient(graph, parameters, loss, samples, batch_size=512):
    program = compile_graph(graph)
    executor = ReferenceExecutor(program, parameters, loss, batch_size)
    value = executor.objective(samples) / samples.weight_sum
    return value, executor.gradient


# Modules


def test_a_module_or_loss_without_an_implementation_is_named():
    @dataclasses.dataclass(frozen=True)
    class Mystery(Module):
        pass

    @dataclasses.dataclass(frozen=True)
    class MysteryLoss(Loss):
        link = "identity"

    x = np.zeros((1, 1))
    with pytest.raises(NotImplementedError, match=r"Mystery\(\) has no reference"):
        reference.forward(Mystery(), [x], [], Pass())
    with pytest.raises(NotImplementedError, match=r"Mystery\(\) has no reference"):
        reference.backward(Mystery(), [x], x, x, [], Pass())
    with pytest.raises(NotImplementedError, match=r"MysteryLoss\(\) has no reference"):
        reference.value_and_gradient(MysteryLoss(), x, x)


# Networks


@pytest.mark.parametrize("loss", LOSSES, ids=name_of)
@pytest.mark.parametrize("seed", range(12))
def test_backprop_agrees_with_finite_differences(seed, loss):
    graph = random_graph(seed)
    samples = random_samples(graph, loss, seed=seed, weighted=seed % 2)
    parameters = random_parameters(graph, seed)
    _, gradient = objective_and_gradient(graph, parameters, loss, samples)
    rng = np.random.default_rng(seed)
    directions = rng.normal(size=(3, len(parameters)))
    for direction in directions / np.linalg.norm(directions, axis=1, keepdims=True):
        expected = numerical_derivative(
            lambda p: objective_and_gradient(graph, p, loss, samples)[0],
            parameters,
            direction,
        )
        # 1e-10 of rounding and curvature; kinks of ReLU within the step are rare.
        np.testing.assert_allclose(gradient @ direction, expected, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("seed", range(12))
def test_backward_of_a_network_is_the_transpose_of_its_derivative(seed):
    graph = random_graph(seed)
    program, rng = compile_graph(graph), np.random.default_rng(seed)
    x = rng.normal(size=(4, graph.n_features))
    parameters = program.compact(random_parameters(graph, seed))

    def forward(inputs):
        executor = ReferenceExecutor(program, program.expand(inputs[0]))
        ((_, logits),) = executor.forward(Samples(x))
        return logits

    def backward(inputs, output, adjoint):
        executor = ReferenceExecutor(program, program.expand(inputs[0]), LOSSES[0])
        return [program.compact(executor.vjp(x, adjoint)[2])]

    check_vjp(forward, backward, [parameters], rng, rtol=1e-6)


def torch_loss(torch, loss, logits, targets):
    functional = torch.nn.functional
    if loss.link == "softmax":
        classes = targets[:, 0].long()
        return functional.cross_entropy(logits, classes, reduction="none")
    if loss.link == "logistic":
        function, factor = functional.binary_cross_entropy_with_logits, 1
    elif loss.link == "exp":
        logits_and_targets = torch.exp(logits) - targets * logits
        positive = torch.where(targets > 0, targets, torch.ones_like(targets))
        constant = targets * torch.log(positive) - targets
        return (logits_and_targets + constant).sum(dim=1)
    else:
        function, factor = functional.mse_loss, 0.5
    return factor * function(logits, targets, reduction="none").sum(dim=1)


@pytest.mark.parametrize("loss", LOSSES, ids=name_of)
@pytest.mark.parametrize("seed", range(6))
def test_backprop_agrees_with_torch(seed, loss):
    torch = pytest.importorskip("torch")
    graph = random_graph(seed + 100)
    program = compile_graph(graph)
    samples = random_samples(graph, loss, seed=seed, weighted=True)
    parameters = random_parameters(graph, seed)
    value, gradient = objective_and_gradient(graph, parameters, loss, samples)

    tensors, blocks = torch_blocks(torch, program, parameters)
    x, targets, weights = (torch.tensor(part) for part in samples[:3])
    logits = torch_forward(torch, graph, x, blocks)
    losses = torch_loss(torch, loss, logits, targets)
    expected = (weights * losses).sum() / weights.sum()
    expected.backward()

    np.testing.assert_allclose(value, expected.item(), rtol=1e-12)
    for view, tensor in zip(program.views(gradient), tensors, strict=True):
        np.testing.assert_allclose(view, tensor.grad.numpy(), rtol=1e-9, atol=1e-13)


def test_adjoints_of_all_readers_of_a_signal_add_up():
    x = Input(3)
    h = Linear(4)(x)
    once, twice = Graph(h), Graph(Add()(h, h))
    loss = HalfSquaredError()
    samples = random_samples(once, loss)
    parameters = random_parameters(once)
    doubled = samples._replace(targets=2 * samples.targets)
    _, gradient_of_one = objective_and_gradient(once, parameters, loss, samples)
    _, gradient_of_two = objective_and_gradient(twice, parameters, loss, doubled)
    # (2z - 2t)^2 / 2 = 4 (z - t)^2 / 2, and powers of two are exact.
    np.testing.assert_array_equal(gradient_of_two, 4 * gradient_of_one)


def test_the_gradient_of_shared_parameters_is_the_sum_over_their_uses():
    def recurrent(share, n_steps=3):
        cell, state = Linear(4), Input(4)
        for _ in range(n_steps):
            state = Tanh()((cell if share else Linear(4))(state))
        return Graph(state)

    shared, unshared, loss = recurrent(True), recurrent(False), HalfSquaredError()
    samples = random_samples(shared, loss)
    parameters = random_parameters(shared)
    program = compile_graph(unshared)
    copies = program.allocate(np.float64)
    matrix, bias = compile_graph(shared).views(parameters)
    for view in program.views(copies):
        view[...] = matrix if view.ndim == 2 else bias
    _, gradient = objective_and_gradient(shared, parameters, loss, samples)
    _, gradients = objective_and_gradient(unshared, copies, loss, samples)
    views = program.views(gradients)
    np.testing.assert_allclose(
        compile_graph(shared).compact(gradient),
        np.concatenate([sum(views[:3]).ravel(), sum(views[3:])]),
        rtol=1e-13,
    )


def test_nothing_flows_back_through_a_unit_that_is_off():
    graph = mlp_graph(3, [4], 2)
    loss = HalfSquaredError()
    parameters = random_parameters(graph)
    first, _, bias, _ = compile_graph(graph).views(parameters)
    first[:], bias[:] = -1, -1
    samples = random_samples(graph, loss)
    samples = samples._replace(X=np.abs(samples.X))
    _, gradient = objective_and_gradient(graph, parameters, loss, samples)
    of_first, of_second, of_bias, _ = compile_graph(graph).views(gradient)
    assert not of_first.any()
    assert not of_second.any()
    assert not of_bias.any()


# Samples


@pytest.mark.parametrize("loss", LOSSES, ids=name_of)
@pytest.mark.parametrize("batch_size", [1, 4, 23, 100])
def test_the_objective_does_not_depend_on_how_samples_are_cut(loss, batch_size):
    graph = random_graph(1)
    samples = random_samples(graph, loss, weighted=True)
    parameters = random_parameters(graph)
    value, gradient = objective_and_gradient(graph, parameters, loss, samples)
    cut = objective_and_gradient(graph, parameters, loss, samples, batch_size)
    np.testing.assert_allclose(cut[0], value, rtol=1e-13)
    np.testing.assert_allclose(cut[1], gradient, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("loss", LOSSES, ids=name_of)
def test_a_weight_of_k_counts_as_k_samples(loss):
    graph = random_graph(2)
    samples = random_samples(graph, loss)
    repeats = np.arange(samples.n_samples) % 4
    weighted = samples._replace(weights=repeats.astype(float))
    repeated = Samples(*(part.repeat(repeats, axis=0) for part in samples[:2]))
    parameters = random_parameters(graph)
    value, gradient = objective_and_gradient(graph, parameters, loss, weighted)
    expected = objective_and_gradient(graph, parameters, loss, repeated)
    np.testing.assert_allclose(value, expected[0], rtol=1e-13)
    np.testing.assert_allclose(gradient, expected[1], rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("seed", range(4))
def test_sparse_samples_count_as_their_dense_form(seed):
    graph, loss = random_graph(seed, only_linear_reads_input=True), LOSSES[seed]
    sparse_samples = random_samples(graph, loss, is_sparse=True)
    assert sparse_samples.is_sparse
    dense_rows = sparse_samples.rows(np.arange(sparse_samples.n_samples)).toarray()
    samples = sparse_samples._replace(X=dense_rows)
    parameters = random_parameters(graph)
    value, gradient = objective_and_gradient(graph, parameters, loss, sparse_samples)
    expected = objective_and_gradient(graph, parameters, loss, samples)
    np.testing.assert_allclose(value, expected[0], rtol=1e-13)
    np.testing.assert_allclose(gradient, expected[1], rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("batch_size", [1, 5, 64])
def test_forward_yields_all_rows_or_those_that_are_asked_for(batch_size):
    graph = random_graph(3)
    samples = random_samples(graph, LOSSES[0])
    parameters = random_parameters(graph)
    executor = ReferenceExecutor(
        compile_graph(graph), parameters, batch_size=batch_size
    )
    slices, blocks = zip(*executor.forward(samples), strict=True)
    everything = np.concatenate(blocks)
    np.testing.assert_array_equal(
        np.concatenate([np.arange(s.start, s.stop) for s in slices]),
        np.arange(samples.n_samples),
    )
    rows = np.array([4, 4, 0, 22, 7, 3, 1])
    some = np.concatenate([block for _, block in executor.forward(samples, rows)])
    np.testing.assert_allclose(some, everything[rows], rtol=1e-13)


# Epochs


@pytest.mark.parametrize("loss", LOSSES, ids=name_of)
def test_an_epoch_is_what_one_writes_down_by_hand(loss):
    graph, alpha, rate, batch_size = mlp_graph(4, [3], 5), 0.3, 0.05, 8
    program = compile_graph(graph)
    samples = random_samples(graph, loss, weighted=True)
    samples.weights[8:16] = 0  # the second minibatch teaches nothing
    parameters = random_parameters(graph)
    expected, losses, sizes = parameters.copy(), [], []
    for first in range(0, samples.n_samples, batch_size):
        rows = slice(first, first + batch_size)
        batch = Samples(*(part[rows] for part in samples[:3]))
        if batch.weights.any():
            value, gradient = objective_and_gradient(graph, expected, loss, batch)
            if loss.averages_outputs:
                value /= 5
            weights = expected[: program.n_decaying]
            factor = alpha / batch.weight_sum
            losses.append(value + factor / 2 * weights @ weights)
            sizes.append(batch.n_samples)
            gradient[: program.n_decaying] += factor * weights
            expected -= rate * gradient

    executor = ReferenceExecutor(program, parameters, loss, batch_size)
    optimizer = SGD(momentum=0.0, nesterov=False)
    slots = program.allocate(np.float64, 1)
    plan = plan_of(optimizer, Penalties(alpha))
    executor.prepare_training(samples, plan, slots, np.arange(23))
    run = executor.run_epochs(steps_of(plan, 3, rate)[np.newaxis], NEVER_STOP)

    assert not run.diverged
    np.testing.assert_allclose(run.losses, [np.average(losses, weights=sizes)])
    np.testing.assert_allclose(parameters, expected, rtol=1e-12, atol=1e-15)
