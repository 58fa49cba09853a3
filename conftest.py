"""Examples in sources and pages that need what is not installed are left out."""

from importlib.util import find_spec

_EXAMPLES = {"onnx": ["skbackprop/onnx/export.py", "docs/deploying.rst"]}
collect_ignore = [
    path
    for package, paths in _EXAMPLES.items()
    if find_spec(package) is None
    for path in paths
]
