"""Which pages of the guide speak of a public name: read from their sources.

Pages link to classes, functions and packages by roles; API pages link back to those
that do so most, so that neither side has a list to be kept.
"""

import re
from collections import Counter, defaultdict

NOT_THE_GUIDE = {"api", "glossary", "index", "recipes", "whats_new"}
MOST_PAGES = 3
_ROLE = re.compile(r"`[^`]*?(skbackprop(?:\.[a-z_]+)*(?:\.[A-Z]\w*)?)[^`]*`")


def pages_by_name(folder):
    """Return for each name the pages that link to it, most links first."""
    links = defaultdict(Counter)
    for page in sorted(folder.glob("*.rst")):
        if page.stem not in NOT_THE_GUIDE:
            for name in linked_names(page.read_text(encoding="utf-8")):
                links[name][page.stem] += 1
    return {
        name: [page for page, _ in pages.most_common(MOST_PAGES)]
        for name, pages in links.items()
    }


def linked_names(text):
    """Return the names in the roles of a page; of a method, its class."""
    return _ROLE.findall(re.sub(r"``.*?``", "", text, flags=re.DOTALL))
