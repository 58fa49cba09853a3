"""The order of examples in sections of the gallery: that of examples/index.rst."""

import re
from pathlib import Path

_INDEX = Path(__file__).parents[1] / "examples" / "index.rst"
_NAMES = re.findall(r"plot_\w+\.py", _INDEX.read_text(encoding="utf-8"))


def place(path):
    """Return the place of an example among all of them, by the name of its file."""
    return _NAMES.index(Path(path).name)
