"""Drawings of graphs: boxes in layers, joined by arrows.

A :class:`Diagram` is the drawing of a graph or of its transformed graph, as text for
Mermaid or as an SVG image. Neither needs a network connection or a script.
"""

import itertools
from dataclasses import dataclass
from html import escape

LARGEST_IMAGE = 150  # boxes; larger images are not readable in a notebook
_CHARACTER, _PADDING = 7, 12  # pixels
_BOX_HEIGHT, _ROW_HEIGHT, _GAP = 28, 62, 24


@dataclass(frozen=True)
class Diagram:
    """Boxes with labels, and arrows between them.

    Parameters
    ----------
    boxes : dict of str to str
        Labels by key. A box comes after those with arrows to it.
    arrows : tuple of (str, str, str)
        Key of the source, key of the target, and label of each arrow.
    longest_label : int, default=44
        Maximum number of characters of a label in images; longer ones are shortened.
    """

    boxes: dict
    arrows: tuple
    longest_label: int = 44

    def to_mermaid(self):
        """Return the diagram in the Mermaid language."""
        lines = ["flowchart TD"]
        for key, label in self.boxes.items():
            lines.append(f'    {key}["{_quoted(label)}"]')
        for source, target, label in self.arrows:
            label = f'|"{_quoted(label)}"|' if label else ""
            lines.append(f"    {source} -->{label} {target}")
        return "\n".join(lines)

    def to_svg(self):
        """Return the diagram as an SVG element."""
        if len(self.boxes) > LARGEST_IMAGE:
            return f"<p>{len(self.boxes)} boxes, too many for an image.</p>"
        return _Image(self).svg()


def draw_graph(graph):
    """Return the diagram of a graph: one box per node."""
    boxes, arrows, first_use = {"n0": f"0: Input({graph.n_features})"}, [], {}
    widths = graph.widths()
    for node, (index, inputs) in enumerate(graph.wires, start=1):
        module, first = graph.modules[index], first_use.setdefault(index, node)
        boxes[f"n{node}"] = f"{node}: {module!r}"
        if first != node and module.parameter_shapes(*(widths[i] for i in inputs)):
            boxes[f"n{node}"] += f", as {first}"
        arrows += [(f"n{i}", f"n{node}", str(widths[i])) for i in inputs]
    return Diagram(boxes, tuple(arrows))


def _quoted(label):
    """Return a label escaped for quotes in Mermaid."""
    entities = {"#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "&": "#amp;"}
    entities["`"] = "#96;"
    return "".join(entities.get(character, character) for character in label)


class _Image:
    """Layers of boxes; an arrow across several layers takes a place in each."""

    def __init__(self, diagram):
        self.labels = {
            key: _shortened(label, diagram.longest_label)
            for key, label in diagram.boxes.items()
        }
        self.titles = diagram.boxes
        self.layers = [[] for _ in self.labels]
        self.parents = {}
        layer_of = self._assign_layers(diagram)
        self.paths = [self._path(arrow, layer_of) for arrow in diagram.arrows]
        self.layers = [layer for layer in self.layers if layer]
        self.place = self._assign_places()

    def _assign_layers(self, diagram):
        """Put each box one layer below the lowest box with an arrow to it."""
        layer_of = dict.fromkeys(self.labels, 0)
        leading_to = {key: [] for key in self.labels}
        for source, target, _ in diagram.arrows:
            leading_to[target].append(source)
        for key, sources in leading_to.items():
            layer_of[key] = max((layer_of[s] + 1 for s in sources), default=0)
            self.layers[layer_of[key]].append(key)
            self.parents[key] = []
        return layer_of

    def _path(self, arrow, layer_of):
        """Return the keys along an arrow, with a new key for each layer it crosses."""
        source, target, label = arrow
        path = [source]
        for layer in range(layer_of[source] + 1, layer_of[target]):
            path.append((source, target, layer))
            if path[-1] not in self.parents:
                self.layers[layer].append(path[-1])
                self.parents[path[-1]] = [path[-2]]
        self.parents[target].append(path[-1])
        return [*path, target], label

    def _assign_places(self):
        """Return the centre of each box, ordered by the centres of the parents."""
        place, widths = {}, [sum(map(self._slot, layer)) for layer in self.layers]
        self.width = max(widths)
        for depth, layer in enumerate(self.layers):
            y = depth * _ROW_HEIGHT + _BOX_HEIGHT / 2 + 2
            left = (self.width - widths[depth]) / 2
            middle = {
                key: _mean([place[p][0] for p in self.parents[key]]) for key in layer
            }
            for key in sorted(layer, key=middle.get):
                place[key] = left + self._slot(key) / 2, y
                left += self._slot(key)
        return place

    def _slot(self, key):
        """Return the width of a box, or of a crossing arrow, in its layer."""
        return self._box_width(key) + _GAP if key in self.labels else _GAP

    def _box_width(self, key):
        return _CHARACTER * len(self.labels[key]) + 2 * _PADDING

    def svg(self):
        """Return the SVG element."""
        height = len(self.layers) * _ROW_HEIGHT - (_ROW_HEIGHT - _BOX_HEIGHT) + 4
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width:g}" '
            f'height="{height:g}" viewBox="0 0 {self.width:g} {height:g}" '
            'font-family="monospace" font-size="11" fill="none" '
            'stroke="currentColor">',
            '<defs><marker id="skbackprop-arrow" viewBox="0 0 8 8" refX="8" refY="4" '
            'markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8Z" '
            'fill="currentColor" stroke="none"/></marker></defs>',
        ]
        parts += [self._draw_arrow(path, label) for path, label in self.paths]
        parts += [self._draw_box(key) for key in self.labels]
        return "".join([*parts, "</svg>"])

    def _draw_arrow(self, path, label):
        (start, *passed, end), half = [self.place[key] for key in path], _BOX_HEIGHT / 2
        points = [start]
        for x, y in passed:  # straight over the height of the layer's boxes
            points += [(x, y - half), (x, y + half)]
        points.append((end[0], end[1] - half))
        curve = f"M{points[0][0]:g} {points[0][1]:g}"
        for (x, y), (x2, y2) in itertools.pairwise(points):
            middle = (y + y2) / 2
            curve += f"C{x:g} {middle:g} {x2:g} {middle:g} {x2:g} {y2:g}"
        arrow = f'<path d="{curve}" marker-end="url(#skbackprop-arrow)"/>'
        # Near the target but not above it, so that labels of several arrows differ.
        x = 0.3 * points[-2][0] + 0.7 * points[-1][0] + 5
        return arrow + (
            f'<text x="{x:g}" y="{points[-1][1] - 9:g}" fill="currentColor" '
            f'stroke="none">{escape(label)}</text>'
        )

    def _draw_box(self, key):
        (x, y), width = self.place[key], self._box_width(key)
        return (
            f"<g><title>{escape(self.titles[key])}</title>"
            f'<rect x="{x - width / 2:g}" y="{y - _BOX_HEIGHT / 2:g}" '
            f'width="{width:g}" height="{_BOX_HEIGHT}" rx="4" fill="white"/>'
            f'<text x="{x:g}" y="{y + 4:g}" text-anchor="middle" fill="black" '
            f'stroke="none">{escape(self.labels[key])}</text></g>'
        )


def _mean(numbers):
    return sum(numbers) / max(1, len(numbers))


def _shortened(label, longest):
    return label if len(label) <= longest else label[: longest - 3] + "..."
