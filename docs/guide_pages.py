"""Which pages of the guide use a public name most: read from their sources.

Pages link to names by roles, or by code such as ``OneCycle(30)`` (linked_calls.py), and
import them. API pages link back to these pages, so that neither side keeps a list.
"""

import re
from collections import Counter, defaultdict

from public_names import called_class

CAPTIONS = {"Start", "Guide", "Lecture"}
OVERVIEWS = {"choosing", "faq"}
MOST_PAGES = 3
_CODE = re.compile(r"``(.*?)``", re.DOTALL)
_ROLE = re.compile(r"`[^`]*?(skbackprop(?:\.[a-z_]+)*\.\w+)[^`]*`")
_IMPORT = re.compile(r"from (skbackprop[\w.]*) import (\([^)]*\)|.*)")
_TOCTREE = re.compile(r"toctree::\n   :caption: (\w+)\n((?:   .*\n|\n)*)")


def pages_by_name(folder, names):
    """Return for each name the pages that use it, or else its package, most."""
    uses = defaultdict(Counter)
    for page in pages_of_guide((folder / "index.rst").read_text(encoding="utf-8")):
        for name in used_names((folder / f"{page}.rst").read_text(encoding="utf-8")):
            uses[name][page] += 1
    return {
        name: [page for page, _ in most_used(name, uses).most_common(MOST_PAGES)]
        for name in names
    }


def pages_of_guide(index):
    """Return the pages under the captions of the guide, in their order."""
    return [
        page
        for caption, text in _TOCTREE.findall(index)
        for page in re.findall(r"^   (\w+)$", text, re.MULTILINE)
        if caption in CAPTIONS and page not in OVERVIEWS
    ]


def used_names(text):
    """Return the names that a page links or imports; of a method, its class."""
    linked = _ROLE.findall(_CODE.sub("", text))
    called = filter(None, map(called_class, _CODE.findall(text)))
    imported = [
        f"{package}.{name}"
        for package, names in _IMPORT.findall(text)
        for name in re.findall(r"\w+", names)
    ]
    return [*linked, *called, *imported]


def most_used(name, uses):
    """Return the uses of a name, else of the innermost package that has any."""
    while "." in name and name not in uses:
        name = name.rpartition(".")[0]
    return uses[name] if "." in name else Counter()
