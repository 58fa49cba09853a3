"""The notebook that is made of the page of the lecture."""

import json
from itertools import pairwise

import pytest

pytest.importorskip("docutils")

from docutils.core import publish_doctree
from lecture_notebook import (
    cells_of,
    code_of,
    for_markdown,
    notebook_of,
    with_drawings,
)

PAGE = """
First
=====

Text.

>>> def double(x):
...     return 2 * x
>>> double(4)
8

Part
----

More text.

.. image:: left_out.png
.. image:: images/graph.svg

>>> for k in range(2):
...     print(k)
0
1
"""


def cells():
    return list(cells_of(publish_doctree(f"{PAGE}"), lambda node: node.astext()))


def test_doctests_are_cells_of_code_and_all_else_is_text():
    assert cells() == [
        ("markdown", "# First"),
        ("markdown", "Text."),
        ("code", "def double(x):\n    return 2 * x\ndouble(4)"),
        ("markdown", "## Part"),
        ("markdown", "More text."),
        ("markdown", ""),
        ("code", "for k in range(2):\n    print(k)"),
    ]


def test_text_between_code_is_one_cell():
    kinds = [cell["cell_type"] for cell in notebook_of(cells())["cells"]]
    assert kinds == ["markdown", "code", "markdown", "code"]


def test_code_after_code_has_a_cell_of_its_own():
    notebook = notebook_of([("code", "x = 1"), ("code", "x")])
    assert [cell["source"] for cell in notebook["cells"]] == [["x = 1"], ["x"]]


def test_a_notebook_has_what_its_format_asks_for():
    notebook = json.loads(json.dumps(notebook_of(cells())))
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 4)
    for cell in notebook["cells"]:
        is_code = cell["cell_type"] == "code"
        assert {"cell_type", "metadata", "source"} <= set(cell)
        assert ("outputs" in cell) == ("execution_count" in cell) == is_code


def test_code_has_neither_prompts_nor_output():
    assert code_of(">>> x = 1\n>>> x\n1") == "x = 1\nx"


def test_links_lead_to_the_site_and_blank_lines_do_not_end_html():
    html = for_markdown('<p><a href="modules.html#others">x</a>\n\n\n\\(y\\)</p>\n\n')
    site = "https://skbackprop.readthedocs.io/en/stable"
    assert f'href="{site}/modules.html#others"' in html
    assert all(line.strip() for line in html.split("\n"))
    for one, other in pairwise(["<a", "<!--", r"\(y\)"]):
        assert html.index(one) < html.index(other)


def test_a_notebook_contains_its_drawings(tmp_path):
    (tmp_path / "graph.svg").write_text("<svg/>")
    html = with_drawings('<img src="images/graph.svg"/>', tmp_path)
    assert html == '<img src="data:image/svg+xml;base64,PHN2Zy8+"/>'
