"""Samples in parts: to training it does not matter in which part a row stands."""

import dataclasses

import numpy as np
import pytest
from jit_marks import EXECUTORS, needs_jit
from training_sessions import PLAN
from unrolled import CELLS, READOUTS, net_of, random_sequences

from skbackprop.engine import Executor, ReferenceExecutor
from skbackprop.engine.debugging import unwritten_memory
from skbackprop.engine.losses import (
    HalfSquaredError,
    IgnoringMissing,
)
from skbackprop.engine.optimizers import SDLM, SGD
from skbackprop.engine.parts import Parts, deal
from skbackprop.engine.samples import Samples
from skbackprop.engine.training import TrainingState, train
from skbackprop.estimators.sequences import Sequences
from skbackprop.network.compiler import compile_graph

LENGTHS = np.random.default_rng(0).integers(1, 9, 30)
SEQUENCES = random_sequences(LENGTHS, 2)
both_executors = pytest.mark.parametrize("kind", EXECUTORS)
each_readout = pytest.mark.parametrize("readout", READOUTS)
weighted = pytest.mark.parametrize("weights", [None, LENGTHS % 3 / 2.0])


def cut(edges):
    """Return which sequences are in the parts that end with these lengths."""
    part_of = np.searchsorted(edges, LENGTHS)
    return [np.flatnonzero(part_of == part) for part in range(len(edges))]


WHOLE, IN_PARTS = cut([8]), cut([1, 3, 4, 8])


def taken(rows):
    ends = np.cumsum(LENGTHS)
    steps = [SEQUENCES.steps[ends[i] - LENGTHS[i] : ends[i]] for i in rows]
    return Sequences(np.concatenate(steps), LENGTHS[rows])


def samples_of(net, parts, weights=None, padding=0):
    """Return samples for a net, in parts, each padded by some more steps."""
    arrays, targets, programs = [], [], []
    for rows in parts:
        own = taken(rows)
        layout = own.layout(net.readout == "mean")
        if padding:
            n_steps = own.n_timesteps + padding
            layout = dataclasses.replace(layout, n_timesteps=n_steps, is_masked=True)
        arrays.append(padded(own, layout))
        programs.append(compile_graph(net.unroll(layout)))
        t = np.cos(LENGTHS[rows, None] + np.arange(2.0))
        if net.readout == "steps":
            t = np.repeat(t[:, None], layout.n_timesteps, axis=1)
            exists = np.arange(layout.n_timesteps) < own.lengths[:, None]
            t[~exists] = np.nan
        targets.append(t.reshape(len(rows), -1))
    targets = Parts(targets, parts)
    if net.readout != "steps":
        targets = targets.joined()
    return Samples(Parts(arrays, parts, programs), targets, weights)


def padded(sequences, layout):
    """Return rows of a layout that may have more steps than the longest sequence."""
    n, n_steps = len(sequences.lengths), layout.n_timesteps
    values = np.zeros((n, n_steps, layout.n_features))
    exists = np.arange(n_steps) < sequences.lengths[:, None]
    values[exists] = sequences.steps
    columns = [values.reshape(n, -1)]
    columns += [exists.astype(float)] * layout.is_masked
    columns += [1 / sequences.lengths[:, None]] * layout.has_length
    return np.ascontiguousarray(np.concatenate(columns, axis=1))


def loss_for(net):
    loss = HalfSquaredError()
    return IgnoringMissing(loss) if net.readout == "steps" else loss


class Learner:
    """A net and samples of it in parts, that are learned from."""

    def __init__(self, kind, net, samples, batch_size=7, **plan):
        program = samples.X.programs[-1]
        self.samples, self.plan = samples, dataclasses.replace(PLAN, **plan)
        self.parameters = program.allocate(np.float64)
        rng = np.random.default_rng(0)
        n_compact = len(program.compact(self.parameters))
        program.fill(self.parameters, rng.normal(scale=0.4, size=n_compact))
        loss = loss_for(net)
        self.executor = kind(program, self.parameters, loss, batch_size, seed=3)
        slots = program.allocate(np.float64, self.plan.optimizer.n_slots)
        n = len(LENGTHS)
        self.state = TrainingState("any", slots, n, np.arange(n))
        self.random_state = np.random.RandomState(0)

    def train(self, **plan):
        self.plan = dataclasses.replace(self.plan, **plan)
        train(self.executor, self.samples, self.plan, self.state, self.random_state)
        return self


