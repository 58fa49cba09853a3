"""Graphs: what users wire up, before anything is laid out in memory."""

import copy
import dataclasses
import pickle

import pytest
from random_graphs import mlp_graph, random_graph

from skbackprop.network import (
    Add,
    Concatenate,
    Graph,
    Identity,
    Input,
    Linear,
    Module,
    ReLU,
    Sigmoid,
    Tanh,
)

SEEDS = range(30)


def chain(*modules, width=4):
    node = Input(width)
    for module in modules:
        node = module(node)
    return Graph(node)


@pytest.mark.parametrize("seed", SEEDS)
def test_nodes_are_numbered_after_their_inputs(seed):
    for node, (_, inputs) in enumerate(random_graph(seed).wires, start=1):
        assert all(0 <= i < node for i in inputs)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_node_leads_to_the_output(seed):
    wires = random_graph(seed).wires
    read = {i for _, inputs in wires for i in inputs}
    assert read == set(range(len(wires)))


@pytest.mark.parametrize("seed", SEEDS)
def test_widths_follow_the_shape_rule_of_each_module(seed):
    graph = random_graph(seed)
    widths = graph.widths()
    assert widths[0] == graph.n_features
    for node, (module, inputs) in enumerate(graph.wires, start=1):
        rule = graph.modules[module].output_width
        assert widths[node] == rule(*(widths[i] for i in inputs))


@pytest.mark.parametrize("seed", SEEDS)
def test_modules_are_numbered_in_the_order_of_their_first_use(seed):
    graph = random_graph(seed)
    first_uses = list(dict.fromkeys(module for module, _ in graph.wires))
    assert first_uses == list(range(len(graph.modules)))


def test_a_module_called_twice_is_one_module_and_an_equal_one_is_another():
    x, shared = Input(3), Linear(3)
    assert len(Graph(shared(shared(x))).modules) == 1
    assert len(Graph(Linear(3)(Linear(3)(x))).modules) == 2


def test_what_the_output_does_not_depend_on_is_left_out():
    x = Input(3)
    h = Linear(2)(x)
    Tanh()(Linear(9)(h))
    assert len(Graph(h).wires) == 1


def test_the_order_in_which_branches_are_written_does_not_matter():
    def residual(branch_first):
        x = Input(5)
        if branch_first:
            branch = Tanh()(Linear(4)(x))
            stem = Linear(4)(x)
        else:
            stem = Linear(4)(x)
            branch = Tanh()(Linear(4)(x))
        return Graph(Add()(stem, branch))

    assert residual(True) == residual(False)


@pytest.mark.parametrize("seed", SEEDS)
def test_graphs_written_alike_are_equal_and_hash_alike(seed):
    assert random_graph(seed) == random_graph(seed)
    assert hash(random_graph(seed)) == hash(random_graph(seed))


def _two_layers(*, shared):
    first = Linear(4)
    return chain(first, ReLU(), first if shared else Linear(4))


def _sum(swapped):
    x = Input(4)
    a, b = Linear(2)(x), Tanh()(Linear(2)(x))
    return Graph(Add()(b, a) if swapped else Add()(a, b))


@pytest.mark.parametrize(
    ("graph", "other"),
    [
        (chain(Linear(2)), chain(Linear(3))),
        (chain(Linear(2)), chain(Linear(2), width=5)),
        (chain(Linear(2), ReLU()), chain(Linear(2), Tanh())),
        (chain(Linear(2), ReLU()), chain(ReLU(), Linear(2))),
        (_two_layers(shared=True), _two_layers(shared=False)),
        (_sum(swapped=True), _sum(swapped=False)),
    ],
    ids=["n_units", "n_features", "module", "order", "sharing", "wiring"],
)
def test_graphs_that_differ_are_not_equal(graph, other):
    assert graph != other


@pytest.mark.parametrize("seed", SEEDS)
def test_graphs_survive_pickle_and_copy(seed):
    graph = random_graph(seed)
    hash(graph), graph.widths()  # which it remembers
    for other in (pickle.loads(pickle.dumps(graph)), copy.deepcopy(graph)):
        assert other == graph
        assert hash(other) == hash(graph)
        assert str(other) == str(graph)


def test_a_hash_is_not_carried_into_another_process():
    # Hashes of strings differ from process to process, and fields may be strings.
    graph = random_graph(0)
    hash(graph)
    assert "_hash" not in pickle.loads(pickle.dumps(graph)).__dict__
    assert set(graph.__getstate__()) == {"n_features", "modules", "wires"}


def test_graphs_survive_clone_and_stand_in_a_parameter_grid():
    from sklearn.base import BaseEstimator, clone
    from sklearn.model_selection import ParameterGrid

    class Holder(BaseEstimator):
        def __init__(self, graph=None):
            self.graph = graph

    graph = random_graph(0)
    assert clone(Holder(graph)).graph == graph
    assert [point["graph"] for point in ParameterGrid({"graph": [graph]})] == [graph]


def test_graphs_and_modules_are_immutable():
    for thing, field in ((chain(ReLU()), "wires"), (Linear(2), "n_units")):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(thing, field, 3)


def test_a_graph_of_thousands_of_nodes_needs_no_recursion():
    shared, node = Linear(3), Input(3)
    for _ in range(3000):
        node = Tanh()(shared(node))
    graph = Graph(node)
    assert len(graph.wires) == 6000
    assert pickle.loads(pickle.dumps(graph)) == graph
    assert "6000 = Tanh()(5999)" in str(graph)


@pytest.mark.parametrize("seed", SEEDS)
def test_nodes_go_by_the_numbers_that_are_printed(seed):
    graph = random_graph(seed)
    n_nodes = len(graph.wires) + 1
    for number, node in enumerate(graph._nodes):
        assert graph.number(node) == graph.number(number) == number
        assert graph.number(number - n_nodes) == number
        assert node.width == graph.widths()[number]


