"""The compiled executor does what the reference executor does."""

import gc
import threading

import numpy as np
import pytest
from jit_marks import EXECUTORS, needs_jit
from random_graphs import (
    ELEMENTWISE_LOSSES,
    LOSSES,
    ROW_LOSSES,
    mlp_graph,
    name_of,
    plan_of,
    random_graph,
    random_parameters,
    random_samples,
    steps_of,
)

from skbackprop.engine import jit, make_executor
from skbackprop.engine.compiled.executor import Executor
from skbackprop.engine.optimizers import SGD, Adam
from skbackprop.engine.penalties import Penalties
from skbackprop.engine.reference.executor import ReferenceExecutor
from skbackprop.engine.samples import CSR, Samples, StoppingRule
from skbackprop.network import Add, Graph, Identity, Input, Linear, ReLU, Sigmoid, Tanh
from skbackprop.network.compiler import compile_graph

DTYPES = [np.float32, np.float64]
SEEDS = range(32)
ACTIVATIONS = [Identity(), ReLU(), Sigmoid(), Tanh()]
# Adam's step has the size of the learning rate however small the gradient is:
# with its usual epsilon, gradients that are 0 up to rounding would be compared.
OPTIMIZERS = [
    SGD(momentum=0.0, nesterov=False),
    SGD(momentum=0.9, nesterov=False),
    SGD(momentum=0.9, nesterov=True),
    Adam(beta_1=0.9, beta_2=0.999, epsilon=1e-3),
]
LEARNING_RATE = 0.01


def safe_rate(loss):
    """Return a learning rate with which no case diverges."""
    return 3e-4 if loss.link == "exp" else LEARNING_RATE


def tolerance(dtype):
    """What sums of up to a thousand terms in another order may differ by.

    Epochs carry the differences on; all test cases stay below a tenth of this.
    """
    rtol = 2e-4 if dtype == np.float32 else 1e-11
    return {"rtol": rtol, "atol": rtol / 10}


def options_of(seed):
    """Vary by seed what a test case is about besides its graph."""
    return {
        "loss": LOSSES[seed % len(LOSSES)],
        "weighted": seed % 3 == 0,
        "is_sparse": seed % 5 == 0,
    }


def random_case(seed, dtype, n_samples=23):
    """Return a random graph with samples that suit it, and the loss."""
    options = options_of(seed)
    graph = random_graph(seed, only_linear_reads_input=options["is_sparse"])
    samples = random_samples(
        graph, n_samples=n_samples, seed=seed, dtype=dtype, **options
    )
    return graph, samples, options["loss"]


