"""Which parameters an optimizer steps over alike."""

import numpy as np
import pytest
from random_graphs import mlp_graph, random_dag

from skbackprop.engine.stretches import moving_matrices, stretches_of
from skbackprop.network import BatchNorm, Graph, Input, Linear, Scale
from skbackprop.network.compiler import compile_graph

SMALL = compile_graph(mlp_graph(5, [7, 4], 2))  # three matrices, three biases


@pytest.mark.parametrize("seed", range(20))
def test_stretches_make_up_all_that_is_learned_each_part_once(seed):
    program = compile_graph(random_dag(seed))
    factors = np.random.default_rng(seed).integers(0, 3, len(program.blocks)) / 2
    for given in (None, factors):
        found, end = stretches_of(program, given), 0
        for stretch in found:
            assert stretch.span.start == end < stretch.span.stop
            assert stretch.decays == (end < program.n_decaying)
            end = stretch.span.stop
        assert end == program.n_learned
        for block, factor in zip(program.blocks, factors, strict=True):
            (own,) = (
                (s for s in found if s.span.start <= block.offset < s.span.stop)
                if (block.offset < program.n_learned)
                else (None,)
            )
            assert own is None or own.factor == (1.0 if given is None else factor)


def test_without_factors_there_is_one_for_matrices_and_one_for_the_others():
    for factors in (None, np.ones(6)):
        first, second = stretches_of(SMALL, factors)
        assert first == (slice(0, SMALL.n_decaying), True, 1.0)
        assert second == (slice(SMALL.n_decaying, SMALL.n_learned), False, 1.0)


def test_neighbours_of_equal_factors_are_one():
    factors = [2, 2, 1, 1, 0, 0]
    found = [(s.decays, s.factor) for s in stretches_of(SMALL, factors)]
    assert found == [(True, 2), (True, 1), (False, 1), (False, 0)]


def test_buffers_are_in_none():
    program = compile_graph(Graph(Linear(2)(Scale()(BatchNorm()(Input(3))))))
    assert program.n_learned < program.n_parameters
    assert stretches_of(program)[-1].span.stop == program.n_learned


def test_matrices_that_are_frozen_do_not_move():
    assert moving_matrices(SMALL) == list(SMALL.blocks[:3])
    assert moving_matrices(SMALL, [1, 0, 2, 0, 0, 0]) == [
        SMALL.blocks[0],
        SMALL.blocks[2],
    ]