def test_the_nodes_a_graph_was_written_with_have_numbers_in_it():
    x = Input(3)
    h = Linear(2)(x)
    graph = Graph(Tanh()(h))
    assert [graph.number(node) for node in (x, h)] == [0, 1]


@pytest.mark.parametrize("node", [Input(3), Linear(2)(Input(3)), 3, -4, "h", 1.0])
def test_nodes_of_other_graphs_and_other_numbers_are_refused(node):
    graph = chain(Linear(2), Tanh(), width=3)
    with pytest.raises(ValueError, match=r"is no(t a)? node"):
        graph.number(node)


def test_an_unpickled_graph_knows_its_nodes_by_number_only():
    x = Input(3)
    h = Linear(2)(x)
    graph = pickle.loads(pickle.dumps(Graph(Tanh()(h))))
    assert graph.number(1) == 1
    with pytest.raises(ValueError, match="Give its number"):
        graph.number(h)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_graph_up_to_a_node_is_what_the_node_depends_on(seed):
    graph = random_graph(seed)
    for node in range(1, len(graph.wires) + 1):
        part = graph.up_to(node)
        assert part.widths()[-1] == graph.widths()[node]
        assert {id(m) for m in part.modules} <= {id(m) for m in graph.modules}
    assert graph.up_to(-1) == graph


def test_a_graph_prints_one_line_per_node():
    assert str(mlp_graph(4, [3], 2)) == (
        "1 = Linear(n_units=3)(0)\n2 = ReLU()(1)\n3 = Linear(n_units=2)(2)"
    )


def test_a_graph_shows_its_end_and_its_size():
    assert repr(mlp_graph(4, [3, 5], 2)) == (
        "<graph Linear(n_units=2)(ReLU()(...)), widths 4 to 2, 6 nodes>"
    )


def test_nodes_are_printed_as_they_were_written():
    x = Input(3)
    assert repr(x) == "<node Input(3), width 3>"
    h = Linear(2)(x)
    assert repr(h) == "<node Linear(n_units=2)(Input(3)), width 2>"
    assert str(Add()(ReLU()(h), h)) == "Add()(ReLU()(...), Linear(n_units=2)(Input(3)))"


@pytest.mark.parametrize("width", [0, -1])
def test_widths_below_one_are_refused(width):
    with pytest.raises(ValueError, match="n_features must be"):
        Input(width)
    with pytest.raises(ValueError, match="n_units must be"):
        Linear(width)


@pytest.mark.parametrize("width", [2.5, "3", None])
def test_widths_that_are_no_integers_are_refused(width):
    with pytest.raises((TypeError, ValueError), match="n_features must be"):
        Input(width)
    with pytest.raises((TypeError, ValueError), match="n_units must be"):
        Linear(width)


@pytest.mark.parametrize("module", [Linear(2), ReLU(), Sigmoid(), Tanh(), Identity()])
def test_the_number_of_inputs_is_checked(module):
    x = Input(3)
    for nodes in ((), (x, x)):
        with pytest.raises(TypeError, match=r"takes 1 input\(s\)"):
            module(*nodes)
    with pytest.raises(TypeError, match=r"takes 2 input\(s\), got 1"):
        Add()(x)


@pytest.mark.parametrize("module", [ReLU(), Add(), Concatenate()])
def test_a_module_without_inputs_is_named(module):
    with pytest.raises(TypeError, match=rf"{type(module).__name__}\(\) takes .* got 0"):
        module()


def test_modules_are_called_on_nodes_only():
    with pytest.raises(TypeError, match="must be called on nodes, got 3"):
        ReLU()(3)


def test_what_does_not_fit_is_named_with_both_widths():
    x = Input(3)
    with pytest.raises(ValueError, match="inputs of equal width") as error:
        Add()(x, Linear(2)(x))
    assert "<node Input(3), width 3>" in str(error.value)
    assert "<node Linear(n_units=2)(Input(3)), width 2>" in str(error.value)


def test_a_graph_has_exactly_one_input():
    meeting = Add()(Tanh()(Input(3)), Input(3))
    with pytest.raises(ValueError, match="depends on 2: <node Input") as error:
        Graph(ReLU()(Linear(2)(meeting)))
    assert repr(meeting) in str(error.value)


@pytest.mark.parametrize("output", [Linear(3), None, 3])
def test_a_graph_is_taken_from_a_node(output):
    with pytest.raises(TypeError, match="node"):
        Graph(output)


def test_a_module_that_was_not_called_is_told_from_a_node():
    with pytest.raises(TypeError, match=r"on nodes to get one, as in ReLU\(\)\(x\)"):
        Graph(Tanh())


def test_of_several_outputs_each_is_named():
    x = Input(3)
    with pytest.raises(TypeError, match="one output node, got 2") as error:
        Graph((Linear(2)(x), Tanh()(x)))
    for name in ("Linear(n_units=2)(Input(3)), width 2", "Tanh()(Input(3)), width 3"):
        assert name in str(error.value)
    assert "Concatenate()" in str(error.value)


def test_nodes_keep_their_inputs_so_that_no_cycle_can_be_made():
    h = ReLU()(Input(3))
    with pytest.raises(dataclasses.FrozenInstanceError):
        h.inputs = (h,)


def test_a_graph_has_at_least_one_module():
    with pytest.raises(ValueError, match="module"):
        Graph(Input(3))


def test_a_module_without_parameters_says_so():
    assert Module().parameter_shapes(3) == {}
    assert Linear(2).parameter_shapes(3) == {"weight": (3, 2), "bias": (2,)}
