"""Sphinx configuration; the build needs no network."""

from importlib.metadata import version as installed_version

from docutils import nodes

project = "skbackprop"
author = "the skbackprop developers"
copyright = f"2026, {author}"
version = release = installed_version("skbackprop")

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx.ext.viewcode",
    "numpydoc",
    "sphinx_gallery.gen_gallery",
]
templates_path = ["_templates"]
exclude_patterns = ["_build"]
default_role = "py:obj"

# The API pages list what the package exports, nothing by hand.
autosummary_ignore_module_all = False
autosummary_imported_members = True
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
    "show_memory": False,
}

html_theme = "alabaster"
html_theme_options = {
    "description": "Neural networks as scikit-learn estimators",
    "fixed_sidebar": True,
    "page_width": "1080px",
}
html_sidebars = {"**": ["about.html", "navigation.html", "searchbox.html"]}

SKLEARN = "https://scikit-learn.org/stable"
SKLEARN_LABELS = {
    "accuracy_score": "modules/model_evaluation.html#accuracy-score",
    "df_output_transform": "modules/df_output_transform.html",
    "metadata_routing": "metadata_routing.html",
    "r2_score": "modules/model_evaluation.html#r2-score",
    "sphx_glr_auto_examples_miscellaneous_plot_set_output.py": (
        "auto_examples/miscellaneous/plot_set_output.html"
    ),
}


def link_to_sklearn(app, env, node, content):
    """Point at scikit-learn's site from docstrings, ours and inherited ones.

    Intersphinx would do it with an inventory fetched at every build.
    """
    kind, target = node["reftype"], node["reftarget"]
    if kind == "term":
        uri = f"{SKLEARN}/glossary.html#term-{target.replace('_', '-')}"
    elif kind == "ref" and target in SKLEARN_LABELS:
        uri = f"{SKLEARN}/{SKLEARN_LABELS[target]}"
    elif target.startswith("sklearn."):
        uri = f"{SKLEARN}/modules/generated/{target}.html"
    else:
        return None
    return nodes.reference("", "", content, internal=False, refuri=uri)


def setup(app):
    """Register the links."""
    app.connect("missing-reference", link_to_sklearn)
