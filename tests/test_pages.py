"""What checks the built pages finds what is wrong with them, and that only."""

import re
from pathlib import Path

import pytest
from check_pages import faults
from guide_pages import pages_by_name, used_names
from public_names import called_class

GOOD = {
    "index.html": '<a href="api/a.html#place">a</a> <img src="data:image/png;base64,x">'
    '<a href="https://elsewhere.org/x">b</a> <a href="mailto:a@b.c">c</a>'
    '<link rel="canonical" href="https://here.org"><a href="api/">d</a>',
    "api/a.html": '<p id="place"></p><a href="../index.html">up</a>'
    '<a href="#place">x</a>'
    '<script src="../_static/a%20b.js?v=1"></script>',
    "api/index.html": '<link rel="stylesheet" href="../_static/style.css">',
    "_static/a b.js": "",
    "_static/style.css": "@font-face { src: url('fonts/x.woff2') }",
}
# A file, what it holds instead, and the fault that this is.
FAULTS = [
    ("index.html", '<a href="gone.html">x</a>', "dead link gone.html"),
    ("index.html", '<a href="api/a.html#gone">x</a>', "dead link api/a.html#gone"),
    ("api/index.html", '<a href="#top">x</a>', "dead link #top"),
    ("index.html", '<img src="gone.png">', "dead link gone.png"),
    ("index.html", '<script src="https://cdn.org/m.js"></script>', "loads https://cdn"),
    ("index.html", '<link rel="stylesheet" href="//cdn.org/x.css">', "loads //cdn.org"),
    ("_static/style.css", "a { b: url(https://fonts.org/f) }", "loads https://fonts"),
    ("_static/style.css", '@import "https://cdn.org/x.css";', "loads https://cdn.org"),
]


def write(folder, pages):
    for name, text in pages.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_whole_pages_have_no_faults(tmp_path):
    assert faults(write(tmp_path, GOOD)) == []


@pytest.mark.parametrize(("name", "text", "fault"), FAULTS, ids=[f[2] for f in FAULTS])
def test_a_fault_is_found_where_it_is(name, text, fault, tmp_path):
    (found,) = faults(write(tmp_path, GOOD | {name: text}))
    assert found.startswith(str(tmp_path / name))
    assert fault in found


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("`skbackprop.DrLIM`", ["skbackprop.DrLIM"]),
        (":class:`~skbackprop.DrLIM` learns", ["skbackprop.DrLIM"]),
        (":meth:`skbackprop.DrLIM.fit`", ["skbackprop.DrLIM"]),
        (":mod:`skbackprop.engine.losses`", ["skbackprop.engine.losses"]),
        ("`a map <skbackprop.DrLIM>`", ["skbackprop.DrLIM"]),
        ("``skbackprop.DrLIM`` and `skbackprop.onnx`", ["skbackprop.onnx"]),
        ("``Linear(3)`` and ``Linear``", ["skbackprop.network.Linear"]),
        ("`skbackprop` and `DrLIM`", []),
        (">>> from skbackprop import DrLIM", ["skbackprop.DrLIM"]),
        (
            ">>> from skbackprop.network import (\n...     Add,\n...     Max,\n... )",
            ["skbackprop.network.Add", "skbackprop.network.Max"],
        ),
    ],
)
def test_uses_of_names_are_links_and_imports(text, names):
    assert used_names(text) == names


INDEX = """
.. toctree::
   :caption: Start
   :hidden:

   a
   faq

.. toctree::
   :caption: Lecture
   :hidden:

   b
   c
   d

.. toctree::
   :caption: Reference
   :hidden:

   whats_new
"""


def test_pages_that_use_a_name_most_come_first(tmp_path):
    role = "`skbackprop.DrLIM` "
    counts = {"a": 1, "b": 3, "c": 4, "d": 1, "faq": 9, "whats_new": 9}
    pages = {f"{page}.rst": role * n for page, n in counts.items()}
    write(tmp_path, {"index.rst": INDEX, **pages})
    found = pages_by_name(tmp_path, ["skbackprop.DrLIM"])
    assert found == {"skbackprop.DrLIM": ["c", "b", "a"]}


def test_a_name_that_no_page_uses_has_the_pages_of_its_package(tmp_path):
    pages = dict.fromkeys(["b.rst", "c.rst", "d.rst", "faq.rst"], "")
    pages["a.rst"] = ":mod:`skbackprop.network` has modules."
    write(tmp_path, {"index.rst": INDEX, **pages})
    inner, top = "skbackprop.network.recurrence.GRUCell", "skbackprop.DrLIM"
    assert pages_by_name(tmp_path, [inner, top]) == {inner: ["a"], top: []}


@pytest.mark.parametrize(
    ("code", "target"),
    [
        ("OneCycle(n_epochs=30)", "skbackprop.engine.schedules.OneCycle"),
        ("Linear(n_units,\n bias=False)", "skbackprop.network.Linear"),
        ("Focal()", "skbackprop.engine.losses.Focal"),
        ("Linear", None),
        ("MLPClassifier()", None),
        ("print(Linear(3))", None),
    ],
)
def test_calls_of_what_networks_are_made_of_are_links(code, target):
    assert called_class(code) == target


def test_every_example_stands_in_one_section_of_the_gallery():
    folder = Path(__file__).parents[1] / "examples"
    index = (folder / "index.rst").read_text()
    listed = re.findall(r"^   \.\./examples/(.+)$", index, re.MULTILINE)
    assert sorted(listed) == sorted(path.name for path in folder.glob("plot_*.py"))
