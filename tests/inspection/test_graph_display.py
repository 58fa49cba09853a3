"""The picture of backprop: its numbers are those of the network, in their order."""

import json
import re
from html import unescape
from xml.etree import ElementTree

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.linear_model import LogisticRegression

from skbackprop import MLPClassifier
from skbackprop.inspection import GraphDisplay, vjp
from skbackprop.network import Add, Graph, Input, Linear, Multiply, ReLU, Tanh

RNG = np.random.default_rng(0)
X = RNG.normal(size=(1, 3))


def fanned_out():
    """A graph with a fan-out, a sum, a product, and shared parameters."""
    x, shared = Input(3), Linear(3)
    h = Tanh()(shared(x))
    h = Add()(ReLU()(shared(h)), h, x)
    return Graph(Linear(2)(Multiply()(h, h)))


def display_of(graph, **settings):
    parameters = RNG.normal(size=graph.summary().n_parameters)
    adjoint = RNG.normal(size=(1, graph.widths()[-1]))
    display = GraphDisplay.from_estimator(
        graph, X, adjoint=adjoint, parameters=parameters, **settings
    )
    return display, vjp(graph, X, adjoint, parameters=parameters)


def texts_in(svg):
    """What stands in the boxes and at the arrows; an error where this is no XML."""
    elements = ElementTree.fromstring(svg).iter()
    return [(e.text or "").strip("\xa0") for e in elements if e.tag.endswith("text")]


def numbers_of(text, name):
    """The numbers that a step gives for a quantity."""
    found = re.search(rf"\b{re.escape(name)} = ([^;]*)", text)[1]
    return [float(number) for number in re.findall(r"-?\d[\d.e+-]*", found)]


def test_signals_and_adjoints_are_those_of_vjp():
    display, (signals, adjoints, gradient) = display_of(fanned_out())
    assert_allclose(np.concatenate(display.signals), np.hstack(signals)[0])
    texts = [frame.text for frame in display.frames_]
    n_nodes = len(signals)
    for k, text in enumerate(texts[:n_nodes]):
        assert_allclose(numbers_of(text, f"z[{k}]"), signals[k][0], rtol=5e-3)
    for k, adjoint in enumerate(adjoints):
        last = [text for text in texts if f"dz[{k}] =" in text][-1]
        assert_allclose(numbers_of(last, f"dz[{k}]"), adjoint[0], rtol=5e-3)
    # Shared parameters have the sum of what both uses give.
    last = [text for text in texts if "dw[1] =" in text][-1]
    shared = [np.ravel(g) for g in (gradient[0], gradient[2])]
    assert_allclose(numbers_of(last, "dw[1]"), np.concatenate(shared)[:4], rtol=5e-3)


def test_numbers_appear_when_they_are_known():
    graph = fanned_out()
    display, _ = display_of(graph)
    n_nodes, n_steps = len(graph.widths()), len(graph.backward().steps)
    assert len(display.frames_) == n_nodes + 1 + n_steps
    forward, backward = (
        [sum(" = " in text for text in texts_in(svg)) for svg in svgs]
        for svgs in zip(*[frame[1:] for frame in display.frames_], strict=True)
    )
    assert forward == [min(k, n_nodes) for k in range(1, len(forward) + 1)]
    assert backward[: n_nodes + 1] == [0] * n_nodes + [1]
    assert all(np.diff(backward[n_nodes:]) >= 1)
    last = texts_in(display.frames_[-1].backward)
    boxes = [text for text in last if ":" in text or text.startswith(("+", "d"))]
    assert all(" = " in text for text in boxes if not re.fullmatch(r"dz\[\d\]", text))


def test_a_sum_is_that_of_what_is_drawn_before_it():
    x = Input(1)
    graph = Graph(Add()(Tanh()(x), x))
    display = GraphDisplay.from_estimator(graph, [[0.0]], adjoint=[[3]])
    last = texts_in(display.frames_[-1].backward)
    assert "2: Add()' = 3 | 3" in last
    assert "+ = 6" in last
    assert "dz[0] = 6" in last


def test_frames_are_of_one_size():
    display, _ = display_of(fanned_out())
    for svgs in zip(*[frame[1:] for frame in display.frames_], strict=True):
        sizes = {ElementTree.fromstring(svg).get("viewBox") for svg in svgs}
        assert len(sizes) == 1


def test_the_page_has_all_frames_and_needs_no_network():
    display, _ = display_of(fanned_out())
    page = display.to_html()
    found = json.loads(re.search(r"const frames = (.*);\n", page)[1])
    assert found == [list(frame) for frame in display.frames_]
    assert page.count("</script>") == 1
    assert f'max="{len(found) - 1}"' in page
    addresses = set(re.findall(r"https?://[^\"\\]*", page))
    assert addresses == {"http://www.w3.org/2000/svg"}  # a name, not a place
    assert unescape(display._repr_html_()).count(page) == 1


def test_an_estimator_begins_with_one_for_each_output():
    y = np.arange(30) % 3
    settings = {"max_iter": 2, "tol": None, "random_state": 0}
    mlp = MLPClassifier((4,), **settings).fit(RNG.normal(size=(30, 3)), y)
    display = GraphDisplay.from_estimator(mlp, X)
    assert_allclose(display.adjoint, [1, 1, 1])
    signals = vjp(mlp, X, [[1, 1, 1]]).signals
    assert_allclose(display.signals[-1], signals[-1][0])


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(ValueError, match="X must be one sample"):
        GraphDisplay.from_estimator(Graph(Tanh()(Input(3))), np.eye(3))
    with pytest.raises(ValueError, match="adjoint of shape"):
        GraphDisplay.from_estimator(Graph(Tanh()(Input(3))), X, adjoint=[[1]])
    with pytest.raises(TypeError, match="a network of this package"):
        GraphDisplay.from_estimator(LogisticRegression(), X)
    node = Input(3)
    for _ in range(200):
        node = Tanh()(node)
    with pytest.raises(ValueError, match=r"201 boxes is too large.*up_to"):
        GraphDisplay.from_estimator(Graph(node), X)