def assert_close(one, other, tolerance=1e-12):
    np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)


@both_executors
@each_readout
@weighted
@pytest.mark.parametrize("padding", [0, 1, 5])
def test_loss_and_gradient_depend_neither_on_parts_nor_on_padding(
    kind, readout, weights, padding
):
    net = net_of("gru", readout=readout)
    one = Learner(kind, net, samples_of(net, WHOLE, weights))
    other = Learner(kind, net, samples_of(net, IN_PARTS, weights, padding))
    for _ in range(2):
        losses = [each.executor.objective(each.samples) for each in (one, other)]
        assert_close(*losses)
        assert_close(one.executor.gradient, other.executor.gradient)


@both_executors
@each_readout
@weighted
def test_what_is_validated_depends_on_parts_no_more(kind, readout, weights):
    net = net_of("lstm", readout=readout)
    indices = np.random.default_rng(0).permutation(30)[:20]
    found = []
    for parts in (WHOLE, IN_PARTS):
        learner = Learner(kind, net, samples_of(net, parts, weights))
        loss, logits = learner.executor.evaluate(learner.samples, indices)
        if readout == "steps":
            rows = sorted(
                (row, *z[: 2 * LENGTHS[indices[row]]])
                for rows, array in zip(logits.rows, logits.arrays, strict=True)
                for row, z in zip(rows, array, strict=True)
            )
            logits = np.concatenate([np.array(row) for row in rows])
        found.append((loss, logits))
    for one, other in zip(*found, strict=True):
        assert_close(one, other)


@both_executors
@each_readout
@weighted
@pytest.mark.parametrize("clip_grad_norm", [None, 0.1])
def test_minibatches_in_order_teach_the_same_in_parts(
    kind, readout, weights, clip_grad_norm
):
    """Padding, in whole and in parts, is all that is different."""
    net = net_of("tanh", readout=readout)
    plan = {"shuffle": False, "clip_grad_norm": clip_grad_norm, "max_epochs": 4}
    one, other = (
        Learner(kind, net, samples_of(net, parts, weights), **plan).train()
        for parts in (WHOLE, IN_PARTS)
    )
    if readout != "steps":
        assert_close(one.state.losses, other.state.losses, 1e-10)
    norms = [each.state.history["gradient_norm"] for each in (one, other)]
    assert_close(*norms, 1e-10)
    assert_close(one.parameters, other.parameters, 1e-10)


@both_executors
def test_a_full_batch_is_one_step_by_the_gradient_of_all(kind):
    net = net_of("gru")
    plan = {"optimizer": SGD(0.0, False), "max_epochs": 3}
    plan["penalties"] = dataclasses.replace(PLAN.penalties, alpha=0.0)
    learner = Learner(kind, net, samples_of(net, IN_PARTS), batch_size=30, **plan)
    expected = Learner(kind, net, samples_of(net, WHOLE), batch_size=30, **plan)
    for _ in range(3):
        expected.executor.objective(expected.samples)
        expected.parameters -= PLAN.learning_rate * expected.executor.gradient
    assert_close(learner.train().parameters, expected.parameters)
    assert learner.state.n_steps == 3


@needs_jit
@each_readout
@weighted
@pytest.mark.parametrize("dropout", [(), (0.1, 0.4)])
def test_both_executors_learn_the_same_from_parts(readout, weights, dropout):
    net = net_of("gru", readout=readout, dropout=dropout)
    one, other = (
        Learner(kind, net, samples_of(net, IN_PARTS, weights)).train()
        for kind in (ReferenceExecutor, Executor)
    )
    assert_close(one.state.losses, other.state.losses, 1e-10)
    assert_close(one.parameters, other.parameters, 1e-10)
    np.testing.assert_array_equal(one.state.order, other.state.order)
    states = [each.random_state.get_state() for each in (one, other)]
    np.testing.assert_array_equal(states[0][1], states[1][1])
    assert states[0][2] == states[1][2]


