"""Graphs as tables, flowcharts and images."""

import itertools
import re
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from random_graphs import mlp_graph, random_graph

from skbackprop.network import (
    Add,
    Elementwise,
    Graph,
    Input,
    Linear,
    Multiply,
    ReLU,
    ScaledDotProductAttention,
    Tanh,
)
from skbackprop.network.compiler import compile_graph
from skbackprop.network.views.drawing import LARGEST_IMAGE

SEEDS = range(20)


def unrolled(n_steps, width=3):
    """Return a loop over one module, unrolled."""
    shared, x = Linear(width), Input(width)
    state = x
    for _ in range(n_steps):
        state = Tanh()(Add()(shared(state), x))
    return Graph(state)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_summary_counts_the_parameters_that_programs_hold(seed):
    graph = random_graph(seed)
    program = compile_graph(graph)
    compact = program.compact(program.allocate(np.float64))
    assert graph.summary().n_parameters == len(compact)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_summary_has_a_row_per_node_and_states_its_width(seed):
    graph = random_graph(seed)
    rows = graph.summary().rows
    assert [row.node for row in rows] == list(range(len(graph.wires) + 1))
    assert [row.width for row in rows] == graph.widths()
    assert [row.inputs for row in rows[1:]] == [inputs for _, inputs in graph.wires]


def test_flops_of_a_chain_are_those_counted_by_hand():
    graph = mlp_graph(600, [60, 40], 10)
    products = 2 * (600 * 60 + 60 * 40 + 40 * 10)
    assert graph.summary().flops == products + (60 + 40 + 10) + (60 + 40)


def test_what_is_not_connected_is_not_counted():
    module = Linear(3, connections=[(0, 1), (), (4,)])
    row = Graph(module(Input(5))).summary().rows[1]
    assert row.n_parameters == 3 + 3
    assert row.flops == 2 * 3 + 3
    row = Graph(Linear(3, bias=False)(Input(5))).summary().rows[1]
    assert row.n_parameters == 15
    assert row.flops == 30


def test_attention_takes_two_products_for_each_pair_of_steps():
    def flops(module):
        x = Input(4 * 10)
        values = Linear(4 * 7)(x)
        return Graph(module(x, x, values)).summary().rows[-1].flops

    products = 2 * 10 + 2 * 7
    assert flops(ScaledDotProductAttention(4)) == 4 * 4 * (products + 6)
    assert flops(ScaledDotProductAttention(4, causal=True)) == 10 * (products + 6)


def test_shared_parameters_are_counted_once_but_used_each_time():
    once, thrice = unrolled(1).summary(), unrolled(3).summary()
    assert thrice.n_parameters == once.n_parameters == 12
    assert thrice.flops == 3 * once.flops
    assert [row.shares_with for row in thrice.rows if row.n_parameters] == [None, 1, 1]


def test_a_summary_becomes_a_frame():
    frame = pd.DataFrame(mlp_graph(4, [3], 2).summary().rows)
    assert frame["n_parameters"].tolist() == [0, 15, 0, 8]
    assert frame["module"].tolist()[0] == "Input(4)"


def test_a_summary_prints_in_columns():
    lines = str(unrolled(2).summary()).splitlines()
    head = " ".join(lines[0].split())
    assert head == "node module inputs shape parameters FLOPs"
    assert len({line.index("(n, 3)") for line in lines[1:-1]}) == 1
    assert lines[-1].split() == ["total", "12", "54"]


# Flowcharts


def read_mermaid(text):
    """Return the boxes and arrows of a flowchart."""
    first, *lines = text.splitlines()
    assert first == "flowchart TD"
    boxes, arrows = {}, []
    for line in lines:
        if box := re.fullmatch(r'    (\w+)\["([^"]*)"\]', line):
            boxes[box[1]] = box[2]
        else:
            arrow = re.fullmatch(r'    (\w+) -->(\|"[^"]*"\|)? (\w+)', line)
            arrows.append((arrow[1], arrow[3]))
    return boxes, arrows


