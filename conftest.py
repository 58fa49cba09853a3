"""What tests, pages and docstrings share: which are left out, and closed figures."""

import sys
from importlib.util import find_spec

import pytest

_EXAMPLES = {"onnx": ["skbackprop/onnx/export.py", "docs/deploying.rst"]}
collect_ignore = [
    path
    for package, paths in _EXAMPLES.items()
    if find_spec(package) is None
    for path in paths
]


@pytest.fixture(autouse=True)
def _figures_are_closed():
    """Close the figures of a test or page, as pyplot warns of more than twenty."""
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
