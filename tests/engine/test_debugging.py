"""What helps those who write kernels: rows in print, another executor, odd memory."""

import threading

import numpy as np
import pytest
from jit_marks import needs_jit
from random_graphs import (
    mlp_graph,
    plan_of,
    random_dag,
    random_parameters,
    random_samples,
    steps_of,
)

from skbackprop.engine import Executor, ReferenceExecutor, make_executor
from skbackprop.engine.debugging import describe, executor, unwritten_memory
from skbackprop.engine.losses import HalfSquaredError
from skbackprop.engine.optimizers import Adam
from skbackprop.engine.samples import StoppingRule
from skbackprop.kernels.abi import Clip
from skbackprop.kernels.rows import new_row
from skbackprop.network.compiler import compile_graph


def kind_of_new_executor():
    program = compile_graph(mlp_graph(3, [4], 2))
    return type(make_executor(program, program.allocate(np.float64)))


def bound_mlp(**options):
    graph = mlp_graph(3, [4], 2)
    return Executor(compile_graph(graph), random_parameters(graph), **options)


# Rows in print


@needs_jit
def test_addresses_are_hexadecimal_and_what_is_zero_is_left_out():
    gradient = np.zeros(5)
    row = new_row(Clip, 0, gradient=gradient, n_elements=5)
    first, *fields = describe(row).splitlines()
    assert first == "Clip for None"
    assert [line.split() for line in fields] == [
        ["gradient", hex(gradient.ctypes.data)],
        ["n_elements", "5"],
    ]
    row.set(n_elements=0)
    assert "n_elements" not in describe(row)


@needs_jit
def test_an_executor_without_a_loss_shows_its_pass_forward():
    text = describe(bound_mlp())
    kernels = [line.split(" for ")[1] for line in text.splitlines() if " for " in line]
    assert kernels[0] == "forward_Linear_64"
    assert not any(name.startswith("backward") for name in kernels)


@needs_jit
def test_an_executor_that_may_train_shows_all_rows_down_to_the_update():
    run = bound_mlp(loss=HalfSquaredError())
    assert "backward_Linear_64" in describe(run)
    samples = random_samples(mlp_graph(3, [4], 2), run.loss)
    plan = plan_of(Adam(0.9, 0.999, 1e-8))
    slots = run.program.allocate(np.float64, plan.optimizer.n_slots)
    run.prepare_training(samples, plan, slots, np.arange(samples.n_samples))
    text = describe(run)
    names = "Epochs", "Epoch", "RowList", "Gather", "Module", "Loss", "Update"
    for name in names:
        assert f"{name} for " in text
    assert f"ld_slots           {run.program.n_parameters}" in text


# The choice of the executor


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("reference", ReferenceExecutor),
        pytest.param("compiled", Executor, marks=needs_jit),
    ],
)
def test_the_executor_is_chosen_within_the_context_and_not_after_it(name, kind):
    before = kind_of_new_executor()
    with executor(name):
        assert kind_of_new_executor() is kind
        with executor("reference"):
            assert kind_of_new_executor() is ReferenceExecutor
        assert kind_of_new_executor() is kind
    assert kind_of_new_executor() is before


def test_other_threads_keep_their_executor():
    found, before = [], kind_of_new_executor()
    with executor("reference"):
        thread = threading.Thread(target=lambda: found.append(kind_of_new_executor()))
        thread.start()
        thread.join()
    assert found == [before]


def test_the_choice_ends_with_an_error():
    before = kind_of_new_executor()
    with pytest.raises(KeyError), executor("reference"):
        raise KeyError
    assert kind_of_new_executor() is before


def test_there_are_two_executors_to_choose_from():
    with pytest.raises(ValueError, match="compiled.*reference"), executor("torch"):
        pass


# Memory that nobody has written


@needs_jit
@pytest.mark.parametrize("keeps_all", [True, False])
@pytest.mark.parametrize("seed", range(60))
def test_gradients_do_not_depend_on_what_nobody_has_written(seed, keeps_all):
    graph = random_dag(seed)
    program, rng = compile_graph(graph, keeps_all), np.random.default_rng(seed)
    x = rng.normal(size=(5, graph.n_features))
    adjoint = rng.normal(size=(5, program.output.width))

    def run():
        parameters = random_parameters(graph)
        run = Executor(program, parameters, batch_size=9)
        signals, adjoints, gradient = run.vjp(x, adjoint, is_training=True)
        return signals[-1], adjoints[0], gradient

    expected = run()
    for value in (1e10, -3.0):
        with unwritten_memory(value):
            for one, other in zip(run(), expected, strict=True):
                np.testing.assert_array_equal(one, other)


@needs_jit
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_fits_do_not_depend_on_what_nobody_has_written(dtype):
    graph = mlp_graph(30, [17, 300], 3)
    program, loss = compile_graph(graph), HalfSquaredError()
    plan = plan_of(Adam(0.9, 0.999, 1e-8))

    def fitted():
        run = Executor(program, random_parameters(graph, dtype=dtype), loss, 16)
        samples = random_samples(graph, loss, n_samples=39, dtype=dtype)
        slots = program.allocate(dtype, plan.optimizer.n_slots)
        run.prepare_training(samples, plan, slots, np.arange(39))
        run.run_epochs(
            steps_of(plan, 3, 0.01)[np.newaxis], StoppingRule(0.0, np.inf, np.inf, 0)
        )
        return run.parameters

    expected = fitted()
    with unwritten_memory(1e10):
        np.testing.assert_array_equal(fitted(), expected)


def test_padding_of_signals_is_finite_by_contract():
    with pytest.raises(ValueError, match="finite"), unwritten_memory(np.nan):
        pass


@needs_jit
def test_memory_is_of_zeros_again_afterwards():
    with unwritten_memory(4.0):
        spoilt = bound_mlp(batch_size=2)._workspace
    assert (spoilt.values_of(spoilt.program.output) == 4).all()
    workspace = bound_mlp(batch_size=2)._workspace
    assert not workspace.values_of(workspace.program.output).any()