@pytest.mark.parametrize("seed", SEEDS)
def test_a_flowchart_has_a_box_per_node_and_an_arrow_per_wire(seed):
    graph = random_graph(seed)
    boxes, arrows = read_mermaid(graph.to_mermaid())
    assert len(boxes) == len(graph.wires) + 1
    for number, (module, inputs) in enumerate(graph.wires, start=1):
        assert boxes[f"n{number}"].startswith(f"{number}: {graph.modules[module]!r}")
        sources = [source for source, target in arrows if target == f"n{number}"]
        assert sources == [f"n{i}" for i in inputs]


def test_a_flowchart_says_whose_parameters_are_shared():
    boxes, _ = read_mermaid(unrolled(2).to_mermaid())
    assert boxes["n1"] == "1: Linear(n_units=3)"
    assert boxes["n4"] == "4: Linear(n_units=3), as 1"
    assert boxes["n6"] == "6: Tanh()"


@dataclass(frozen=True)
class Odd(Elementwise):
    """A module whose name is no valid text of HTML, SVG or Mermaid."""

    note: str = '<script>"&`#'

    def __repr__(self):
        return f"Odd({self.note})"


def test_names_are_escaped():
    graph = Graph(Odd()(Input(2)))
    html = graph._repr_html_()
    assert "<script" not in html
    assert "&lt;script&gt;&quot;&amp;" in html
    boxes, _ = read_mermaid(graph.to_mermaid())
    assert boxes["n1"] == "1: Odd(#lt;script#gt;#quot;#amp;#96;#35;)"


# Images


def read_svg(html):
    """Return the texts and the rectangles of the image in a piece of HTML."""
    root = ElementTree.fromstring(re.search(r"<svg.*?</svg>", html)[0])
    name = "{http://www.w3.org/2000/svg}"
    boxes = [
        tuple(float(box.get(key)) for key in ("x", "y", "width", "height"))
        for box in root.iter(f"{name}rect")
    ]
    size = float(root.get("width")), float(root.get("height"))
    arrows = list(root.findall(f"{name}path"))
    return boxes, arrows, size


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("view", [lambda graph: graph, lambda graph: graph.backward()])
def test_boxes_of_an_image_lie_inside_and_apart(seed, view):
    boxes, _, (width, height) = read_svg(view(random_graph(seed))._repr_html_())
    for x, y, w, h in boxes:
        assert x >= 0
        assert y >= 0
        assert x + w <= width
        assert y + h <= height
    for (x, y, w, h), (x2, y2, w2, h2) in itertools.combinations(boxes, 2):
        assert x + w <= x2 or x2 + w2 <= x or y + h <= y2 or y2 + h2 <= y


@pytest.mark.parametrize("seed", SEEDS)
def test_an_image_has_a_box_per_node_and_an_arrow_per_wire(seed):
    graph = random_graph(seed)
    boxes, arrows, _ = read_svg(graph._repr_html_())
    assert len(boxes) == len(graph.wires) + 1
    assert len(arrows) == sum(len(inputs) for _, inputs in graph.wires)


def test_pages_need_nothing_from_elsewhere():
    html = random_graph(0)._repr_html_().replace("http://www.w3.org/2000/svg", "")
    assert "http" not in html
    assert "<script" not in html
    assert "src=" not in html


def test_large_graphs_are_cut_short_in_notebooks():
    graph = unrolled(LARGEST_IMAGE)
    html = graph._repr_html_()
    assert "<svg" not in html
    assert f"{3 * LARGEST_IMAGE + 1} boxes" in html
    assert html.count("<tr>") < 210
    assert "more nodes" in html
    assert "<svg" not in graph.backward()._repr_html_()


def test_long_names_are_shortened_in_images_and_whole_in_titles():
    graph = Graph(Odd("n" * 99)(ReLU()(Input(2))))
    html = graph._repr_html_()
    assert "nnn...</text>" in html
    assert f"<title>2: Odd({'n' * 99})</title>" in html


IMAGES = Path(__file__).parents[2] / "docs" / "images"


def test_the_images_of_the_docs_are_what_is_drawn():
    x, shared = Input(2), Linear(2)
    h = shared(x)
    graph = Graph(Add()(shared(Multiply()(h, x)), h))
    for name, view in (("graph", graph), ("transformed_graph", graph.backward())):
        assert (IMAGES / f"{name}.svg").read_text() == view.to_svg() + "\n"
