"""The page of the lecture as a notebook, written when Sphinx writes the page.

The page is cut at its doctests: they become cells of code, and what is between them
cells of text. Text is the HTML that Sphinx makes of it, which notebooks show as it is.
"""

import base64
import doctest
import itertools
import json
import re
from pathlib import Path
from urllib.parse import urljoin

from docutils import nodes

PAGE = "the_lecture"
SITE = "https://skbackprop.readthedocs.io/en/stable/"


def cells_of(part, to_html, level=1):
    """Yield (kind, text) for each cell of a page, or of a section of it.

    Pictures of plots are left out: the code before them draws them.
    """
    for node in part.children:
        if isinstance(node, nodes.section):
            yield from cells_of(node, to_html, level + 1)
        elif isinstance(node, nodes.title):
            yield "markdown", f"{'#' * level} {node.astext()}"
        elif isinstance(node, nodes.doctest_block):
            yield "code", code_of(node.astext())
        elif is_drawing(node) or not isinstance(node, (nodes.figure, nodes.image)):
            yield "markdown", to_html(node)


def is_drawing(node):
    """Return whether a node is a picture that no code of the page draws."""
    return isinstance(node, nodes.image) and node["uri"].endswith(".svg")


def code_of(text):
    """Return the statements of a doctest, without prompts and output."""
    examples = doctest.DocTestParser().get_examples(text + "\n")
    return "".join(example.source for example in examples).rstrip("\n")


def for_markdown(html):
    """Return HTML that markdown leaves alone, whose links lead to the site."""
    html = re.sub(
        r'(?<=href=")[^"]+', lambda link: urljoin(f"{SITE}{PAGE}.html", link[0]), html
    )
    # To markdown, HTML ends with an empty line, and a backslash behind it is lost.
    return re.sub(r"\n(?=\s*\n)", "\n<!-- -->", html.strip())


def with_drawings(html, folder):
    """Return HTML that contains its drawings, as a notebook has no folder of them."""

    def embedded(source):
        content = (folder / Path(source[0]).name).read_bytes()
        return f"data:image/svg+xml;base64,{base64.b64encode(content).decode()}"

    return re.sub(r'(?<=src=")[^"]+\.svg', embedded, html)


def notebook_of(cells):
    """Return cells as a notebook, in version 4.4 of the format."""
    joined = []
    for kind, run in itertools.groupby(cells, key=lambda cell: cell[0]):
        texts = [text for _, text in run]
        texts = texts if kind == "code" else ["\n\n".join(texts)]
        joined += [(kind, text) for text in texts]
    of_code = {"execution_count": None, "outputs": []}
    return {
        "nbformat": 4,
        "nbformat_minor": 4,
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        "cells": [
            {
                "cell_type": kind,
                "metadata": {},
                "source": text.splitlines(keepends=True),
                **(of_code if kind == "code" else {}),
            }
            for kind, text in joined
        ],
    }


def write_notebook(app, doctree, name):
    """Write the notebook beside the page."""
    if name != PAGE or app.builder.format != "html":
        return

    def to_html(node):
        # A copy, as rendering takes a node out of its page.
        html = app.builder.render_partial(node.deepcopy())["fragment"]
        return for_markdown(with_drawings(html, Path(app.srcdir, "images")))

    (top,) = (node for node in doctree if isinstance(node, nodes.section))
    notebook = json.dumps(notebook_of(cells_of(top, to_html)), indent=1)
    Path(app.outdir, f"{PAGE}.ipynb").write_text(notebook, encoding="utf-8")


def setup(app):
    """Have the notebook written once the links of a page lead somewhere."""
    app.connect("doctree-resolved", write_notebook, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
