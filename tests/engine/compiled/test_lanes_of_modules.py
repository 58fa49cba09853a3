"""Every module learns the same bits on any number of threads, in blocks of any size."""

import numpy as np
import pytest
from jit_marks import needs_jit
from module_cases import CASES
from random_graphs import (
    name_of,
    plan_of,
    random_parameters,
    random_samples,
    steps_of,
)

from skbackprop.engine import Executor, ReferenceExecutor
from skbackprop.engine.debugging import rows_per_block
from skbackprop.engine.losses import HalfSquaredError
from skbackprop.engine.optimizers import Adam
from skbackprop.engine.penalties import Penalties
from skbackprop.engine.samples import StoppingRule
from skbackprop.network import ALL_MODULES, Graph, Input, Linear
from skbackprop.network.compiler import compile_graph

pytestmark = needs_jit

# Of each module the case of most columns that are not very many.
WIDEST = {
    type(module): (module, widths)
    for module, widths in sorted(CASES, key=lambda case: case[1])
    if max(widths) < 50
}
every_module = pytest.mark.parametrize("module", WIDEST, ids=name_of)
LOSS, BATCH_SIZE, N_SAMPLES, N_STEPS = HalfSquaredError(), 150, 333, 3


def learnt(kind, module, n_threads=1):
    """Return the parameters of a net around a module after two epochs."""
    module, widths = WIDEST[module]
    x = Input(6)
    graph = Graph(Linear(2)(module(*(Linear(width)(x) for width in widths))))
    program, parameters = compile_graph(graph), random_parameters(graph)
    executor = kind(program, parameters, LOSS, BATCH_SIZE, seed=3)
    executor.n_threads = n_threads
    plan = plan_of(Adam(beta_1=0.9, beta_2=0.999, epsilon=1e-3), Penalties(0.1))
    samples = random_samples(graph, LOSS, N_SAMPLES, weighted=True)
    slots = program.allocate(np.float64, plan.optimizer.n_slots)
    executor.prepare_training(samples, plan, slots, np.arange(N_SAMPLES))
    coefficients = steps_of(plan, 2 * N_STEPS, 0.01).reshape(2, N_STEPS, -1)
    executor.run_epochs(
        np.ascontiguousarray(coefficients), StoppingRule(0.0, np.inf, np.inf, 0)
    )
    return parameters


def test_there_is_a_case_of_every_module():
    assert set(WIDEST) == set(ALL_MODULES)


@every_module
def test_bits_are_the_same_for_any_number_of_threads(module):
    with rows_per_block(32):
        expected = learnt(Executor, module)
        for n_threads in (2, 3, 7):
            np.testing.assert_array_equal(learnt(Executor, module, n_threads), expected)


@every_module
def test_the_reference_agrees_for_blocks_of_any_size(module):
    expected = learnt(ReferenceExecutor, module)
    for n_rows in (32, 64, 96, 150):
        with rows_per_block(n_rows):
            found = learnt(Executor, module, n_threads=2)
        np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-9)