class Trained:
    """What is left when an executor has run some epochs."""

    def __init__(
        self,
        kind,
        graph,
        samples,
        loss,
        optimizer,
        *,
        n_epochs=4,
        batch_size=8,
        alpha=0.1,
        learning_rate=None,
        shuffle=True,
        tol=0.0,
        max_no_improvement=np.inf,
        **penalties,
    ):
        program = compile_graph(graph)
        dtype = samples.targets.dtype
        self.program = program
        self.parameters = random_parameters(graph, dtype=dtype)
        self.slots = program.allocate(dtype, optimizer.n_slots)
        self.order = np.arange(samples.n_samples)
        self.random_state = np.random.RandomState(5)
        n_batches = -(-samples.n_samples // batch_size)
        rate = safe_rate(loss) if learning_rate is None else learning_rate
        plan = plan_of(optimizer, Penalties(alpha, **penalties))
        table = steps_of(plan, n_epochs * n_batches, rate)
        executor = kind(program, self.parameters, loss, batch_size)
        executor.prepare_training(samples, plan, self.slots, self.order)
        self.run = executor.run_epochs(
            np.ascontiguousarray(table).reshape(n_epochs, n_batches, -1),
            StoppingRule(tol, max_no_improvement, np.inf, 0),
            self.random_state if shuffle else None,
        )


def assert_trained_alike(found, expected, dtype):
    assert found.run.diverged == expected.run.diverged
    assert found.run.no_improvement == expected.run.no_improvement
    np.testing.assert_array_equal(found.order, expected.order)
    assert found.random_state.randint(2**31) == expected.random_state.randint(2**31)
    pairs = [
        (found.run.losses, expected.run.losses),
        (found.run.best_loss, expected.run.best_loss),
        (found.parameters, expected.parameters),
        (found.slots, expected.slots),
    ]
    for ours, theirs in pairs:
        np.testing.assert_allclose(ours, theirs, **tolerance(dtype))


def forward(kind, graph, parameters, samples, batch_size=10):
    executor = kind(compile_graph(graph), parameters, batch_size=batch_size)
    return np.concatenate([z.copy() for _, z in executor.forward(samples)])


# Forward


@needs_jit
@pytest.mark.parametrize("dtype", DTYPES, ids=name_of)
@pytest.mark.parametrize("seed", SEEDS)
def test_logits_are_those_of_the_reference(seed, dtype):
    graph, samples, _ = random_case(seed, dtype)
    parameters = random_parameters(graph, dtype=dtype)
    found = forward(Executor, graph, parameters, samples)
    expected = forward(ReferenceExecutor, graph, parameters, samples)
    assert found.dtype == dtype
    np.testing.assert_allclose(found, expected, **tolerance(dtype))


@needs_jit
@pytest.mark.parametrize("dtype", DTYPES, ids=name_of)
@pytest.mark.parametrize("activation", ACTIVATIONS, ids=name_of)
@pytest.mark.parametrize("hidden", [[], [1], [100], [17, 256], [3, 3, 3, 3]], ids=str)
def test_logits_of_an_mlp_are_those_of_the_reference(hidden, activation, dtype):
    graph = mlp_graph(31, hidden, 4, activation)
    samples = random_samples(graph, LOSSES[0], 70, dtype=dtype)
    parameters = random_parameters(graph, dtype=dtype)
    found = forward(Executor, graph, parameters, samples, batch_size=32)
    expected = forward(ReferenceExecutor, graph, parameters, samples, batch_size=32)
    np.testing.assert_allclose(found, expected, **tolerance(dtype))


@needs_jit
@pytest.mark.parametrize("is_sparse", [False, True], ids=["dense", "sparse"])
def test_only_the_rows_asked_for_are_run(is_sparse):
    graph = random_graph(3, only_linear_reads_input=is_sparse)
    samples = random_samples(graph, LOSSES[0], is_sparse=is_sparse)
    parameters = random_parameters(graph)
    rows = np.array([4, 4, 0, 22, 7, 3, 1])
    executor = Executor(compile_graph(graph), parameters, batch_size=3)
    found, seen = [], []
    for part, logits in executor.forward(samples, rows):
        found.append(logits.copy())
        seen += range(part.start, part.stop)
    expected = forward(ReferenceExecutor, graph, parameters, samples)[rows]
    assert seen == list(range(len(rows)))
    np.testing.assert_allclose(np.concatenate(found), expected, rtol=1e-12, atol=1e-13)


@needs_jit
def test_the_logits_of_a_row_do_not_depend_on_its_minibatch():
    graph = random_graph(6)
    samples = random_samples(graph, LOSSES[0])
    parameters = random_parameters(graph)
    runs = [forward(Executor, graph, parameters, samples, size) for size in (1, 6, 23)]
    for run in runs[1:]:
        np.testing.assert_allclose(run, runs[0], rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("kind", EXECUTORS)
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_finite_stays_in_its_row(kind, bad):
    graph = mlp_graph(5, [7], 3)
    samples = random_samples(graph, LOSSES[0])
    clean = forward(kind, graph, random_parameters(graph), samples)
    samples.X[4, 2] = bad
    logits = forward(kind, graph, random_parameters(graph), samples)
    rows_are_finite = np.isfinite(logits).all(axis=1)
    assert np.flatnonzero(~rows_are_finite).tolist() == [4]
    np.testing.assert_array_equal(np.delete(logits, 4, 0), np.delete(clean, 4, 0))


@pytest.mark.parametrize("kind", EXECUTORS)
def test_a_network_without_parameters_runs(kind):
    graph, loss = Graph(Tanh()(Input(3))), LOSSES[0]
    samples = random_samples(graph, loss)
    found = Trained(kind, graph, samples, loss, OPTIMIZERS[3])
    expected = (np.tanh(samples.X) - samples.targets) ** 2
    np.testing.assert_allclose(found.run.losses, expected.mean() / 2, rtol=1e-12)
    logits = forward(kind, graph, found.parameters, samples)
    np.testing.assert_allclose(logits, np.tanh(samples.X), rtol=1e-14)


# The objective


@needs_jit
@pytest.mark.parametrize("dtype", DTYPES, ids=name_of)
@pytest.mark.parametrize("seed", SEEDS)
def test_objective_and_gradient_are_those_of_the_reference(seed, dtype):
    graph, samples, loss = random_case(seed, dtype)
    program, parameters = compile_graph(graph), random_parameters(graph, dtype=dtype)
    found, expected = (
        kind(program, parameters, loss, batch_size=10)
        for kind in (Executor, ReferenceExecutor)
    )
    for _ in range(2):  # the gradient starts anew at each call
        value = found.objective(samples)
        np.testing.assert_allclose(
            value, expected.objective(samples), **tolerance(dtype)
        )
        assert found.gradient.dtype == dtype
        np.testing.assert_allclose(
            found.gradient, expected.gradient, **tolerance(dtype)
        )


@pytest.mark.parametrize("kind", EXECUTORS)
@pytest.mark.parametrize("seed", SEEDS)
def test_the_gradient_of_padding_is_zero(kind, seed):
    graph, samples, loss = random_case(seed, np.float64)
    program = compile_graph(graph)
    executor = kind(program, random_parameters(graph), loss, batch_size=10)
    executor.objective(samples)
    gradient = executor.gradient
    np.testing.assert_array_equal(program.expand(program.compact(gradient)), gradient)


@needs_jit
def test_objective_and_training_may_take_turns_on_one_executor():
    graph, loss = mlp_graph(6, [5], 3), LOSSES[3]
    plan = plan_of(OPTIMIZERS[0], Penalties(0.1))
    program, parameters = compile_graph(graph), random_parameters(graph)
    small = random_samples(graph, loss, 9, weighted=True)
    large = random_samples(graph, loss, 40, seed=1, weighted=True)
    executor = Executor(program, parameters, loss, batch_size=8)
    expected = ReferenceExecutor(program, parameters.copy(), loss, batch_size=8)
    litter = []
    for one in (executor, expected):
        slots, order = program.allocate(np.float64, 1), np.arange(40)
        one.objective(small)
        one.prepare_training(large, plan, slots, order)
        litter += _reuse_freed_memory(one)
        one.objective(small)
        litter += _reuse_freed_memory(one)
        one.prepare_training(large, plan, slots, order)
        one.objective(small)
        litter += _reuse_freed_memory(one)
        coefficients = steps_of(plan, 15, LEARNING_RATE).reshape(3, 5, -1)
        one.run_epochs(coefficients, StoppingRule(0.0, np.inf, np.inf, 0))
    np.testing.assert_allclose(
        executor.parameters, expected.parameters, rtol=1e-10, atol=1e-12
    )


def _reuse_freed_memory(executor):
    """Fill memory that may have been freed, so that reading it shows."""
    gc.collect()
    # Sizes of the executor's buffers of targets and weights, headers included.
    sizes = {executor.batch_size * 16 * 8 + 64, 16 * 8 + 64}
    return [np.full(size, 255, np.uint8) for size in sizes for _ in range(20)]


# Epochs


@needs_jit
@pytest.mark.parametrize("dtype", DTYPES, ids=name_of)
@pytest.mark.parametrize("seed", SEEDS)
def test_epochs_are_those_of_the_reference(seed, dtype):
    graph, samples, loss = random_case(seed, dtype)
    optimizer = OPTIMIZERS[seed // len(LOSSES) % len(OPTIMIZERS)]
    found = Trained(Executor, graph, samples, loss, optimizer)
    expected = Trained(ReferenceExecutor, graph, samples, loss, optimizer)
    assert_trained_alike(found, expected, dtype)
    assert len(found.run.losses) == 4


@needs_jit
@pytest.mark.parametrize("dtype", DTYPES, ids=name_of)
@pytest.mark.parametrize("is_sparse", [False, True], ids=["dense", "sparse"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=str)
@pytest.mark.parametrize("loss", LOSSES, ids=name_of)
def test_epochs_of_an_mlp_are_those_of_the_reference(loss, optimizer, is_sparse, dtype):
    graph = mlp_graph(19, [21, 6], 3, Tanh())
    samples = random_samples(graph, loss, 50, dtype=dtype, is_sparse=is_sparse)
    found, expected = (
        Trained(kind, graph, samples, loss, optimizer, batch_size=16)
        for kind in (Executor, ReferenceExecutor)
    )
    assert_trained_alike(found, expected, dtype)


@needs_jit
@pytest.mark.parametrize("n_outputs", [2, 3, 15, 16, 17, 40])
@pytest.mark.parametrize("loss", ELEMENTWISE_LOSSES + ROW_LOSSES, ids=repr)
def test_any_number_of_outputs_trains_like_the_reference(loss, n_outputs):
    graph = mlp_graph(5, [4], n_outputs)
    samples = random_samples(graph, loss, weighted=True)
    found, expected = (
        Trained(kind, graph, samples, loss, OPTIMIZERS[2])
        for kind in (Executor, ReferenceExecutor)
    )
    assert_trained_alike(found, expected, np.float64)


@needs_jit
@pytest.mark.parametrize("batch_size", [1, 7, 16, 23])
def test_any_batch_size_trains_like_the_reference(batch_size):
    graph, loss = mlp_graph(5, [4], 3), LOSSES[3]
    samples = random_samples(graph, loss)
    found, expected = (
        Trained(kind, graph, samples, loss, OPTIMIZERS[3], batch_size=batch_size)
        for kind in (Executor, ReferenceExecutor)
    )
    assert_trained_alike(found, expected, np.float64)


@pytest.mark.parametrize("kind", EXECUTORS)
@pytest.mark.parametrize("loss", LOSSES, ids=name_of)
def test_a_minibatch_without_weight_teaches_nothing(kind, loss):
    graph = mlp_graph(5, [4], 3)
    samples = random_samples(graph, loss, 24, weighted=True)
    samples.weights[8:16] = 0
    without = Samples(*(np.delete(part, slice(8, 16), axis=0) for part in samples[:3]))
    found, expected = (
        Trained(kind, graph, s, loss, OPTIMIZERS[2], shuffle=False)
        for s in (samples, without)
    )
    np.testing.assert_array_equal(found.parameters, expected.parameters)
    np.testing.assert_array_equal(found.run.losses, expected.run.losses)


@needs_jit
def test_samples_without_weight_are_the_same_to_both_executors():
    graph, loss = mlp_graph(5, [4], 3), LOSSES[3]
    samples = random_samples(graph, loss, 24, weighted=True)
    samples.weights[np.arange(24) % 5 > 0] = 0  # some minibatches without any
    found, expected = (
        Trained(kind, graph, samples, loss, OPTIMIZERS[3], batch_size=3)
        for kind in (Executor, ReferenceExecutor)
    )
    assert_trained_alike(found, expected, np.float64)


@pytest.mark.parametrize("kind", EXECUTORS)
@pytest.mark.parametrize("optimizer", OPTIMIZERS[2:], ids=name_of)
@pytest.mark.parametrize("seed", SEEDS[:10])
def test_padding_stays_zero_through_training(kind, optimizer, seed):
    graph, samples, loss = random_case(seed, np.float32)
    trained = Trained(kind, graph, samples, loss, optimizer)
    program = trained.program
    for vector in (trained.parameters, *trained.slots):
        np.testing.assert_array_equal(program.expand(program.compact(vector)), vector)


@needs_jit
@pytest.mark.parametrize("dtype", DTYPES, ids=name_of)
@pytest.mark.parametrize("is_sparse", [False, True], ids=["dense", "sparse"])
@pytest.mark.parametrize("activation", ACTIVATIONS, ids=name_of)
@pytest.mark.parametrize("hidden", [[1], [9, 3], [17], [40, 33]], ids=str)
def test_padding_of_an_mlp_stays_zero_through_training(
    hidden, activation, is_sparse, dtype
):
    graph, loss = mlp_graph(6, hidden, 3, activation), LOSSES[0]
    samples = random_samples(graph, loss, dtype=dtype, is_sparse=is_sparse)
    trained = Trained(Executor, graph, samples, loss, OPTIMIZERS[3])
    program = trained.program
    for vector in (trained.parameters, *trained.slots):
        np.testing.assert_array_equal(program.expand(program.compact(vector)), vector)


@pytest.mark.parametrize("kind", EXECUTORS)
def test_training_stops_when_the_loss_has_not_improved_for_too_long(kind):
    graph, loss = mlp_graph(5, [4], 3), LOSSES[0]
    trained = Trained(
        kind,
        graph,
        random_samples(graph, loss),
        loss,
        OPTIMIZERS[0],
        n_epochs=20,
        learning_rate=0.0,
        tol=1e-4,
        max_no_improvement=3,
        shuffle=False,
    )
    # The first epoch improves on infinity, then four do not: one too many.
    assert len(trained.run.losses) == 5
    assert trained.run.no_improvement == 4
    assert trained.run.best_loss == trained.run.losses[0]


@pytest.mark.parametrize("kind", EXECUTORS)
@pytest.mark.parametrize("dtype", DTYPES, ids=name_of)
def test_divergence_is_reported_and_the_last_finite_parameters_restored(kind, dtype):
    graph, loss = mlp_graph(5, [4], 3), LOSSES[0]
    samples = random_samples(graph, loss, dtype=dtype)
    rate = 40.0
    diverged = Trained(
        kind, graph, samples, loss, OPTIMIZERS[1], n_epochs=300, learning_rate=rate
    )
    n_finite = len(diverged.run.losses)
    assert diverged.run.diverged
    assert 0 < n_finite < 300
    assert np.isfinite(diverged.run.losses).all()
    stopped_before = Trained(
        kind, graph, samples, loss, OPTIMIZERS[1], n_epochs=n_finite, learning_rate=rate
    )
    assert not stopped_before.run.diverged
    np.testing.assert_array_equal(diverged.parameters, stopped_before.parameters)
    np.testing.assert_array_equal(diverged.run.losses, stopped_before.run.losses)


@needs_jit
def test_training_twice_gives_the_same_bits():
    graph, samples, loss = random_case(1, np.float32)
    one, two = (Trained(Executor, graph, samples, loss, OPTIMIZERS[3]) for _ in "ab")
    np.testing.assert_array_equal(one.parameters, two.parameters)
    np.testing.assert_array_equal(one.run.losses, two.run.losses)


@needs_jit
def test_executors_in_eight_threads_do_not_disturb_each_other():
    cases = [random_case(seed, np.float32, n_samples=200) for seed in range(8)]
    expected = [Trained(Executor, *case, OPTIMIZERS[3]) for case in cases]
    found = [None] * len(cases)

    def fit(i):
        found[i] = Trained(Executor, *cases[i], OPTIMIZERS[3])

    threads = [threading.Thread(target=fit, args=(i,)) for i in range(len(cases))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one.parameters, other.parameters)


# Sparse samples


@needs_jit
def test_repeated_entries_of_a_sparse_row_add_up():
    graph = mlp_graph(3, [], 2)
    parameters = random_parameters(graph)
    X = CSR(
        np.array([1.0, 2.0, -0.5]),
        np.array([1, 1, 0], np.int32),
        np.array([0, 2, 2, 3]),
        (3, 3),
    )
    dense = np.array([[0.0, 3.0, 0.0], [0.0, 0.0, 0.0], [-0.5, 0.0, 0.0]])
    found = forward(Executor, graph, parameters, Samples(X))
    expected = forward(Executor, graph, parameters, Samples(dense))
    np.testing.assert_allclose(found, expected, rtol=1e-14)


@needs_jit
def test_scoring_in_between_does_not_disturb_training_on_sparse_samples():
    graph, loss = mlp_graph(20, [5], 3), LOSSES[3]
    plan = plan_of(OPTIMIZERS[0], Penalties(0.1))
    samples = random_samples(graph, loss, is_sparse=True)
    program, results = compile_graph(graph), []
    for scores in (False, True):
        parameters = random_parameters(graph)
        executor = Executor(program, parameters, loss, batch_size=8)
        slots, order = program.allocate(np.float64, 1), np.arange(23)
        executor.prepare_training(samples, plan, slots, order)
        for _ in range(3):
            coefficients = steps_of(plan, 3, LEARNING_RATE)[np.newaxis]
            executor.run_epochs(coefficients, StoppingRule(0, np.inf, np.inf, 0))
            if scores:
                list(executor.forward(samples, np.arange(0, 23, 2)))
        results.append(parameters)
    np.testing.assert_array_equal(*results)


def _sum_with_input(x):
    return Add()(Linear(4)(x), x)


@pytest.mark.parametrize("kind", EXECUTORS)
@pytest.mark.parametrize("first", [_sum_with_input, ReLU()], ids=["add", "relu"])
def test_sparse_samples_are_refused_where_a_module_cannot_read_them(kind, first):
    graph = Graph(Linear(2)(first(Input(4))))
    samples = random_samples(graph, LOSSES[0], is_sparse=True)
    with pytest.raises((ValueError, TypeError, NotImplementedError), match="sparse"):
        forward(kind, graph, random_parameters(graph), samples)


# The choice


def test_the_compiled_executor_is_used_where_it_can_be():
    graph = mlp_graph(3, [], 2)
    executor = make_executor(compile_graph(graph), random_parameters(graph))
    assert type(executor) is (Executor if jit.available() else ReferenceExecutor)
