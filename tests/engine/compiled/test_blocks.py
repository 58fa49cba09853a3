"""A minibatch that runs block by block teaches what it does in one go."""

import numpy as np
import pytest
from jit_marks import needs_jit
from scipy import sparse

from skbackprop import (
    MLPClassifier,
    MLPRegressor,
    NetworkClassifier,
    RecurrentClassifier,
)
from skbackprop.engine import Executor
from skbackprop.engine.compiled import blocks
from skbackprop.engine.debugging import executor, rows_per_block
from skbackprop.engine.losses import HalfSquaredError
from skbackprop.network import BatchNorm, Graph, Input, LayerNorm, Linear, Tanh
from skbackprop.network.compiler import compile_graph

pytestmark = [
    needs_jit,
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
]

RNG = np.random.default_rng(0)
X = RNG.normal(size=(333, 5))
LABELS = (X[:, 0] * X[:, 1] > 0).astype(int) + (X[:, 2] > 0)
NUMBERS = np.sin(X[:, 0]) + X[:, 1] ** 2
WEIGHTS = RNG.integers(0, 3, size=len(X)).astype(float)
SPARSE = sparse.csr_array(np.where(np.abs(X) > 0.5, X, 0))
ALL = 10_000
SETTINGS = {"hidden_layer_sizes": (8, 6), "max_iter": 4, "random_state": 0}


def normalised(n_features, n_outputs):
    """Return a network that shares a module, branches and has LayerNorm."""
    x = Input(n_features)
    shared = Linear(n_features)
    h = LayerNorm()(Tanh()(shared(shared(x))))
    return Graph(Linear(n_outputs)(h))


MODELS = {
    "minibatches": lambda: MLPClassifier(batch_size=150, **SETTINGS).fit(X, LABELS),
    "the full batch": lambda: MLPRegressor(batch_size=333, **SETTINGS).fit(X, NUMBERS),
    "weights": lambda: MLPRegressor(batch_size=150, **SETTINGS).fit(
        X, NUMBERS, sample_weight=WEIGHTS
    ),
    "a sparse matrix": lambda: MLPClassifier(batch_size=150, **SETTINGS).fit(
        SPARSE, LABELS
    ),
    "dropout": lambda: MLPClassifier(batch_size=150, dropout=0.4, **SETTINGS).fit(
        X, LABELS
    ),
    "a graph": lambda: NetworkClassifier(
        normalised, batch_size=150, max_iter=4, random_state=0
    ).fit(X, LABELS),
    "clipped gradients": lambda: MLPClassifier(
        batch_size=150, clip_grad_norm=0.1, solver="sgd", **SETTINGS
    ).fit(X, LABELS),
    "L-BFGS": lambda: MLPRegressor(solver="lbfgs", **SETTINGS).fit(X, NUMBERS),
    "early stopping": lambda: MLPClassifier(
        batch_size=150, early_stopping=True, **SETTINGS
    ).fit(X, LABELS),
}


@pytest.mark.parametrize("n_rows", [1, 64, 96])
@pytest.mark.parametrize("name", MODELS)
def test_what_is_learnt_does_not_depend_on_the_size_of_blocks(name, n_rows):
    with rows_per_block(ALL):
        whole = MODELS[name]()
    with rows_per_block(n_rows):
        found = MODELS[name]()
    np.testing.assert_allclose(
        found._parameters, whole._parameters, rtol=1e-9, atol=1e-10
    )
    assert found.loss_ == pytest.approx(whole.loss_, rel=1e-9)


@pytest.mark.parametrize("n_rows", [32, 64])
@pytest.mark.parametrize("name", ["minibatches", "weights", "dropout", "a graph"])
def test_the_reference_agrees(name, n_rows):
    with rows_per_block(n_rows):
        found = MODELS[name]()
    with executor("reference"):
        expected = MODELS[name]()
    np.testing.assert_allclose(
        found._parameters, expected._parameters, rtol=1e-8, atol=1e-9
    )


@pytest.mark.parametrize("name", MODELS)
def test_blocks_of_a_size_give_the_same_bits(name):
    with rows_per_block(64):
        one, other = MODELS[name](), MODELS[name]()
    np.testing.assert_array_equal(one._parameters, other._parameters)


def test_sequences_of_unequal_length_run_in_blocks():
    sequences = [RNG.normal(size=(t, 2)) for t in RNG.integers(2, 40, size=160)]
    y = np.array([s[0, 0] > 0 for s in sequences])

    def fitted():
        return RecurrentClassifier(
            hidden_layer_sizes=(4,), batch_size=160, max_iter=3, random_state=0
        ).fit(sequences, y)

    with rows_per_block(ALL):
        whole = fitted()
    with rows_per_block(32):
        found = fitted()
    np.testing.assert_allclose(
        found._parameters, whole._parameters, rtol=1e-9, atol=1e-10
    )


def program_of(width, *, mixes=False):
    x = Input(10)
    h = BatchNorm()(Linear(width)(x)) if mixes else Linear(width)(x)
    return compile_graph(Graph(Linear(1)(Tanh()(Linear(width)(h)))))


def test_a_block_is_a_part_of_the_cache_and_not_less_than_the_parameters():
    narrow, wide = program_of(32), program_of(700)
    cache = blocks.second_level_cache()
    assert 1 << 15 <= cache <= 1 << 30
    for program, batch_size in ((narrow, 10**6), (wide, 10**4)):
        n_rows = blocks.rows_per_block(program, 8, batch_size)
        n_bytes = 2 * 8 * program.workspace_width * n_rows
        limit = max(cache / 3, 8 * program.n_parameters)
        assert 0.5 * limit < n_bytes < 1.5 * limit


def test_blocks_are_about_equal_and_a_minibatch_that_nearly_fits_is_one():
    program = program_of(32)
    with rows_per_block(100):
        sizes = {
            n: blocks.rows_per_block(program, 8, n) for n in (1, 99, 149, 201, 333)
        }
    assert sizes == {1: 1, 99: 99, 149: 149, 201: 128, 333: 128}


def test_modules_that_compare_rows_see_all_of_a_minibatch():
    with rows_per_block(32):
        assert blocks.rows_per_block(program_of(8, mixes=True), 8, 500) == 500


def test_memory_is_that_of_a_block():
    program = program_of(64)
    parameters = program.allocate(np.float64)
    with rows_per_block(64):
        small = Executor(program, parameters, HalfSquaredError(), 64 * 50)
    large = Executor(program, parameters, HalfSquaredError(), 64)
    assert small.n_bytes == large.n_bytes


def test_a_block_has_a_row_at_least():
    with pytest.raises(ValueError, match="must be at least 1"), rows_per_block(0):
        pass
