"""Links from code in texts, such as ``OneCycle(30)``, to the pages of its classes.

Tables and docstrings name these classes as users write them, with parameters.
"""

from docutils import nodes
from public_names import called_class
from sphinx import addnodes
from sphinx.transforms import SphinxTransform


class LinkCalls(SphinxTransform):
    """Make a cross-reference of each literal that calls a class with a page."""

    default_priority = 400  # before Sphinx collects references

    def apply(self):
        """Wrap these literals."""
        for literal in list(self.document.findall(nodes.literal)):
            target = called_class(literal.astext())
            if target and isinstance(literal.parent, nodes.paragraph):
                self._wrap(literal, target)

    def _wrap(self, literal, target):
        reference = addnodes.pending_xref(
            refdomain="py", reftype="class", reftarget=target, refdoc=self.env.docname
        )
        literal.replace_self(reference)
        reference += literal


def setup(app):
    """Register the transform."""
    app.add_transform(LinkCalls)
