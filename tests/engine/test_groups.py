"""Minibatches of groups of rows: expansion, executors, one network for all rows."""

import dataclasses

import numpy as np
import pytest
from jit_marks import EXECUTORS, needs_jit
from kernel_helpers import Call
from random_graphs import (
    mlp_graph,
    plan_of,
    random_graph,
    random_parameters,
    random_samples,
    steps_of,
)

from skbackprop.engine import Executor, ReferenceExecutor
from skbackprop.engine.losses import HalfSquaredError
from skbackprop.engine.losses.batches import BarlowTwins, InfoNCE, VICReg
from skbackprop.engine.losses.pairs import (
    ContrastiveLoss,
    LogisticPairLoss,
    TripletLoss,
)
from skbackprop.engine.optimizers import SGD, Adam
from skbackprop.engine.penalties import Penalties
from skbackprop.engine.samples import Groups, Samples, StoppingRule
from skbackprop.engine.training import TrainingState, train
from skbackprop.kernels import table
from skbackprop.kernels.abi import Context, ExpandGroups, FindMembers
from skbackprop.network import Concatenate, Graph, Input, Linear, Slice, Subtract, Tanh
from skbackprop.network.compiler import compile_graph

LOSSES = [ContrastiveLoss(2.0), LogisticPairLoss(1.0), TripletLoss(1.0)]
SGD_PLAIN = SGD(momentum=0.0, nesterov=False)
both_executors = pytest.mark.parametrize("kind", EXECUTORS)
every_loss = pytest.mark.parametrize("loss", LOSSES, ids=repr)


def ragged_groups(seed=0, n_rows=20, n_groups=9):
    rng = np.random.default_rng(seed)
    starts = np.concatenate([[0], np.cumsum(rng.integers(0, 6, n_groups))])
    return Groups(rng.integers(n_rows, size=starts[-1]), starts)


def samples_of_groups(graph, loss, n_groups=19, **options):
    """Return samples with random groups of rows, and targets that suit them."""
    samples = random_samples(graph, HalfSquaredError(), **options)
    rng, size = np.random.default_rng(1), 3 if isinstance(loss, TripletLoss) else 2
    members = rng.integers(samples.n_samples, size=n_groups * size)
    targets = np.repeat(rng.integers(2, size=n_groups), size)[:, np.newaxis]
    weights = samples.weights
    return samples._replace(
        targets=targets.astype(samples.targets.dtype),
        weights=None if weights is None else weights[:n_groups].copy(),
        groups=Groups.of_size(members, size),
    )