@both_executors
def test_parts_drop_out_what_others_keep(kind):
    """Equal sequences in two parts, of one row of a minibatch each, learn unlike."""
    net = net_of("tanh", dropout=(0.0, 0.5))
    rows, t = np.ones((1, 6)), np.ones((1, 2))
    layout = Sequences(np.ones((3, 2)), np.array([3])).layout(False)
    program = compile_graph(net.unroll(layout))
    norms = []
    for parts in ([np.arange(2)], [np.array([0]), np.array([1])]):
        arrays = [np.repeat(rows, len(part), axis=0) for part in parts]
        x = Parts(arrays, parts, [program] * len(parts))
        learner = Learner(kind, net, Samples(x, np.repeat(t, 2, axis=0)), 2)
        learner.state.n_samples, learner.state.order = 2, np.arange(2)
        norms.append(learner.train(max_epochs=8).state.history["gradient_norm"])
    kept_alike = np.isclose(*norms)
    assert not kept_alike.all()


@both_executors
def test_ten_epochs_in_parts_are_four_and_six(kind):
    net = net_of("gru", dropout=(0.0, 0.2))
    once = Learner(kind, net, samples_of(net, IN_PARTS)).train(max_epochs=10)
    twice = Learner(kind, net, samples_of(net, IN_PARTS))
    twice.train(max_epochs=4).train(max_epochs=6)
    assert once.state.losses == twice.state.losses
    np.testing.assert_array_equal(once.parameters, twice.parameters)


@both_executors
def test_second_derivatives_add_up_over_parts(kind):
    net = net_of("tanh")
    plan = {"optimizer": SDLM(0.0, False, 0.02), "shuffle": False}
    one, other = (
        Learner(kind, net, samples_of(net, parts, LENGTHS / 4.0), **plan).train()
        for parts in (WHOLE, IN_PARTS)
    )
    assert_close(one.parameters, other.parameters, 1e-10)


@both_executors
def test_each_epoch_meets_each_sample_once_and_few_parts_at_a_time(kind):
    net = net_of("tanh")
    learner = Learner(kind, net, samples_of(net, IN_PARTS), batch_size=4)
    part_of, _ = learner.samples.X.places()
    orders = []
    for _ in range(6):
        order = learner.train(max_epochs=1).state.order.copy()
        np.testing.assert_array_equal(np.sort(order), np.arange(30))
        whole = part_of[order[:28]].reshape(7, 4)
        assert sum(len(set(batch)) for batch in whole) <= 7 + 3
        orders.append(order)
    firsts = {tuple(part_of[order[::4]]) for order in orders}
    assert len(firsts) > 3


def test_dealing_keeps_whole_minibatches_together():
    part_of = np.array([1, 0, 1, 0, 2, 0, 0])
    order = np.array([4, 3, 2, 1, 6, 5, 0])
    deal(order, part_of, 2, np.array([2, 0, 1]))
    # By parts: 3 1 | 6 5 | 2 4, and the one that is left over.
    assert order.tolist() == [2, 4, 3, 1, 6, 5, 0]


def test_rows_of_parts_are_found_by_their_numbers():
    parts = Parts([np.eye(2), 5 + np.eye(3)], [np.array([1, 4]), np.array([0, 2, 3])])
    assert len(parts) == 5
    assert parts.shape == (5, 3)
    chosen = parts[np.array([4, 2, 1])]
    np.testing.assert_array_equal(chosen.arrays[0], [[0, 1], [1, 0]])
    np.testing.assert_array_equal(chosen.arrays[1], [[5, 6, 5]])
    assert [rows.tolist() for rows in chosen.rows] == [[0, 2], [1]]


def test_samples_in_parts_are_known_by_all_of_their_numbers():
    net = net_of("tanh", readout="steps")
    one, other = (samples_of(net, IN_PARTS) for _ in range(2))
    assert one.fingerprint() == other.fingerprint()
    other.X.arrays[2][0, 0] += 1
    assert one.fingerprint() != other.fingerprint()
    assert len(one.identity()["X"]) == 8


@needs_jit
@pytest.mark.parametrize("cell", CELLS)
@each_readout
def test_parts_read_nothing_that_another_part_has_left(cell, readout):
    net = net_of(cell, (3, 18), readout=readout, is_bidirectional=True)
    found = []
    for number in (0.0, 1e3):
        with unwritten_memory(number):
            learner = Learner(Executor, net, samples_of(net, IN_PARTS)).train()
            loss, _ = learner.executor.evaluate(learner.samples)
            total = learner.executor.objective(learner.samples)
            found.append((total, loss, *learner.parameters))
    np.testing.assert_array_equal(*found)
