"""Sphinx configuration; neither the build nor what it builds needs a network."""

import sys
from importlib.metadata import version as installed_version
from pathlib import Path

from docutils import nodes

sys.path.insert(0, str(Path(__file__).parent))
from guide_pages import pages_by_name  # noqa: E402
from public_names import full_names  # noqa: E402

project = "skbackprop"
author = "the skbackprop developers"
copyright = f"2026, {author}"
version = release = installed_version("skbackprop")

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx.ext.viewcode",
    "matplotlib.sphinxext.plot_directive",
    "numpydoc",
    "sphinx_copybutton",
    "sphinx_gallery.gen_gallery",
    "lecture_notebook",
    "linked_calls",
    "sphinx-mathjax-offline",  # MathJax among the pages, not from a server
]
templates_path = ["_templates"]
exclude_patterns = ["_build", "sg_execution_times.rst"]  # of former versions
default_role = "py:obj"
nitpicky = True
# Parameters and values, which numpydoc and scikit-learn write like names with a page.
nitpick_ignore_regex = [("py:obj", r"(?!skbackprop\.).*")]

# The API pages list what the package exports, nothing by hand.
autosummary_ignore_module_all = False
autosummary_imported_members = True
autosummary_context = {
    "guide_pages": pages_by_name(Path(__file__).parent, full_names())
}
autodoc_typehints = "none"  # docstrings have the types in words
numpydoc_show_class_members = False  # the template of classes does it
numpydoc_validation_checks = {"all", "ES01", "SA01", "EX01", "GL01", "RT02"}
numpydoc_validation_exclude = {  # inherited from scikit-learn
    r"\.(score|get_params|set_params|get_metadata_routing|set_\w+_request)$"
}

sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "auto_examples",
    "backreferences_dir": "generated/backreferences",
    "doc_module": ("skbackprop",),
    "copyfile_regex": r"index\.rst",  # with sections, in the place of a made one
    "minigallery_sort_order": "gallery_order.place",
    "capture_repr": ("_repr_html_",),  # tables and estimators, not what plots return
    "show_memory": False,
    "write_computation_times": False,  # a page that loads scripts from servers
}

plot_formats = [("png", 120)]
plot_html_show_formats = plot_html_show_source_link = False

html_theme = "furo"
html_theme_options = {"top_of_page_buttons": []}
pygments_dark_style = "github-dark"  # the default underlines imports like links
html_title = f"skbackprop {version}"
html_static_path = ["_static"]
html_css_files = ["guide.css"]

# What is copied are statements, without prompts and without what they print.
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
copybutton_only_copy_prompt_lines = True

SKLEARN = "https://scikit-learn.org/stable"
SET_OUTPUT = "sphx_glr_auto_examples_miscellaneous_plot_set_output.py"
SKLEARN_LABELS = {
    "accuracy_score": "modules/model_evaluation.html#accuracy-score",
    "df_output_transform": "modules/df_output_transform.html",
    "metadata_routing": "metadata_routing.html",
    "r2_score": "modules/model_evaluation.html#r2-score",
    SET_OUTPUT: "auto_examples/miscellaneous/plot_set_output.html",
}


# Of other libraries, by how the names begin.
PAGES = {
    "sklearn.": f"{SKLEARN}/modules/generated/{{}}.html",
    "joblib.": "https://joblib.readthedocs.io/en/stable/generated/{}.html",
    "matplotlib.": "https://matplotlib.org/stable/api/_as_gen/{}.html",
    "numpy.": "https://numpy.org/doc/stable/reference/generated/{}.html",
    "pandas.": "https://pandas.pydata.org/docs/reference/api/{}.html",
    "pyarrow.": "https://arrow.apache.org/docs/python/generated/{}.html",
    "scipy.": "https://docs.scipy.org/doc/scipy/reference/generated/{}.html",
    "skops.": "https://skops.readthedocs.io/en/stable/modules/classes.html#{}",
    "torch.fx.": "https://docs.pytorch.org/docs/stable/fx.html#{}",
}


def link_to_others(app, env, node, content):
    """Point at the sites of other libraries from docstrings, ours and inherited ones.

    Intersphinx would do it with inventories fetched at every build.
    """
    kind, target = node["reftype"], node["reftarget"]
    begin = next((begin for begin in PAGES if target.startswith(begin)), None)
    if kind == "term":
        uri = f"{SKLEARN}/glossary.html#term-{target.replace('_', '-')}"
    elif kind == "ref" and target in SKLEARN_LABELS:
        uri = f"{SKLEARN}/{SKLEARN_LABELS[target]}"
    elif begin is not None:
        uri = PAGES[begin].format(target)
    else:
        return None
    if target == SET_OUTPUT:  # its label would be the text
        content = nodes.inline("", "Introducing the set_output API")
    return nodes.reference("", "", content, internal=False, refuri=uri)


def setup(app):
    """Register the links."""
    app.connect("missing-reference", link_to_others)
