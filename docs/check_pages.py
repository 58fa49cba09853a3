"""Check the pages that Sphinx has built: links lead somewhere, assets need no network.

It follows links between pages and to places in them. Pages that lie elsewhere may be
linked to, but nothing that a page is made of may be loaded from there: scripts, styles,
fonts and pictures.
"""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LINKS = {("a", "href")}
ASSETS = {
    *(("script", "src"), ("img", "src"), ("link", "href"), ("iframe", "src")),
    *(("source", "src"), ("video", "src"), ("object", "data")),
}
# Where a link says what a page is, and a browser loads nothing.
NOT_LOADED = {"canonical", "prev", "next", "alternate"}
SOURCES = "_modules"
IN_STYLES = re.compile(r"""(?:url\(\s*|@import\s+)["']?((?:https?:)?//[^"')\s]+)""")


class Page(HTMLParser):
    """The links, the assets and the anchors of a page."""

    def __init__(self, text):
        super().__init__()
        self.links, self.assets, self.anchors = [], [], set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.anchors |= {attrs[key] for key in ("id", "name") if attrs.get(key)}
        for key, value in attrs.items():
            if value and (tag, key) in LINKS:
                self.links.append(value)
            elif value and (tag, key) in ASSETS and attrs.get("rel") not in NOT_LOADED:
                self.assets.append(value)


def faults(folder):
    """Return a line for each dead link and each asset from elsewhere."""
    pages = {
        path.resolve(): Page(path.read_text(encoding="utf-8"))
        for path in sorted(folder.rglob("*.html"))
        if SOURCES not in path.parts  # their links back name one module for all names
    }
    found = []
    for path, page in pages.items():
        elsewhere = [asset for asset in page.assets if is_elsewhere(asset)]
        found += [f"{path}: loads {asset}" for asset in elsewhere]
        found += [
            f"{path}: dead link {link}"
            for link in page.links + page.assets
            if not is_elsewhere(link) and not leads_somewhere(link, path, pages)
        ]
    for path in sorted(folder.rglob("*.css")):
        styles = path.read_text(encoding="utf-8")
        found += [f"{path}: loads {url}" for url in IN_STYLES.findall(styles)]
    return found


def is_elsewhere(link):
    """Tell whether a link leaves the folder of pages: by its scheme or its host."""
    parts = urlsplit(link)
    return parts.scheme not in ("", "data") or bool(parts.netloc)


def leads_somewhere(link, path, pages):
    """Tell whether the file that a link names is there, and the place in it."""
    parts = urlsplit(link)
    if parts.scheme == "data":
        return True
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if target.is_dir():
        target /= "index.html"
    anchor = unquote(parts.fragment)
    if anchor and target in pages:
        return anchor in pages[target].anchors
    return target.exists()


def main():
    """Print what is wrong, and return whether anything is."""
    found = faults(Path(sys.argv[1]))
    print(*found, f"{len(found)} faults in pages", sep="\n")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
