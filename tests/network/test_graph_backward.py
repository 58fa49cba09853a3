"""The transformed graph: what flows through it are the adjoints of backprop."""

import pytest
from random_graphs import mlp_graph, random_graph

from skbackprop.network import Add, Graph, Input, Linear, ReLU
from skbackprop.network.quantities import Quantity

SEEDS = range(20)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_step_reads_adjoints_that_are_complete(seed):
    backward = random_graph(seed).backward()
    known = {backward.given}
    is_read = set()
    for step in backward.steps:
        assert step.reads[0] in known
        is_read.add(step.reads[0])
        for target, how in step.writes:
            assert target not in is_read
            assert how == ("add" if target in known else "write")
            known.add(target)


@pytest.mark.parametrize("seed", SEEDS)
def test_arrows_are_turned_around(seed):
    graph = random_graph(seed)
    steps = graph.backward().steps
    assert [step.node for step in steps] == list(range(len(graph.wires), 0, -1))
    for step in steps:
        index, inputs = graph.wires[step.node - 1]
        assert step.module == graph.modules[index]
        assert step.reads[0] == Quantity("dz", step.node)
        targets = [target for target, _ in step.writes if target.kind == "dz"]
        assert targets == [Quantity("dz", i) for i in inputs]


@pytest.mark.parametrize("seed", SEEDS)
def test_each_shared_module_has_one_gradient(seed):
    graph = random_graph(seed)
    gradients = {
        target
        for step in graph.backward().steps
        for target, _ in step.writes
        if target.kind == "dw"
    }
    assert len(gradients) == sum(isinstance(m, Linear) for m in graph.modules)


def test_it_prints_a_line_per_step():
    x = Input(2)
    h = ReLU()(Linear(2)(x))
    assert str(Graph(Add()(Linear(2)(h), h)).backward()) == "\n".join(
        [
            "given: dz[4]",
            "4  Add()              reads dz[4]              writes dz[3], dz[2]",
            "3  Linear(n_units=2)  reads dz[3], z[2], w[3]  writes dw[3]"
            "         adds to dz[2]",
            "2  ReLU()             reads dz[2], z[2]        writes dz[1]",
            "1  Linear(n_units=2)  reads dz[1], z[0], w[1]  writes dz[0], dw[1]",
        ]
    )


def test_its_flowchart_shows_a_sum_where_the_graph_fans_out():
    x = Input(2)
    shared = Linear(2)
    chart = Graph(Add()(shared(shared(x)), x)).backward().to_mermaid()
    assert 'sum_dz0["+"]' in chart
    assert 'sum_dw1["+"]' in chart
    for part in ("b3 --> sum_dz0", "b1 --> sum_dz0", "b2 --> sum_dw1"):
        assert part in chart
    assert "+" not in mlp_graph(4, [3], 2).backward().to_mermaid()