class Trained:
    """What is left when an executor has run some epochs on groups."""

    def __init__(self, kind, graph, samples, loss, optimizer, n_epochs=3, **penalties):
        program = compile_graph(graph)
        dtype, batch_size, n_units = samples.targets.dtype, 5, samples.n_units
        self.parameters = random_parameters(graph, dtype=dtype)
        self.order = np.arange(n_units)
        plan = plan_of(optimizer, Penalties(0.1, **penalties))
        n_batches = -(-n_units // batch_size)
        executor = kind(
            program,
            self.parameters,
            loss,
            batch_size,
            n_rows=samples.most_rows(batch_size),
        )
        slots = program.allocate(dtype, optimizer.n_slots)
        executor.prepare_training(samples, plan, slots, self.order)
        steps = steps_of(plan, n_epochs * n_batches, 0.01)
        self.run = executor.run_epochs(
            np.ascontiguousarray(steps).reshape(n_epochs, n_batches, -1),
            StoppingRule(0.0, np.inf, np.inf, 0),
            np.random.RandomState(5),
        )


# Expansion


def test_groups_are_expanded_in_order():
    groups = ragged_groups()
    chosen = np.array([3, 0, 8, 3, 5])
    memberships, starts = groups.expand(chosen)
    expected = [np.arange(*groups.starts[g : g + 2]) for g in chosen]
    np.testing.assert_array_equal(memberships, np.concatenate(expected))
    np.testing.assert_array_equal(np.diff(starts), [len(e) for e in expected])
    sizes = sorted(np.diff(groups.starts), reverse=True)
    for n in (1, 4, 9):
        assert groups.most_members(n) == sum(sizes[:n])


@needs_jit
def test_kernels_expand_as_groups_do():
    groups = ragged_groups()
    chosen = np.array([3, 0, 8, 3, 5])
    memberships, starts = groups.expand(chosen)
    found, found_starts = np.full(40, -1), np.full(6, -1)
    call = Call(
        ExpandGroups,
        len(chosen),
        group_starts=groups.starts,
        memberships=found,
        batch_starts=found_starts,
    ).set_context(order=chosen)
    call.run(table.loop_kernel("expand_groups"))
    assert call.context[Context.n_rows] == len(memberships)
    assert call.context[Context.n_groups] == len(chosen)
    np.testing.assert_array_equal(found[: len(memberships)], memberships)
    assert (found[len(memberships) :] == -1).all()
    np.testing.assert_array_equal(found_starts, starts)
    find = Call(FindMembers, len(memberships), members=groups.members)
    find.set_context(order=found).run(table.loop_kernel("find_members"))
    np.testing.assert_array_equal(
        found[: len(memberships)], groups.members[memberships]
    )


# Both executors


@needs_jit
@every_loss
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("seed", range(6))
def test_training_on_groups_is_that_of_the_reference(loss, dtype, seed):
    is_sparse, weighted = seed % 3 == 1, seed % 2 == 1
    graph = random_graph(seed, only_linear_reads_input=is_sparse)
    samples = samples_of_groups(
        graph, loss, seed=seed, dtype=dtype, weighted=weighted, is_sparse=is_sparse
    )
    found, expected = (
        Trained(kind, graph, samples, loss, Adam(0.9, 0.999, 1e-3))
        for kind in (Executor, ReferenceExecutor)
    )
    np.testing.assert_array_equal(found.order, expected.order)
    close = {"rtol": 2e-4, "atol": 2e-5} if dtype == np.float32 else {"rtol": 1e-9}
    np.testing.assert_allclose(found.run.losses, expected.run.losses, **close)
    close = {"rtol": 2e-3, "atol": 2e-4} if dtype == np.float32 else {"atol": 1e-10}
    np.testing.assert_allclose(found.parameters, expected.parameters, **close)


@both_executors
@every_loss
def test_the_objective_of_groups_has_the_gradient_that_is_its_derivative(kind, loss):
    graph = mlp_graph(4, [6], 2, Tanh())
    samples = samples_of_groups(graph, loss, weighted=True)
    parameters = random_parameters(graph)
    executor = kind(
        compile_graph(graph), parameters, loss, 5, n_rows=samples.most_rows(5)
    )
    executor.objective(samples)
    gradient = executor.gradient.copy()
    direction = np.random.default_rng(0).normal(size=parameters.shape)
    start, values = parameters.copy(), []
    for step in (1e-6, -1e-6):
        parameters[:] = start + step * direction
        values.append(executor.objective(samples) / samples.weight_sum)
    expected = (values[0] - values[1]) / 2e-6
    np.testing.assert_allclose(gradient @ direction, expected, rtol=1e-6)


def samples_in_minibatches(graph, sizes=(9, 4, 9, 2)):
    """Return samples whose groups are minibatches of so many pairs of random rows."""
    samples, sizes = random_samples(graph, HalfSquaredError()), np.array(sizes)
    starts = np.concatenate([[0], 2 * np.cumsum(sizes)])
    members = np.random.default_rng(1).integers(samples.n_samples, size=starts[-1])
    return samples._replace(
        targets=np.zeros((len(members), 1)),
        weights=sizes.astype(float),
        groups=Groups(members, starts, counts=sizes),
    )


@both_executors
@pytest.mark.parametrize("loss", [VICReg(), BarlowTwins(), InfoNCE()], ids=repr)
@pytest.mark.parametrize("batch_size", [1, 3])
def test_the_objective_of_minibatches_has_the_gradient_that_is_its_derivative(
    kind, loss, batch_size
):
    graph = mlp_graph(4, [6], 3, Tanh())
    samples = samples_in_minibatches(graph)
    parameters = random_parameters(graph)
    n_rows = samples.most_rows(batch_size)
    executor = kind(compile_graph(graph), parameters, loss, batch_size, n_rows=n_rows)
    executor.objective(samples)
    gradient = executor.gradient.copy()
    direction = np.random.default_rng(0).normal(size=parameters.shape)
    start, values = parameters.copy(), []
    for step in (1e-6, -1e-6):
        parameters[:] = start + step * direction
        values.append(executor.objective(samples) / samples.weight_sum)
    expected = (values[0] - values[1]) / 2e-6
    np.testing.assert_allclose(gradient @ direction, expected, rtol=1e-6)


def test_minibatches_count_as_their_pairs_and_other_groups_as_one():
    samples = samples_in_minibatches(mlp_graph(4, [6], 3))
    assert samples.are_minibatches
    assert samples.count(np.array([3, 0])) == 11
    others = samples._replace(groups=samples.groups._replace(counts=None))
    assert not others.are_minibatches
    assert others.count(np.array([3, 0])) == 2


@both_executors
def test_weights_of_groups_are_repetitions(kind):
    """A group of weight 2 counts as one that is there twice."""
    graph, loss = mlp_graph(4, [6], 2), ContrastiveLoss()
    samples = samples_of_groups(graph, loss, n_groups=4)
    members, targets = samples.groups.members, samples.targets
    twice = np.r_[0:8, 2:4]
    repeated = samples._replace(
        groups=Groups.of_size(members[twice], 2), targets=targets[twice]
    )
    weighted = samples._replace(weights=np.array([1.0, 2, 1, 1]))
    found = []
    for case in (weighted, repeated):
        executor = kind(
            compile_graph(graph), random_parameters(graph), loss, 9, n_rows=18
        )
        found.append((executor.objective(case), executor.gradient.copy()))
    np.testing.assert_allclose(*(value for value, _ in found), rtol=1e-13)
    np.testing.assert_allclose(*(g for _, g in found), rtol=1e-10, atol=1e-14)


# One network for all rows of a group


def siamese_graph(n_features):
    """Return both outputs of a net for a pair of rows, side by side, and their
    difference: one graph whose halves share their parameters."""
    pair = Input(2 * n_features)
    first, second = Linear(6), Linear(2)
    halves = Slice(0, n_features)(pair), Slice(n_features, 2 * n_features)(pair)
    outputs = [second(Tanh()(first(half))) for half in halves]
    return Graph(Concatenate()(*outputs)), Graph(Subtract()(*outputs))


@both_executors
@pytest.mark.parametrize("loss", LOSSES[:2], ids=repr)
def test_the_gradient_of_pairs_is_that_of_a_graph_with_shared_parameters(kind, loss):
    graph = mlp_graph(4, [6], 2, Tanh())
    samples = samples_of_groups(graph, loss, n_groups=9)
    parameters = random_parameters(graph)
    executor = kind(compile_graph(graph), parameters, loss, 9, n_rows=18)
    executor.objective(samples)

    both, _ = siamese_graph(4)
    pairs = samples.X[samples.groups.members].reshape(9, 8)
    explicit = kind(compile_graph(both), parameters.copy(), batch_size=9)
    z = explicit.vjp(pairs, np.zeros((9, 4)))[0][-1].reshape(18, 2)
    adjoint = [
        loss.of_group(z[i : i + 2], samples.targets[i : i + 2])[1]
        for i in range(0, 18, 2)
    ]
    *_, gradient = explicit.vjp(pairs, np.reshape(adjoint, (9, 4)) / 9)
    np.testing.assert_allclose(executor.gradient, gradient, rtol=1e-10, atol=1e-13)


@both_executors
def test_training_on_similar_pairs_is_training_their_difference_to_be_zero(kind):
    """(1 - Y) D^2 / 2 is half the square of the shared graph's z_0 - z_1."""
    graph = mlp_graph(4, [6], 2, Tanh())
    samples = samples_of_groups(graph, ContrastiveLoss())
    samples.targets[:] = 0
    found = Trained(kind, graph, samples, ContrastiveLoss(), SGD_PLAIN)
    _, difference = siamese_graph(4)
    pairs = samples.X[samples.groups.members].reshape(-1, 8)
    explicit = Samples(pairs, np.zeros((len(pairs), 2)))
    expected = Trained(kind, difference, explicit, HalfSquaredError(), SGD_PLAIN)
    np.testing.assert_allclose(found.parameters, expected.parameters, rtol=1e-9)


@both_executors
@pytest.mark.parametrize("loss", LOSSES[:2], ids=repr)
def test_swapped_pairs_give_the_same_update_up_to_rounding(kind, loss):
    """Terms are the same bit for bit, their sum over rows is in another order."""
    graph = mlp_graph(4, [6], 2)
    samples = samples_of_groups(graph, loss)
    members = samples.groups.members.reshape(-1, 2)[:, ::-1].ravel()
    swapped = samples._replace(groups=Groups.of_size(members, 2))
    one, other = (
        Trained(kind, graph, case, loss, SGD_PLAIN) for case in (samples, swapped)
    )
    np.testing.assert_allclose(one.run.losses, other.run.losses, rtol=1e-12)
    np.testing.assert_allclose(one.parameters, other.parameters, rtol=1e-11, atol=1e-14)


# Groups drawn anew


class Session:
    """Training on pairs that are drawn anew before each epoch."""

    def __init__(self, kind):
        graph = mlp_graph(4, [6], 2)
        samples = samples_of_groups(graph, ContrastiveLoss())
        groups = samples.groups._replace(redraw=self.draw)
        self.samples = samples._replace(groups=groups)
        self.plan = plan_of(Adam(0.9, 0.999, 1e-8), max_epochs=10)
        self.parameters = random_parameters(graph)
        program = compile_graph(graph)
        self.executor = kind(program, self.parameters, ContrastiveLoss(), 5, n_rows=10)
        slots = program.allocate(np.float64, 2)
        self.state = TrainingState("adam", slots, order=np.arange(19))
        self.random_state = np.random.RandomState(0)
        self.drawn = []

    def draw(self, executor, samples, order, random_state):
        assert executor is self.executor
        assert samples is self.samples
        assert sorted(order) == list(range(19))
        members = samples.groups.members
        members[:] = random_state.randint(20, size=len(members))
        self.drawn.append(members.copy())

    def train(self, **changes):
        return train(
            self.executor,
            self.samples,
            dataclasses.replace(self.plan, **changes),
            self.state,
            self.random_state,
        )


@both_executors
def test_groups_may_be_drawn_anew_before_each_epoch(kind):
    twice, once = Session(kind), Session(kind)
    twice.train()
    twice.train()
    once.train(max_epochs=20)
    assert len(once.drawn) == len(once.state.losses) == 20
    np.testing.assert_array_equal(twice.drawn, once.drawn)
    np.testing.assert_array_equal(twice.parameters, once.parameters)
    assert not np.array_equal(once.drawn[0], once.drawn[1])
